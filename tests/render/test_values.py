"""Every expression of the form, on ordinary and special values, against NumPy and Python."""

import math

import numpy as np
import pytest

from autograph_lite.render import form
from autograph_lite.render.form import B1, F32, F64, I32, I64
from autograph_lite_runtime import routines
from tests.render.run import add, binary, const, mul, over, var

INF, NAN = math.inf, math.nan
TINY, HUGE = 5e-324, 1.7976931348623157e308
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 3.7, -3.7, 1e300, -1e-300, TINY, HUGE, INF]
FLOATS += [-INF, NAN, 2.0**31, -(2.0**31), 2.0**63, -(2.0**63), 2.0**53 + 2, 0.1, math.pi]
INTS = [0, 1, -1, 2, 7, -7, 63, 2**31 - 1, -(2**31), 2**62, 2**63 - 1, -(2**63)]
HALVES = [n for n in INTS if -(2**31) <= n < 2**31]
SAMPLES = {F64: FLOATS, F32: FLOATS, I64: INTS, I32: HALVES, B1: [False, True]}


def pairs(kind):
    with np.errstate(all="ignore"):
        values = np.array(SAMPLES[kind]).astype(kind)
    first, second = np.meshgrid(values, values)
    return first.ravel().copy(), second.ravel().copy()


def same(got, expected):
    """Equal bytes, every NaN being the same."""
    assert got.dtype == expected.dtype
    if got.dtype.kind == "f":
        got, expected = (np.where(np.isnan(x), x.dtype.type(NAN), x) for x in (got, expected))
    wrong = [i for i in range(len(got)) if got[i].tobytes() != expected[i].tobytes()]
    assert not wrong, [(i, got[i], expected[i]) for i in wrong[:5]]


UNARY = {
    "neg": np.negative,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "floor": np.floor,
    "ceil": np.ceil,
    "rint": np.rint,
    "trunc": np.trunc,
}


@pytest.mark.parametrize("kind", [F64, F32])
@pytest.mark.parametrize("op", UNARY)
def test_a_function_of_a_float(op, kind):
    x, _ = pairs(kind)
    with np.errstate(all="ignore"):
        same(over(form.Un(op, var("x", kind), kind), [var("x", kind)], [x]), UNARY[op](x))


@pytest.mark.parametrize("kind", [I64, I32])
@pytest.mark.parametrize("op", ["neg", "abs", "invert", "floor"])
def test_a_function_of_an_integer(op, kind):
    x, _ = pairs(kind)
    with np.errstate(all="ignore"):
        expected = {**UNARY, "invert": np.invert}[op](x)
    same(over(form.Un(op, var("x", kind), kind), [var("x", kind)], [x]), expected)


@pytest.mark.parametrize("op", ["not", "invert"])
def test_the_opposite_of_a_bool(op):
    x = np.array([True, False])
    same(over(form.Un(op, var("x", B1), B1), [var("x", B1)], [x]), ~x)


@pytest.mark.parametrize("kind", [F64, F32])
@pytest.mark.parametrize("declared", [B1, F64])
def test_isnan_is_a_bool_whatever_its_node_says(kind, declared):
    x, _ = pairs(kind)
    same(over(form.Un("isnan", var("x", kind), declared), [var("x", kind)], [x], B1), np.isnan(x))


def truncated(a, b):
    """C's division, with 0 for division by 0 and a wrap at the one overflow."""
    if b == 0:
        return 0
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def remainder(a, b):
    return 0 if b == 0 else abs(a) % abs(b) * (-1 if a < 0 else 1)


def wrapped(numbers, kind):
    bits = np.dtype(kind).itemsize * 8
    half = 2 ** (bits - 1)
    return np.array([(n + half) % (2 * half) - half for n in numbers], kind)


BINARY = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide}
FLOAT_BINARY = BINARY | {"copysign": np.copysign}


@pytest.mark.parametrize("kind", [F64, F32])
@pytest.mark.parametrize("op", FLOAT_BINARY)
def test_arithmetic_of_floats(op, kind):
    a, b = pairs(kind)
    x, y = var("x", kind), var("y", kind)
    with np.errstate(all="ignore"):
        same(over(form.Bin(op, x, y, kind), [x, y], [a, b]), FLOAT_BINARY[op](a, b))


INT_BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "sdiv": truncated,
    "srem": remainder,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
}


@pytest.mark.parametrize("kind", [I64, I32])
@pytest.mark.parametrize("op", INT_BINARY)
def test_arithmetic_of_integers_wraps(op, kind):
    a, b = pairs(kind)
    x, y = var("x", kind), var("y", kind)
    numbers = [INT_BINARY[op](int(p), int(q)) for p, q in zip(a, b, strict=True)]
    same(over(form.Bin(op, x, y, kind), [x, y], [a, b]), wrapped(numbers, kind))


SHIFTS = {
    "shl": lambda a, n, bits: a << n,
    "ashr": lambda a, n, bits: a >> n,
    "lshr": lambda a, n, bits: (a % 2**bits) >> n,
}


@pytest.mark.parametrize("kind", [I64, I32])
@pytest.mark.parametrize("op", SHIFTS)
def test_shifts(op, kind):
    bits = np.dtype(kind).itemsize * 8
    a = np.repeat(np.array(SAMPLES[kind], kind), bits)
    n = np.tile(np.arange(bits, dtype=kind), len(SAMPLES[kind]))
    numbers = [SHIFTS[op](int(p), int(q), bits) for p, q in zip(a, n, strict=True)]
    x, y = var("x", kind), var("y", kind)
    same(over(form.Bin(op, x, y, kind), [x, y], [a, n]), wrapped(numbers, kind))


@pytest.mark.parametrize("op", ["and", "or", "xor"])
def test_logic(op):
    a, b = pairs(B1)
    x, y = var("x", B1), var("y", B1)
    same(over(form.Bin(op, x, y, B1), [x, y], [a, b]), getattr(np, f"logical_{op}")(a, b))


COMPARE = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("op", COMPARE)
def test_comparison(op, kind):
    a, b = pairs(kind)
    x, y = var("x", kind), var("y", kind)
    same(over(form.Cmp(op, x, y), [x, y], [a, b]), COMPARE[op](a, b))


@pytest.mark.parametrize("kind", SAMPLES)
def test_select(kind):
    a, b = pairs(kind)
    x, y = var("x", kind), var("y", kind)
    chosen = form.Select(form.Cmp("lt", x, y), x, y)
    same(over(chosen, [x, y], [a, b], kind), np.where(a < b, a, b))


def cast(number, source, target):
    """What the form promises, in Python's own arithmetic."""
    if target == B1:
        return number != 0
    if target in (F64, F32):
        return np.dtype(target).type(number)
    bits = 64 if target == I64 else 32
    if source in (F64, F32):
        fits = -(2.0 ** (bits - 1)) <= number < 2.0 ** (bits - 1)
        return int(number) if fits else -(2 ** (bits - 1))
    return wrapped([int(number)], target)[0]


@pytest.mark.parametrize("target", SAMPLES)
@pytest.mark.parametrize("source", SAMPLES)
def test_cast(source, target):
    a, _ = pairs(source)
    with np.errstate(all="ignore"):
        expected = np.array([cast(number, source, target) for number in a], target)
    same(over(form.Cast(var("x", source), target), [var("x", source)], [a]), expected)


@pytest.mark.parametrize(("source", "target"), [(F64, I64), (I64, F64), (F32, I32), (I32, F32)])
def test_bits(source, target):
    a, _ = pairs(source)
    got = over(form.Bits(var("x", source), target), [var("x", source)], [a])
    assert got.tobytes() == a.tobytes()


def test_fma_rounds_once():
    x, y, z = var("x"), var("y"), var("z")
    e = 2.0**-30
    columns = [[1 + e, 0.1, INF, HUGE], [1 - e, 10.0, 0.0, 2.0], [-1.0, -1.0, 1.0, -INF]]
    got = over(form.Fma(x, y, z), [x, y, z], columns)
    same(got, np.array([-(e**2), 2.0**-54, NAN, -INF]))


def test_a_product_and_a_sum_are_two_roundings():
    """`a * b + c` never becomes an fma, in scalar code or in vectors."""
    x, y, z = var("x"), var("y"), var("z")
    generator = np.random.default_rng(1)
    a, b = generator.normal(size=(2, 1001))
    c = -a * b
    same(over(add(mul(x, y), z), [x, y, z], [a, b, c]), np.zeros(1001))
    same(over(binary("sub", mul(x, y), mul(z, y)), [x, y, z], [a, b, c]), a * b - c * b)


def test_float32_fma_rounds_once():
    x = var("x", F32)
    a = np.float32([1 + 2.0**-12])
    expected = np.float32(float(a[0]) * float(a[0]) - 1.0)
    got = over(form.Fma(x, x, const(-1.0, F32)), [x], [a])
    assert got[0] == expected


@pytest.mark.parametrize("kind", [F64, F32])
@pytest.mark.parametrize("name", routines.ARITY)
def test_a_routine_is_the_c_library(name, kind):
    if routines.ARITY[name] == 1:
        columns, params = [pairs(kind)[0]], [var("x", kind)]
    else:
        columns, params = list(pairs(kind)), [var("x", kind), var("y", kind)]
    function = routines.function(name)
    with np.errstate(all="ignore"):
        numbers = [function(*(float(v) for v in row)) for row in zip(*columns, strict=True)]
        expected = np.array(numbers).astype(kind)
    same(over(form.Call(name, tuple(params), kind, "libm"), params, columns), expected)


def test_a_routine_of_constants_is_not_folded():
    x = var("x")
    got = over(add(form.Call("sin", (const(0.5),), F64), mul(x, const(0.0))), [x], [[1.0]])
    assert got[0] == math.sin(0.5)


@pytest.mark.parametrize("op", ["add", "sub", "mul"])
def test_overflows(op):
    a, b = pairs(I64)
    x, y = var("x", I64), var("y", I64)
    exact = [INT_BINARY[op](int(p), int(q)) for p, q in zip(a, b, strict=True)]
    expected = np.array([not -(2**63) <= n < 2**63 for n in exact])
    same(over(form.Overflows(op, x, y), [x, y], [a, b]), expected)


@pytest.mark.parametrize("kind", SAMPLES)
def test_constants_keep_their_bits(kind):
    with np.errstate(all="ignore"):
        samples = np.array(SAMPLES[kind]).astype(kind)
    for sample in samples:
        got = over(form.Const(sample.item(), kind), [var("x")], [[0.0]])
        same(got, np.array([sample]))


def test_a_constant_nan_keeps_its_payload():
    payload = np.array([0x7FF8000000001234], np.int64).view(np.float64)
    got = over(form.Const(float(payload[0]), F64), [var("x")], [[0.0]])
    assert got.tobytes() == payload.tobytes()


def test_any_byte_but_zero_is_true():
    x = np.array([0, 1, 2, 255], np.uint8)
    seen = over(form.Select(var("x", B1), const(1), const(0)), [var("x", B1)], [x.view(bool)])
    assert seen.tolist() == [0, 1, 1, 1]
