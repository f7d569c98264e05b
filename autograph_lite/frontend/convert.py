"""Python function -> staged function: read, fence, desugar, rewrite, print, compile.

Staging happens once per code object; what differs between closures of one definition (defaults, names
around it) is put in by `bind`.
"""

from __future__ import annotations

import ast
import linecache
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import CodeType, FrameType, FunctionType
from typing import Any, cast

import gast

from autograph_lite.errors import ConversionError, Origin
from autograph_lite.frontend.asking import ask
from autograph_lite.frontend.declared import declarations, statements
from autograph_lite.frontend.desugar import desugar
from autograph_lite.frontend.expressions import Expressions
from autograph_lite.frontend.fence import check
from autograph_lite.frontend.machine import as_loop
from autograph_lite.frontend.mangle import mangle
from autograph_lite.frontend.names import NONE, Names, Scope
from autograph_lite.frontend.nodes import (
    Node,
    arguments,
    assign,
    constant,
    define,
    everything,
    load,
    located,
    protocol,
    store,
)
from autograph_lite.frontend.origin import Places, deepest, places
from autograph_lite.frontend.patterns import without_matches
from autograph_lite.frontend.plain import plain
from autograph_lite.frontend.read import Source, read
from autograph_lite.frontend.rewrite import Frame, rewrite_function
from autograph_lite.frontend.statements import Fresh
from autograph_lite.frontend.steady import is_as_written
from autograph_lite.frontend.text import text_of
from autograph_lite.ir.collector import patient

MAKER = "make__"
ITSELF = 0
NONE_OF_IT: frozenset[int] = frozenset()
_TWO_MEANINGS = (
    "is a global here and a local name around it, which is not staged: choose another name"
)
# What Python itself needs to import inside the function, relative imports included.
_IMPORTING = ("__name__", "__package__", "__spec__", "__loader__")
# Kept with its code object, whose identity then cannot be used again.
_Spans = tuple[CodeType, list[tuple[int | None, ...]]]


@dataclass(frozen=True, slots=True)
class Staged:
    """What one code object becomes: text, the user's lines, and the code that makes the function."""

    source: str
    places: Places
    filename: str
    code: CodeType
    spans: dict[int, _Spans]  # of the code objects inside, filled when asked
    outside: Mapping[str, bool]  # names from outside that it assigns, and whether they are globals
    ours: bool  # whether it is of the library, so that its lines are told to nobody


@dataclass(frozen=True, slots=True)
class Converted:
    """A staged function before it is given its meaning."""

    function: FunctionType
    staged: Staged

    @property
    def source(self) -> str:
        """The staged source as text."""
        return self.staged.source

    @property
    def lines(self) -> Mapping[int, Origin]:
        """The user's place for every line of the staged source."""
        return self.staged.places.lines

    @property
    def filename(self) -> str:
        """Under this name tracebacks and debuggers show the staged source."""
        return self.staged.filename

    def bind(self, ag__: object, scope__: object) -> FunctionType:
        """The function itself, whose operations are those of `ag__` and whose globals `scope__`."""
        around = self.function.__globals__
        space: dict[str, Any] = {name: around[name] for name in _IMPORTING if name in around}
        exec(self.staged.code, space)
        made = self._sharing(cast(FunctionType, space[MAKER](ag__, scope__)), scope__)
        given = self.function
        made.__defaults__, made.__kwdefaults__ = given.__defaults__, given.__kwdefaults__
        made.__name__, made.__qualname__ = given.__name__, given.__qualname__
        made.__doc__, made.__module__ = given.__doc__, given.__module__
        return made

    def _sharing(self, made: FunctionType, scope__: Any) -> FunctionType:
        """The function with the variables from outside that it assigns, which other functions share."""
        if not self.staged.outside:
            return made
        cells = dict(zip(made.__code__.co_freevars, made.__closure__ or (), strict=True))
        for name, is_global in self.staged.outside.items():
            cells[name] = scope__.variable(name, is_global)
        closure = tuple(cells[name] for name in made.__code__.co_freevars)
        return FunctionType(made.__code__, made.__globals__, made.__name__, None, closure)


# Code objects compare equal when their files differ, so they are told apart by identity; the weak
# reference removes the entry before the identity can be used again.
_Key = tuple[int, frozenset[int]]
_DONE: dict[_Key, tuple[weakref.ref[CodeType], Staged]] = {}
_BY_FILE: dict[str, Staged] = {}


def convert(function: FunctionType, loops: frozenset[int] = NONE_OF_IT) -> Converted:
    """Stage a function, once per code object and `loops`: the functions in it that call themselves and
    become loops, by their lines, itself as `ITSELF`."""
    code = function.__code__
    key = id(code), loops
    entry = _DONE.get(key)
    if entry is not None and entry[0]() is code:
        return Converted(function, entry[1])
    staged = _stage(function, loops)
    _DONE[key] = (weakref.ref(code, lambda _: _forget(key)), staged)
    _BY_FILE[staged.filename] = staged
    return Converted(function, staged)


def loops_in(function: FunctionType) -> frozenset[int]:
    """The functions in it, and itself, that have become loops so far."""
    code = function.__code__
    found = (loops for (_, loops), (known, _) in _DONE.items() if known() is code)
    return max(found, key=len, default=NONE_OF_IT)


def _forget(key: _Key) -> None:
    _, staged = _DONE.pop(key)
    if _BY_FILE.get(staged.filename) is staged:
        del _BY_FILE[staged.filename]


def origin_of(frame: FrameType, instruction: int | None = None) -> Origin | None:
    """The user's line and column of an instruction of a frame of staged code, as a traceback has it,
    or of the one that it is executing; None in other code."""
    code = frame.f_code
    staged = _BY_FILE.get(code.co_filename)
    if staged is None or staged.ours:
        return None
    if id(code) not in staged.spans:
        staged.spans[id(code)] = (code, list(code.co_positions()))
    line, _, start, end = staged.spans[id(code)][1][
        (frame.f_lasti if instruction is None else instruction) // 2
    ]
    return staged.places.of(line or 0, start or 0, end or 0)


def definition(code: CodeType) -> tuple[CodeType, int] | None:
    """The user's function that a code object is of: its code and `ITSELF`, or the code of the one around it
    and its line there; None of what is no `def`."""
    if code.co_name == "<lambda>":
        return None
    staged = _BY_FILE.get(code.co_filename)
    if staged is None:
        return code, ITSELF
    outer = next(known() for known, made in _DONE.values() if made is staged)
    return None if outer is None else (outer, staged.places.lines[code.co_firstlineno].line)


def is_staged(function: FunctionType) -> bool:
    """Is this (or is it defined in) a function that was staged already?"""
    return function.__code__.co_filename.startswith("<staged ")


@patient()
def _stage(function: FunctionType, loops: frozenset[int]) -> Staged:
    source, code = read(function), function.__code__
    try:
        tree, outside = _rewritten(source, code.co_name, loops)
        text = text_of(tree)
        read_again = ast.parse(text)
        found, operators = places(tree, read_again, text, code.co_filename, code.co_name)
        ask(operators)
        filename = _register(code, text)
        made = compile(read_again, filename, "exec", dont_inherit=True)
        return Staged(text, found, filename, made, {}, outside, is_as_written(function))
    except (RecursionError, MemoryError, IndentationError) as error:
        line, column = deepest(source.node)
        message = f"the code is nested too deep at line {line}: assign parts of it to names"
        raise ConversionError(
            message, Origin(code.co_filename, line, column, code.co_name)
        ) from error


def _rewritten(
    source: Source, name: str, loops: frozenset[int]
) -> tuple[ast.Module, dict[str, bool]]:
    node = _bare(mangle(gast.ast_to_gast(source.node), source.owner))
    check(node, source.filename, name)
    without_matches(node)
    _recursive(node, loops, source)
    outside = Expressions(frozenset(), frozenset(), _outside)
    names: dict[str, bool] = {}
    if isinstance(node, gast.Lambda):
        body = [gast.Return(outside.rewrite(node))]
    else:
        names = _names_outside(node, source.filename, name)
        fresh = Fresh(dict.fromkeys(_identifiers(node)))
        around = replace(outside, visible=frozenset(names), shared=frozenset(names))
        inner = rewrite_function(node, desugar(node), around, fresh, Frame(None, around.visible))
        made = located(define(node.name, outside.parameters(node.args), inner), node)
        body = [*map(_variable, names), made, gast.Return(load(node.name))]
    body = [located(statement, node) for statement in body]
    maker = located(define(MAKER, arguments(["ag__", "scope__"]), body), node)
    return cast(ast.Module, plain(gast.Module([maker], []))), names


def _recursive(function: Node, loops: frozenset[int], source: Source) -> None:
    """Make loops of those functions that call themselves, those inside first."""
    for node in everything(function) if loops else ():
        if node is not function and isinstance(node, gast.FunctionDef) and node.lineno in loops:
            as_loop(node, source.filename, in_class=False)
    if ITSELF in loops:
        as_loop(function, source.filename, source.owner is not None)


def _names_outside(function: Node, filename: str, called: str) -> dict[str, bool]:
    """Names that the function or one inside it assigns for others, each with whether it is a global."""
    found: dict[str, bool] = {}
    outside = list(_declared_outside(function))
    taken = _owned(function) if outside else NONE
    for name, node in outside:
        if name in taken:
            place = Origin(filename, node.lineno, node.col_offset, called)
            raise ConversionError(f"{name} {_TWO_MEANINGS}", place)
        found[name] = isinstance(node, gast.Global)
    return found


def _declared_outside(function: Node, around: Names = NONE) -> Iterator[tuple[str, Node]]:
    """Names that a function, or one inside it, assigns and that no function here owns, each with the
    statement that says so."""
    for name, node in declarations(function):
        if name not in around or isinstance(node, gast.Global):
            yield name, node
    inner = [node for node in statements(function) if isinstance(node, gast.FunctionDef)]
    own = around | Scope(function).own if inner else around
    for node in inner:
        yield from _declared_outside(node, own)


def _owned(function: Node) -> Names:
    """The variables of a function and of those inside it."""
    inner = (node for node in statements(function) if isinstance(node, gast.FunctionDef))
    return Scope(function).own.union(*map(_owned, inner))


def _variable(name: str) -> Node:
    """A variable that stands for one from outside: binding puts its cell in the place of this one's."""
    return assign(store(name), protocol("Undefined", constant(name)))


def _outside(name: str) -> None:
    raise AssertionError(f"{name} is a local name outside every function")


def _bare(function: Node) -> Node:
    """Without decorators and defaults: they were evaluated when the function was defined."""
    if isinstance(function, gast.FunctionDef):
        function.decorator_list = []
    given = function.args
    given.defaults, given.kw_defaults = [], [None] * len(given.kwonlyargs)
    return function


def _identifiers(node: Node) -> Iterator[str]:
    for child in everything(node):
        for field in ("id", "name", "asname"):
            value = getattr(child, field, None)
            if isinstance(value, str):
                yield value


def _register(code: CodeType, text: str) -> str:
    """Make the text visible to tracebacks under a name that no other text has."""
    base = f"<staged {code.co_name} {code.co_filename}:{code.co_firstlineno}"
    lines = text.splitlines(keepends=True)
    number, filename = 1, f"{base}>"
    while filename in linecache.cache and linecache.getlines(filename) != lines:
        number += 1
        filename = f"{base} {number}>"
    linecache.cache[filename] = (len(text), None, lines, filename)
    return filename
