"""Seed -> program: typed random programs in the language that users write.

`generator/grammar.py` has the expressions; here is which statements there are and where they may stand.
"""

from __future__ import annotations

import random
import re

from tests.identity.generator.assignments import (
    alias,
    annotated,
    assign,
    augmented,
    delete,
    number_powers,
    payoff,
    print_,
    set_element,
    set_mask,
    set_slice,
    several,
    swap,
    variable,
)
from tests.identity.generator.branches import (
    attempt,
    branch,
    early_return,
    leave,
    match_number,
    match_parts,
    match_rest,
    named,
    new_in_both,
    new_or_stop,
    stop,
)
from tests.identity.generator.calls import build_calls
from tests.identity.generator.grammar import CLASSES, HELPERS
from tests.identity.generator.holders import adder, change, closure, holder, named_tuple
from tests.identity.generator.kinds import build_kinds
from tests.identity.generator.listed import build_listed
from tests.identity.generator.loops import (
    array_from_number,
    array_from_plain,
    best_of,
    for_arange,
    for_each,
    for_plain,
    for_range,
    for_rows,
    for_zip,
    grown,
    none_first,
    number_kept,
    state_from_number,
    while_count,
    while_named,
)
from tests.identity.generator.mixed import build_mixed
from tests.identity.generator.scope import Generator, Rule, Scope
from tests.identity.generator.sums import build_sums
from tests.identity.generator.tapes import tape
from tests.identity.program import Program, Stmt, lines

INPUTS = 6  # a sum in another order shows in one input of six
LARGE = 20  # lines
GROWS = re.compile(r"\.append\(|\+= \[|\.extend\(")
SPECIAL = 10  # one program of so many is of each of the families
BUILDERS = {0: build_sums, 3: build_listed, 5: build_kinds, 7: build_mixed, 8: build_calls}


def _anywhere(g: Generator, scope: Scope) -> bool:
    return True


def _with_blocks(g: Generator, scope: Scope) -> bool:
    return scope.depth < 3 and g.budget > 0


def _with_steps(g: Generator, scope: Scope) -> bool:
    return scope.depth < 2 and g.budget > 0


def _may_jump(g: Generator, scope: Scope) -> bool:
    return not scope.tape


def _inside(g: Generator, scope: Scope) -> bool:
    return not scope.tape and scope.depth > 0


def _in_a_loop(g: Generator, scope: Scope) -> bool:
    return not scope.tape and scope.loop


MENU = (
    *(Rule(n, make, _anywhere) for n, make in ((6, assign), (2, augmented), (2, swap), (1, alias))),
    *(Rule(n, make, _anywhere) for n, make in ((2, set_element), (1, set_slice), (1, set_mask))),
    *(
        Rule(1, make, _anywhere)
        for make in (print_, stop, variable, several, delete, payoff, annotated)
    ),
    *(Rule(n, make, _anywhere) for n, make in ((1, holder), (2, change), (1, named_tuple))),
    *(Rule(1, make, _anywhere) for make in (adder, closure)),
    Rule(5, branch, _with_blocks),
    *(Rule(1, make, _with_blocks) for make in (new_in_both, new_or_stop, named, attempt)),
    *(Rule(1, make, _with_blocks) for make in (match_number, match_parts, match_rest)),
    Rule(5, for_range, _with_steps),
    *(Rule(1, make, _with_steps) for make in (for_rows, for_zip, for_arange, for_each)),
    *(Rule(1, make, _with_steps) for make in (while_count, while_named, best_of)),
    *(Rule(1, make, _with_steps) for make in (array_from_number, state_from_number, number_powers)),
    *(
        Rule(1, make, _with_steps)
        for make in (array_from_plain, for_plain, number_kept, none_first, grown)
    ),
    Rule(2, tape, _may_jump),
    Rule(1, early_return, _inside),
    Rule(2, leave, _in_a_loop),
)


def generate(seed: int) -> tuple[Program, list[str]]:
    """The program of a seed, and the constructs that it holds."""
    rng = random.Random(seed)
    special = BUILDERS.get((seed + 1) % SPECIAL)
    return build(rng) if special is None else special(rng, INPUTS)


def build(rng: random.Random) -> tuple[Program, list[str]]:
    """A program as the choices of `rng` have it."""
    dtype = rng.choice(("float64", "float64", "float32"))
    g = Generator(rng, rng.randint(3, 9), MENU)
    g.returns = rng.choice(("s", "v", "sv", "ss"))
    scope = Scope({"x": "v", "a": "s"})
    if rng.random() < 0.4:
        scope.names["M"] = "m"
    start = list(scope.names)
    outside = rng.random() < 0.15
    if outside:
        scope.names["TOTAL"] = "s"
    body = g.block(scope, 6)
    final = tuple(g.expr(k, scope, 1) for k in g.returns)
    text = "return " + ", ".join("{%d}" % i for i in range(len(final)))
    matrix = "M" in start
    prelude = (
        f"DT = '{dtype}'\nK = {rng.choice(('0.7', '-1.3', '2.0'))}\n"
        f"W = ag.constant([0.4, -0.9, 1.6], dtype=DT)\n"
        "TABLE = np.array([0.5, -1.25, 2.0])\n"
        "ROWS = np.array([[0.4, -0.7, 1.1], [0.9, 0.2, -0.3]], dtype=DT)\nLABELS = np.array([2, 0, 1])\n"
        f"V = ag.Variable({rng.choice(('0.8', '-0.6'))}, dtype=DT)\n"
        f"TOTAL = ag.constant(0.4, dtype=DT)\n\n{CLASSES}\n\n" + rng.choice(HELPERS)
    )
    inputs = tuple(_arguments(rng, matrix) for _ in range(INPUTS))
    parameters = "x, a, M, n" if matrix else "x, a, n"
    # Where arguments are written in place there is no gradient with respect to what they were.  The second
    # gradient of a long program with a tape in two loops is a third one, of four loops or more: it takes
    # minutes to compile.  So does that of a program whose loop inside a loop sees a list that grows.
    large = (taped(body) and len(list(lines(body))) > LARGE) or lists_in_two_loops(body)
    order = 0 if rng.random() < 0.1 else 1 if large else 2
    first = () if order == 0 else (Stmt("x, a = x.copy(), a.copy()"),)
    declared = (Stmt("global TOTAL"),) if outside else ()
    whole = (*declared, *first, *body, Stmt(text, final))
    return Program(prelude, parameters, whole, inputs, order), [dtype, *g.used]


def taped(body: tuple[Stmt, ...], loops: int = 0) -> bool:
    """Whether a tape stands in two loops."""
    for header, inside in (block for stmt in body for block in stmt.blocks):
        if loops > 1 and "GradientTape" in header:
            return True
        if taped(inside, loops + header.startswith(("for ", "while "))):
            return True
    return False


def lists_in_two_loops(body: tuple[Stmt, ...], loops: int = 0, grows: bool = False) -> bool:
    """Whether a loop stands in one in which a list grows."""
    for header, inside in (block for stmt in body for block in stmt.blocks):
        within = loops + header.startswith(("for ", "while "))
        grown = any(map(GROWS.search, lines(inside)))
        if (within > 1 and grows) or lists_in_two_loops(
            inside, within, grows or (within > 0 and grown)
        ):
            return True
    return False


def _arguments(rng: random.Random, matrix: bool) -> str:
    number = lambda: str(round(rng.uniform(-1.5, 1.5), 3))
    row = lambda: "[" + ", ".join(number() for _ in range(3)) + "]"
    tensor = lambda text: f"ag.constant({text}, dtype=DT)"
    parts = [tensor(row()), tensor(number())]
    if matrix:
        parts.append(tensor("[" + ", ".join(row() for _ in range(3)) + "]"))
    return f"({', '.join(parts)}, {rng.choice((0, 1, 2, 4))})"
