"""Which pointers of a kernel never meet: Kernel -> alias metadata for its loads and stores.

A pointer that is set once, by a parameter or an allocation, is a buffer of its own: what is read
through one is never written through another (two parameters may be equal only if neither is
written).  Told so, LLVM vectorises a loop over many buffers without comparing addresses first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from autograph_lite.render import form

MOST = 64
"""Buffers that get metadata; their lists grow with the square."""


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


def buffers(kernel: form.Kernel) -> dict[str, str]:
    """Name of a pointer that is set once -> where its memory comes from."""
    places = [(p.var.name, "param") for p in kernel.params if p.elements is not None]
    sets: Counter[str] = Counter(p.var.name for p in kernel.params)
    for statement in walk(kernel.body):
        if isinstance(statement, form.Alloc):
            places.append((statement.var.name, statement.where))
        if isinstance(statement, form.Alloc | form.Let | form.Mark):
            sets[statement.var.name] += 1
    return {name: where for name, where in places if sets[name] == 1}


def apart(a: str, b: str, where: dict[str, str], resets: bool) -> bool:
    """Whether two buffers never share memory, even one after the other in time."""
    return a != b and not (resets and where[a] == where[b] == "temp")


def alias_tags(kernel: form.Kernel) -> tuple[dict[str, str], list[str]]:
    """The attachment for accesses through each buffer, and the metadata it names."""
    where = dict(list(buffers(kernel).items())[:MOST])
    if len(where) < 2:
        return {}, []
    resets = any(isinstance(s, form.Reset) for s in walk(kernel.body))
    names = list(where)
    scopes = {name: f"!{1 + i}" for i, name in enumerate(names)}
    lines = ["!0 = distinct !{!0}"] + [f"{s} = distinct !{{{s}, !0}}" for s in scopes.values()]
    tags = {}
    for i, name in enumerate(names):
        own, others = 1 + len(names) + 2 * i, 2 + len(names) + 2 * i
        rest = ", ".join(scopes[x] for x in names if apart(name, x, where, resets))
        lines += [f"!{own} = !{{{scopes[name]}}}", f"!{others} = !{{{rest}}}"]
        tags[name] = f", !alias.scope !{own}, !noalias !{others}"
    return tags, lines
