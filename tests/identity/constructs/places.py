"""Rows of the table of constructs -> a module with one function per place.

The places are frames of text: the rows stand in them as a user would have written them there.
"""

from __future__ import annotations

import textwrap

from tests.identity.constructs.row import PRELUDE, Row

NESTED = "if in for"
"""A place in a place, to first order: two gradients through both take as long as all others."""
PLACES = {
    "top level": "{row}",
    "for": """\
for step in range(times):
    {row}
    s = s * 0.5
""",
    "while": """\
while times > 0 and abs(s) < 50.0:
    times -= 1
    {row}
""",
    "if": """\
if s > 0.0:
    {row}
else:
    s = s * 1.5
""",
    NESTED: """\
for step in range(times):
    if s * x[step % 3] > -0.5:
        {row}
    s = s * 0.75
""",
}
"""`times` says how often; the row and what stands around it share all names."""


def function(row: Row, place: str) -> str:
    """The text of the function that has the row in this place."""
    lines = []
    for line in PLACES[place].splitlines():
        margin = line[: len(line) - len(line.lstrip())]
        lines.append(textwrap.indent(row.text, margin) if "{row}" in line else line)
    body = "\n".join(filter(None, (row.before, *lines, "return s")))
    name = place.replace(" ", "_")
    return f"def {name}_(x, s, n, times):\n{textwrap.indent(body, '    ')}\n"


def module(row: Row) -> str:
    """All places of a row."""
    return "\n\n".join([PRELUDE, *(function(row, place) for place in PLACES)])
