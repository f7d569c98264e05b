"""Every statement of the form, compiled and run."""

import numpy as np
import pytest

from autograph_lite.render import form
from autograph_lite.render.form import B1, F32, F64, I32, I64, PTR
from autograph_lite.render.llvm import print_llvm
from autograph_lite_runtime import context, faults, layout, load
from tests.render.run import Run, add, binary, const, fill, kernel, load_at, mul, var

n, i, j, x, y, s = (
    var("n", I64),
    var("i", I64),
    var("j", I64),
    var("x", PTR),
    var("y", PTR),
    var("s"),
)
a = var("a", PTR)


def store(base, index, value):
    return form.Store(base, index, value)


def count(var_, stop, *body, start=None, poll=False):
    return form.For(var_, start or const(0), stop, body, poll)


@pytest.mark.parametrize(
    ("kind", "value"), [(F64, -1.5), (F32, 0.1), (I64, -(2**40)), (I32, -3), (B1, True)]
)
def test_scalars_travel_through_slots(kind, value):
    v = var("v", kind)
    run = Run(kernel([v], form.Result(2, v), results=1), value)
    assert run.value(2, kind) == np.dtype(kind).type(value)


@pytest.mark.parametrize("poll", [False, True])
@pytest.mark.parametrize(
    ("start", "stop"), [(0, 0), (0, 1), (3, 10), (5, 2), (-4, 3), (0, 200_000)]
)
def test_a_loop_counts_like_range(start, stop, poll):
    body = form.Let(s, add(s, form.Cast(i, F64)))
    first = var("first", I64)
    k = kernel(
        [first, n],
        form.Let(i, const(-77)),
        count(i, n, body, start=first, poll=poll),
        form.Result(3, s),
        form.Result(4, i),
        results=2,
    )
    run = Run(k, start, stop)
    assert run.value(3, F64) == sum(range(start, stop))
    assert run.value(4, I64) == (stop - 1 if stop > start else -77)


def test_a_loop_over_int32():
    k32, m = var("k", I32), var("m", I32)
    total = var("total", I32)
    loop = form.For(k32, const(0, I32), m, (form.Let(total, add(total, k32)),), poll=True)
    assert Run(kernel([m], loop, form.Result(2, total), results=1), 1000).value(2, I32) == 499500


def test_the_end_of_a_loop_is_evaluated_once():
    loop = count(i, n, form.Let(n, const(0)), form.Let(s, add(s, const(1.0))))
    assert Run(kernel([n], loop, form.Result(2, s), results=1), 5).value(2, F64) == 5.0


def test_a_body_may_change_its_counter():
    loop = count(i, n, form.Let(i, const(100)), form.Let(s, add(s, const(1.0))), poll=True)
    assert Run(kernel([n], loop, form.Result(2, s), results=1), 5).value(2, F64) == 5.0


def test_a_variable_without_a_value_is_zero():
    maybe = form.If(form.Cmp("gt", n, const(0)), (form.Let(s, const(1.0)),))
    k = kernel([n], maybe, form.Result(2, s), results=1)
    assert [Run(k, value).value(2, F64) for value in (0, 1)] == [0.0, 1.0]


def test_while_runs_its_test_first():
    """Steps of the Collatz sequence."""
    odd = var("odd", B1)
    half = binary("ashr", n, const(1))
    k = kernel(
        [n],
        form.While(
            (form.Let(odd, form.Cmp("ne", binary("and", n, const(1)), const(0))),),
            form.Cmp("ne", n, const(1)),
            (
                form.If(
                    odd,
                    (form.Let(n, add(mul(n, const(3)), const(1))),),
                    (form.Let(n, half),),
                ),
                form.Let(i, add(i, const(1))),
            ),
        ),
        form.Result(2, i),
        results=1,
    )
    assert [Run(k, value).value(2, I64) for value in (1, 6, 27)] == [0, 8, 111]


@pytest.mark.parametrize("kind", [F64, F32, I64, I32, B1])
def test_copy_and_zero(kind):
    source = np.array([1, 0, 3, 4, 5]).astype(kind)
    target = np.ones(5, kind)
    k = kernel(
        [n, (x, kind), (y, kind)],
        form.Copy(y, x, n, kind),
        form.Zero(x, const(2), kind),
    )
    assert Run(k, 4, source, target).status == 0
    assert target.tolist() == np.array([1, 0, 3, 4, 1]).astype(kind).tolist()
    assert source.tolist() == np.array([0, 0, 3, 4, 5]).astype(kind).tolist()


def test_copying_a_negative_count_is_nothing():
    data = np.ones(2)
    k = kernel([n, (x, F64)], form.Copy(x, x, n, F64), form.Zero(x, n, F64))
    assert Run(k, -3, data).status == 0
    assert data.tolist() == [1.0, 1.0]


def test_exchanged_pointers():
    """Variables that share a buffer are not told apart."""
    t = var("t", PTR)
    body = (
        store(x, const(0), add(load_at(y, const(0)), const(1.0))),
        form.Let(t, x),
        form.Let(x, y),
        form.Let(y, t),
    )
    left, right = np.zeros(1), np.zeros(1)
    Run(kernel([n, (x, F64), (y, F64)], count(i, n, *body)), 5, left, right)
    assert (left[0], right[0]) == (5.0, 4.0)


def test_an_out_block_becomes_an_array():
    k = kernel(
        [n],
        form.Alloc(y, n, F64, "out"),
        count(i, n, store(y, i, form.Cast(i, F64))),
        form.Result(2, y),
        results=1,
    )
    run = Run(k, 6)
    assert run.call.slots[2] % 64 == 0
    made = run.array(2, F64, (2, 3))
    assert made.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert made.flags.writeable
    assert run.call.words[layout.OUTS] == 0
    with pytest.raises(ValueError, match="no block"):
        run.call.adopt(run.call.slots[2])


def test_out_blocks_are_adopted_in_any_order():
    names = [var(f"o{index}", PTR) for index in range(3)]
    made = [form.Alloc(v, n, F64, "out") for v in names]
    returned = [form.Result(2 + index, v) for index, v in enumerate(names)]
    k = kernel([n], *made, *returned, results=3)
    run = Run(k, 10)
    held = [run.array(slot, F64, (10,)) for slot in (3, 2)]
    assert run.call.words[layout.OUTS] == run.call.slots[4] - layout.HEADER
    context.release(run.call)
    assert run.call.words[layout.OUTS] == 0
    held[0][:] = 1.0


def scratch(where, size, steps, mark):
    """`steps` allocations, each filled with its number; the sum of all first elements."""
    level = var("level", PTR)
    reset = (form.Mark(level),), (form.Reset(level),)
    body = (
        *(reset[0] if mark else ()),
        form.Alloc(x, size, F64, where),
        store(x, binary("sub", size, const(1)), form.Cast(i, F64)),
        form.Let(s, add(s, load_at(x, binary("sub", size, const(1))))),
        *(reset[1] if mark else ()),
    )
    return kernel([n], count(i, n, *body, poll=True), form.Result(2, s), results=1)


@pytest.mark.parametrize("where", ["temp", "keep"])
@pytest.mark.parametrize("size", [1, 1000, 200_000])
def test_arenas_grow(where, size):
    arena = layout.TEMP if where == "temp" else layout.KEEP
    run = Run(scratch(where, const(size), 50, mark=False), 50)
    assert (run.status, run.value(2, F64)) == (0, sum(range(50)))
    total = run.call.words[arena + layout.TOTAL]
    assert total >= 50 * size * 8
    assert run.entry.function(run.call.address) == 0
    assert run.call.words[arena + layout.TOTAL] == total, "chunks are used again"


def test_a_reset_gives_memory_back():
    run = Run(scratch("temp", const(100_000), 50, mark=True), 1000)
    assert run.value(2, F64) == sum(range(1000))
    assert run.call.words[layout.TEMP + layout.TOTAL] <= 1 << 20


def test_marks_across_chunks():
    """A reset to before, inside and after chunks that did not exist at the mark."""
    outer, inner = var("outer", PTR), var("inner", PTR)
    big, small = const(300_000), const(3)
    body = (
        form.Mark(outer),
        form.Alloc(a, small, F64, "temp"),
        store(a, const(0), const(7.0)),
        form.Mark(inner),
        form.Alloc(x, big, F64, "temp"),
        store(x, const(299_999), const(1.0)),
        form.Alloc(y, big, F64, "temp"),
        store(y, const(299_999), const(2.0)),
        form.Let(s, add(s, add(load_at(x, const(299_999)), load_at(y, const(299_999))))),
        form.Reset(inner),
        form.Let(s, add(s, load_at(a, const(0)))),
        form.If(form.Cmp("lt", i, const(5)), (form.Reset(outer),)),
    )
    run = Run(kernel([n], count(i, n, *body), form.Result(2, s), results=1), 10)
    assert run.value(2, F64) == 100.0
    assert run.call.words[layout.TEMP + layout.TOTAL] < 20 << 20


def test_a_large_arena_is_not_kept():
    much = context.RETAINED // 8 + 1
    run = Run(scratch("temp", const(much), 1, mark=False), 1)
    context.release(run.call)
    assert run.call.words[layout.TEMP + layout.FIRST] == 0
    assert Run(scratch("temp", const(20), 1, mark=False), 3).value(2, F64) == 3.0


def test_saved_values_outlive_the_call():
    k = kernel(
        [n],
        form.Alloc(y, n, F64, "keep"),
        count(i, n, store(y, i, form.Cast(i, F64))),
        form.Result(2, y),
        results=1,
    )
    run = Run(k, 5000)
    address, kept = run.call.slots[2], run.call.take_keep()
    assert run.entry.function(run.call.address) == 0
    assert run.call.slots[2] != address
    reader = kernel([n, (x, F64)], form.Result(3, load_at(x, n)), results=1)
    call = context.acquire()
    call.slots[1], call.slots[2] = 4999, address
    assert load.compile(print_llvm(reader), "kernel").function(call.address) == 0
    assert call.doubles[3] == 4999.0
    del kept


@pytest.mark.parametrize("where", ["temp", "keep", "out"])
@pytest.mark.parametrize("size", [-1, -(2**63), 2**63 - 1, 2**61, 2**46])
def test_impossible_allocations(where, size):
    k = kernel([n], form.Alloc(y, n, F64, where), store(y, const(0), const(1.0)))
    run = Run(k, size)
    assert (run.status, run.fault) == (faults.MEMORY, (-1, [size]))


@pytest.mark.parametrize("where", ["temp", "keep", "out"])
def test_nothing_can_be_allocated(where):
    made = [form.Alloc(v, n, F64, where) for v in (y, x)]
    k = kernel([n], *made, form.Result(2, y), form.Result(3, x), results=2)
    run = Run(k, 0)
    assert run.status == 0
    assert 0 != run.call.slots[2] != run.call.slots[3] != 0


@pytest.mark.parametrize("details", [(), (const(1),), (n, const(-2), const(True), const(3))])
def test_a_fault_tells_its_place_and_numbers(details):
    check = form.If(form.Cmp("gt", n, const(5)), (form.Fault(faults.INDEX, 42, details),))
    k = kernel([n], check, form.Result(2, n), results=1)
    run = Run(k, 9)
    expected = [9 if d is n else int(d.value) for d in details]
    assert (run.status, run.fault) == (faults.INDEX, (42, expected))
    assert Run(k, 5).value(2, I64) == 5


def test_statements_after_a_fault_are_harmless():
    k = kernel([n], form.Fault(faults.SHAPE, 1), form.Let(s, const(1.0)), form.Result(2, s))
    assert Run(k, 9).status == faults.SHAPE


def test_comments_do_not_change_the_code():
    bare = kernel([n], form.Result(2, n), results=1)
    said = kernel([n], form.Comment("y = n\n", 12), form.Result(2, n), results=1)
    assert print_llvm(bare) == print_llvm(said)


def test_the_text_is_deterministic():
    assert print_llvm(scratch("temp", n, 1, True)) == print_llvm(scratch("temp", n, 1, True))


def test_prints_come_back_as_numpy_values():
    values = (
        const(1.5),
        const(0.1, F32),
        const(-7),
        const(-8, I32),
        const(True),
        (x, (n, const(2)), F32),
        (y, (), B1),
        (x, (const(0), const(3)), F32),
    )
    k = kernel([n, (x, F32), (y, B1)], form.Emit(5, values), form.Emit(6, ()))
    data = np.arange(6, dtype=np.float32)
    (site, got), last = Run(k, 3, data, np.array([True])).printed
    assert (site, last) == (5, (6, []))
    assert got[:5] == [1.5, np.float32(0.1), -7, -8, True]
    assert [type(v) for v in got[:5]] == [np.float64, np.float32, np.int64, np.int32, np.bool_]
    assert got[5].dtype == np.float32 and got[5].tolist() == data.reshape(3, 2).tolist()
    assert got[6].shape == () and got[6].dtype == np.bool_ and bool(got[6])
    assert got[7].shape == (0, 3)


def printing(values=()):
    return kernel([n], count(i, n, form.Emit(1, (i, *values)), poll=True))


def test_prints_without_a_callback_are_kept():
    records = Run(printing(), 100_000).printed
    assert [r[1][0] for r in records] == list(range(100_000))


def call_printing(steps, write):
    k = printing()
    call = context.acquire()
    fill(call, k, [steps])
    call.on_print(write)
    return load.compile(print_llvm(k), k.name).function(call.address), call


def test_prints_are_written_on_the_way():
    batches = []
    status, call = call_printing(200_000, batches.append)
    rest = call.drain()
    assert status == 0 and len(batches) > 1 and len(rest) < 65_537
    got = [r[1][0] for batch in [*batches, rest] for r in batch]
    assert got == list(range(200_000))


def test_prints_are_not_lost_to_an_interrupt():
    """Ctrl-C while a line is made: it and those behind it are there for whoever ends the call."""
    written = []

    def write(records):
        if len(written) == 99:
            raise KeyboardInterrupt
        written.extend(r[1][0] for r in records)

    status, call = call_printing(200_000, write)
    rest = [r[1][0] for r in call.drain()]
    assert status != 0 and isinstance(call.error, KeyboardInterrupt)
    assert written == list(range(99)) and rest == list(range(99, 99 + len(rest))) and len(rest) > 9


def test_a_callback_may_call_a_kernel():
    seen = []

    def write(records):
        if len(seen) < 10:
            seen.append(len(Run(printing(), 10).printed))

    status, _ = call_printing(40_000, write)
    assert status == 0 and seen == [10] * 10


def test_an_exception_of_a_callback_stops_the_kernel():
    def write(records):
        raise RuntimeError("closed")

    status, call = call_printing(10**10, write)
    assert status == faults.INTERRUPT
    assert str(call.error) == "closed"
    context.release(call)
    assert call.error is None and call.words[layout.FLUSH] == 0


def test_many_variables_and_blocks():
    """A long straight program: no recursion, no quadratic text."""
    lines = [form.Let(s, add(mul(s, const(0.5)), const(float(m)))) for m in range(2000)]
    expected = 0.0
    for m in range(2000):
        expected = expected * 0.5 + m
    text = print_llvm(kernel([n], *lines, form.Result(2, s), results=1))
    assert len(text) < 400_000
    short = kernel([n], *lines[:200], form.Result(2, s), results=1)
    assert Run(short, 1).value(2, F64) == pytest.approx(2 * 199 - 2, abs=1e-9)


def test_a_shared_expression_is_computed_once():
    """Doubling 60 times would be 2**60 nodes of text."""
    value = s
    for _ in range(60):
        value = add(value, value)
    k = kernel([s], form.Let(s, value), form.Let(s, value), form.Result(2, s), results=1)
    assert Run(k, 1.0).value(2, F64) == 2.0**120


def test_a_condition_after_a_block_is_computed_again():
    below = form.Cmp("lt", add(i, const(1)), n)
    test = (form.Let(var("p", B1), below), form.Let(i, add(i, const(1))))
    loop = form.While(test, below, (form.Let(s, add(s, const(1.0))),))
    assert Run(kernel([n], loop, form.Result(2, s), results=1), 5).value(2, F64) == 3.0


@pytest.mark.parametrize("name", ["sin", "main", "poll", "room", "memcpy", "free", "ag_free"])
def test_a_kernel_may_have_any_name(name):
    loop = count(i, n, form.Emit(1, (i,)), poll=True)
    k = kernel([n], form.Alloc(x, n, F64, "temp"), loop, form.Result(2, n), results=1, name=name)
    run = Run(k, 3)
    assert run.value(2, I64) == 3 and len(run.printed) == 3


def test_more_slots_than_usual():
    inputs = [var(f"a{index}") for index in range(300)]
    total = const(0.0)
    for v in inputs:
        total = add(total, v)
    k = kernel(inputs, form.Result(301, total), results=1)
    assert Run(k, *map(float, range(300))).value(301, F64) == sum(range(300))
