"""Python function -> its own syntax tree.

The law: the tree that is returned is the one which the function's code was compiled from.  Lines
alone do not show that (several lambdas share a line, files are edited while they run), so the file is
compiled again and the code objects are compared; a function that cannot be found is refused.
"""

from __future__ import annotations
import __future__

import ast
import linecache
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from types import CodeType, FunctionType

from autograph_lite.errors import ConversionError, Origin

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_FUTURE = 0
for _feature in __future__.all_feature_names:
    _FUTURE |= getattr(__future__, _feature).compiler_flag


@dataclass(frozen=True, slots=True)
class Source:
    """A function's definition; `owner` is the class around it, by which Python mangles `__x`."""

    node: Definition
    filename: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class _Module:
    definitions: tuple[tuple[Definition, str | None], ...]
    codes: tuple[CodeType, ...]


def read(function: FunctionType) -> Source:
    """The definition of `function`, or a ConversionError in one sentence."""
    code = function.__code__
    module = _module(code.co_filename, _text(function), code.co_flags & _FUTURE)
    found = [entry for entry in module.definitions if _fits(entry[0], code)]
    if code.co_name == "<lambda>":
        found = _innermost(found, code)
    if len(found) != 1:
        raise _lost(function, "its definition is not where its code says")
    node, owner = found[0]
    if not _is_current(node, code, module):
        raise _lost(function, "the file has changed since it was imported")
    return Source(node, code.co_filename, owner)


def _lost(function: FunctionType, reason: str) -> ConversionError:
    code = function.__code__
    message = (
        f"cannot read the source of {function.__qualname__}: {reason}; define it in a file or "
        "notebook cell that is still as it was when it ran"
    )
    return ConversionError(message, Origin(code.co_filename, code.co_firstlineno))


def _text(function: FunctionType) -> str:
    filename = function.__code__.co_filename
    linecache.checkcache(filename)
    lines = linecache.getlines(filename, function.__globals__)
    if not lines:
        raise _lost(function, "there is no file of it")
    return "".join(lines)


def _module(filename: str, text: str, flags: int) -> _Module:
    try:
        return _parsed(filename, text, flags)
    except (SyntaxError, ValueError) as error:
        message = f"cannot read {filename}: {error}; run it again after correcting it"
        raise ConversionError(message) from error
    except (RecursionError, MemoryError) as error:
        message = f"cannot read {filename}: an expression is too deep; split it into several lines"
        raise ConversionError(message) from error


@lru_cache(maxsize=32)
def _parsed(filename: str, text: str, flags: int) -> _Module:
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # notebook cells may await at top level
    tree = compile(text, filename, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    definitions = tuple(_definitions(tree))
    code = compile(text, filename, "exec", flags, dont_inherit=True)
    return _Module(definitions, tuple(_codes(code)))


def _definitions(tree: ast.AST) -> Iterator[tuple[Definition, str | None]]:
    """Every function and lambda in a file with the class around it; no recursion, files are deep."""
    waiting: list[tuple[ast.AST, str | None]] = [(tree, None)]
    while waiting:
        node, owner = waiting.pop()
        if isinstance(node, Definition):
            yield node, owner
        inner = node.name if isinstance(node, ast.ClassDef) else owner
        for field in node._fields:
            value = getattr(node, field, None)
            if value.__class__ is list:
                waiting += [(child, inner) for child in value if isinstance(child, ast.AST)]
            elif isinstance(value, ast.AST) and value._fields:
                waiting.append((value, inner))


def _codes(code: CodeType) -> Iterator[CodeType]:
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield value
            yield from _codes(value)


def _name(node: Definition) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def _first_line(node: Definition) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _fits(node: Definition, code: CodeType) -> bool:
    return _name(node) == code.co_name and _first_line(node) == code.co_firstlineno


def _places(code: CodeType) -> list[tuple[int, int, int, int]]:
    """Where the instructions of a code object come from; the entry of a function has no place."""
    found = []
    for line, last, column, end in code.co_positions():
        if line is None or last is None or not column or end is None or column == end == 0:
            continue
        found.append((line, column, last, end))
    return found


def _holds(node: ast.expr, place: tuple[int, int, int, int]) -> bool:
    start, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
    return start <= place[:2] and place[2:] <= end


def _innermost(
    found: list[tuple[Definition, str | None]], code: CodeType
) -> list[tuple[Definition, str | None]]:
    """The lambda whose body is the smallest that holds every instruction of the code."""
    places = _places(code)
    fitting = [
        entry
        for entry in found
        if isinstance(entry[0], ast.Lambda)
        and _arity(entry[0]) == _code_arity(code)
        and all(_holds(entry[0].body, place) for place in places)
    ]
    fitting.sort(key=lambda entry: (entry[0].lineno, entry[0].col_offset))
    return fitting[-1:] if places else fitting


def _arity(node: Definition) -> tuple[int, ...]:
    """Positional-only, positional and keyword-only parameters."""
    given = node.args
    only = len(given.posonlyargs)
    return only, only + len(given.args), len(given.kwonlyargs)


def _code_arity(code: CodeType) -> tuple[int, ...]:
    return code.co_posonlyargcount, code.co_argcount, code.co_kwonlyargcount


def _is_current(node: Definition, code: CodeType, module: _Module) -> bool:
    """Does the text still compile to the code?  pytest rewrites asserts: those match loosely."""
    same: Callable[[CodeType, CodeType], bool] = _same_code
    if _is_rewritten(code):
        asserts = [child for child in ast.walk(node) if isinstance(child, ast.Assert)]
        same = partial(_same_names, {found for one in asserts for found in _folded(one)})
    return any(
        other.co_name == code.co_name
        and other.co_firstlineno == code.co_firstlineno
        and same(other, code)
        for other in module.codes
    )


def _is_rewritten(code: CodeType) -> bool:
    """Whether pytest has put names of its own, which no text can have, into it or a function inside."""
    inner = (one for one in code.co_consts if isinstance(one, CodeType))
    own = any(name.startswith("@py") for name in (*code.co_names, *code.co_varnames))
    return own or any(map(_is_rewritten, inner))


def _same_names(folded: set[Hashable], text: CodeType, code: CodeType) -> bool:
    """Names and literals of the text are there, but for those that pytest takes apart; the rest is its."""
    count = text.co_argcount + text.co_kwonlyargcount
    return (
        text.co_varnames[:count] == code.co_varnames[:count]
        and text.co_freevars == code.co_freevars
        and all(name in code.co_names for name in text.co_names if name != "AssertionError")
        and _literals(text) - _literals(code) <= folded
    )


def _literals(code: CodeType) -> set[Hashable]:
    return {_literal(one) for one in code.co_consts if not isinstance(one, CodeType)}


def _literal(value: object) -> Hashable:
    """A constant, told apart from every other: 1 from 1.0 and 0.0 from -0.0, but not a set from one whose
    elements come in another order, as they may when Python reads its bytecode from a file."""
    if isinstance(value, tuple | frozenset):
        return type(value), type(value)(map(_literal, value))
    return type(value), repr(value)


def _folded(statement: ast.Assert) -> Iterator[Hashable]:
    """Literals of an assert with parts of their own, such as -2."""
    for node in ast.walk(statement):
        if isinstance(node, ast.UnaryOp | ast.Tuple):
            try:
                yield _literal(ast.literal_eval(node))
            except ValueError:
                continue


def _same_code(text: CodeType, code: CodeType) -> bool:
    same = (
        text.co_code == code.co_code
        and text.co_names == code.co_names
        and text.co_varnames == code.co_varnames
        and text.co_freevars == code.co_freevars
        and len(text.co_consts) == len(code.co_consts)
    )
    return same and all(
        _same_code(one, other)
        if isinstance(one, CodeType) and isinstance(other, CodeType)
        else _literal(one) == _literal(other)
        for one, other in zip(text.co_consts, code.co_consts, strict=True)
    )
