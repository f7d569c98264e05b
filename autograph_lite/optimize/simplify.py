"""Simplify: what is known need not be computed, carried or asked for.

A branch whose condition is known is the arm taken.  A piece of a loop's state that never changes is
captured instead; one that is the same constant before and after each step is that constant.  Bools that
say which values have arrived, of which gradients have many, mostly vanish this way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ops.control import IF, LOOP
from autograph_lite.ops.custom import CUSTOM
from autograph_lite.optimize.scope import Facts, Scope


def simplify(graph: Graph) -> Graph:
    scope = Scope()
    _walk(scope, graph.body)
    return Graph(graph.name, scope.region(graph.body, graph.body.results))


def _walk(scope: Scope, region: Region) -> None:
    for node in region.nodes:
        if node.op is IF:
            _if(scope, node)
        elif node.op is LOOP:
            _loop(scope, node)
        elif node.op is CUSTOM:  # no derivative is taken any more
            scope.by.update(zip(node.outputs, map(scope.see, node.inputs), strict=False))
        else:
            scope.add(node)


# --- branches --------------------------------------------------------------------------------------


def _if(scope: Scope, node: Node) -> None:
    cond, *captures = map(scope.see, node.inputs)
    known = scope.number(cond)
    if known is not None:
        arm: Region = node.params["then" if known else "orelse"]
        scope.by.update(zip(arm.arguments, captures, strict=True))
        _walk(scope, arm)
        scope.by.update(zip(node.outputs, map(scope.see, arm.results), strict=True))
        return
    arms, given = {}, []
    for name, truth in (("then", True), ("orelse", False)):
        arm = node.params[name]
        inner = scope.enter(
            zip(arm.arguments, captures, strict=True), Facts(scope, [(cond, truth)])
        )
        _walk(inner, arm)
        arms[name] = inner.region(arm, arm.results)
        outside = dict(zip(arm.arguments, captures, strict=True))
        given.append([_Given.of(inner, outside, v) for v in arms[name].results])
    scope.put(Node(node.op, (cond, *captures), node.outputs, {**node.params, **arms}, node.origin))
    for out, a, b in zip(node.outputs, *given, strict=True):
        found = _joined(scope, cond, out, a, b)
        if found is not None:
            scope.by[out] = found


@dataclass(frozen=True, slots=True)
class _Given:
    """What a region gives as a result, as its surroundings see it: a number, a value, or neither."""

    number: Any
    value: Value | None

    @staticmethod
    def of(inner: Scope, outside: dict[Value, Value], result: Value) -> _Given:
        return _Given(inner.number(result), outside.get(result))

    def there(self, scope: Scope, out: Value) -> Value | None:
        return scope.constant(self.number, out.type) if self.number is not None else self.value


def _joined(scope: Scope, cond: Value, out: Value, a: _Given, b: _Given) -> Value | None:
    """A result of a branch where its arms need not be entered for it."""
    one, other = a.there(scope, out), b.there(scope, out)
    if one is None or other is None:
        return None
    if one is other:
        return one
    if out.type.rank or out.type.depth or out.type.kind != "ag":
        return None
    return _selected(scope, cond, one, other)


def _selected(scope: Scope, cond: Value, one: Value, other: Value) -> Value | None:
    """`one` where the condition holds, else `other`; scalars."""
    if one.type.dtype not in ("bool", "float32", "float64"):
        return None
    if cond.type.kind == "py":
        cond = scope.emit("weak", cond, dtype="bool")
    return scope.emit("either", cond, one, other)


# --- loops -----------------------------------------------------------------------------------------


class _Loop:
    """A loop node taken apart."""

    def __init__(self, scope: Scope, node: Node) -> None:
        self.scope, self.node = scope, node
        inputs = [scope.see(v) for v in node.inputs]
        self.bound = inputs.pop(0) if node.params["bounded"] else None
        n, reads = node.params["state"], node.params["reads"]
        self.inits, rest = inputs[:n], inputs[n:]
        self.captures = rest[: len(rest) - reads]
        self.histories = rest[len(rest) - reads :]
        self.body: Region = node.params["body"]
        self.test: Region | None = node.params.get("test")
        self.n = n

    def slots(self, region: Region) -> tuple[Value, ...]:
        return region.arguments[1 : 1 + self.n]

    def entered(self, region: Region, fixed: set[int]) -> Scope:
        """A region of the loop, with what is assumed of its state: init, where it never changes."""
        facts = Facts(self.scope, positive=() if self.bound is None else (self.bound,))
        slots = self.slots(region)
        pairs = [(slots[i], self.inits[i]) for i in sorted(fixed)]
        pairs += zip(region.arguments[1 + self.n :], self.captures, strict=False)
        if region is self.body:
            pairs += self._read_twice()
        inner = self.scope.enter(pairs, facts)
        _walk(inner, region)
        return inner

    def _read_twice(self) -> list[tuple[Value, Value]]:
        """Elements of one history are one value."""
        elements = self.body.arguments[len(self.body.arguments) - len(self.histories) :]
        first: dict[Value, Value] = {}
        pairs = zip(elements, self.histories, strict=True)
        return [(e, first[h]) for e, h in pairs if first.setdefault(h, e) is not e]

    def fixed(self) -> tuple[Scope, set[int]]:
        """The state that never changes, and the body in the light of it: assumed, then checked."""
        found = {i for i in range(self.n) if self._may_stay(i)}
        while True:
            inner = self.entered(self.body, found)
            stays = {i for i in found if self._stays(inner, i)}
            if stays == found:
                return inner, found
            found = stays

    def _may_stay(self, i: int) -> bool:
        result, slot = self.body.results[i], self.body.arguments[1 + i]
        constant = self.scope.number(self.inits[i]) is not None and slot.type.dtype == "bool"
        return result is slot or constant

    def _stays(self, inner: Scope, i: int) -> bool:
        slot, result = inner.see(self.body.arguments[1 + i]), inner.see(self.body.results[i])
        return result is slot


def _loop(scope: Scope, node: Node) -> None:
    loop = _Loop(scope, node)
    inner, fixed = loop.fixed()
    regions = {"body": inner.region(loop.body, loop.body.results)}
    if loop.test is not None:
        tested = loop.entered(loop.test, fixed)
        regions["test"] = tested.region(loop.test, loop.test.results)
    for i in fixed:
        scope.by[node.outputs[1 + i]] = loop.inits[i]
    _put(loop, regions, fixed)
    _write_once(loop, regions["body"])
    _steps(loop)
    outside = dict(zip(loop.body.arguments[1 + loop.n :], loop.captures, strict=False))
    for i, out in enumerate(node.outputs[1 : 1 + loop.n]):
        if i not in fixed:
            _last(loop, regions, i, out, _Given.of(inner, outside, regions["body"].results[i]))


def _put(loop: _Loop, regions: dict[str, Region], fixed: set[int]) -> None:
    """The loop with what never changes among its captures."""
    n, node = loop.n, loop.node
    kept = [i for i in range(n) if i not in fixed]
    moved = sorted(fixed)

    def arranged(items: Any) -> tuple[Any, ...]:
        """State, captures and elements in their new order."""
        state, rest = items[:n], items[n:]
        captures, elements = rest[: len(loop.captures)], rest[len(loop.captures) :]
        first = [state[i] for i in kept]
        return (*first, *captures, *(state[i] for i in moved), *elements)

    made = {}
    for name, region in regions.items():
        arguments = (region.arguments[0], *arranged(region.arguments[1:]))
        results = region.results
        if name == "body":
            results = (*(results[i] for i in kept), *results[n:])
        made[name] = Region(arguments, region.nodes, results)
    inputs = arranged((*loop.inits, *loop.captures, *loop.histories))
    first = () if loop.bound is None else (loop.bound,)
    outputs = (node.outputs[0], *(node.outputs[1 + i] for i in kept), *node.outputs[1 + n :])
    params = {**node.params, **made, "state": len(kept)}
    loop.scope.put(Node(node.op, (*first, *inputs), outputs, params, node.origin))


def _write_once(loop: _Loop, body: Region) -> None:
    """Histories of one value are one history."""
    first: dict[Value, Value] = {}
    for value, out in zip(body.results[loop.n :], loop.node.outputs[1 + loop.n :], strict=True):
        kept = first.setdefault(value, out)
        if kept is not out:
            loop.scope.by[out] = kept


def _steps(loop: _Loop) -> None:
    """A loop that only its bound ends takes so many steps."""
    scope = loop.scope
    if loop.bound is None or loop.test is not None:
        return
    made = scope.makers.get(loop.bound)
    number = scope.number(loop.bound)
    counted = made is not None and (made.op.counts or loop.bound is _count_of(made))
    if counted or (number is not None and number >= 0):
        scope.by[loop.node.outputs[0]] = loop.bound


def _count_of(made: Node) -> Value | None:
    """The number of steps that a loop took."""
    return made.outputs[0] if made.op is LOOP else None


def _last(loop: _Loop, regions: dict[str, Region], i: int, out: Value, last: _Given) -> None:
    """A bool that no step reads and that every step gives alike: it says whether there was a step.  Not a bool
    of Python's, of which `either` would make a tensor."""
    slot = loop.body.arguments[1 + i]
    is_bool = out.type.kind == "ag" and out.type.dtype == "bool" and not out.type.rank
    if not is_bool or any(_reads(region, slot) for region in regions.values()):
        return
    scope = loop.scope
    after = last.there(scope, out)
    if after is None:
        return
    steps = scope.see(loop.node.outputs[0])
    any_step = scope.emit("py_greater", steps, scope.constant(0, steps.type))
    found = _selected(scope, any_step, after, loop.inits[i])
    if found is not None:
        scope.by[out] = found


def _reads(region: Region, value: Value) -> bool:
    return value in region.results or any(value in node.inputs for node in region.nodes)
