"""GradBench's own evals, driven as its command line does: `python -m benchmarks.gradbench.run CHECKOUT`.

The checkout is one whose C++ tool `manual` is built at tools/manual/bin, which the evals ask for what
they expect.  `recorded.json` has the least nanoseconds of other tools on the same workloads, one core
of an AMD EPYC of the third generation; ours are measured now, and its ratios mean as much as the two
machines are alike.  The tool, in a process of its own, compiles anew in every session.  All is on one
core: the eval waits while the tool computes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.harness import amount, pin

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PEERS = ("manual", "codipack", "jax", "finite")
WORKLOADS: dict[str, list[str]] = {  # the arguments of each session
    "hello": [""],
    "lse": ["-n 2500 40000 320000 --min-runs 5 --min-seconds 0.4"],
    "llsq": ["-n 16 256 2048 16392 --min-runs 5 --min-seconds 0.4"],
    "ode": ["-n 1000 100000 -s 1 100 --min-runs 5 --min-seconds 0.4"],
    "gmm": ["-d 2 64 -k 5 100 --min-runs 5 --min-seconds 0.4"],
    "kmeans": ["-k 10 1000 -n 1000 10000 -d 16 --min-runs 5 --min-seconds 0.4"],
    "lstm": ["-l 2 6 -c 1024 4096 --min-runs 5 --min-seconds 0.4"],
    "det": ["-l 5 7 9 11 --min-runs 3 --min-seconds 0.4"],
    "ba": [f"--min {i} --max {i} --min-runs 5 --min-seconds 0.4" for i in (1, 5, 14)],
    "ht": [
        f"--model {model} --variant {variant} --min {i} --max {i} --min-runs 5 --min-seconds 0.4"
        for model, variant, i in (
            ("small", "simple", 1),
            ("small", "complicated", 1),
            ("big", "complicated", 5),
            ("big", "complicated", 8),
        )
    ],
    "particle": ["--min-runs 5 --min-seconds 0.4"],
    "saddle": ["--min-runs 5 --min-seconds 0.4"],
}


def start(command: list[str], checkout: Path, paths: list[Path]) -> subprocess.Popen[str]:
    """A process in the checkout that is spoken to in lines, with one thread and no cache on disk."""
    alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = os.environ | alone | {"AUTOGRAPH_LITE_CACHE": "off"}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, paths))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=checkout, env=environment, **pipes)


def ask(process: subprocess.Popen[str], line: str) -> str:
    process.stdin.write(line)
    process.stdin.flush()
    return process.stdout.readline()


def session(name: str, given: str, checkout: Path, python: str) -> Iterator[tuple[Any, Any, Any]]:
    """Each message `evaluate` of one run of an eval, the answer to it, and what the eval said of that."""
    library = checkout / "python" / "gradbench"
    script = library / "gradbench" / "evals" / name / "run.py"
    others = [Path(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    evaluation = start([python, str(script), *given.split()], checkout, [library, *others])
    tool = start([sys.executable, "-m", "benchmarks.gradbench"], checkout, [ROOT, ROOT / "runtime"])
    pending: Any = None
    with evaluation, tool:
        line = evaluation.stdout.readline()
        while line:
            message, reply = json.loads(line), ask(tool, line)
            if pending is not None:
                yield *pending, message if message.get("of") == pending[0]["id"] else None
                pending = None
            if message["kind"] == "evaluate":
                pending = message, json.loads(reply)
            line = ask(evaluation, reply)
        if pending is not None:
            yield *pending, None
        tool.stdin.close()


def row(number: int, message: Any, reply: Any, analysis: Any, recorded: Any) -> tuple[str, bool]:
    """One line of the table, and whether the eval found the output valid."""
    workload = message.get("description") or json.dumps(message["input"])
    head = f"{message['module']} {message['function']} {workload}"
    if not reply.get("success"):
        told = [line for line in reply.get("error", "").splitlines() if line[:1].strip()]
        return f"{head:44}  FAILED  {told[-1] if told else ''}", False
    spent = [timing["nanoseconds"] for timing in reply["timings"]]
    valid = analysis is not None and analysis["valid"]
    parts = [f"{head:44}", f"first {amount(spent[0] * 1e-9, 's'):>8}"]
    parts.append(f"then {amount(min(spent[1:] or spent) * 1e-9, 's'):>8}")
    for peer, least in recorded.get(f"{number} {message['function']} {workload}", {}).items():
        if peer in PEERS:
            ratio = min(spent) / least
            parts.append(f"{peer} {amount(least * 1e-9, 's'):>8} ({ratio:.2g})")
    parts.append("valid" if valid else "INVALID")
    return "  ".join(parts), valid


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkout", type=Path)
    parser.add_argument("evals", nargs="*", help="all of them if none is named")
    parser.add_argument(
        "--python", default="python3", help="runs the evals; has pydantic, dataclasses-json"
    )
    args = parser.parse_args()
    pin()
    recorded, good = json.loads((HERE / "recorded.json").read_text()), True
    for name in args.evals or WORKLOADS:
        for number, given in enumerate(WORKLOADS[name]):
            for told in session(name, given, args.checkout.resolve(), args.python):
                line, valid = row(number, *told, recorded[name])
                print(line, flush=True)
                good = good and valid
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
