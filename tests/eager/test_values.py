"""Functions and methods on tensors against NumPy's on arrays."""

import numpy as np
import pytest

import autograph_lite as ag

RNG = np.random.default_rng(0)
SAMPLES = {
    "float64": RNG.uniform(0.2, 0.9, (3, 4)),
    "float32": RNG.uniform(0.2, 0.9, (3, 4)).astype("float32"),
    "int64": RNG.integers(-5, 6, (3, 4)),
    "int32": RNG.integers(-5, 6, (3, 4)).astype("int32"),
    "bool": RNG.integers(0, 2, (3, 4)).astype(bool),
}
EXACT = (
    "add subtract multiply divide negative absolute sqrt square floor ceil maximum minimum equal "
    "not_equal less less_equal greater greater_equal"
).split()
FLOAT_UNARY = (
    "sqrt cbrt exp exp2 expm1 log log1p log2 log10 sin cos tan arcsin arccos arctan sinh cosh tanh "
    "arcsinh arctanh negative absolute sign square reciprocal floor ceil isnan isinf isfinite positive"
).split()
BINARY = (
    "add subtract multiply divide floor_divide remainder power maximum minimum hypot arctan2 equal not_equal "
    "less less_equal greater greater_equal logical_and logical_or logical_xor"
).split()
INTEGER = "bitwise_and bitwise_or bitwise_xor left_shift right_shift floor_divide remainder".split()


def check(ours, theirs, exact=False):
    theirs = np.asarray(theirs)
    found = np.asarray(ours.numpy())
    assert found.dtype == theirs.dtype
    assert found.shape == theirs.shape
    if exact or theirs.dtype.kind in "ib":
        np.testing.assert_array_equal(found, theirs)
    else:
        eps = np.finfo(theirs.dtype).eps
        np.testing.assert_allclose(found, theirs, rtol=8 * eps)


@pytest.mark.parametrize("dtype", ("float64", "float32"))
@pytest.mark.parametrize("name", FLOAT_UNARY)
def test_unary(name, dtype):
    x = SAMPLES[dtype]
    check(getattr(np, name)(ag.array(x)), getattr(np, name)(x), name in EXACT)
    check(getattr(ag.numpy, name)(x[0, 0]), getattr(np, name)(x[0, 0]), name in EXACT)


@pytest.mark.parametrize("dtype", ("float64", "float32"))
@pytest.mark.parametrize("name", BINARY)
def test_binary(name, dtype):
    x, y = SAMPLES[dtype], SAMPLES[dtype][::-1] + 0.25
    y = y.astype(dtype)
    check(getattr(np, name)(ag.array(x), y), getattr(np, name)(x, y), name in EXACT)
    check(getattr(np, name)(x, ag.array(y[0])), getattr(np, name)(x, y[0]), name in EXACT)
    check(getattr(np, name)(ag.array(x[0, 0]), y), getattr(np, name)(x[0, 0], y), name in EXACT)


@pytest.mark.parametrize("dtype", ("int64", "int32"))
@pytest.mark.parametrize("name", INTEGER)
def test_integer(name, dtype):
    x, y = SAMPLES[dtype], np.abs(SAMPLES[dtype][::-1]) + 1
    y = y.astype(dtype)
    check(getattr(np, name)(ag.array(x), y), getattr(np, name)(x, y), True)
    check(getattr(np, name)(ag.array(x[0, 0]), y[0, 0]), getattr(np, name)(x[0, 0], y[0, 0]), True)


REDUCTIONS = ("sum", "prod", "mean", "max", "min", "any", "all")


@pytest.mark.parametrize("axis", (None, 0, 1, -1, (0, 1)))
@pytest.mark.parametrize("keepdims", (False, True))
@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("dtype", SAMPLES)
def test_reduction(name, dtype, axis, keepdims):
    x = SAMPLES[dtype]
    expected = getattr(np, name)(x, axis=axis, keepdims=keepdims)
    check(getattr(np, name)(ag.array(x), axis=axis, keepdims=keepdims), expected)
    check(getattr(ag.array(x), name)(axis=axis, keepdims=keepdims), expected)


@pytest.mark.parametrize("axis", (None, 0, 1, -2))
@pytest.mark.parametrize("name", ("argmax", "argmin", "cumsum"))
@pytest.mark.parametrize("dtype", SAMPLES)
def test_positions_and_scans(name, dtype, axis):
    x = SAMPLES[dtype]
    check(getattr(np, name)(ag.array(x), axis=axis), getattr(np, name)(x, axis=axis))


MOVES = {
    "reshape": lambda m, x: m.reshape(x, (4, 3)),
    "reshape_rest": lambda m, x: m.reshape(x, (2, -1)),
    "ravel": lambda m, x: m.ravel(x),
    "transpose": lambda m, x: m.transpose(x),
    "transpose_axes": lambda m, x: m.transpose(m.expand_dims(x, 0), (2, 0, 1)),
    "concatenate": lambda m, x: m.concatenate([x, x], axis=1),
    "concatenate_flat": lambda m, x: m.concatenate([x, x[0]], axis=None),
    "append": lambda m, x: m.append(x, x[:1], axis=0),
    "append_flat": lambda m, x: m.append(x, [x[1, 0], x[0, 0]]),
    "append_number": lambda m, x: m.append(x[0], 0.1),
    "stack": lambda m, x: m.stack([x, x], axis=-1),
    "vstack": lambda m, x: m.vstack([x[0], x[1]]),
    "hstack": lambda m, x: m.hstack([x, x]),
    "expand_dims": lambda m, x: m.expand_dims(x, (0, 2)),
    "squeeze": lambda m, x: m.squeeze(m.expand_dims(x, 1)),
    "squeeze_axis": lambda m, x: m.squeeze(m.expand_dims(x, 1), axis=1),
    "broadcast_to": lambda m, x: m.broadcast_to(x, (2, 3, 4)),
    "flip": lambda m, x: m.flip(x, axis=1),
    "flip_all": lambda m, x: m.flip(x),
    "where": lambda m, x: m.where(x > 0.5, x, 2 * x),
    "clip": lambda m, x: m.clip(x, 0.3, 0.6),
    "outer": lambda m, x: m.outer(x[0], x[1]),
    "dot": lambda m, x: m.dot(x, x.T),
    "dot_vectors": lambda m, x: m.dot(x[0], x[1]),
    "matmul_vector": lambda m, x: m.matmul(x, x[0]),
    "vector_matmul": lambda m, x: m.matmul(x[:, 0], x),
    "operator": lambda m, x: x @ x.T,
    "astype": lambda m, x: (4 * x).astype("int64"),
    "zeros_like": lambda m, x: m.zeros_like(x),
    "ones_like": lambda m, x: m.ones_like(x, dtype="int32"),
    "full_like": lambda m, x: m.full_like(x, 2.5),
    "copy": lambda m, x: m.copy(x),
}


@pytest.mark.parametrize("dtype", ("float64", "float32"))
@pytest.mark.parametrize("name", MOVES)
def test_move(name, dtype):
    x = SAMPLES[dtype]
    check(MOVES[name](np, ag.array(x)), MOVES[name](np, x))


CREATED = {
    "zeros": lambda m: m.zeros((2, 3)),
    "zeros_int": lambda m: m.zeros(3, dtype="int32"),
    "ones": lambda m: m.ones(4),
    "full": lambda m: m.full((2, 2), 7),
    "eye": lambda m: m.eye(3),
    "eye_k": lambda m: m.eye(3, 4, k=1),
    "arange": lambda m: m.arange(5),
    "arange_steps": lambda m: m.arange(7, -3, -3),
    "arange_float": lambda m: m.arange(0.1, 1.0, 0.3),
    "arange_empty": lambda m: m.arange(3, 1),
    "arange_dtype": lambda m: m.arange(4, dtype="float32"),
    "linspace": lambda m: m.linspace(-1.0, 2.0, 7),
    "linspace_open": lambda m: m.linspace(0, 1, 4, endpoint=False),
    "linspace_one": lambda m: m.linspace(3.0, 4.0, 1),
    "linspace_none": lambda m: m.linspace(3.0, 4.0, 0),
}


@pytest.mark.parametrize("name", CREATED)
def test_create(name):
    check(CREATED[name](ag.numpy), CREATED[name](np))


INDICES = {
    "int": 1, "negative": -1, "ints": (1, 2), "slice": slice(1, None), "steps": slice(None, None, -2),
    "column": (slice(None), 2), "ellipsis": (..., 0), "new": None, "new_inside": (0, None, slice(1, 3)),
    "array": np.array([2, 0, 0]), "list": [1, 1], "array_second": (slice(None), np.array([3, 0])),
    "matrix": np.array([[0, 1], [2, 2]]), "empty": (), "all": ...,
}  # fmt: skip


@pytest.mark.parametrize("name", INDICES)
def test_index(name):
    x = SAMPLES["float64"]
    check(ag.array(x)[INDICES[name]], x[INDICES[name]], True)


def test_index_by_masks_and_tensors():
    x = SAMPLES["float64"]
    t = ag.array(x)
    check(t[t > 0.5], x[x > 0.5], True)
    check(t[t[:, 0] > 0.4], x[x[:, 0] > 0.4], True)
    check(t[ag.array([2, 1])], x[[2, 1]], True)
    check(t[ag.array(2)], x[2], True)
    check(t[ag.array(0) : ag.array(2)], x[0:2], True)


ASSIGNED = {
    "int": (1, 5.0), "element": ((1, 2), 5), "row": (0, np.arange(4.0)), "slice": (slice(1, None), 0.0),
    "column": ((slice(None), 1), np.arange(3.0)), "all": (..., 2.0), "steps": (slice(None, None, 2), 1.5),
    "mask": (SAMPLES["float64"] > 0.5, -1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", ASSIGNED)
def test_assign(name):
    index, item = ASSIGNED[name]
    x = SAMPLES["float64"].copy()
    t = ag.array(x)
    same = t
    x[index] = item
    t[index] = item
    check(same, x, True)


def test_assignment_takes_the_dtype_of_the_array():
    t = ag.array([1, 2, 3])
    t[0] = 2.7
    check(t, np.array([2, 2, 3]), True)


@pytest.mark.parametrize("name", ("iadd", "isub", "imul", "itruediv", "ipow"))
def test_in_place(name):
    import operator

    x = SAMPLES["float64"].copy()
    t = ag.array(x)
    same = t
    t = getattr(operator, name)(t, 2.0)
    x = getattr(operator, name)(x, 2.0)
    assert same is t
    check(same, x)


def test_in_place_without_axes_gives_another_tensor():
    t = ag.array(1.0)
    same = t
    t += 1.0
    assert (float(same), float(t)) == (1.0, 2.0)


def test_in_place_keeps_dtype_and_shape():
    with pytest.raises(TypeError, match="same_kind"):
        t = ag.array([1, 2])
        t += 0.5
    with pytest.raises(ValueError, match="non-broadcastable"):
        t = ag.array([1.0])
        t += np.ones(3)


def test_rows_and_unpacking():
    a, b, c = ag.array(SAMPLES["float64"])
    check(b, SAMPLES["float64"][1], True)
    assert [float(v) for v in ag.array([1.0, 2.0])] == [1.0, 2.0]


def test_attributes():
    t = ag.array(SAMPLES["float32"])
    assert (t.shape, t.ndim, t.size, len(t), t.dtype) == ((3, 4), 2, 12, 3, np.float32)
    assert t.T.shape == (4, 3)
    assert t.sum().item() == pytest.approx(float(SAMPLES["float32"].sum()), rel=1e-6)
    assert t.tolist() == SAMPLES["float32"].tolist()


def test_numbers_out():
    assert float(ag.array(1.5)) == 1.5
    assert int(ag.array([7])) == 7
    assert [10, 20, 30][ag.array(1)] == 20
    assert bool(ag.array(0.0)) is False
    assert f"{ag.array(1.23456):.2f}" == "1.23"
    assert str(ag.array([1.0, 2.0])) == "[1. 2.]"
    assert repr(ag.array(2.0)) == "Tensor(2.0, shape=(), dtype=float64)"


def test_lists_of_tensors():
    x = ag.array(2.0)
    check(ag.array([x, 2 * x, 1]), np.array([2.0, 4.0, 1.0]), True)
    check(ag.array([[x, 1.0], [3.0, x]]), np.array([[2.0, 1.0], [3.0, 2.0]]), True)
    check(np.stack([x, x + 1]), np.array([2.0, 3.0]), True)


def test_integer_division_by_zero_warns_once_per_call():
    with pytest.warns(RuntimeWarning, match="divide by zero encountered in floor_divide") as caught:
        found = ag.array([7, 8, 9]) // ag.array([0, 2, 0])
    assert len(caught) == 1
    check(found, np.array([0, 4, 0]), True)
    with pytest.warns(RuntimeWarning, match="in remainder"):
        check(ag.array(7) % 0, np.int64(0), True)


def test_floats_never_warn():
    t = ag.array([0.0, -1.0, 1e308])
    check(1.0 / t[0], np.float64(np.inf), True)
    check(t * 1e10 * 1e300 - t * 1e308, np.array([0.0, -np.inf, np.nan]), True)
    assert not np.isfinite((ag.array(1e38, dtype="float32") * 1e10).numpy())


def test_least_integer():
    low = np.iinfo("int64").min
    check(ag.array(low) // -1, np.int64(low), True)
    check(
        ag.array([np.nan, np.inf, 1e300, -2.7]).astype("int64"), np.array([low, low, low, -2]), True
    )


def test_arange_is_not_allocated_when_it_is_iterated():
    steps = iter(ag.arange(2**62))
    assert [int(next(steps)) for _ in range(3)] == [0, 1, 2]
    assert next(steps).dtype == np.int64
    assert len(ag.arange(2**40)) == 2**40


def test_the_array_given_is_copied():
    x = np.ones(3)
    t = ag.constant(x)
    x[0] = 5.0
    check(t, np.ones(3), True)
    t.numpy()[0] = 5.0
    check(t, np.ones(3), True)


@pytest.mark.parametrize(
    "make", (lambda x: x.astype(">f8"), np.asfortranarray, lambda x: x[::-1, ::-1])
)
def test_layouts(make):
    x = make(SAMPLES["float64"])
    check(ag.array(x) * 2, x.astype("f8") * 2, True)
