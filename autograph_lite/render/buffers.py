"""Which pointers of a kernel never meet: Kernel -> alias metadata for its loads and stores.

Memory has origins: a parameter, an allocation, or what a record points to.  A pointer has those of all
that it may hold; what is read through one is never written through another unless they share an origin
(two parameters may be equal, but neither is written).  Told so, LLVM vectorises a loop over many buffers
without comparing addresses first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations

from autograph_lite.render import form
from autograph_lite.render.form import PTR

MOST = 64
"""Origins that get metadata; their lists grow with the square."""

LOADED = "in records"
"""The memory that records of other calls point to; those of this one may point to all that it keeps."""

Origins = frozenset[str]


def walk(body: tuple[form.Stmt, ...]) -> Iterator[form.Stmt]:
    """Every statement, in the order of the text."""
    for statement in body:
        yield statement
        match statement:
            case form.For():
                yield from walk(statement.body)
            case form.While():
                yield from walk(statement.test)
                yield from walk(statement.body)
            case form.If():
                yield from walk(statement.then)
                yield from walk(statement.orelse)


def memory(kernel: form.Kernel) -> dict[str, str]:
    """The origins of memory, in the order of the text: name -> where it is.  "root": scratch memory that no
    loop gives back; what is scratch in a later loop is never the same."""
    found = {p.var.name: "param" for p in kernel.params if p.elements is not None}
    top = {s.var.name for s in kernel.body if isinstance(s, form.Alloc)}
    for s in walk(kernel.body):
        if isinstance(s, form.Alloc):
            lasts = s.where == "temp" and s.var.name in top
            found[s.var.name] = "root" if lasts else s.where
    return {**found, LOADED: "loaded"}


ELSEWHERE = frozenset((" elsewhere",))
"""Of a pointer that may hold what has no metadata: nothing is told of it."""


def pointers(
    kernel: form.Kernel, where: dict[str, str], names: Collection[str]
) -> dict[str, Origins]:
    """The origins among `names` of what each pointer may hold, in whatever order things happen."""
    known = {name: frozenset((name,)) if name in names else ELSEWHERE for name in where}
    kept = _union(known[name] for name, place in where.items() if place in ("keep", "loaded"))
    found: dict[str, Origins] = dict(known)
    moves = [s for s in walk(kernel.body) if isinstance(s, form.Let) and s.var.type == PTR]
    readers: dict[str, list[form.Let]] = {}
    for s in moves:
        for name in _read(s.value):
            readers.setdefault(name, []).append(s)
    waiting = deque(moves)
    while waiting:
        s = waiting.popleft()
        before = found.get(s.var.name)
        found[s.var.name] = _union((before or frozenset(), _held(s.value, found, kept)))
        if found[s.var.name] != before:
            waiting += readers.get(s.var.name, ())
    return found


def _union(sets: Iterable[Origins]) -> Origins:
    every = frozenset[str]().union(*sets)
    return ELSEWHERE if every >= ELSEWHERE else every


def _read(value: form.Expr) -> list[str]:
    """The pointers that one of them is."""
    match value:
        case form.Var():
            return [value.name]
        case form.Select():
            return _read(value.a) + _read(value.b)
    return []


def _held(value: form.Expr, found: dict[str, Origins], kept: Origins) -> Origins:
    match value:
        case form.Var():
            return found.get(value.name, frozenset())
        case form.Select():
            return _union((_held(value.a, found, kept), _held(value.b, found, kept)))
        case form.Load():
            return kept
        case form.Const():
            return frozenset()
    raise NotImplementedError(value)


def apart(first: str, second: str, resets: bool) -> bool:
    """Whether two origins, by where they are in the order of the text, never share memory, even one after
    the other in time: the second may have what the first gave back."""
    return not (resets and first == "temp" and second in ("temp", "root"))


def alias_tags(kernel: form.Kernel) -> tuple[dict[str, str], list[str]]:
    """The attachment for accesses through each pointer, and the metadata it names."""
    where = memory(kernel)
    names = list(where)[:MOST]
    if len(names) < 2:
        return {}, []
    resets = any(isinstance(s, form.Reset) for s in walk(kernel.body))
    scopes = {name: f"!{1 + i}" for i, name in enumerate(names)}
    lines = ["!0 = distinct !{!0}"] + [f"{s} = distinct !{{{s}, !0}}" for s in scopes.values()]
    free = {
        pair
        for x, y in combinations(names, 2)
        if apart(where[x], where[y], resets)
        for pair in ((x, y), (y, x))
    }
    tags, made = {}, dict[Origins, str]()
    for pointer, held in pointers(kernel, where, scopes.keys()).items():
        if not held or not held <= scopes.keys():
            continue
        if held not in made:
            own = 1 + len(names) + 2 * len(made)
            others = [x for x in names if all((x, y) in free for y in held)]
            lines.append(f"!{own} = !{{{', '.join(scopes[x] for x in names if x in held)}}}")
            lines.append(f"!{own + 1} = !{{{', '.join(scopes[x] for x in others)}}}")
            made[held] = f", !alias.scope !{own}, !noalias !{own + 1}"
        tags[pointer] = made[held]
    return tags, lines
