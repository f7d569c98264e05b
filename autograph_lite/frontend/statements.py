"""A statement without control flow -> statements in terms of `ag__`.

Python evaluates the value of an assignment before its target, and an augmented target once.  Where
the order could be seen, a temporary keeps it; where it cannot, the text stays short.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import gast

from autograph_lite.frontend.expressions import Expressions
from autograph_lite.frontend.names import deletions
from autograph_lite.frontend.nodes import (
    Node,
    assign,
    constant,
    everything,
    load,
    located,
    protocol,
    store,
)

INPLACE = {
    "Add": "add",
    "Sub": "sub",
    "Mult": "mul",
    "Div": "truediv",
    "FloorDiv": "floordiv",
    "Mod": "mod",
    "Pow": "pow",
    "MatMult": "matmul",
    "BitAnd": "and",
    "BitOr": "or",
    "BitXor": "xor",
    "LShift": "lshift",
    "RShift": "rshift",
}


@dataclass(slots=True)
class Fresh:
    """Names and numbers that occur nowhere else in the function; counted, so always the same."""

    taken: dict[str, None]
    last: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def number(self, *stems: str) -> int:
        """The next number that makes a free name of every stem."""
        self.last += 1
        while any(f"{stem}_{self.last}" in self.taken for stem in stems):
            self.last += 1
        return self.last

    def name(self, stem: str) -> str:
        """A temporary; the fence keeps names of this shape free."""
        self.counts[stem] = self.counts.get(stem, 0) + 1
        return f"{stem}_{self.counts[stem]}__"


def simple(node: Node, expressions: Expressions, fresh: Fresh) -> list[Node]:
    """The staged form of one simple statement."""
    rules = {
        "Assign": _assign,
        "AugAssign": _augmented,
        "AnnAssign": _annotated,
        "Expr": _expression,
        "Assert": _assert,
        "Raise": _raise,
        "Delete": _delete,
    }
    rule = rules.get(type(node).__name__)
    made = [node] if rule is None else rule(node, expressions, fresh)
    return [located(statement, node) for statement in made]


def _expression(node: Node, expressions: Expressions, fresh: Fresh) -> list[Node]:
    del fresh
    if isinstance(node.value, gast.Constant):
        return []
    value = expressions.rewrite(node.value)
    return [] if isinstance(value, gast.Name) else [gast.Expr(value)]


def _assert(node: Node, expressions: Expressions, fresh: Fresh) -> list[Node]:
    del fresh
    if not __debug__:  # `python -O` runs no asserts
        return []
    message = _thunk(node.msg, expressions)
    return [gast.Expr(protocol("assert_", expressions.test(node.test), message))]


def _raise(node: Node, expressions: Expressions, fresh: Fresh) -> list[Node]:
    del fresh
    parts = [part for part in (node.exc, node.cause) if part is not None]
    thunks = [expressions.lazy(part, expressions.rewrite(part)) for part in parts]
    return [gast.Expr(protocol("raise_", *thunks))]


def _thunk(node: Node | None, expressions: Expressions) -> Node:
    return constant(None) if node is None else expressions.lazy(node, expressions.rewrite(node))


def _delete(node: Node, expressions: Expressions, fresh: Fresh) -> list[Node]:
    """From left to right; a name that is not there is an error."""
    out: list[Node] = []
    for target in node.targets:
        if isinstance(target, (gast.Tuple, gast.List)):
            out.extend(_delete(gast.Delete(target.elts), expressions, fresh))
        elif isinstance(target, gast.Name):
            read = expressions.rewrite(gast.Name(target.id, gast.Load(), None, None))
            out.extend([gast.Expr(read)] if isinstance(read, gast.Call) else [])
            out.append(assign(store(target.id), protocol("Undefined", constant(target.id))))
        elif isinstance(target, gast.Attribute):
            holder = expressions.rewrite(target.value)
            out.append(gast.Expr(protocol("del_attr", holder, constant(target.attr))))
        else:
            parts = expressions.all([target.value, target.slice])
            out.append(gast.Expr(protocol("del_item", *parts)))
        gone = frozenset(name.id for name in deletions(target))
        expressions = replace(expressions, assigned=expressions.assigned - gone)
    return [located(statement, node) for statement in out]


def _annotated(node: Node, expressions: Expressions, fresh: Fresh) -> list[Node]:
    """Without a value it only declares the name local, which the analysis of names has seen."""
    if node.value is None:
        return []
    return _assign(gast.Assign([node.target], node.value, None), expressions, fresh)


def _assign(node: Node, expressions: Expressions, fresh: Fresh) -> list[Node]:
    """A name that `:=` assigns on one side is not still on the other."""
    value = expressions.rewrite(node.value)
    if all(isinstance(target, gast.Name) for target in node.targets):
        return assignment(node.targets, value, expressions, fresh)
    moving = [name for name in _walruses(node) if name in expressions.visible]
    unmoved = replace(expressions, visible=expressions.visible - frozenset(moving))
    quiet = _is_still(node.value, unmoved)
    return assignment(node.targets, value, expressions, fresh, quiet, unmoved)


def _walruses(node: Node) -> Iterator[str]:
    return (one.target.id for one in everything(node) if isinstance(one, gast.NamedExpr))


def assignment(
    targets: Sequence[Node],
    value: Node,
    expressions: Expressions,
    fresh: Fresh,
    still: bool = True,
    unmoved: Expressions | None = None,
) -> list[Node]:
    """Assign a staged value; `still` says that evaluating it has no effect on the targets, `unmoved`
    has the names that it leaves alone."""
    first = targets[0]
    if all(isinstance(target, gast.Name) for target in targets):
        return [gast.Assign(expressions.all(targets), value, None)]
    if len(targets) == 1 and _is_plain(first):
        return [assign(expressions.rewrite(first), _parts(first, value))]
    single = len(targets) == 1 and not isinstance(first, (gast.Tuple, gast.List))
    if single and (still or _is_still(first, unmoved or expressions)):
        return [_write(first, value, expressions)]
    name = fresh.name("value")
    out = [assign(store(name), value)]
    for target in targets:
        out.extend(_unpack(target, load(name), expressions, fresh))
        expressions = _knowing(expressions, target)
    return out


def _unpack(target: Node, value: Node, expressions: Expressions, fresh: Fresh) -> list[Node]:
    """Unpack into temporaries first: the targets are then assigned from left to right."""
    if _is_plain(target):
        return [assign(expressions.rewrite(target), _parts(target, value))]
    if not isinstance(target, (gast.Tuple, gast.List)):
        return [_write(target, value, expressions)]
    parts, out = [], []
    for element in target.elts:
        name = fresh.name("value")
        starred = isinstance(element, gast.Starred)
        parts.append(gast.Starred(store(name), gast.Store()) if starred else store(name))
        inner = element.value if starred else element
        out.extend(_unpack(inner, load(name), expressions, fresh))
        expressions = _knowing(expressions, inner)
    return [assign(gast.Tuple(parts, gast.Store()), _parts(target, value)), *out]


def _parts(target: Node, value: Node) -> Node:
    """A value to be unpacked: a tensor whose length only the run knows has to be told how many."""
    names = getattr(target, "elts", None)
    if names is None or isinstance(value, gast.Tuple):
        return value
    starred = any(isinstance(name, gast.Starred) for name in names)
    return protocol("unpack", value, constant(None if starred else len(names)))


def _knowing(expressions: Expressions, target: Node) -> Expressions:
    return expressions.binding(_plain_names(target))


def _plain_names(target: Node) -> Iterable[str]:
    if isinstance(target, gast.Name):
        yield target.id
    for element in getattr(target, "elts", ()):
        yield from _plain_names(getattr(element, "value", element))


def _is_plain(target: Node) -> bool:
    """A name, or names in one row: Python's own unpacking does it all."""
    names = target.elts if isinstance(target, (gast.Tuple, gast.List)) else (target,)
    found = (name.value if isinstance(name, gast.Starred) else name for name in names)
    return all(isinstance(name, gast.Name) for name in found)


def _is_still(node: Node, expressions: Expressions) -> bool:
    """Can evaluating this neither have an effect nor see one?  Local names, literals, slices."""
    if isinstance(node, gast.Name):
        return node.id in expressions.visible and node.id not in expressions.shared
    if isinstance(node, gast.Subscript) and isinstance(node.ctx, gast.Store):
        return _is_still(node.value, expressions) and _is_still(node.slice, expressions)
    if isinstance(node, gast.Attribute) and isinstance(node.ctx, gast.Store):
        return _is_still(node.value, expressions)
    if isinstance(node, gast.Slice):
        parts = (node.lower, node.upper, node.step)
        return all(part is None or _is_still(part, expressions) for part in parts)
    if isinstance(node, gast.Tuple):
        return all(_is_still(element, expressions) for element in node.elts)
    if isinstance(node, gast.UnaryOp):
        return isinstance(node.operand, gast.Constant)
    return isinstance(node, gast.Constant)


def _write(target: Node, value: Node, expressions: Expressions) -> Node:
    """`obj.attr = value` or `obj[index] = value`."""
    holder = expressions.rewrite(target.value)
    if isinstance(target, gast.Attribute):
        return gast.Expr(protocol("set_attr", holder, constant(target.attr), value))
    return gast.Expr(protocol("set_item", holder, expressions.rewrite(target.slice), value))


def _augmented(node: Node, expressions: Expressions, fresh: Fresh) -> list[Node]:
    name = constant(INPLACE[type(node.op).__name__])
    value = expressions.rewrite(node.value)
    if isinstance(node.target, gast.Name):
        old = expressions.rewrite(gast.Name(node.target.id, gast.Load(), None, None))
        return [assign(store(node.target.id), protocol("inplace", name, old, value))]
    return _augmented_part(node.target, name, value, expressions, fresh)


def _augmented_part(
    target: Node, name: Node, value: Node, expressions: Expressions, fresh: Fresh
) -> list[Node]:
    """The object and the index are evaluated once."""
    out: list[Node] = []
    holder = _once(target.value, "object", out, expressions, fresh)
    if isinstance(target, gast.Attribute):
        key, read, write = constant(target.attr), "attr", "set_attr"
    else:
        key = _once(target.slice, "index", out, expressions, fresh)
        read, write = "item", "set_item"
    new = protocol("inplace", name, protocol(read, holder, key), value)
    return [*out, gast.Expr(protocol(write, holder, key, new))]


def _once(node: Node, stem: str, out: list[Node], expressions: Expressions, fresh: Fresh) -> Node:
    staged = expressions.rewrite(node)
    if _is_still(node, expressions):
        return staged
    name = fresh.name(stem)
    out.append(located(assign(store(name), staged), node))
    return load(name)
