"""Ctrl-C and threads while a kernel runs."""

import signal
import sys
import threading

import numpy as np
import pytest

from autograph_lite.render import form
from autograph_lite.render.form import F64, I64, PTR
from autograph_lite.render.llvm import print_llvm
from autograph_lite_runtime import context, layout, load, memory
from tests.render.run import Run, add, const, fill, kernel, load_at, mul, var

n, i, j, s = var("n", I64), var("i", I64), var("j", I64), var("s")
x = var("x", PTR)
step = form.Let(s, add(mul(s, const(0.999)), const(1.0)))
FOREVER = 10**12

LOOPS = {
    "one loop": form.For(i, const(0), n, (step,), poll=True),
    "a loop in a loop": form.For(
        i, const(0), n, (form.For(j, const(0), const(1000), (step,)),), poll=True
    ),
    "while": form.While((), form.Cmp("lt", i, n), (form.Let(i, add(i, const(0))), step)),
    "allocating": form.For(
        i,
        const(0),
        n,
        (
            form.Mark(x),
            form.Alloc(var("t", PTR), const(100_000), F64, "temp"),
            form.Zero(var("t", PTR), const(100_000), F64),
            form.For(j, const(0), const(100), (step,)),
            form.Reset(x),
        ),
        poll=True,
    ),
}

LOOPS["copying"] = form.If(
    form.Cmp("gt", n, const(0)),
    (
        form.Alloc(x, const(2_000_000), F64, "temp"),
        form.Alloc(var("t", PTR), const(2_000_000), F64, "temp"),
        form.For(i, const(0), n, (form.Copy(x, var("t", PTR), const(2_000_000), F64),), poll=True),
        form.For(i, const(0), n, (form.Zero(x, const(2_000_000), F64),), poll=True),
    ),
)


@pytest.fixture
def alarm():
    """Send SIGALRM soon; its handler raises KeyboardInterrupt, as that of SIGINT does."""
    old = signal.signal(signal.SIGALRM, signal.default_int_handler)
    yield lambda: signal.setitimer(signal.ITIMER_REAL, 0.05)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, old)


@pytest.mark.parametrize("name", LOOPS)
def test_a_long_loop_can_be_interrupted(name, alarm):
    k = kernel([n], LOOPS[name], form.Result(2, s), results=1)
    entry, call = load.compile(print_llvm(k), k.name), context.acquire()
    fill(call, k, [FOREVER])
    with pytest.raises(KeyboardInterrupt):
        alarm()
        entry.function(call.address)
    context.release(call)
    fill(call, k, [0])
    assert entry.function(call.address) == 0


def test_a_signal_whose_handler_returns_changes_nothing(alarm):
    seen = []
    signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
    k = kernel([n], LOOPS["one loop"], form.Result(2, s), results=1)
    alarm()
    runs = 0
    while not seen:
        assert Run(k, 300_000).status == 0
        runs += 1
    assert runs


def test_an_interrupt_frees_out_blocks(alarm):
    y = var("y", PTR)
    k = kernel([n], form.Alloc(y, const(1000), F64, "out"), LOOPS["one loop"])
    entry, call = load.compile(print_llvm(k), k.name), context.acquire()
    fill(call, k, [FOREVER])
    with pytest.raises(KeyboardInterrupt):
        alarm()
        entry.function(call.address)
    context.release(call)
    assert call.words[layout.OUTS] == 0


@pytest.mark.parametrize("start", [layout.OUTS, layout.KEEP + layout.FIRST])
def test_an_interrupt_while_memory_is_freed_frees_none_twice(start, monkeypatch):
    freed = []

    def interrupted(first):
        freed.append(first)
        raise KeyboardInterrupt

    call = context.Context()
    call.words[start] = 1234
    call.words[layout.KEEP + layout.TOTAL] = context.RETAINED + 1
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(memory, "free_chain", interrupted)
        call.clear()
    assert freed[-1] == 1234 and call.words[start] == 0


def test_no_python_code_runs_while_a_result_is_freed():
    """A signal would be handled in it, and what the handler raises would be ignored."""
    k = kernel([n], form.Alloc(x, n, F64, "out"), form.Result(2, x), results=1)
    array = Run(k, 10).array(2, F64, (10,))
    events = []
    sys.setprofile(lambda frame, event, arg: events.append(event))
    del array
    sys.setprofile(None)
    assert "call" not in events


def test_threads_have_contexts_of_their_own():
    y = var("y", PTR)
    body = form.Store(y, i, add(load_at(x, i), const(1.0)))
    loop = form.For(i, const(0), n, (body,))
    k = kernel([n, (x, F64)], form.Alloc(y, n, F64, "temp"), loop, form.Copy(x, y, n, F64))
    failures = []

    def work(size):
        data = np.zeros(size)
        for _ in range(200):
            Run(k, size, data)
        if data.tolist() != [200.0] * size:
            failures.append(size)

    threads = [threading.Thread(target=work, args=(100 * m + 1,)) for m in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_threads_compile_a_kernel_once(monkeypatch):
    monkeypatch.setenv("AUTOGRAPH_LITE_CACHE", "off")
    compiled = []
    real = load.object_code
    monkeypatch.setattr(
        load, "object_code", lambda ir, level: compiled.append(1) or real(ir, level)
    )
    k = kernel([n], form.Result(2, add(n, const(123456789))), results=1)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(load.compile(print_llvm(k), k.name)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(compiled) == 1 and len({id(entry) for entry in found}) == 1
