"""An expression of the user -> the same expression in terms of `ag__` and `scope__`.

Evaluation order and laziness are Python's: what Python may skip becomes a `lambda`.  Names that are
not assigned on every path are read through `ag__.ld`, which reports the user's name if it is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import gast

from autograph_lite.frontend.ahead import Ahead
from autograph_lite.frontend.desugar import is_ours
from autograph_lite.frontend.names import bound, free, parameters
from autograph_lite.frontend.nodes import (
    Asked,
    Node,
    arguments,
    children,
    constant,
    load,
    located,
    pair,
    protocol,
    thunk,
)

COMPARISONS = {
    "Eq": "eq",
    "NotEq": "ne",
    "Lt": "lt",
    "LtE": "le",
    "Gt": "gt",
    "GtE": "ge",
    "Is": "is",
    "IsNot": "is_not",
    "In": "in",
    "NotIn": "not_in",
}
# These go through a comprehension in one loop.
_FOLDED = ("any", "all", "sum", "min", "max")


@dataclass(frozen=True, slots=True)
class Expressions:
    """Rewrites expressions where `visible` names are Python variables, `assigned` ones surely set.

    `require` is told of a name that is read although it may be missing: its variable must exist.
    `ahead` is the statement around, None in a lambda; `local` are names of comprehensions around.  A call
    may change `shared` names, which functions inside assign; those `around` are of functions around.
    """

    visible: frozenset[str]
    assigned: frozenset[str]
    require: Callable[[str], None]
    ahead: Ahead | None = None
    local: tuple[str, ...] = ()
    shared: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()

    def where(self, assigned: frozenset[str], ahead: Ahead | None) -> Expressions:
        """The same elsewhere in the function; by hand, because `replace` takes three times as long."""
        around = (self.local, self.shared, self.around)
        return Expressions(self.visible, assigned, self.require, ahead, *around)

    def binding(self, names: Iterable[str]) -> Expressions:
        """The same inside a function or comprehension that binds names."""
        own = frozenset(names)
        return replace(self, visible=self.visible | own, assigned=self.assigned | own)

    def rewrite(self, node: Node) -> Node:
        """The staged form of an expression, at the same place."""
        rule = getattr(self, "_" + type(node).__name__, None)
        return located(rule(node) if rule else self._parts(node), node)

    def all(self, nodes: Iterable[Node]) -> list[Node]:
        """Each expression of a list."""
        return [self.rewrite(node) for node in nodes]

    def optional(self, node: Node | None) -> Node:
        """An expression that may be absent: then None."""
        return constant(None) if node is None else self.rewrite(node)

    def _parts(self, node: Node) -> Node:
        """Displays, arithmetic and literals stay as they are around rewritten parts."""
        fields = [self._field(getattr(node, field, None)) for field in node._fields]
        return type(node)(*fields)

    def _field(self, value: Node) -> Node:
        if isinstance(value, list):
            return [self._field(item) for item in value]
        return self.rewrite(value) if isinstance(value, (gast.expr, gast.Slice)) else value

    # -- operands that may be skipped

    def lazy(self, node: Node, staged: Node) -> Node:
        """The staged form of an operand as a function without arguments."""
        names = self.binds(node)
        if not names or self.ahead is None:
            return thunk(staged)
        for name in names:
            if name not in self.assigned:
                self.require(name)
        reads = frozenset(free(pair(node)))
        own = [name for name in self.local if name in reads]
        return self.ahead.operand(staged, names, own, node)

    def skipping(self, call: Node, *operands: Node) -> Node:
        """A call that may skip operands; names that they assign are handed on by it as a branch does."""
        names = self.binds(*operands)
        if names and self.ahead is not None:
            call.keywords = [gast.keyword("state", self.ahead.state(names, operands[0]))]
        return call

    def binds(self, *nodes: Node) -> list[str]:
        """Names that expressions may assign."""
        return list(dict.fromkeys(bound(pair(*nodes))))

    # -- names, parts of objects, calls

    def _Name(self, node: Node) -> Node:
        if not isinstance(node.ctx, gast.Load) or is_ours(node.id):
            return gast.Name(node.id, node.ctx, None, None)
        if node.id not in self.visible:
            return protocol("load", constant(node.id), of="scope__")
        if node.id in self.assigned:
            return load(node.id)
        self.require(node.id)
        return protocol("free" if node.id in self.around else "ld", load(node.id))

    def _Attribute(self, node: Node) -> Node:
        return protocol("attr", self.rewrite(node.value), constant(node.attr))

    def _Asked(self, node: Asked) -> Node:
        return protocol(node.name, *self.all(node.values))

    def _Subscript(self, node: Node) -> Node:
        return protocol("item", self.rewrite(node.value), self.rewrite(node.slice))

    def _Slice(self, node: Node) -> Node:
        parts = (node.lower, node.upper, node.step)
        return protocol("slice", *(self.optional(part) for part in parts))

    def _Call(self, node: Node) -> Node:
        function = self.rewrite(node.func)
        given = [self._first(node), *self.all(node.args[1:])] if node.args else []
        return protocol("call", function, pair(*given), *self._keywords(node.keywords))

    def _keywords(self, words: list[Node]) -> Iterator[Node]:
        """A dict of those that stand in a row, and what is after `**` by itself: Python looks whether a name
        is given twice."""
        for after, group in groupby(words, key=lambda word: word.arg is None):
            given = list(group)
            values = self.all(word.value for word in given)
            if after:
                yield from values
            else:
                yield gast.Dict([constant(word.arg) for word in given], values)

    def _first(self, call: Node) -> Node:
        """A comprehension that is used up at once need not become a list; a generator may become one."""
        node, name = call.args[0], getattr(call.func, "id", "")
        folded = name in _FOLDED and not _assigns(node)
        if isinstance(node, gast.GeneratorExp) and name in ("any", "all") and not folded:
            return self.rewrite(node)  # it stops early, and what it assigns is seen around it
        if isinstance(node, gast.GeneratorExp):
            made = self._each(node) if folded else self._ListComp(node, gast.ListComp)
            return located(made, node)
        if isinstance(node, gast.ListComp) and folded and _stay_as_they_are(call):
            return located(protocol("listed", self._each(node)), node)
        return self.rewrite(node)

    def _each(self, node: Node, number: int = 0) -> Node:
        """The elements of a comprehension, one after the other."""
        part = node.generators[number]
        inner = self.binding(bound(pair(part.target)))
        nested = number + 1 < len(node.generators)
        element = inner._each(node, number + 1) if nested else inner.rewrite(node.elt)
        parts = [self.rewrite(part.iter), inner._of_item(part.target, element)]
        if part.ifs:
            both = gast.BoolOp(gast.And(), part.ifs) if len(part.ifs) > 1 else part.ifs[0]
            parts.append(inner._of_item(part.target, inner.test(both)))
        return protocol("nested" if nested else "generator", *parts)

    def _of_item(self, target: Node, value: Node) -> Node:
        """A function of an item; where it is unpacked, by Python itself."""
        if isinstance(target, gast.Name):
            return gast.Lambda(arguments([target.id]), value)
        starred = any(isinstance(name, gast.Starred) for name in target.elts)
        item = protocol("unpack", load("itr__"), constant(None if starred else len(target.elts)))
        let = gast.comprehension(self.rewrite(target), pair(item), [], 0)
        only = gast.Subscript(gast.ListComp(value, [let]), constant(0), gast.Load())
        return gast.Lambda(arguments(["itr__"]), only)

    # -- logic

    def test(self, node: Node) -> Node:
        """An expression of which only the truth is asked."""
        if isinstance(node, gast.BoolOp):
            name = "test_and" if isinstance(node.op, gast.And) else "test_or"
            return located(self._lazily(name, node, self.test), node)
        if isinstance(node, gast.Compare) and len(node.ops) > 1:
            return located(self._chain("test_compare", node), node)
        return self.rewrite(node)

    def _lazily(self, name: str, node: Node, rewrite: Callable[[Node], Node]) -> Node:
        first, *others = node.values
        made = [rewrite(first), *(self.lazy(other, rewrite(other)) for other in others)]
        return self.skipping(protocol(name, *made), *others)

    def _BoolOp(self, node: Node) -> Node:
        return self._lazily("and_" if isinstance(node.op, gast.And) else "or_", node, self.rewrite)

    def _UnaryOp(self, node: Node) -> Node:
        if isinstance(node.op, gast.Not):
            return protocol("not_", self.test(node.operand))
        return gast.UnaryOp(node.op, self.rewrite(node.operand))

    def _BinOp(self, node: Node) -> Node:
        left, right = self.all((node.left, node.right))
        text = isinstance(node.left, gast.JoinedStr) or isinstance(
            getattr(node.left, "value", None), str
        )
        if isinstance(node.op, gast.Mod) and text:
            return protocol("percent", left, right)
        if isinstance(node.op, gast.Mult) and gast.List in (type(node.left), type(node.right)):
            return protocol("repeated", left, right)
        return gast.BinOp(left, node.op, right)

    def _IfExp(self, node: Node) -> Node:
        arms = node.body, node.orelse
        made = [self.lazy(arm, self.rewrite(arm)) for arm in arms]
        return self.skipping(protocol("ifexp", self.test(node.test), *made), *arms)

    def _chain(self, name: str, node: Node) -> Node:
        names = [constant(COMPARISONS[type(operator).__name__]) for operator in node.ops]
        others = [self.lazy(other, self.rewrite(other)) for other in node.comparators]
        steps = [pair(*step) for step in zip(names, others, strict=True)]
        call = protocol(name, self.rewrite(node.left), *steps)
        return self.skipping(call, *node.comparators)

    def _Compare(self, node: Node) -> Node:
        if len(node.ops) > 1:
            return self._chain("compare", node)
        left, right = self.all([node.left, node.comparators[0]])
        name = COMPARISONS[type(node.ops[0]).__name__]
        if name in ("is", "is_not"):
            return _negated(name == "is_not", protocol("is_", left, right))
        if name in ("in", "not_in"):
            return _negated(name == "not_in", protocol("in_", left, right))
        both = node.left, node.comparators[0]
        if all(map(_may_be_list, both)) and (name in ("eq", "ne") or any(map(_is_list, both))):
            return protocol("compared", constant(name), left, right)
        return gast.Compare(left, node.ops, [right])

    # -- scopes of their own

    def _Lambda(self, node: Node) -> Node:
        own = [*parameters(node), *bound(pair(node.body))]
        inner = replace(self.binding(own), ahead=None, around=self.visible)
        return gast.Lambda(self.parameters(node.args), inner.rewrite(node.body))

    def parameters(self, given: Node) -> Node:
        """Parameters without annotations; defaults are evaluated where the function is defined."""
        defaults = self.all(given.defaults)
        kw_defaults = [None if one is None else self.rewrite(one) for one in given.kw_defaults]
        return gast.arguments(
            [_bare(one) for one in given.args],
            [_bare(one) for one in given.posonlyargs],
            _bare(given.vararg),
            [_bare(one) for one in given.kwonlyargs],
            kw_defaults,
            _bare(given.kwarg),
            defaults,
        )

    def _ListComp(self, node: Node, kind: Node = None) -> Node:
        if kind is None and isinstance(node, gast.ListComp) and not _keeps_scope(node):
            return located(protocol("list_of", self._each(node)), node)
        inner, generators = self._generators(node)
        return (kind or type(node))(inner.rewrite(node.elt), generators)

    _SetComp = _GeneratorExp = _ListComp

    def _DictComp(self, node: Node) -> Node:
        inner, generators = self._generators(node)
        return gast.DictComp(inner.rewrite(node.key), inner.rewrite(node.value), generators)

    def _generators(self, node: Node) -> tuple[Expressions, list[Node]]:
        """Only the first iterable is evaluated outside; each `for` sees the names before it."""
        own = [name for part in node.generators for name in bound(pair(part.target))]
        inner = replace(self.binding(own), local=(*self.local, *dict.fromkeys(own)))
        generators = []
        for number, part in enumerate(node.generators):
            around = inner if number else self
            iterable = protocol("iterate", around.rewrite(part.iter))
            target, ifs = inner.rewrite(part.target), inner.all(part.ifs)
            generators.append(gast.comprehension(target, iterable, ifs, 0))
        return inner, generators

    # -- text

    def _JoinedStr(self, node: Node) -> Node:
        parts = self.all(node.values)
        if not any(isinstance(part, gast.FormattedValue) for part in node.values):
            return constant("".join(part.value for part in parts))
        return protocol("join", *parts)

    def _FormattedValue(self, node: Node) -> Node:
        conversion = "" if node.conversion < 0 else chr(node.conversion)
        spec = constant("") if node.format_spec is None else self.rewrite(node.format_spec)
        return protocol("format", self.rewrite(node.value), constant(conversion), spec)


def _negated(negate: bool, test: Node) -> Node:
    return protocol("not_", test) if negate else test


_NO_LISTS = (gast.Constant, gast.UnaryOp, gast.Compare, gast.JoinedStr, gast.Lambda)


def _may_be_list(node: Node) -> bool:
    """Whether an operand may be a list, or hold one: of one that grows Python does not see the length."""
    if isinstance(node, gast.BinOp):
        parts = node.left, node.right
        together = isinstance(node.op, gast.Add) and all(map(_may_be_list, parts))
        return together or (isinstance(node.op, gast.Mult) and any(map(_is_list, parts)))
    return not isinstance(node, _NO_LISTS)


def _is_list(node: Node) -> bool:
    """Whether it surely is a list, or a tuple, which may hold one."""
    return isinstance(node, gast.List | gast.Tuple | gast.ListComp)


def _keeps_scope(node: Node) -> bool:
    """Whether something in a comprehension may see its names later, or assigns others."""
    later = (gast.Lambda, gast.GeneratorExp, gast.NamedExpr)
    return isinstance(node, later) or any(map(_keeps_scope, children(node)))


def _assigns(node: Node) -> bool:
    """Whether `:=` in it assigns a name of the function around, which a lambda cannot."""
    return isinstance(node, gast.NamedExpr) or any(map(_assigns, children(node)))


def _stay_as_they_are(call: Node) -> bool:
    """Whether what is given beside the first argument has no effect and sees none."""
    others = (*call.args[1:], *(word.value for word in call.keywords))
    return all(isinstance(one, (gast.Constant, gast.Name, gast.Lambda)) for one in others)


def _bare(parameter: Node | None) -> Node:
    return None if parameter is None else arguments([parameter.id]).args[0]
