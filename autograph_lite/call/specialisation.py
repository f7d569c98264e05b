"""A staged signature: what a call of it does, with a tape around it or not, and its kernels."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from autograph_lite.call.signature import fits, require_apart
from autograph_lite.errors import AutographError, ConversionError, InternalError
from autograph_lite.execute import Executable, Reached
from autograph_lite.frontend.host import made
from autograph_lite.frontend.later import known
from autograph_lite.frontend.packing import ListedFloats
from autograph_lite.frontend.raising import reach
from autograph_lite.frontend.returned import given_back, viewing
from autograph_lite.frontend.stage import Staged
from autograph_lite.frontend.state import as_given, is_variable, put_together
from autograph_lite.frontend.structures import Leaf, holds_text
from autograph_lite.gradient.calls import Callee, call
from autograph_lite.gradient.reach import forced
from autograph_lite.ir.graph import Graph, Value
from autograph_lite.ops.dispatch import context
from autograph_lite.pipeline import compile_graph
from autograph_lite.printing.print import muted, replay
from autograph_lite.tensors.boxes import Box, array_data, value_of, write

TENSOR = Leaf("ag")


@dataclass(slots=True)
class Seen:
    """A signature that was met: why it was staged, the seconds that staging and compiling took, what it
    reads from outside, what its loops save for gradients, and how many calls no kernel could make."""

    shown: str
    why: str
    staging: float
    captured: tuple[str, ...]
    compiling: float = 0.0
    saves: tuple[str, ...] = ()
    stepwise: int = 0

    def compile(self, graph: Graph) -> Executable:
        start = time.perf_counter()
        made = compile_graph(graph)
        self.compiling += time.perf_counter() - start
        self.saves = tuple(dict.fromkeys((*self.saves, *made.saves)))
        return made

    def __str__(self) -> str:
        took = f"staged in {self.staging:.3f} s, compiled in {self.compiling:.3f} s"
        lines = [f"{self.shown}: {self.why}, {took}", *self.captured, *self.saves]
        if self.stepwise:
            lines.append(f"{self.stepwise} {_STEPWISE}")
        return "\n    ".join(lines)


_STEPWISE = (
    "call(s) were made step by step: NumPy failed or warned before the kernel, or a loop that makes a tensor of"
    " a plain array had no step"
)
_LISTS = (
    "a list of tensors that grows is returned where a gradient tape follows, which could not find its way"
    " back; return np.stack(items)"
)


class _Printing(threading.local):
    """What a call of this thread has printed, and what waits to be printed."""

    count = 0
    waiting: list[tuple[str, list[Any]]] | None = None


class Given(list[Any]):
    """The arguments of one call, and what NumPy has made of them, by the specialisation that asked."""

    def __init__(self, leaves: list[Any]) -> None:
        super().__init__(leaves)
        self.made: dict[int, list[Any] | None] = {}


class _Stepwise(Exception):
    """A call was made step by step, and this is its result."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


class Specialisation:
    """A staged signature and its kernels."""

    def __init__(self, staged: Staged, seen: Seen, plain: bool = False) -> None:
        self.staged = staged
        self.leave = _plain if plain else as_given
        self.callee = Callee(staged.graph, seen.compile)
        self.positions = tuple(i for i, _ in staged.passed)
        order = {v: n for n, v in enumerate(staged.graph.body.arguments)}
        read, hosted = [i.value for i in staged.inputs], [i.value for i in staged.hosted]
        self.slots = [order[v] for v in [*(v for _, v in staged.passed), *read, *hosted]]
        if staged.prints:
            self.callee.printer = self._print
        self.views = () if plain else staged.views
        self.outside = [box for box in staged.written_boxes if not is_variable(box)]
        self.calls, self.seen = 0, seen
        self.quick_tried = False
        self.forced: frozenset[int] | None = None
        self.texts = holds_text(staged.structure)
        self.lists = holds_text(staged.structure, ListedFloats)
        self.printing = _Printing()
        self.waits = any(p.voice == "python" for p in staged.prints)

    def serves(self, recorded: bool) -> bool:
        """Whether it is for a call that tapes record, or do not."""
        staged = self.staged
        return staged.recorded in (None, recorded) and not (recorded and staged.unasked)

    def holds(self, given: Given) -> bool:
        """Whether everything that was captured as a guard is still the same."""
        staged = self.staged
        if not all(guard.holds() for guard in staged.guards):
            return False
        pairs = zip(staged.hosted, self._made(given) or (), strict=False)
        return all(fits(i.read(), i.type) for i in staged.inputs) and all(
            fits(obj, hosted.type) for hosted, obj in pairs
        )

    def _made(self, given: Given) -> list[Any] | None:
        """What NumPy makes for this call; None where it fails or warns."""
        if not self.staged.made:
            return []
        if id(self) not in given.made:
            given.made[id(self)] = made(self.staged.recipes, given)
        return given.made[id(self)]

    def __call__(self, given: Given, again: Callable[[], Any]) -> Any:
        """`again` runs the function step by step on the same arguments."""
        self.calls += 1
        staged, leaves = self.staged, list(given)
        objects = [leaves[i] for i in self.positions] + [i.read() for i in staged.inputs]
        hosted = self._made(given)
        if hosted is None:
            self.seen.stepwise += 1
            return again()
        objects += hosted[: len(staged.hosted)]
        leaves += hosted[len(staged.hosted) :][: len(staged.given)]
        if staged.written_arguments or self.outside:
            require_apart([*(leaves[i] for i in staged.written_arguments), *self.outside], objects)
        if context.tapes and (followed := self._followed(objects)):
            if self.lists:
                raise ConversionError(_LISTS)
            if self._forces(followed):
                return again()  # refuses, or the tape does not follow what becomes a number
            run = partial(self._recorded, followed, again)
        else:
            data = self._ordered([_data(o) for o in objects])
            run = partial(self._unrecorded, data, leaves, again)
        try:
            results = run()
        except _Stepwise as found:
            return found.result
        except Reached as found:
            reached = found
        else:
            return self._given(results, leaves)
        raised = staged.raises[reached.key]
        reach(raised, _of_record(raised.numbers, reached.values), reached.origin)

    def _unrecorded(
        self, data: list[Any], leaves: list[Any], again: Callable[[], Any]
    ) -> list[Value]:
        """Call where no tape follows."""
        return list(map(_value, self._run(data, leaves, again)))

    def _given(self, results: list[Value], leaves: list[Any]) -> Any:
        """What the call returns, after what it has written."""
        try:
            self._write(results, leaves)
        except BaseException:  # Ctrl-C between two writes
            self._write(results, leaves)
            raise
        return self._returned(results, leaves)

    def _run(self, data: list[Any], leaves: list[Any], again: Callable[[], Any]) -> Any:
        """The kernel; a call that stops leaves what it wrote, or is repeated up to its fault."""
        if self.staged.undone or not self.staged.held:
            run = partial(self.callee.run, data)
        elif self.staged.repeats:
            run = partial(self._interrupted, data, leaves)
        else:
            return self.callee.run(data, leave=partial(self.take_left, leaves))
        return self._repeating(run, again) if self.staged.repeats else run()

    def _interrupted(self, data: list[Any], leaves: list[Any]) -> Any:
        """The kernel of a call that a fault repeats; what it wrote where a signal stops it stays."""
        left: list[tuple[int, Any]] = []
        try:
            return self.callee.run(data, leave=left.extend)
        except (AutographError, Reached):
            raise
        except BaseException:
            self.take_left(leaves, left)
            raise

    def _repeating(self, run: Callable[[], Any], again: Callable[[], Any]) -> Any:
        """After a fault everything is done step by step up to it: the kernel wrote nothing back, and what
        it printed is not printed again.  Python's own print cannot be kept from that, so that what the
        kernel prints waits for its end then."""
        printing, stepwise = self.printing, False
        printing.count, printing.waiting = 0, [] if self.waits else None
        try:
            return run()
        except InternalError:
            raise
        except (AutographError, Reached) as error:
            fault, stepwise = error, True
        finally:
            waiting, printing.waiting = printing.waiting or [], None
            for record in [] if stepwise else waiting:
                self._print(*record)
        with muted(printing.count):
            result = again()
        if isinstance(fault, Reached) and self.staged.raises[fault.key].structure is None:
            self.seen.stepwise += 1
            raise _Stepwise(result)
        raise fault

    def _ordered(self, items: list[Any]) -> list[Any]:
        out = [None] * len(items)
        for slot, item in zip(self.slots, items, strict=True):
            out[slot] = item
        return out

    def _followed(self, objects: list[Any]) -> list[Value]:
        """The inputs as values, if a tape follows one of them; reading a variable tells the tapes."""
        values = [self._seen(o) if isinstance(o, Box) else Value(None, _scalar(o)) for o in objects]
        if any(tape.follows(v) for tape in context.tapes for v in values):
            return values
        return []

    def _forces(self, values: list[Value]) -> bool:
        """Whether a followed input may become a Python number on the way."""
        if self.forced is None:
            self.forced = forced(self.staged.graph)
        held = self._ordered(values) if self.forced else []
        return any(tape.follows(held[i]) for i in self.forced for tape in context.tapes)

    def _seen(self, box: Box) -> Value:
        """A box's value; a variable that the function only assigns is not read."""
        only_assigned = is_variable(box) and id(box) not in self.staged.variables_read
        return box._value if only_assigned else value_of(box)

    def _recorded(self, values: list[Value], again: Callable[[], Any]) -> list[Value]:
        """Call by the tape: the kernel that saves, recorded as one node.  A fault is repeated, so that
        the tape knows where the values come from that were written before it."""

        def run() -> list[Value]:
            return list(call(self.callee, tuple(self._ordered(values))))

        repeats = self.staged.held or self.staged.repeats
        return self._repeating(run, again) if repeats else run()

    def take_left(self, leaves: list[Any], left: list[tuple[int, Any]]) -> None:
        """Write what a call that stopped had written; where it wrote nothing new, views stay valid."""
        for key, data in left:
            whose = self.staged.held[key]
            box = leaves[whose] if isinstance(whose, int) else whose
            if data.tobytes() != box._value.data.tobytes():
                write(box, Value(None, data, is_variable(box)))

    def _write(self, results: list[Value], leaves: list[Any]) -> None:
        """Give tensors and variables what the call has written into them."""
        staged = self.staged
        written = iter(results[staged.returned :])
        for i in staged.written_arguments:
            write(leaves[i], next(written))
        for box in staged.written_boxes:
            value = next(written)
            write(box, Value(None, value.data, True) if is_variable(box) else value)

    def _returned(self, results: list[Value], leaves: list[Any]) -> Any:
        staged = self.staged
        leave = viewing(self.views, results, leaves) if self.views else self.leave
        if staged.structure == TENSOR:
            return leave(results[0])
        made = put_together(staged.structure, iter(results[: staged.returned]), leave)
        made = known(made) if self.texts else made
        for i in set(staged.handed):
            if isinstance(leaves[i], np.ndarray | np.generic):  # what it became at the entry
                leaves[i] = self.leave(Value(None, array_data(leaves[i])))
        made = given_back(made, leaves)
        return self._assign(made, results, leaves) if staged.assigned else made

    def _assign(self, made: tuple[Any, ...], results: list[Value], leaves: list[Any]) -> Any:
        """Give variables from outside what the call leaves in them, which is never plain; the result."""
        staged = self.staged
        leave = viewing(staged.views, results, leaves) if staged.views else as_given
        values = iter(results[: staged.returned])
        entered = [
            as_given(Value(None, array_data(x))) if isinstance(x, np.ndarray | np.generic) else x
            for x in leaves
        ]
        held = given_back(put_together(staged.structure, values, leave), entered)
        for variable, obj in zip(staged.assigned, held[1:], strict=True):
            variable.assign(obj)
        return made[0]

    def _print(self, key: str, values: list[Any]) -> None:
        if self.printing.waiting is not None:
            self.printing.waiting.append((key, values))
            return
        self.printing.count += 1
        printed = self.staged.prints[int(key)]
        recorded = iter(_of_record(printed.numbers, values))
        items = known(put_together(printed.structure, recorded, as_given))
        replay(printed.voice, items, printed.options)


def _of_record(numbers: tuple[int, ...], data: list[Any]) -> list[Value]:
    """The values of a record; Python's numbers come as NumPy's."""
    return [_value(v.item() if i in numbers else v) for i, v in enumerate(data)]


def _value(data: Any) -> Value:
    return Value(None, data)


def _plain(value: Value) -> Any:
    """A result as a Python number or an array."""
    data = value.data
    return data.item() if isinstance(data, np.generic) else data


def _data(obj: Any) -> Any:
    return value_of(obj).data if isinstance(obj, Box) else obj


def _scalar(obj: Any) -> Any:
    return obj if isinstance(obj, np.ndarray | np.generic) else np.asarray(obj)[()]
