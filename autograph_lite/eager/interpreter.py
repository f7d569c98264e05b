"""Op, data -> data: eager execution, one op at a time.

The data of a value without axes is a NumPy scalar, every other is a C-contiguous array that the
value alone owns.  It never changes while something may still read it: an assignment writes into
the array only where the value is not pinned, and the old value is then moved (its data is None,
its type stays).  So `y[t] = v` costs O(1) in a loop, under a tape too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograph_lite.eager.scalars import CONSTRUCT, SAFE, SCALARS, quiet, scalar
from autograph_lite.eager.warn import warn
from autograph_lite.errors import (
    AutographError,
    DomainError,
    GraphIndexError,
    GraphTypeError,
    InternalError,
    LimitError,
    ShapeError,
)
from autograph_lite.ir.graph import Value
from autograph_lite.ops import OPS
from autograph_lite.ops.dispatch import install_eager
from autograph_lite.ops.index import is_view, numpy_index
from autograph_lite.ops.record import Op, Scalar
from autograph_lite.ops.shapes import text

Handler = Callable[[tuple[Value, ...], dict[str, Any]], tuple[Value, ...]]
Run = Callable[[tuple[Any, ...]], list[Any]]
Evaluator = Callable[[Op, dict[str, Any], tuple[Any, ...]], Run]


def install_evaluator(function: Evaluator) -> None:
    """Set who computes the ops that have only a body: `function(op, params, datas)` gives what runs on
    these and on all data of the same classes."""
    _evaluator[:] = [function]


def _missing(op: Op, params: dict[str, Any], datas: tuple[Any, ...]) -> Run:
    raise InternalError(f"no kernels are available to compute {op.name}")


_evaluator: list[Evaluator] = [_missing]


class EagerInterpreter:
    """Executes each op at once."""

    def apply(self, op: Op, inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
        handler = _handlers.get(op)
        if handler is None:
            handler = _handlers[op] = _handler(op)
        try:
            return handler(inputs, params)
        except _CAUGHT as error:
            return _failed(handler, op, inputs, params, error)

    def localise(self, inputs: tuple[Value, ...]) -> tuple[Value, ...]:
        """The values themselves: there are no regions in eager execution."""
        return inputs

    def constant(self, number: Any, dtype: str) -> Value:
        """A scalar; one value per number, for it can neither change nor be watched."""
        key = (number, dtype)
        found = _constants.get(key)
        if found is None or not number:
            found = Value(None, scalar(number, dtype), True)
            if len(_constants) > 4096:
                _constants.clear()
            _constants[key] = found
        return found

    def read(self, box: Any) -> Value:
        value: Value = box._value
        return value

    def write(self, box: Any, value: Value) -> None:
        box._value = value

    def lift(self, obj: Any) -> Any:
        return obj


_constants: dict[tuple[Any, str], Value] = {}


def _failed(
    handler: Handler,
    op: Op,
    inputs: tuple[Value, ...],
    params: dict[str, Any],
    error: Exception,
) -> tuple[Value, ...]:
    """Raise the error that the op's type rule gives, else NumPy's in our class."""
    if isinstance(error, AutographError):
        raise error
    if isinstance(error, RuntimeError) and "already entered" in str(error):
        with _another_context():  # a signal handler or finalizer that computes inside a computation
            return handler(inputs, params)
    op.types(*(v.type for v in inputs), **params)
    if any(v.data is None for v in inputs):
        raise InternalError(f"{op.name} reads a value that was overwritten") from error
    if isinstance(error, ValueError) and isinstance(op.body, Scalar):  # its shapes fit
        raise DomainError(str(error)) from None
    for kind, ours in _CLASSES.items():
        if isinstance(error, kind):
            raise ours(str(error)) from None
    raise error


_CAUGHT = (ValueError, TypeError, IndexError, RuntimeError, AttributeError, MemoryError)
_CLASSES: dict[type[Exception], type[AutographError]] = {
    MemoryError: LimitError,
    IndexError: GraphIndexError,
    ValueError: ShapeError,
    TypeError: GraphTypeError,
}


class _another_context:
    """A second quiet context for the time of a computation that interrupts one."""

    def __enter__(self) -> None:
        self.outer = quiet.run
        quiet.__init__()  # type: ignore[misc]

    def __exit__(self, *error: object) -> None:
        quiet.run = self.outer


# --- how an op is executed -----------------------------------------------------------------------


def _handler(op: Op) -> Handler:
    if op.exact is None:
        return _by_kernel(op)
    if op.shape_only:
        return _by_numpy_and_shapes(op)
    if op.warns:
        return _by_integer_division(op.exact)
    if op.on_scalars is not None:
        return _by_operator(op.exact, op.on_scalars)
    return _by_numpy(op.exact)


def owned(array: Any) -> Any:
    """The result of a NumPy call as data: a scalar, or an array that shares nothing."""
    if array.__class__ is np.ndarray:
        if not array.shape:
            return array[()]
        if array.base is not None:
            return array.copy()
    return array


def _by_operator(exact: Callable[..., Any], on_scalars: Callable[..., Any]) -> Handler:
    """The operator where all operands are scalars, else NumPy's function."""

    def handler(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
        if len(inputs) == 2:
            a, b = inputs[0].data, inputs[1].data
            if a.__class__ in SCALARS and b.__class__ in SCALARS:
                return (Value(None, quiet.run(on_scalars, a, b)),)
            return (Value(None, quiet.run(exact, a, b)),)
        datas = [v.data for v in inputs]
        for data in datas:
            if data.__class__ not in SCALARS:
                return (Value(None, quiet.run(exact, *datas, **params)),)
        return (Value(None, quiet.run(on_scalars, *datas, **params)),)

    return handler


def _by_numpy(exact: Callable[..., Any]) -> Handler:
    def handler(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
        return (Value(None, owned(quiet.run(exact, *[v.data for v in inputs], **params))),)

    return handler


def _by_integer_division(exact: Callable[..., Any]) -> Handler:
    """0 and one warning where the divisor is 0, as NumPy."""
    plain = _by_numpy(exact)

    def handler(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
        outputs = plain(inputs, params)
        if not np.all(inputs[1].data) and np.size(outputs[0].data):
            warn(f"divide by zero encountered in {exact.__name__}", RuntimeWarning)
        return outputs

    return handler


def _datas(op: Op, inputs: tuple[Value, ...]) -> tuple[Any, ...]:
    """Data, or the shape where an op reads no more."""
    skipped = op.shape_only
    return tuple(v.type.shape if i in skipped else v.data for i, v in enumerate(inputs))


def _by_numpy_and_shapes(op: Op) -> Handler:
    def handler(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
        assert op.exact is not None
        return (Value(None, owned(quiet.run(op.exact, *_datas(op, inputs), **params))),)

    return handler


def _by_kernel(op: Op) -> Handler:
    known: dict[Any, Run] = {}  # by the classes of scalars, which are all there is to check
    skipped = op.shape_only

    def handler(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
        if len(inputs) == 2 and not params:
            a, b = inputs[0].data, inputs[1].data
            datas: tuple[Any, ...] = (a, b)
            classes: tuple[type, ...] | None = (a.__class__, b.__class__)
        else:
            datas = tuple([v.data for v in inputs])
            classes = None if params else tuple(map(type, datas))
        run = known.get(classes)
        if run is not None:
            out = run(datas)
            return (Value(None, out[0]),) if len(out) == 1 else tuple(map(_value, out))
        _check(op, inputs, params)
        if skipped:
            datas = tuple([_present(v) if i in skipped else v.data for i, v in enumerate(inputs)])
        run = _evaluator[0](op, params, datas)
        if classes is not None and SCALARS.issuperset(classes):
            known[classes] = run
        return tuple(map(_value, run(datas)))

    return handler


def _value(data: Any) -> Value:
    return Value(None, data)


def _present(value: Value) -> Any:
    """An array of the type of a value of which only the shape is read; it may be overwritten."""
    return _zeros_like((value,), {})[0].data if value.data is None else value.data


def _check(op: Op, inputs: tuple[Value, ...], params: dict[str, Any]) -> None:
    """Apply the type rule, unless all operands have one type or are scalars of one dtype."""
    if len(inputs) == 2:
        a, b = inputs[0].data, inputs[1].data
        if a.__class__ is b.__class__ and a.__class__ in SCALARS:
            return
    if len(inputs) > 1 or params:
        op.types(*(v.type for v in inputs), **params)


# --- ops that are more than one NumPy call -------------------------------------------------------


def _unbroadcast(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
    """Nothing happens, and nothing is recorded, where the shapes are equal."""
    g, x = inputs
    if g.type.shape == x.type.shape:
        return (g,)
    return _unbroadcast_kernel(inputs, params)


def _zeros_like(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
    """Reads the type only: the value may have been overwritten."""
    type = inputs[0].type
    if not type.shape:
        return (Value(type, CONSTRUCT[type.dtype](0)),)
    return (Value(type, np.zeros(type.shape, type.dtype)),)


def _cast(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
    """Scalars to floats and bools at once; to an integer the op's own rule says what NaN gives."""
    data, dtype = inputs[0].data, params["dtype"]
    if data.__class__ in SCALARS and dtype in SAFE:
        return (Value(None, quiet.run(CONSTRUCT[dtype], data)),)
    return _cast_array(inputs, params)


def _expand_dims(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
    """NumPy's function takes 3 us."""
    data, axes = inputs[0].data, params["axes"]
    rest = iter(data.shape)
    rank = len(data.shape) + len(axes)
    out = np.empty([1 if i in axes else next(rest) for i in range(rank)], data.dtype)
    out.reshape(data.shape)[...] = data
    return (Value(None, out),)


def _index(spec: tuple[tuple[Any, ...], ...], dynamic: tuple[Value, ...]) -> tuple[Any, ...]:
    if len(spec) == 1 and not dynamic and spec[0][0] == "int":
        return spec[0][1:]
    return numpy_index(spec, tuple([v.data for v in dynamic]))


def _getitem(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
    return (Value(None, owned(inputs[0].data[_index(params["spec"], inputs[1:])])),)


def _setitem(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
    x = inputs[0]
    target, index = _writable(x), _index(params["spec"], inputs[2:])
    try:
        target[index] = inputs[1].data
    except ValueError:  # NumPy has a sentence of its own for masks
        try:
            shape = target[index].shape
        except IndexError:  # which NumPy finds later
            (part,) = OPS["getitem"].types(x.type, *(v.type for v in inputs[2:]), **params)
            shape = part.shape
        shapes = text(inputs[1].type.shape), text(shape)
        raise ShapeError(
            "could not broadcast input array from shape {} into shape {}".format(*shapes)
        ) from None
    return _moved(x, target)


def _index_add(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
    x = inputs[0]
    target, index = _writable(x), _index(params["spec"], inputs[2:])
    if is_view(params["spec"]):
        quiet.run(_add_into, target, index, inputs[1].data)
    else:
        np.add.at(target, index, inputs[1].data)
    return _moved(x, target)


def _index_add_where(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
    x, g, where, *dynamic = inputs
    return _index_add((x, g, *dynamic), params) if where.data else (x,)


def _add_into(target: Any, index: tuple[Any, ...], g: Any) -> None:
    target[index] += g


def _writable(x: Value) -> Any:
    """The array of `x` where no one else may read it, else a copy; a scalar as an array."""
    data = x.data
    if data.__class__ is not np.ndarray:
        return np.array(data)
    if x.pinned or not data.flags.writeable or not data.flags.owndata:
        copies[0] += 1
        return data.copy()
    return data


copies = [0]  # arrays copied because of an assignment; tests count them


def _moved(x: Value, target: Any) -> tuple[Value, ...]:
    """A new value that holds `target`; `x` keeps its type, its data only if it was copied."""
    type = x.type
    if target is x.data:
        x.data = None
    return (Value(type, target if type.shape else target[()]),)


_cast_array = _by_numpy(OPS["cast"].exact)  # type: ignore[arg-type]
_unbroadcast_kernel = _by_kernel(OPS["unbroadcast"])


def _call(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
    """A compiled graph; for `order` tapes it also returns what its reverse needs."""
    return tuple(params["function"].outputs(inputs, params["order"]))


OWN: dict[Op, Handler] = {
    OPS["call"]: _call,
    OPS["unbroadcast"]: _unbroadcast,
    OPS["zeros_like"]: _zeros_like,
    OPS["cast"]: _cast,
    OPS["expand_dims"]: _expand_dims,
    OPS["getitem"]: _getitem,
    OPS["setitem"]: _setitem,
    OPS["index_add"]: _index_add,
    OPS["index_add_where"]: _index_add_where,
}
"""Ops that eager mode executes in a way of its own."""

_handlers = dict(OWN)

EAGER = EagerInterpreter()
install_eager(EAGER)
