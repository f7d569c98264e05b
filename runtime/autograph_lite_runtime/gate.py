"""The fast way into a kernel: a built-in function that takes Python objects and gives Python objects.

It checks that the arguments have the types that it was made for, fills the slots of the call, runs the
kernel, and makes numbers and arrays of the results, all in native code: a call with a float takes
0.1 us, where filling slots from Python takes 0.7.  At the first argument that does not fit it gives
`MISS`, before anything has an effect.  One text serves all kernels; each has a table of its own.

Where the headers of CPython and NumPy do not describe what is in memory there are no gates.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograph_lite_runtime import gate_table, load, routines
from autograph_lite_runtime.gate_table import ABOVE, IS, OTHER, SAME
from autograph_lite_runtime.once import once

__all__ = ["ABOVE", "IS", "MISS", "OTHER", "SAME", "Fault", "Place", "gate"]

MISS = object()
"""What a gate gives for arguments that do not fit, or while another call runs."""


class Fault(Exception):
    """A kernel stopped: status, site, number of details, four details."""


class Place(NamedTuple):
    """Where an argument or a result is: a "py" number, or an array or NumPy scalar; dtype, axes,
    first slot."""

    kind: str
    dtype: str
    rank: int
    slot: int


Relation = tuple[int, int, int]
"""`IS, slot, number`, `SAME` or `OTHER, slot, slot`, or `ABOVE, slot, number`."""

_PYTHON = {"float64": float, "int64": int, "bool": bool}
_READ = {8: gate_table.WORD, 4: gate_table.HALF, 1: gate_table.BYTE}
_GIVEN = {
    "float64": gate_table.FLOAT,
    "float32": gate_table.SINGLE,
    "int64": gate_table.INTEGER,
    "int32": gate_table.INTEGER_HALF,
    "bool": gate_table.BOOL,
}

_SYMBOLS = {
    "ag_bytes": "PyBytes_AsString",
    "ag_as_long": "PyLong_AsLongLongAndOverflow",
    "ag_from_double": "PyFloat_FromDouble",
    "ag_from_long": "PyLong_FromLongLong",
    "ag_from_bool": "PyBool_FromLong",
    "ag_new_tuple": "PyTuple_New",
    "ag_set_tuple": "PyTuple_SetItem",
    "ag_decref": "Py_DecRef",
    "ag_incref": "Py_IncRef",
    "ag_raised": "PyErr_Occurred",
    "ag_raise": "PyErr_SetObject",
    "ag_bad_call": "PyErr_BadInternalCall",
    "ag_build": "Py_BuildValue",
    "ag_tell": "PyObject_CallFunction",
    "ag_fetch": "PyErr_Fetch",
    "ag_restore": "PyErr_Restore",
    "ag_capsule": "PyCapsule_New",
    "ag_capsule_pointer": "PyCapsule_GetPointer",
}
_ARRAY_TYPE = 2
_NUMPY = {"ag_scalar": 60, "ag_array": 94, "ag_set_base": 282}
"""Places in NumPy's table of C functions, which never change."""


def gate(
    entry: load.Entry,
    arguments: Sequence[Place],
    results: Sequence[Place],
    relations: Iterable[Relation] = (),
    stopped: Callable[[Slots], None] | None = None,
    slots: int = 0,
) -> Callable[..., Any] | None:
    """`call(*arguments)` gives the result, a tuple unless it is one, or `MISS`; it raises `Fault`.
    `stopped` sees the slots when a signal has stopped the kernel, `slots` is how many there are if some are
    neither of arguments nor of results.  None where there can be no gate."""
    relations = tuple(relations)
    last = max((p.slot + p.rank for p in (*arguments, *results)), default=0)
    if max(last, slots - 1) >= gate_table.SLOTS or not as_expected():
        return None
    counts = (len(arguments), len(relations), len(results))
    told = None if stopped is None else lambda address: stopped(Slots(address))
    head = (entry.address, *counts, id(MISS), id(Fault), 0 if told is None else id(told))
    records = [*map(_argument, arguments), *((*r, 0, 0) for r in relations), *map(_result, results)]
    words = [word for part in (head, *records) for word in part]
    table = np.array(words, np.int64).tobytes()
    # the last object, meant for a module, is one that the function keeps
    return _builtin(ctypes.byref(_method()), table, told)  # type: ignore[no-any-return]


class Slots:
    """The slots of a call, seen as int64 and as float64."""

    def __init__(self, address: int) -> None:
        raw = memoryview((ctypes.c_int64 * gate_table.SLOTS).from_address(address)).cast("B")
        self.slots, self.doubles = raw.cast("q"), raw.cast("d")


def _argument(place: Place) -> tuple[int, ...]:
    kind, dtype, rank, slot = place
    if rank:
        return (gate_table.ARRAY, id(np.ndarray), slot, id(np.dtype(dtype)), rank)
    if kind != "py":
        read = _READ[np.dtype(dtype).itemsize]
        return (read, id(np.dtype(dtype).type), slot, 0, 0)
    read = {"float64": gate_table.WORD, "int64": gate_table.INT, "bool": gate_table.TRUTH}[dtype]
    return (read, id(_PYTHON[dtype]), slot, id(True), 0)


def _result(place: Place) -> tuple[int, ...]:
    kind, dtype, rank, slot = place
    if rank:
        return (gate_table.NEW_ARRAY, id(np.ndarray), slot, id(np.dtype(dtype)), rank)
    if kind == "py":
        return (_GIVEN[dtype], 0, slot, 0, 0)
    made = gate_table.SCALAR_BOOL if dtype == "bool" else gate_table.SCALAR
    return (made, 0, slot, id(np.dtype(dtype)), 0)


# --- the interpreter's side ------------------------------------------------------------------------


class _Method(ctypes.Structure):
    """CPython's `PyMethodDef`."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


_FASTCALL = 0x80  # METH_FASTCALL: (self, objects, count)
_python = ctypes.PyDLL(None)  # our own: what is declared of a function is seen by nobody else
_builtin = _python.PyCFunction_NewEx
_builtin.argtypes = (ctypes.c_void_p, ctypes.py_object, ctypes.py_object)
_builtin.restype = ctypes.py_object


@once
def _method() -> _Method:
    """What all gates are: the same code, which finds its table in `self`."""
    from autograph_lite_runtime import gate_text  # a first call needs no gate

    library = load.binding()
    for symbol, name in _SYMBOLS.items():
        library.add_symbol(symbol, routines.address(_python[name]))
    for symbol, place in _NUMPY.items():
        library.add_symbol(symbol, _numpy_table()[place])
    # 450 lines that LLVM needs 70 ms to optimise, at the second call of a process, and that gain nothing by it
    entry = load.compile(gate_text.TEXT, "enter", level=load.NOTHING)
    _python.Py_IncRef(ctypes.py_object(entry.engine))  # arrays that are freed at exit need its code
    return _Method(b"kernel", entry.address, _FASTCALL, None)


def _numpy_table() -> Any:
    """NumPy's table of C functions."""
    pointer = _python.PyCapsule_GetPointer
    pointer.argtypes, pointer.restype = (ctypes.py_object, ctypes.c_char_p), ctypes.c_void_p
    start = pointer(np._core._multiarray_umath._ARRAY_API, None)  # type: ignore[attr-defined]
    return (ctypes.c_void_p * 300).from_address(start)


@once
def as_expected() -> bool:
    """Whether objects look in memory as the headers say: seen in a float, in two scalars, in an array,
    and in the table of functions."""
    try:
        table = _numpy_table()
    except (AttributeError, ValueError):
        return False
    return object.__basicsize__ == 16 and table[_ARRAY_TYPE] == id(np.ndarray) and _readable()


def _readable() -> bool:
    def read(kind: Any, obj: Any, offset: int) -> Any:
        return kind.from_address(id(obj) + offset).value

    array = np.arange(6.0, dtype=np.float32).reshape(2, 3)
    turned = array.T
    extents = read(ctypes.c_int64, turned, gate_table.EXTENTS)
    return (
        read(ctypes.c_double, 0.1, 16) == 0.1
        and read(ctypes.c_float, np.float32(0.5), 16) == 0.5
        and read(ctypes.c_int64, np.int64(-7), 16) == -7
        and all(read(ctypes.c_int64, obj, 8) == id(type(obj)) for obj in (0.1, array, np.True_))
        and read(ctypes.c_int64, turned, gate_table.DATA) == array.ctypes.data
        and read(ctypes.c_int, turned, gate_table.RANK) == 2
        and list((ctypes.c_int64 * 2).from_address(extents)) == [3, 2]
        and read(ctypes.c_int64, turned, gate_table.DTYPE) == id(array.dtype)
        and read(ctypes.c_int, array, gate_table.FLAGS) & gate_table.USABLE == gate_table.USABLE
        and read(ctypes.c_int, turned, gate_table.FLAGS) & gate_table.USABLE != gate_table.USABLE
    )
