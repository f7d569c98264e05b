"""A function's tree -> the same tree without `match`: each case becomes a branch.

A pattern is a test and the names that it binds.  Python binds them when the whole pattern has matched
and before the guard is asked, so they stay bound where the guard says no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import gast

from autograph_lite.frontend.nodes import (
    Asked,
    Node,
    assign,
    children,
    constant,
    everything,
    load,
    located,
    pair,
    store,
)

Part = Callable[[], Node]
"""Makes the expression of a part of the subject, anew for each place where it is read."""
Capture = tuple[str, Node]
_BLOCKS = ("body", "orelse", "finalbody")


def without_matches(function: Node) -> Node:
    """The function, changed in place."""
    if isinstance(function, gast.FunctionDef):
        _replace(function, count(1), function)
    return function


def _replace(node: Node, numbers: Iterator[int], function: Node) -> None:
    for field in _BLOCKS:
        body = getattr(node, field, None)
        if not isinstance(body, list):
            continue
        out: list[Node] = []
        for statement in body:
            if isinstance(statement, gast.Match):
                out.extend(_match(statement, numbers, function))
            else:
                _replace(statement, numbers, function)
                out.append(statement)
        setattr(node, field, out)


@dataclass(frozen=True, slots=True)
class _Matching:
    """The cases of one statement on a subject that has been evaluated."""

    subject: str
    numbers: Iterator[int]
    function: Node

    def cases(self, cases: Sequence[Node]) -> list[Node]:
        """The first case and, where it is not taken, those after it."""
        if not cases:
            return []
        case = cases[0]
        _replace(case, self.numbers, self.function)
        whole = _reading(self.subject, case.pattern)
        test, names = _test(case.pattern, whole), _names(case.pattern, whole)
        others = self.cases(cases[1:])
        if case.guard is None:
            body = [*_bind(names, case.pattern), *case.body]
            return body if test is None else [_if(test, body, others, case.pattern)]
        if not names:
            guard = case.guard if test is None else _all([test, case.guard], case.pattern)
            return [_if(guard, case.body, others, case.pattern)]
        bind = _bind(names, case.pattern)
        if test is None:
            return [*bind, _if(case.guard, case.body, others, case.pattern)]
        return self._guarded(case, test, bind, others)

    def _guarded(self, case: Node, test: Node, bind: list[Node], others: list[Node]) -> list[Node]:
        """The guard is asked where the pattern matched; both may lead to the next case.  The body binds
        the names anew, so that no other path seems to need them."""
        flag = f"missed_{next(self.numbers)}__"
        no = located(gast.UnaryOp(gast.Not(), case.guard), case.guard)
        asked = [*bind, located(assign(store(flag), no), case.guard)]
        missed = located(assign(store(flag), constant(True)), case.pattern)
        taken = located(gast.UnaryOp(gast.Not(), load(flag)), case.pattern)
        return [
            missed,
            _if(test, asked, [], case.pattern),
            _if(taken, [*self._again(case), *case.body], others, case.pattern),
        ]

    def _again(self, case: Node) -> list[Node]:
        """The names once more, without those that the guard may have assigned since."""
        names = _names(case.pattern, _reading(self.subject, case.pattern))
        changed = _declared(self.function).union(_assigned(case.guard))
        return _bind([one for one in names if one[0] not in changed], case.pattern)


def _match(node: Node, numbers: Iterator[int], function: Node) -> list[Node]:
    """A subject that is a name is read where it is needed, unless a case may assign it."""
    guards = [case.guard for case in node.cases if case.guard is not None]
    calls = any(isinstance(part, gast.Call) for guard in guards for part in everything(guard))
    assigned = {name for case in node.cases for name in _assigned(case.pattern, case.guard)}
    if isinstance(node.subject, gast.Name) and not calls and node.subject.id not in assigned:
        start, name = gast.Expr(node.subject), node.subject.id
    else:
        name = f"match_{next(numbers)}__"
        start = assign(store(name), node.subject)
    return [located(start, node), *_Matching(name, numbers, function).cases(node.cases)]


def _declared(function: Node) -> frozenset[str]:
    """Names that functions inside assign although they are not theirs."""
    found = (part for part in everything(function) if isinstance(part, gast.Nonlocal | gast.Global))
    return frozenset(name for part in found for name in part.names)


def _assigned(*nodes: Node) -> Iterator[str]:
    """Names that patterns and guards assign."""
    for node in nodes:
        for field in ("name", "rest"):
            if isinstance(getattr(node, field, None), str):
                yield getattr(node, field)
        if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store):
            yield node.id
        if node is not None:
            yield from _assigned(*children(node))


def _if(test: Node, body: list[Node], orelse: list[Node], origin: Node) -> Node:
    return located(gast.If(test, body or [located(gast.Pass(), origin)], orelse), origin)


def _bind(names: list[Capture], origin: Node) -> list[Node]:
    """All at once: a name may be that of the subject."""
    if not names:
        return []
    targets = [located(store(name), origin) for name, _ in names]
    values = [value for _, value in names]
    if len(names) == 1:
        return [located(assign(targets[0], values[0]), origin)]
    row = located(gast.Tuple(targets, gast.Store()), origin)
    return [located(assign(row, located(pair(*values), origin)), origin)]


# -- parts of the subject --------------------------------------------------------------------------


def _reading(name: str, origin: Node) -> Part:
    return lambda: located(load(name), origin)


def _item(whole: Part, key: Node, origin: Node) -> Part:
    return lambda: located(gast.Subscript(whole(), key, gast.Load()), origin)


def _attribute(whole: Part, name: str, origin: Node) -> Part:
    return lambda: located(gast.Attribute(whole(), name, gast.Load()), origin)


def _ask(name: str, origin: Node, *values: Node) -> Node:
    made = [located(value, origin) for value in values]
    return located(Asked(name, made), origin)


def _parts(pattern: Node, whole: Part) -> list[tuple[Node, Part]]:
    """The patterns inside a pattern, each with the part of the subject that it is for."""
    kind = type(pattern).__name__
    if kind == "MatchSequence":
        return list(_elements(pattern, whole))
    if kind == "MatchMapping":
        pairs = zip(pattern.patterns, pattern.keys, strict=True)
        return [(inner, _item(whole, key, inner)) for inner, key in pairs]
    if kind == "MatchClass":
        return list(_attributes(pattern, whole))
    return []


def _elements(pattern: Node, whole: Part) -> Iterator[tuple[Node, Part]]:
    """Those after a star are counted from the end; the star takes a list of what is between."""
    patterns = pattern.patterns
    star = _star(pattern)
    for number, inner in enumerate(patterns):
        if star is None or number < star:
            yield inner, _item(whole, constant(number), inner)
        elif number > star:
            last = gast.UnaryOp(gast.USub(), constant(len(patterns) - number))
            yield inner, _item(whole, last, inner)
        elif inner.name is not None:
            after = len(patterns) - 1 - star
            yield inner, _between(whole, star, after, inner)


def _between(whole: Part, before: int, after: int, origin: Node) -> Part:
    return lambda: _ask("between", origin, whole(), constant(before), constant(after))


def _attributes(pattern: Node, whole: Part) -> Iterator[tuple[Node, Part]]:
    for number, inner in enumerate(pattern.patterns):
        yield inner, _positional(whole, pattern.cls, number, inner)
    for name, inner in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        yield inner, _attribute(whole, name, inner)


def _positional(whole: Part, cls: Node, number: int, origin: Node) -> Part:
    return lambda: _ask("positional", origin, whole(), cls, constant(number))


def _star(pattern: Node) -> int | None:
    kinds = [type(inner).__name__ for inner in pattern.patterns]
    return kinds.index("MatchStar") if "MatchStar" in kinds else None


# -- tests and names -------------------------------------------------------------------------------


def _test(pattern: Node, whole: Part) -> Node | None:
    """Whether a pattern matches; None where it always does."""
    kind = type(pattern).__name__
    if kind == "MatchValue":
        return _compared(whole(), gast.Eq(), pattern.value, pattern)
    if kind == "MatchSingleton":
        return _compared(whole(), gast.Is(), located(constant(pattern.value), pattern), pattern)
    if kind == "MatchAs":
        return None if pattern.pattern is None else _test(pattern.pattern, whole)
    if kind == "MatchOr":
        return _any([_test(inner, whole) for inner in pattern.patterns], pattern)
    if kind == "MatchStar":
        return None
    inside = [_test(inner, part) for inner, part in _parts(pattern, whole)]
    own = _OWN[kind](pattern, whole)
    return _all([*own, *(test for test in inside if test is not None)], pattern)


def _sequence(pattern: Node, whole: Part) -> list[Node]:
    starred = _star(pattern) is not None
    least = constant(len(pattern.patterns) - starred)
    return [_ask("is_sequence", pattern, whole(), least, constant(starred))]


def _mapping(pattern: Node, whole: Part) -> list[Node]:
    tests = [_ask("is_mapping", pattern, whole(), constant(len(pattern.keys)))]
    if pattern.keys:
        tests.append(_ask("has_keys", pattern, whole(), *pattern.keys))
    return tests


def _class(pattern: Node, whole: Part) -> list[Node]:
    names = pair(*(located(constant(name), pattern) for name in pattern.kwd_attrs))
    number = constant(len(pattern.patterns))
    return [_ask("is_instance", pattern, whole(), pattern.cls, number, names)]


_OWN = {"MatchSequence": _sequence, "MatchMapping": _mapping, "MatchClass": _class}
"""What a pattern asks of the subject itself."""


def _compared(left: Node, operator: Node, right: Node, origin: Node) -> Node:
    return located(gast.Compare(left, [operator], [right]), origin)


def _all(tests: list[Node], origin: Node) -> Node:
    """Later tests are asked only where those before them hold."""
    return tests[0] if len(tests) == 1 else located(gast.BoolOp(gast.And(), tests), origin)


def _any(tests: list[Node | None], origin: Node) -> Node | None:
    """Python lets only the last alternative match always, and then this one does."""
    if tests[-1] is None:
        return None
    return located(gast.BoolOp(gast.Or(), tests), origin)


def _names(pattern: Node, whole: Part) -> list[Capture]:
    """The names that a pattern binds, and to what."""
    kind = type(pattern).__name__
    if kind == "MatchOr":
        return _alternatives(pattern, whole)
    found: list[Capture] = []
    if kind == "MatchAs" and pattern.pattern is not None:
        found += _names(pattern.pattern, whole)
    if kind in ("MatchAs", "MatchStar") and pattern.name is not None:
        found.append((pattern.name, whole()))
    for inner, part in _parts(pattern, whole):
        found += _names(inner, part)
    if kind == "MatchMapping" and pattern.rest is not None:
        found.append((pattern.rest, _ask("without_keys", pattern, whole(), *pattern.keys)))
    return found


def _alternatives(pattern: Node, whole: Part) -> list[Capture]:
    """Each alternative binds the same names; which of them matched first says to what."""
    *others, last = pattern.patterns
    found = dict(_names(last, whole))
    for inner in reversed(others):
        for name, value in _names(inner, whole):
            test = _test(inner, whole)
            found[name] = located(gast.IfExp(test, value, found[name]), pattern)
    return list(found.items())
