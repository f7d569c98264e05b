"""The status codes of a kernel: 0, or why it stopped."""

from __future__ import annotations

OK = 0
INTERRUPT = 1  # a signal handler or the print callback raised
MEMORY = 2  # details: the count of elements asked for
INDEX = 3
SHAPE = 4
ZERO_DIVISION = 5
OVERFLOW = 6
UNDEFINED = 7
DOMAIN = 8
RECURSION = 9
TYPE = 10
RAISED = (
    11  # the program raised, the last record has what its exception holds; of a gate: or it warned
)
