"""GradientTape: records the ops that depend on what it watches; gradients by the reverse pass.

A source is a value, and values never change: a variable that is assigned between two reads is one
source with two values.  The tape is the same eagerly and inside a staged function.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from autograph_lite.eager.warn import warn
from autograph_lite.errors import ConversionError, GradientError, GradientWarning, TapeError
from autograph_lite.gradient.cotangents import Cotangent
from autograph_lite.gradient.repeated import Record
from autograph_lite.gradient.reverse import Seed
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import FLOATS
from autograph_lite.nests import leaves
from autograph_lite.ops.cells import NAME, name_of
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import Constant, Indexed, Linear, Op
from autograph_lite.ops.same import as_value, both
from autograph_lite.ops.staging import tape_begins, tape_pauses
from autograph_lite.tape.depends import REGIONS
from autograph_lite.tape.following import Following
from autograph_lite.tape.inside import refuse_used_before
from autograph_lite.tape.results import arranged, result, stacked, wants_zeros
from autograph_lite.tape.seeds import one_hot, seeds, target_value
from autograph_lite.tape.sweeps import Cotangents, swept
from autograph_lite.tensors.boxes import staging, value_of
from autograph_lite.tensors.number import kind_name
from autograph_lite.tensors.tensor import ArrayLike
from autograph_lite.tensors.variables import Variable, held

_USED = (
    "a non-persistent GradientTape can only be used to compute one set of gradients (or"
    " jacobians); use GradientTape(persistent=True), or ask for all sources at once"
)
_kinds: dict[Op, tuple[bool, bool]] = {}  # op -> (has a derivative, which reads values)


def _how(op: Op) -> tuple[bool, bool]:
    has = not isinstance(op.derivative, Constant)
    found = _kinds[op] = (has, has and not isinstance(op.derivative, Linear | Indexed))
    return found


class GradientTape:
    """Records in a `with` block what depends on watched tensors and variables, to be differentiated.

    `persistent`: gradients may be asked for more than once.  `watch_accessed_variables`: a trainable
    variable is watched when it is read.
    """

    is_forward = False

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = bool(persistent)
        self._automatic = bool(watch_accessed_variables)
        self._recording = False
        self._home = context.interpreter  # the region that it belongs to
        self._clear()

    def _clear(self) -> None:
        self._records: list[Record] | None = []
        self._followed = Following()
        self._roots: dict[Value, Value] = {}  # every value read of a variable -> the first one
        self._variables: dict[int, Variable] = {}
        # id of a tensor -> the tensor and its value at watch(): what is differentiated with respect to,
        # whatever is written into the tensor later
        self._at_watch: dict[int, tuple[Any, Value]] = {}
        self._first: dict[int, Value] = {}  # id of a variable -> its first value read

    # --- recording ---

    def __enter__(self) -> GradientTape:
        if self._recording:
            raise TapeError(
                "the tape is still recording: a tape cannot be entered again inside its own block"
            )
        self._refuse_inside("entered", "make it inside: with ag.GradientTape() as tape")
        tape_begins()
        if self._records is None:
            self._clear()
        self._start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._recording:
            self._stop()

    def _start(self) -> None:
        context.tapes.append(self)
        self._recording = True

    def _stop(self) -> None:
        context.tapes.remove(self)
        self._recording = False

    def record(
        self,
        op: Op,
        inputs: tuple[Value, ...],
        outputs: tuple[Value, ...],
        params: dict[str, Any],
    ) -> None:
        """Keep a node if it has a derivative and depends on something watched."""
        tracked = self._followed.values
        for value in inputs:
            if value in tracked:
                break
        else:
            if not staging() or not any(self.follows(v) for v in inputs):
                return
        has, reads = _kinds.get(op) or _how(op)
        if len(outputs) == 1 and outputs[0].data is not None:  # one that is executed, as most are
            out = outputs[0]
            if not has or out is inputs[0] or out.type.dtype not in FLOATS:
                return
            tracked[out] = None
        elif not self._depends(op, inputs, outputs, params, has):
            return
        assert self._records is not None
        self._records.append((op, inputs, outputs, params))
        if not reads:
            for value in inputs:
                if value.type.dtype not in FLOATS:
                    value.pinned = True
            return
        for value in inputs:
            value.pinned = True  # it may not be overwritten before the reverse pass
        for value in outputs:
            value.pinned = True

    def _depends(
        self,
        op: Op,
        inputs: tuple[Value, ...],
        outputs: tuple[Value, ...],
        params: dict[str, Any],
        has: bool,
    ) -> bool:
        """Whether a gradient passes through any of these results, which are followed from now on."""
        if op in REGIONS and staging():  # one without results may take a number
            self._followed.after(op, inputs, outputs, params)
        if not has or not outputs or (len(outputs) == 1 and outputs[0] is inputs[0]):
            return False
        floats = [v for v in outputs if v.type.dtype in FLOATS]
        if outputs[0].data is not None:
            self._followed.values.update(dict.fromkeys(floats))
        elif floats and op not in REGIONS:
            self._followed.after(op, inputs, outputs, params)
        return bool(floats)

    def follows(self, value: Value) -> bool:
        """Whether a gradient with respect to something watched passes through the value."""
        return value in self._followed

    def extend(self, outputs: tuple[Value, ...]) -> None:
        """A recorded node gives more now: what it saved depends on what its results depend on."""
        if any(self.follows(v) for v in outputs):
            self._followed.values.update((v, None) for v in outputs if v.type.carries)

    def accessed(self, variable: Any, value: Value) -> None:
        """A variable is read: a value of it that was not seen before joins the source."""
        if value in self._roots:
            return
        if id(variable) in self._variables or (self._automatic and variable._trainable):
            self._add_root(variable, value)

    def joins(self, value: Value, source: Value) -> None:
        """A value is a later one of the variable that another value is of, if it is of one."""
        if source in self._roots:
            self._roots[value] = self._roots[source]
            self._followed.always(value)

    def _add_root(self, variable: Any, value: Value) -> None:
        if value.type.dtype not in FLOATS:
            return
        self._variables[id(variable)] = variable
        named = self._follow(value)
        self._roots[value] = self._roots[named] = self._first.setdefault(id(variable), named)

    def watch(self, tensor: Any) -> None:
        """Follow tensors and variables, or nests of them.

        Raises GradientError for anything else and TapeError once the tape has been used; what is not of
        a float dtype is warned of and has no gradient.
        """
        if self._records is None:
            raise TapeError("this tape has been used; watch() belongs into its `with` block")
        self._refuse_inside("told to watch", "watch before it, or open the tape inside")
        for leaf in leaves(tensor):
            if not isinstance(leaf, ArrayLike):
                raise GradientError(
                    f"watch() needs tensors or variables, not {kind_name(leaf)}; make it a"
                    " tensor first: x = ag.constant(x)"
                )
            self._watch(leaf)

    def _watch(self, leaf: ArrayLike) -> None:
        value = held(leaf) if isinstance(leaf, Variable) else value_of(leaf)
        if not _is_floating(value):
            return
        records, before = self._records or (), dict(self._followed.perhaps)
        if records and not self.follows(value):
            refuse_used_before(records, value)
        if isinstance(leaf, Variable):
            self._add_root(leaf, value)
            return
        value = self._follow(value)
        self._at_watch[id(leaf)] = (leaf, value)
        if staging():
            self._followed.all_that_are(value)
        if before:
            self._followed.limit(before, records)

    def _follow(self, value: Value) -> Value:
        """Follow a source, by its present name."""
        self._followed.source(value)
        if not staging() or (name := name_of(value)) is None:
            return value
        (named,) = name.outputs
        self._followed.always(named)
        if name.op is NAME:
            self._followed.always(name.inputs[0])
        self.record(name.op, name.inputs, name.outputs, name.params)
        return named

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Nothing is recorded in this block; TapeError on a tape that is not recording."""
        if not self._recording:
            raise TapeError("stop_recording() on a tape that is not recording")
        self._refuse_inside("told to stop recording", "open the tape inside")
        tape_pauses()
        position = context.tapes.index(self)
        self._stop()
        try:
            yield
        finally:
            context.tapes.insert(min(position, len(context.tapes)), self)
            self._recording = True

    def reset(self) -> None:
        """Forget all that was recorded and watched; TapeError on a tape that is not recording."""
        if not self._recording:
            raise TapeError("reset() on a tape that is not recording")
        self._refuse_inside("reset", "open the tape inside")
        self._clear()

    def watched_variables(self) -> tuple[Variable, ...]:
        """The variables that the tape follows, in the order in which they were first read."""
        self._refuse_inside("asked for its variables", "ask before or after it")
        return tuple(self._variables.values())

    # --- gradients ---

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = "none",
    ) -> Any:
        """d target / d sources, in the structure of the sources, each of the shape and dtype of its source.

        A target with several elements, or a nest of targets, is summed, each element times that of
        `output_gradients` where these are given, which have shapes and dtypes of the targets.  None where
        there is no connection, unless `unconnected_gradients` is "zero".

        Raises TapeError on a tape that has been used up, GradientError for a source that is no tensor
        or variable, GraphTypeError and ShapeError for targets and output gradients that do not fit, and
        ConversionError where compiled code cannot tell what eager execution would give.
        """
        zeros = unconnected_gradients != "none" and wants_zeros(unconnected_gradients)
        return self._gradient(seeds(target, output_gradients), sources, zeros)

    def _gradient(self, starts: list[Seed], sources: Any, zeros: bool = False) -> Any:
        listed = leaves(sources)
        keys = [self._key(source) for source in listed]
        records = self._taken()
        try:
            found = swept(records, starts, keys, self._followed, self._roots)
        finally:
            self._used()
        parts = []
        for key, source in zip(keys, listed, strict=True):
            parts.append(result(self._found(found, key), source, zeros))
        return arranged(sources, parts)

    def _found(self, found: Cotangents, key: Value | None) -> Cotangent | None:
        """What has arrived at a source, where the tape follows it."""
        got = found.get(key) if key in self._followed.values else None
        if got is None or key not in self._followed.perhaps:
            return got
        when = self._followed.perhaps[key]
        if when is None:
            raise ConversionError(
                "whether the tape follows this tensor only the run knows, which decides between its"
                " gradient and None; say that it does with tape.watch()"
            )
        return Cotangent(got.value, as_value(both(got.there, when)))

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: str = "none",
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """d target / d sources, each of shape target.shape + source.shape in the dtype of its source.

        There is one reverse pass for each element of the target.  Raises what `gradient` raises, and
        ConversionError where only the run knows the shape of the target.
        """
        del parallel_iterations, experimental_use_pfor  # TensorFlow's; they change no result
        zeros = wants_zeros(unconnected_gradients)
        listed = leaves(sources)
        keys = [self._key(source) for source in listed]
        value = target_value(target)
        records = self._taken()
        try:
            rows = [
                swept(
                    records,
                    [] if seed is None else [(value, seed, None)],
                    keys,
                    self._followed,
                    self._roots,
                )
                for seed in one_hot(value)
            ]
        finally:
            self._used()
        parts = [
            stacked([self._found(row, key) for row in rows], source, value, zeros)
            for key, source in zip(keys, listed, strict=True)
        ]
        return arranged(sources, parts)

    def _key(self, source: Any) -> Value | None:
        """The value that stands for a source; None for a variable that was never read."""
        if isinstance(source, Variable):
            return self._first.get(id(source)) if id(source) in self._variables else None
        if not isinstance(source, ArrayLike):
            raise GradientError(
                f"a source is a {kind_name(source)}; gradients are taken with respect to"
                " tensors and variables"
            )
        box, value = self._at_watch.get(id(source), (None, None))
        if box is source:
            return value
        value = value_of(source)
        name = name_of(value) if staging() else None
        return value if name is None else name.outputs[0]

    def _taken(self) -> list[Record]:
        """What was recorded; while they are reversed this tape does not record, unless it is persistent."""
        if self._records is None:
            raise TapeError(_USED)
        self._refuse_inside(
            "asked for a gradient", "open the tape inside, or ask for the gradient after it"
        )
        records = self._records if not self._recording else list(self._records)
        if self._recording and self._persistent:
            warn(
                "gradient() on a persistent tape inside its block records the gradient too; leave"
                " the block first unless second derivatives of this tape are wanted",
                GradientWarning,
            )
        elif self._recording:
            self._stop()
        return records

    def _refuse_inside(self, what: str, instead: str) -> None:
        """A staged loop or branch is traced once: the state of a tape is that of its own region."""
        if self._home is not context.interpreter and staging():
            raise ConversionError(
                f"a tape that was made outside of a staged loop or branch is {what} inside it; {instead}"
            )

    def _used(self) -> None:
        """A one-shot tape is used up."""
        if not self._persistent:
            self._records = None


def _is_floating(value: Value) -> bool:
    if value.type.differentiable:
        return True
    warn(
        "The dtype of the watched tensor must be floating (e.g. float32), got"
        f" {value.type.dtype}; its gradient is None",
        GradientWarning,
    )
    return False
