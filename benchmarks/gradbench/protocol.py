"""Messages -> answers: GradBench's protocol, one JSON object a line in each direction.

An eval sends `start`, then `define` with a module, then `evaluate` with a function of it and an
input; each message has one answer with the same `id`.  Timings are of the call alone: what reads the
input and what writes the output stand outside.  The first run compiles and is a timing like any other.
"""

from __future__ import annotations

import importlib
import json
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Json = Any
TOOL = "autograph-lite"
MODULES = (
    *("hello", "lse", "llsq", "ode", "gmm", "kmeans"),
    *("lstm", "det", "ba", "ht", "particle", "saddle"),
)


@dataclass(frozen=True, slots=True)
class Function:
    """What a module offers by one name: input -> arguments -> result -> output."""

    arguments: Callable[[Json], tuple[Any, ...]]
    call: Callable[..., Any]
    output: Callable[[Any], Json]

    def evaluate(self, given: Json) -> Json:
        """Run until there are `min_runs` runs of `min_seconds` together; one run if nothing is asked."""
        runs, seconds = 1, 0.0
        if isinstance(given, dict):
            runs, seconds = given.get("min_runs", runs), given.get("min_seconds", seconds)
        arguments = self.arguments(given)
        spent: list[int] = []
        while len(spent) < max(runs, 1) or sum(spent) < seconds * 1e9:
            start = time.perf_counter_ns()
            result = self.call(*arguments)
            spent.append(time.perf_counter_ns() - start)
        timings = [{"name": "evaluate", "nanoseconds": each} for each in spent]
        return {"success": True, "output": self.output(result), "timings": timings}


def plain(result: Any) -> Json:
    """Numbers and nested lists of a tensor, an array or a number."""
    return result.tolist() if hasattr(result, "tolist") else float(result)


def functions(module: str) -> dict[str, Function]:
    if module not in MODULES:
        raise LookupError(f"there is no module {module!r}; there are {', '.join(MODULES)}")
    return importlib.import_module(f"{__package__}.{module}").FUNCTIONS


def answer(message: Json) -> Json:
    """What a message asks for; a fault is told to the eval, which goes on."""
    try:
        match message["kind"]:
            case "start":
                return {"tool": TOOL}
            case "define":
                functions(message["module"])
                return {"success": True}
            case "evaluate":
                function = functions(message["module"])[message["function"]]
                return function.evaluate(message["input"])
    except Exception:
        return {"success": False, "error": traceback.format_exc()}
    return {}


def answers(lines: Iterable[str]) -> Iterator[str]:
    """JSON has no NaN and no infinity: such an output is a fault."""
    for line in lines:
        message = json.loads(line)
        reply = {"id": message["id"]} | answer(message)
        try:
            yield json.dumps(reply, allow_nan=False)
        except ValueError as fault:
            yield json.dumps({"id": message["id"], "success": False, "error": str(fault)})
