"""Syntax tree -> the same tree, or a ConversionError: every kind of node is allowed or refused here.

A node type that is missing from the table is refused, so that a new version of Python cannot slip
something through that the rewriting rules do not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import gast

from autograph_lite.errors import ConversionError, Origin
from autograph_lite.frontend.desugar import jumps_of
from autograph_lite.frontend.names import Scope, bound, deletions
from autograph_lite.frontend.nodes import Node, children, pair
from autograph_lite.frontend.order import skippable

ALLOWED = tuple(
    [
        "FunctionDef",
        "Lambda",
        "arguments",
        "Return",
        "Assign",
        "AugAssign",
        "AnnAssign",
        "For",
        "While",
        "If",
        "With",
        "Try",
        "withitem",
        "Match",
        "match_case",
        "pattern",
        "MatchAs",
        "MatchClass",
        "MatchMapping",
        "MatchOr",
        "MatchSequence",
        "MatchSingleton",
        "MatchStar",
        "MatchValue",
        "Raise",
        "Assert",
        "Delete",
        "Import",
        "ImportFrom",
        "alias",
        "Expr",
        "Pass",
        "Nonlocal",
        "Global",
        "Break",
        "Continue",
        "BoolOp",
        "BinOp",
        "UnaryOp",
        "IfExp",
        "NamedExpr",
        "Dict",
        "Set",
        "ListComp",
        "SetComp",
        "DictComp",
        "GeneratorExp",
        "comprehension",
        "Compare",
        "Call",
        "keyword",
        "FormattedValue",
        "JoinedStr",
        "Constant",
        "Attribute",
        "Subscript",
        "Starred",
        "Name",
        "List",
        "Tuple",
        "Slice",
        "Load",
        "Store",
        "Del",
        "Param",
        "And",
        "Or",
        "Add",
        "Sub",
        "Mult",
        "MatMult",
        "Div",
        "Mod",
        "Pow",
        "LShift",
        "RShift",
        "BitOr",
        "BitXor",
        "BitAnd",
        "FloorDiv",
        "Invert",
        "Not",
        "UAdd",
        "USub",
        "Eq",
        "NotEq",
        "Lt",
        "LtE",
        "Gt",
        "GtE",
        "Is",
        "IsNot",
        "In",
        "NotIn",
    ]
)

_TRY = "try with except is not staged: test for the condition with `if`, or catch outside this function"
_ASYNC = "async code is not staged: write an ordinary function"
_GENERATOR = "yield is not staged: collect the values in a list or an array and return it"
_TYPE_PARAMETER = "type parameters are not staged: define the function without them"
_TEMPLATE = "template strings are not staged: write an f-string"
_FOREIGN = "this construct is not staged: write it as ordinary statements"

REFUSED: dict[str, str] = {
    "AsyncFunctionDef": _ASYNC,
    "AsyncFor": _ASYNC,
    "AsyncWith": _ASYNC,
    "Await": _ASYNC,
    "ClassDef": "a class inside a staged function is not staged: define it outside",
    "TryStar": _TRY,
    "ExceptHandler": _TRY,
    "excepthandler": _TRY,
    "Yield": _GENERATOR,
    "YieldFrom": _GENERATOR,
    "TypeAlias": "a type alias inside a staged function is not staged: define it outside",
    "TypeVar": _TYPE_PARAMETER,
    "ParamSpec": _TYPE_PARAMETER,
    "TypeVarTuple": _TYPE_PARAMETER,
    "type_param": _TYPE_PARAMETER,
    "TemplateStr": _TEMPLATE,
    "Interpolation": _TEMPLATE,
    # Syntax of Python 2, tops of files, and the abstract classes: none is inside a function.
    "Print": _FOREIGN,
    "Exec": _FOREIGN,
    "Repr": _FOREIGN,
    "Suite": _FOREIGN,
    "Module": _FOREIGN,
    "Interactive": _FOREIGN,
    "Expression": _FOREIGN,
    "FunctionType": _FOREIGN,
    "AugLoad": _FOREIGN,
    "AugStore": _FOREIGN,
    "TypeIgnore": _FOREIGN,
    "type_ignore": _FOREIGN,
    "AST": _FOREIGN,
    "mod": _FOREIGN,
    "stmt": _FOREIGN,
    "expr": _FOREIGN,
    "slice": _FOREIGN,
    "boolop": _FOREIGN,
    "cmpop": _FOREIGN,
    "operator": _FOREIGN,
    "unaryop": _FOREIGN,
    "expr_context": _FOREIGN,
}

# Calls that may take a generator expression: they use every element, or stop by themselves.
FOLDS = ("sum", "all", "any", "max", "min", "sorted", "tuple", "list")
_FRAMES = ("locals", "globals", "exec", "eval")
_FRAMES_BARE = ("vars", "dir")
_RESERVED = re.compile(
    r"(ag|scope|make|itr|vals|return_value|returned|(break|continue|match|missed|value|object|index)_\d+)__"
)


def _names(name: str) -> Callable[[Node], bool]:
    return lambda node: node.id == name


def _reserved(*fields: str) -> Callable[[Node], bool]:
    def met(node: Node) -> bool:
        found = (getattr(node, field) for field in fields)
        return any(name and _RESERVED.fullmatch(name.split(".")[0]) for name in found)

    return met


def _bare_call(*names: str) -> Callable[[Node], bool]:
    def met(node: Node) -> bool:
        bare = not node.args and not node.keywords
        return bare and type(node.func).__name__ == "Name" and node.func.id in names

    return met


def _odd_target(node: Node) -> bool:
    """A comprehension may only assign names: its other targets would be writes inside a value."""
    return any(type(n).__name__ in ("Attribute", "Subscript") for n in _all(node.target))


def _binds_in_an_operand(node: Node) -> bool:
    return any(True for part in skippable(node.body) for _ in bound(pair(part)))


_KEPT = "del of a name that a function inside reads is not staged: leave the name alone"
_OURS = "this name is used by staged code: choose a name that does not end in two underscores"
_FRAME = "looks into the frame of the function, which is not staged: pass the values themselves"

# Allowed kinds of node that are refused in a particular form: (kind, is it that form?, sentence).
CONDITIONS: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    (
        "Lambda",
        _binds_in_an_operand,
        "`:=` in an operand that a lambda may skip is not staged: write a function with def",
    ),
    ("Try", lambda node: bool(node.handlers), _TRY),
    (
        "Try",
        lambda node: bool(jumps_of(node.finalbody)),
        "a jump out of `finally`, which would swallow an error, is not staged: put it behind the try",
    ),
    ("Raise", lambda node: node.exc is None, "a bare raise is not staged: name the exception"),
    (
        "Call",
        _bare_call("super"),
        "super() without arguments is not staged: write super(Class, self)",
    ),
    *(("Call", _bare_call(name), f"{name}() {_FRAME}") for name in _FRAMES_BARE),
    *(("Name", _names(name), f"{name} {_FRAME}") for name in _FRAMES),
    (
        "Name",
        _names("__class__"),
        "__class__ is not staged: write the name of the class",
    ),
    (
        "ImportFrom",
        lambda node: any(alias.name == "*" for alias in node.names),
        "`from x import *` is not staged: name what is imported",
    ),
    ("comprehension", lambda node: bool(node.is_async), _ASYNC),
    (
        "comprehension",
        _odd_target,
        "a comprehension that assigns to an element or attribute is not staged: write a loop",
    ),
    ("Name", _reserved("id"), _OURS),
    ("FunctionDef", _reserved("name"), _OURS),
    ("alias", _reserved("name", "asname"), _OURS),
    ("MatchAs", _reserved("name"), _OURS),
    ("MatchStar", _reserved("name"), _OURS),
    ("MatchMapping", _reserved("rest"), _OURS),
)
_GENERATOR_EXPRESSION = (
    "a generator expression is staged only as the first argument of "
    + ", ".join(FOLDS)
    + ": write a list comprehension"
)


def check(tree: Node, filename: str, function: str) -> None:
    """Raise at the first place, in the order of the text, that cannot be staged."""
    kept = {id(name) for name in _kept_names(tree)}
    for node, parents in _walk(tree):
        sentence = (
            refusal(node) or _misplaced(node, parents) or (_KEPT if id(node) in kept else None)
        )
        if sentence is not None:
            line, column = _place([node, *parents])
            raise ConversionError(sentence, Origin(filename, line, column, function))


def _kept_names(tree: Node) -> Iterator[Node]:
    """Names under `del` that a function inside reads: it would find the name gone when it is called."""
    for function in _all(tree):
        if isinstance(function, gast.FunctionDef):
            captured = Scope(function).captured
            gone = (name for node in _all(function) for name in deletions(node))
            yield from (name for name in gone if name.id in captured)


def refusal(node: Node) -> str | None:
    """Why this node is refused whatever stands around it; None if it is allowed."""
    kind = type(node).__name__
    if kind not in ALLOWED:
        return REFUSED.get(kind, _FOREIGN)
    for name, met, sentence in CONDITIONS:
        if name == kind and met(node):
            return sentence
    return None


def _misplaced(node: Node, parents: list[Node]) -> str | None:
    if type(node).__name__ != "GeneratorExp":
        return None
    call = parents[0]
    fold = (
        type(call).__name__ == "Call"
        and type(call.func).__name__ == "Name"
        and call.func.id in FOLDS
        and call.args[:1] == [node]
    )
    return None if fold else _GENERATOR_EXPRESSION


def _place(nodes: list[Node]) -> tuple[int, int]:
    """Line and column of the innermost node that has them."""
    for node in nodes:
        if getattr(node, "lineno", None) is not None:
            return node.lineno, node.col_offset
    return 0, -1


def _children(node: Node) -> list[Node]:
    """The nodes inside in the order of the text."""
    return sorted(children(node), key=lambda child: _place([child]))


def _walk(tree: Node) -> Iterator[tuple[Node, list[Node]]]:
    """Every node with its parents, innermost first; a loop, because expressions may be deep."""
    waiting: list[tuple[Node, list[Node]]] = [(tree, [])]
    while waiting:
        node, parents = waiting.pop()
        yield node, parents
        around = [node, *parents[:3]]
        waiting.extend((child, around) for child in reversed(_children(node)))


def _all(tree: Node) -> Iterator[Node]:
    return (node for node, _ in _walk(tree))
