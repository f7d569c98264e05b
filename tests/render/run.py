"""Run small kernels: build the slots, call, and read what came back."""

import struct

import numpy as np

from autograph_lite.render import form
from autograph_lite.render.form import B1, F32, F64, I32, I64, PTR
from autograph_lite.render.llvm import print_llvm
from autograph_lite_runtime import context, load

PACK = {F64: "<d", I64: "<q", F32: "<f4x", I32: "<i4x", B1: "<?7x"}


def var(name, kind=F64):
    return form.Var(name, kind)


def const(value, kind=None):
    kind = kind or {bool: B1, int: I64, float: F64}[type(value)]
    return form.Const(value, kind)


def binary(op, a, b):
    return form.Bin(op, a, b, a.type)


def add(a, b):
    return binary("add", a, b)


def mul(a, b):
    return binary("mul", a, b)


def load_at(base, i, kind=F64):
    return form.Load(base, i, kind)


def kernel(params, *body, results=0, name="kernel"):
    """Params are variables, or (variable, element type) for pointers; results take later slots."""
    slots = [
        form.Param(p, 1 + i) if isinstance(p, form.Var) else form.Param(p[0], 1 + i, p[1])
        for i, p in enumerate(params)
    ]
    return form.Kernel(name, tuple(slots), tuple(body), 1 + len(params) + results)


def bits(value, kind):
    return struct.unpack("<q", struct.pack(PACK[kind], value))[0]


def fill(call, k, arguments):
    call.reserve(max(k.slots, 1))
    for param, value in zip(k.params, arguments, strict=True):
        is_pointer = param.var.type == PTR
        word = value.ctypes.data if is_pointer else bits(value, param.var.type)
        call.slots[param.slot] = word


def read(call, slot, kind):
    raw = np.array([call.slots[slot]], np.int64)
    return raw.view(np.bool_ if kind == B1 else kind)[0]


class Run:
    """One call; `status`, `value(slot, type)`, `array(slot, type, shape)`, `printed`, `fault`."""

    def __init__(self, k, *arguments):
        self.call = context.acquire()
        self.entry = load.compile(print_llvm(k), k.name)
        fill(self.call, k, arguments)
        self.status = self.entry.function(self.call.address)
        self.fault = self.call.fault()
        self.printed = self.call.drain()

    def value(self, slot, kind):
        return read(self.call, slot, kind)

    def array(self, slot, kind, shape):
        return self.call.array(self.call.slots[slot], kind, shape)


def over(expression, params, columns, kind=None):
    """`expression` over the values of each parameter, computed inside a compiled loop."""
    kind = kind or expression.type
    n, i, out = var("n", I64), var("i", I64), var("out", PTR)
    arrays = [np.ascontiguousarray(c, p.type) for p, c in zip(params, columns, strict=True)]
    bases = [var(f"{p.name}_array", PTR) for p in params]
    k = kernel(
        [n, (out, kind), *((b, p.type) for b, p in zip(bases, params, strict=True))],
        form.For(
            i,
            const(0),
            n,
            (
                *(form.Let(p, form.Load(b, i, p.type)) for p, b in zip(params, bases, strict=True)),
                form.Store(out, i, expression),
            ),
        ),
    )
    result = np.empty(len(arrays[0]), kind)
    assert Run(k, len(result), result, *arrays).status == 0
    return result
