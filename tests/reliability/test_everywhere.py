"""One function called with many signatures gives the same bits in 64 threads and in forked and spawned
processes as in one thread, from a cold cache."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.identity.check import ROOT

PROGRAM = '''
import multiprocessing
import os
import sys
import threading

import numpy as np

import autograph_lite as ag

scale = ag.Variable(0.7, dtype="float64")


@ag.function
def path(x, a, n):
    rows, s = [], a
    for k in range(n):
        if np.sum(x) * s < 0.3:
            s = s * a + x[k % x.shape[0]]
        else:
            s = np.sin(s) + scale
        rows.append(s)
    return np.sum(np.stack(rows) * 2.0) + np.sum(x * x) * s


gradient = ag.value_and_grad(path, argnums=(0, 1))
random = np.random.default_rng(3)
ARRAYS = [random.uniform(-1.0, 1.0, n).astype(d) for n in (1, 3, 19) for d in ("float64", "float32")]
SIGNATURES = [(x, a, n) for x in ARRAYS for a in (np.array(0.3), np.float64(0.9)) for n in (1, 7)]


def bytes_of(out):
    if isinstance(out, tuple):
        return b"".join(map(bytes_of, out))
    return np.asarray(out).tobytes() + str(np.asarray(out).dtype).encode()


def run(first):
    """What every signature gives, begun at one of them; in the order of the list."""
    found = {}
    for i in range(len(SIGNATURES)):
        k = (first + i) % len(SIGNATURES)
        x, a, n = SIGNATURES[k]
        with ag.GradientTape() as tape:
            tape.watch(t := ag.constant(x))
            y = path(t, a, n)
        found[k] = bytes_of((path(x, a, n), gradient(x, a, n), y, tape.gradient(y, t)))
    return b"".join(found[k] for k in sorted(found))


def in_child(first, queue):
    queue.put(run(first))


def in_threads(count):
    ready, found = threading.Barrier(count), []

    def work(first):
        ready.wait()
        for turn in range(3):
            found.append(run(first + turn))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3 * count
    return found


def in_processes(method, count):
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    children = [context.Process(target=in_child, args=(7 * k, queue)) for k in range(count)]
    for child in children:
        child.start()
    found = [queue.get(timeout=120) for _ in children]
    for child in children:
        child.join()
    return found


if __name__ == "__main__":
    found = {
        "threads": in_threads(64),
        "fork": in_processes("fork", 4),
        "spawn": in_processes("spawn", 2),
    }
    alone = run(0)
    print({name: sum(bits != alone for bits in others) for name, others in found.items()})
'''


def test_the_same_bits_everywhere(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    sources = os.pathsep.join([str(ROOT), str(ROOT / "runtime")])
    variables = {"PYTHONPATH": sources, "AUTOGRAPH_LITE_CACHE": str(tmp_path / "kernels")}
    done = subprocess.run(
        [sys.executable, path],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "{'threads': 0, 'fork': 0, 'spawn': 0}\n"
