"""Plants one fault per op record at a time: `python -m tests.mutants` says which nothing notices.

Faults: a negated value or contribution, operands swapped, a partial times 1.001, a select whose
condition is dropped.  Each is tried in a process of its own (a wrong kernel may end it) against the
checks of tests/ops, which compute; a fault that leaves them content has survived.
"""

from __future__ import annotations

import argparse
import ast
import copy
import inspect
import itertools
import linecache
import os
import signal
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import autograph_lite.api  # noqa: F401  (the whole table)
from autograph_lite import pipeline
from autograph_lite.eager import interpreter as eager
from autograph_lite.ir.graph import Value
from autograph_lite.ops import OPS
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.record import Fold, Indexed, Linear, Loops, Op, Partials, Scalar, Vjp
from tests.ops.checks import check
from tests.ops.corners import CORNERS, check_corner
from tests.ops.samples import REGIONS

SURVIVED, CAUGHT, IDLE, UNPLANTED = 0, 1, 2, 3
SECONDS = 60

COMMUTATIVE = frozenset(
    "add multiply accumulate hypot maximum minimum equal not_equal bitwise_and bitwise_or bitwise_xor"
    " py_add py_multiply py_equal py_not_equal py_and py_or py_xor np_add np_multiply np_hypot np_equal"
    " np_not_equal np_logical_and np_logical_or np_logical_xor np_scalar_add np_scalar_multiply".split()
)
"""Operands swapped are the same op."""

HARMLESS: dict[tuple[str, str], str] = {
    ("sign", "derivative: contribution 0 negated"): "the contribution is zero",
    ("sign", "derivative: contribution 0 times 1.001"): "the contribution is zero",
    ("copy", "value negated"): "no kernel copies: the simplifier hands the operand on",
    ("stop_gradient", "value negated"): "no kernel copies: the simplifier hands the operand on",
    ("arrive_blank", "value negated"): "the simplifier puts `accumulate` in its place",
    ("arrive_blank", "operands swapped"): "the simplifier puts `accumulate` in its place",
    ("zeros_like", "value negated"): "it is an integer until it is cast",
}
"""(op, fault) -> why the faulty record means the same."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """An op, a fault in words, the changed fields of the record, and what eager mode then does."""

    op: Op
    fault: str
    fields: dict[str, Any]
    handler: eager.Handler | None = None


# --- bodies --------------------------------------------------------------------------------------


def body_function(body: str | Callable[..., Any]) -> ast.FunctionDef:
    """A body as the definition of a function."""
    text = f"def body(x, y, z, w, acc):\n    return {body}" if isinstance(body, str) else ""
    source = text or textwrap.dedent(inspect.getsource(body))  # type: ignore[arg-type]
    made = ast.parse(source).body[0]
    assert isinstance(made, ast.FunctionDef)
    return made


def rebuilt(body: str | Callable[..., Any], tree: ast.FunctionDef) -> Any:
    """A changed definition in the form of the body that it comes from."""
    if isinstance(body, str):
        returned = tree.body[0]
        assert isinstance(returned, ast.Return) and returned.value is not None
        return ast.unparse(returned.value)
    source = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    name = f"<mutant {next(_numbers)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    space: dict[str, Any] = {"__name__": "mutant"}
    exec(compile(source, name, "exec"), space)
    return space[tree.name]


_numbers = itertools.count()


class Swap(ast.NodeTransformer):
    """`x` for `y` and `y` for `x`."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name({"x": "y", "y": "x"}.get(node.id, node.id), node.ctx)


class Choose(ast.NodeTransformer):
    """The n-th conditional expression replaced by one of its arms."""

    def __init__(self, n: int, arm: str) -> None:
        self.n, self.arm, self.seen = n, arm, 0

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        self.seen += 1
        return getattr(node, self.arm) if self.seen - 1 == self.n else node


class Negate(ast.NodeTransformer):
    """The value returned, or stored into an array, negated; a bool inverted."""

    def __init__(self, boolean: bool) -> None:
        self.boolean = boolean

    def negated(self, value: ast.expr) -> ast.expr:
        op = ast.Not() if self.boolean else ast.USub()
        return ast.UnaryOp(op, value)

    def visit_Return(self, node: ast.Return) -> ast.Return:
        assert node.value is not None
        return ast.Return(self.negated(node.value))

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        stored = isinstance(node.targets[0], ast.Subscript)
        return ast.Assign(node.targets, self.negated(node.value), lineno=0) if stored else node


def selects(tree: ast.FunctionDef) -> int:
    return sum(isinstance(n, ast.IfExp) for n in ast.walk(tree))


def changed_bodies(op: Op) -> Iterator[tuple[str, Any]]:
    """(fault, body) of a record whose arithmetic stands in it."""
    body = op.body
    if isinstance(body, Scalar):
        wrap: Callable[[Any], Any] = Scalar
        source: Any = body.text
    elif isinstance(body, Fold):
        wrap, source = (lambda text: replace(body, step=text)), body.step
    elif isinstance(body, Loops):
        wrap, source = (lambda function: replace(body, function=function)), body.function
    else:
        return
    for fault, tree in changed_trees(op, body_function(source)):
        yield fault, wrap(rebuilt(source, tree))


def changed_trees(op: Op, tree: ast.FunctionDef) -> Iterator[tuple[str, ast.FunctionDef]]:
    boolean = (isinstance(op.body, Fold) and op.name in ("any", "all")) or gives_bool(op)
    yield "value negated", Negate(boolean).visit(copy.deepcopy(tree))
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    if isinstance(op.body, Scalar) and {"x", "y"} <= names and op.name not in COMMUTATIVE:
        yield "operands swapped", Swap().visit(copy.deepcopy(tree))
    for n in range(selects(tree)):
        for arm in ("body", "orelse"):
            yield f"select {n} is its {arm}", Choose(n, arm).visit(copy.deepcopy(tree))


def gives_bool(op: Op) -> bool:
    comparisons = ("equal", "less", "greater", "not", "is", "bool", "logical", "signbit")
    tests = ("math_is", "math_undefined", "math_infinite", "math_pole")
    name = op.name.removeprefix("py_").removeprefix("np_")
    return isinstance(op.body, Scalar) and name.startswith((*comparisons, *tests))


# --- derivatives ---------------------------------------------------------------------------------

hits = [0]  # how often the planted fault changed something


def on_part(function: Callable[..., Any], k: int, change: Callable[[Any], Any]) -> Any:
    """A derivative with its k-th contribution changed."""

    def changed(*args: Any, **params: Any) -> Any:
        parts = list(function(*args, **params))
        if k < len(parts) and parts[k] is not None:
            hits[0] += 1
            parts[k] = change(parts[k])
        return tuple(parts)

    return changed


def on_read(function: Callable[..., Any], change: Callable[[Any], Any]) -> Any:
    """The derivative of a read: the cotangent that it adds, changed."""

    def changed(current: Any, g: Any, *args: Any, **params: Any) -> Any:
        hits[0] += 1
        return function(current, change(g), *args, **params)

    return changed


def without(function: Callable[..., Any], name: str, instead: Callable[..., Any]) -> Any:
    """A derivative in which the op `name` is something else."""

    def changed(*args: Any, **params: Any) -> Any:
        original = getattr(f, name)

        def planted(*operands: Any, **more: Any) -> Any:
            hits[0] += 1
            return instead(*operands, **more)

        setattr(f, name, planted)
        try:
            return function(*args, **params)
        finally:
            setattr(f, name, original)

    return changed


CHANGES: dict[str, Callable[[Any], Any]] = {
    "negated": lambda v: f.negative(v) if hasattr(v, "type") else -v,
    "times 1.001": lambda v: f.multiply(v, 1.001) if hasattr(v, "type") else v * 1.001,
}
MASKS: dict[str, tuple[str, Callable[..., Any]]] = {
    "where is its first": ("where", lambda c, x, y: x),
    "where is its second": ("where", lambda c, x, y: y),
    "choose drops its mask": ("choose", lambda c, x: x),
    "scale multiplies": ("scale", lambda g, p: f.multiply(g, p)),
}


def changed_derivatives(op: Op) -> Iterator[tuple[str, Any]]:
    made = op.derivative
    if isinstance(made, Indexed):
        for name, change in CHANGES.items():
            yield f"cotangent read {name}", replace(made, function=on_read(made.function, change))
    if not isinstance(made, Partials | Vjp | Linear):
        return
    for name, change in CHANGES.items():
        for k in range(3):
            yield (
                f"contribution {k} {name}",
                replace(made, function=on_part(made.function, k, change)),
            )
    for fault, (name, instead) in MASKS.items():
        yield fault, replace(made, function=without(made.function, name, instead))


# --- one at a time -------------------------------------------------------------------------------


def mutants(op: Op) -> Iterator[Mutant]:
    for fault, body in changed_bodies(op):
        yield Mutant(op, fault, {"body": body})
    if op in eager.OWN:
        yield Mutant(op, "eager value negated", {}, negated_handler(eager.OWN[op]))
    elif op.exact is not None and op.name not in ("dim", "iota"):
        yield Mutant(op, "eager value negated", {"exact": negated(op.exact)})
    if op.on_scalars is not None:
        yield Mutant(op, "eager scalar negated", {"on_scalars": negated(op.on_scalars)})
    for fault, derivative in changed_derivatives(op):
        yield Mutant(op, "derivative: " + fault, {"derivative": derivative})


def negated(function: Callable[..., Any]) -> Callable[..., Any]:
    def changed(*args: Any, **params: Any) -> Any:
        out = function(*args, **params)
        return ~out if out.dtype.kind == "b" else -out

    return changed


def negated_handler(handler: eager.Handler) -> eager.Handler:
    def changed(inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
        (out,) = handler(inputs, params)
        return (Value(None, ~out.data if out.data.dtype.kind == "b" else -out.data),)

    return changed


def plant(mutant: Mutant) -> None:
    """Change the record in place, for this process, and forget what was derived from it."""
    for name, value in mutant.fields.items():
        object.__setattr__(mutant.op, name, value)
    if "derivative" not in mutant.fields:
        pipeline._one_node.clear()
        eager._handlers.pop(mutant.op, None)
        if mutant.handler is not None or mutant.op in eager.OWN:
            eager._handlers[mutant.op] = mutant.handler or eager.OWN[mutant.op]
        hits[0] = 1


def attempt(mutant: Mutant) -> int:
    """In the process of the fault: what the checks say."""
    try:
        check(mutant.op)
        for corner in CORNERS:
            if corner.op == mutant.op.name:
                check_corner(corner)
    except Exception:
        return CAUGHT
    return SURVIVED if hits[0] else IDLE


def start(mutant: Mutant) -> int:
    """A process that tries one fault; its number."""
    child = os.fork()
    if child:
        return child
    status = UNPLANTED
    try:
        plant(mutant)
        signal.alarm(SECONDS)  # a loop that no longer ends has been noticed
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        status = CAUGHT
        status = attempt(mutant)
    finally:
        os._exit(status)


def examine(ops: list[Op], jobs: int) -> tuple[list[Mutant], int]:
    """The faults that survive, and how many were planted."""
    waiting = iter([m for op in ops for m in mutants(op)])
    running: dict[int, Mutant] = {}
    survivors, planted = [], 0
    while True:
        while len(running) < jobs and (mutant := next(waiting, None)) is not None:
            running[start(mutant)] = mutant
        if not running:
            return survivors, planted
        child, status = os.wait()
        mutant = running.pop(child)
        code = os.waitstatus_to_exitcode(status)
        if code == UNPLANTED:
            raise RuntimeError(f"cannot plant: {mutant.op.name}: {mutant.fault}")
        planted += code != IDLE
        if code == SURVIVED and (mutant.op.name, mutant.fault) not in HARMLESS:
            survivors.append(mutant)
            print(f"survives: {mutant.op.name}: {mutant.fault}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ops", nargs="*", help="names of ops; all of them without")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    options = parser.parse_args()
    ops = [op for op in OPS.values() if op.name not in REGIONS]
    ops = [OPS[name] for name in options.ops] or ops
    began = time.monotonic()
    broken = [op.name for op in ops if not passes(op)]
    ops = [op for op in ops if op.name not in broken]
    survivors, planted = examine(ops, options.jobs)
    print(
        f"{planted} faults in {len(ops)} ops, {len(survivors)} survive; {time.monotonic() - began:.0f} s"
    )
    if broken:
        print("not examined, their checks fail without a fault:", ", ".join(broken))
    return 1 if survivors or broken else 0


def passes(op: Op) -> bool:
    """Also compiles, once for all processes, what the checks need."""
    try:
        check(op)
    except AssertionError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
