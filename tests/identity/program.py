"""Programs as data: trees of statements and expressions, printed as a module that runs by itself.

A tree, and not a text, so that a program that fails can be made smaller.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Expr:
    """`text` with {0}, {1}... for its parts; `kind` is what the generator knows of its value."""

    kind: str
    text: str
    parts: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Stmt:
    """A line over expressions; with blocks, one header per block."""

    text: str
    exprs: tuple[Expr, ...] = ()
    blocks: tuple[tuple[str, tuple[Stmt, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """A function `program`, what it captures, and the inputs that it is run on."""

    prelude: str
    parameters: str
    body: tuple[Stmt, ...]
    inputs: tuple[str, ...]
    order: int = 2


def show(e: Expr) -> str:
    return e.text.format(*map(show, e.parts))


def lines(statements: tuple[Stmt, ...], depth: int = 1) -> Iterator[str]:
    """The text of a block; one that became empty is `pass`."""
    pad = "    " * depth
    if not statements:
        yield pad + "pass"
    for s in statements:
        if not s.blocks:
            yield pad + s.text.format(*map(show, s.exprs))
        for header, body in s.blocks:
            yield pad + header.format(*map(show, s.exprs))
            yield from lines(body, depth + 1)


HEAD = """import dataclasses
import math
from collections import namedtuple

import numpy as np

import autograph_lite as ag
from autograph_lite.api import verify

"""
TAIL = """

def inputs():
    return [
{inputs}
    ]


ORDER = {order}
if __name__ == "__main__":
    for args in inputs():
        verify(ag.function(program), *args, order=ORDER)
"""


def source(p: Program) -> str:
    """The module."""
    body = "\n".join(lines(p.body))
    tail = TAIL.format(inputs="\n".join(f"        {i}," for i in p.inputs), order=p.order)
    return f"{HEAD}{p.prelude}\n\ndef program({p.parameters}):\n{body}\n{tail}"


# --- smaller programs ----------------------------------------------------------------------------


def smaller(p: Program) -> Iterator[Program]:
    """Programs with one thing less, those that drop most first."""
    for n in range(len(p.inputs)):
        if len(p.inputs) > 1:
            yield replace(p, inputs=p.inputs[n : n + 1])
    if p.order:
        yield replace(p, order=p.order - 1)
    for body in _smaller_blocks(p.body):
        yield replace(p, body=body)
    for body in _simpler_blocks(p.body):
        yield replace(p, body=body)


def _smaller_blocks(body: tuple[Stmt, ...]) -> Iterator[tuple[Stmt, ...]]:
    """One statement dropped, or one replaced by what stands in its blocks."""
    for i, s in enumerate(body):
        yield body[:i] + body[i + 1 :]
    for i, s in enumerate(body):
        for _, inner in s.blocks:
            yield body[:i] + inner + body[i + 1 :]
        if len(s.blocks) > 1:
            for k in range(1, len(s.blocks)):
                fewer = s.blocks[:k] + s.blocks[k + 1 :]
                yield body[:i] + (replace(s, blocks=fewer),) + body[i + 1 :]
        for k, (header, inner) in enumerate(s.blocks):
            for less in _smaller_blocks(inner):
                blocks = s.blocks[:k] + ((header, less),) + s.blocks[k + 1 :]
                yield body[:i] + (replace(s, blocks=blocks),) + body[i + 1 :]


def _simpler_blocks(body: tuple[Stmt, ...]) -> Iterator[tuple[Stmt, ...]]:
    """One expression replaced by a part of itself."""
    for i, s in enumerate(body):
        for k, e in enumerate(s.exprs):
            for less in _simpler(e):
                exprs = s.exprs[:k] + (less,) + s.exprs[k + 1 :]
                yield body[:i] + (replace(s, exprs=exprs),) + body[i + 1 :]
        for k, (header, inner) in enumerate(s.blocks):
            for less in _simpler_blocks(inner):
                blocks = s.blocks[:k] + ((header, less),) + s.blocks[k + 1 :]
                yield body[:i] + (replace(s, blocks=blocks),) + body[i + 1 :]


def _simpler(e: Expr) -> Iterator[Expr]:
    """A part of the same kind in the place of the whole; then the same inside each part."""
    for part in e.parts:
        if part.kind == e.kind:
            yield part
    for k, part in enumerate(e.parts):
        for less in _simpler(part):
            yield replace(e, parts=e.parts[:k] + (less,) + e.parts[k + 1 :])
