"""Which pointers of a kernel never meet: Kernel -> alias metadata for its loads and stores.

Memory has origins: a parameter, an allocation, or what a record points to.  A pointer has those of all
that it may hold; what is read through one is never written through another unless they share an origin
(two parameters may be equal, but neither is written).  Told so, LLVM vectorises a loop over many buffers
without comparing addresses first.
"""

from __future__ import annotations

from collections.abc import Iterator
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


def pointers(kernel: form.Kernel, where: dict[str, str]) -> dict[str, Origins]:
    """The origins of what each pointer may hold, in whatever order things happen."""
    kept = frozenset(name for name, place in where.items() if place in ("keep", "loaded"))
    found = {name: frozenset((name,)) for name in where}
    moves = [s for s in walk(kernel.body) if isinstance(s, form.Let) and s.var.type == PTR]
    while True:
        before = dict(found)
        for s in moves:
            found[s.var.name] = found.get(s.var.name, frozenset()) | _held(s.value, found, kept)
        if found == before:
            return found


def _held(value: form.Expr, found: dict[str, Origins], kept: Origins) -> Origins:
    match value:
        case form.Var():
            return found.get(value.name, frozenset())
        case form.Select():
            return _held(value.a, found, kept) | _held(value.b, found, kept)
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
    for pointer, held in pointers(kernel, where).items():
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
