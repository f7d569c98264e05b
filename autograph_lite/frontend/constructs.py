"""Python's syntax as a table: what each construct becomes, or the sentence that refuses it.

The fence reads it and `docs/python_support.md` is made from it.  A row says which kinds of node it is made
of; a row with a test refuses them in one form only.  A kind that no row has is refused as well, so that a
new version of Python cannot slip something through that the rewriting rules do not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograph_lite.frontend.desugar import jumps_of
from autograph_lite.frontend.names import bound
from autograph_lite.frontend.nodes import Node, everything, pair
from autograph_lite.frontend.order import skippable


@dataclass(frozen=True, slots=True)
class Construct:
    """`part` is the part of the language that it belongs to; `refused` is the sentence, or empty; `met`
    says whether a node has the form that is refused, None where every form is."""

    part: str
    what: str
    kinds: tuple[str, ...]
    refused: str = ""
    met: Callable[[Any], bool] | None = None


def kinds(text: str) -> tuple[str, ...]:
    """The names of kinds of node, written one after the other."""
    return tuple(text.split())


# -- forms -------------------------------------------------------------------------------------------

_RESERVED = re.compile(
    r"(ag|scope|make|itr|vals|return_value|returned|place|calls|result"
    r"|(break|continue|match|missed|value|object|index|frames|before|called|chosen|step|rows|left)_\d+)__"
)


def _names(*names: str) -> Callable[[Node], bool]:
    return lambda node: node.id in names


def _reserved(*fields: str) -> Callable[[Node], bool]:
    def met(node: Node) -> bool:
        found = (getattr(node, field) for field in fields)
        return any(name and _RESERVED.fullmatch(name.split(".")[0]) for name in found)

    return met


def _bare_call(name: str) -> Callable[[Node], bool]:
    def met(node: Node) -> bool:
        bare = not node.args and not node.keywords
        return bare and type(node.func).__name__ == "Name" and node.func.id == name

    return met


def _odd_target(node: Node) -> bool:
    """A comprehension may only assign names: its other targets would be writes inside a value."""
    return any(type(n).__name__ in ("Attribute", "Subscript") for n in everything(node.target))


def _binds_in_an_operand(node: Node) -> bool:
    return any(True for part in skippable(node.body) for _ in bound(pair(part)))


def _around(node: Node) -> bool:
    """What stands around the node decides, which the fence looks at."""
    del node
    return False


# -- sentences ---------------------------------------------------------------------------------------

# Calls that may take a generator expression: they use every element, or stop by themselves.
FOLDS = ("sum", "all", "any", "max", "min", "sorted", "tuple", "list")
_TRY = "try with except is not staged: test for the condition with `if`, or catch outside this function"
_ASYNC = "async code is not staged: write an ordinary function"
_GENERATOR = "yield is not staged: collect the values in a list or an array and return it"
_TYPE_PARAMETER = "type parameters are not staged: define the function without them"
_OURS = "this name is used by staged code: choose a name that does not end in two underscores"
_FRAME = "looks into the frame of the function, which is not staged: pass the values themselves"
_OUTSIDE = "is not staged: define it outside"
_LOOSE = f"a generator expression is staged only as the first argument of {', '.join(FOLDS)}"
FOREIGN = "this construct is not staged: write it as ordinary statements"

LOOSE_GENERATOR = Construct(
    "Expressions", "a generator expression elsewhere", kinds("GeneratorExp"),
    f"{_LOOSE}: write a list comprehension", _around,
)  # fmt: skip
KEPT_NAME = Construct(
    "Assignment", "`del` of a name that a function inside reads", kinds("Delete"),
    "del of a name that a function inside reads is not staged: leave the name alone", _around,
)  # fmt: skip

# -- the table ---------------------------------------------------------------------------------------

# fmt: off
CONSTRUCTS: tuple[Construct, ...] = (
    Construct("Loops", "`for`", kinds("For")),
    Construct("Loops", "`while`", kinds("While")),
    Construct("Loops", "`break`, `continue`", kinds("Break Continue")),
    Construct("Branches", "`if`, `elif`, `else`", kinds("If")),
    Construct("Branches", "`a if c else b`", kinds("IfExp")),
    Construct("Branches", "`and`, `or`, `not`", kinds("BoolOp And Or Not")),
    Construct("Branches", "comparisons", kinds("Compare Eq NotEq Lt LtE Gt GtE")),
    Construct("Branches", "`in`, `is`", kinds("In NotIn Is IsNot")),
    Construct("Branches", "`match`", kinds(
        "Match match_case pattern MatchAs MatchClass MatchMapping MatchOr MatchSequence MatchSingleton"
        " MatchStar MatchValue")),
    Construct("Assignment", "`x = v`, `x: T = v`", kinds("Assign AnnAssign Name Load Store Param")),
    Construct("Assignment", "`a, *b = v`", kinds("Tuple List Starred")),
    Construct("Assignment", "`x += v`", kinds("AugAssign")),
    Construct("Assignment", "`(x := v)`", kinds("NamedExpr")),
    Construct("Assignment", "`(x := v)` that a lambda may skip", kinds("Lambda"),
              "`:=` in an operand that a lambda may skip is not staged: write a function with def",
              _binds_in_an_operand),
    Construct("Assignment", "`x[i] = v`", kinds("Subscript Slice")),
    Construct("Assignment", "`x.a = v`", kinds("Attribute")),
    Construct("Assignment", "`del`", kinds("Delete Del")),
    KEPT_NAME,
    Construct("Assignment", "`nonlocal`, `global`", kinds("Nonlocal Global")),
    Construct("Assignment", "names that look like generated ones", kinds("Name"), _OURS, _reserved("id")),
    Construct("", "the same in `def`", kinds("FunctionDef"), _OURS, _reserved("name")),
    Construct("", "the same in `import`", kinds("alias"), _OURS, _reserved("name", "asname")),
    Construct("", "the same in `case`", kinds("MatchAs MatchStar"), _OURS, _reserved("name")),
    Construct("", "the same in a mapping", kinds("MatchMapping"), _OURS, _reserved("rest")),
    Construct("Expressions", "literals", kinds("Constant")),
    Construct("Expressions", "operators", kinds(
        "BinOp UnaryOp Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv Invert"
        " UAdd USub")),
    Construct("Expressions", "dict and set displays", kinds("Dict Set")),
    Construct("Expressions", "comprehensions", kinds("ListComp SetComp DictComp comprehension")),
    Construct("Expressions", "a comprehension into an element or attribute", kinds("comprehension"),
              "a comprehension that assigns to an element or attribute is not staged: write a loop",
              _odd_target),
    Construct("Expressions", "a generator expression", kinds("GeneratorExp")),
    LOOSE_GENERATOR,
    Construct("Expressions", "f-strings", kinds("JoinedStr FormattedValue")),
    Construct("Expressions", "template strings", kinds("TemplateStr Interpolation"),
              "template strings are not staged: write an f-string"),
    Construct("Functions", "calls", kinds("Call keyword Expr")),
    Construct("Functions", "`return`", kinds("Return")),
    Construct("Functions", "`def`", kinds("FunctionDef arguments Pass")),
    Construct("Functions", "`lambda`", kinds("Lambda")),
    Construct("Functions", "`super()`", kinds("Call"),
              "super() without arguments is not staged: write super(Class, self)", _bare_call("super")),
    Construct("Functions", "`__class__`", kinds("Name"),
              "__class__ is not staged: write the name of the class", _names("__class__")),
    *(Construct("Functions", f"`{name}()`", kinds("Call"), f"{name}() {_FRAME}", _bare_call(name))
      for name in ("vars", "dir")),
    *(Construct("Functions", f"`{name}`", kinds("Name"), f"{name} {_FRAME}", _names(name))
      for name in ("locals", "globals", "exec", "eval")),
    Construct("Functions", "`class`", kinds("ClassDef"), f"a class inside a staged function {_OUTSIDE}"),
    Construct("Functions", "`yield`, `yield from`", kinds("Yield YieldFrom"), _GENERATOR),
    Construct("Functions", "`async`, `await`", kinds("AsyncFunctionDef AsyncFor AsyncWith Await"), _ASYNC),
    Construct("Functions", "`async` in a comprehension", kinds("comprehension"), _ASYNC,
              lambda node: bool(node.is_async)),
    Construct("Functions", "type parameters", kinds("TypeVar ParamSpec TypeVarTuple type_param"),
              _TYPE_PARAMETER),
    Construct("Functions", "`type`", kinds("TypeAlias"), f"a type alias inside a staged function {_OUTSIDE}"),
    Construct("Functions", "`import`", kinds("Import ImportFrom alias")),
    Construct("Functions", "`from m import *`", kinds("ImportFrom"),
              "`from x import *` is not staged: name what is imported",
              lambda node: any(alias.name == "*" for alias in node.names)),
    Construct("Errors and contexts", "`raise`", kinds("Raise")),
    Construct("Errors and contexts", "`raise` alone", kinds("Raise"),
              "a bare raise is not staged: name the exception", lambda node: node.exc is None),
    Construct("Errors and contexts", "`assert`", kinds("Assert")),
    Construct("Errors and contexts", "`try` with `finally`", kinds("Try")),
    Construct("Errors and contexts", "`try` with `except`", kinds("Try"), _TRY,
              lambda node: bool(node.handlers)),
    Construct("Errors and contexts", "`try` with `except*`", kinds("TryStar"), _TRY),
    Construct("", "its handlers", kinds("ExceptHandler excepthandler"), _TRY),
    Construct("Errors and contexts", "a jump out of `finally`", kinds("Try"),
              "a jump out of `finally`, which would swallow an error, is not staged: put it behind the try",
              lambda node: bool(jumps_of(node.finalbody))),
    Construct("Errors and contexts", "`with`", kinds("With withitem")),
    # Syntax of Python 2, tops of files, and the abstract classes: none is inside a function.
    Construct("", "what no function contains", kinds(
        "Print Exec Repr Suite Module Interactive Expression FunctionType AugLoad AugStore TypeIgnore"
        " type_ignore AST mod stmt expr slice boolop cmpop operator unaryop expr_context"), FOREIGN),
)
# fmt: on

ALLOWED = frozenset(kind for row in CONSTRUCTS if not row.refused for kind in row.kinds)
REFUSED = {
    kind: row.refused for row in CONSTRUCTS if row.refused and row.met is None for kind in row.kinds
}


def _conditions() -> dict[str, tuple[tuple[Callable[[Any], bool], str], ...]]:
    """Kinds that are allowed -> the forms of them that are refused, each with its sentence."""
    found: dict[str, tuple[tuple[Callable[[Any], bool], str], ...]] = {}
    forms = ((row, row.met) for row in CONSTRUCTS if row.met is not None)
    for row, met in forms:
        for kind in row.kinds:
            found[kind] = (*found.get(kind, ()), (met, row.refused))
    return found


CONDITIONS = _conditions()
