"""One program, eager and compiled: what came of it.  Also the process that does so for others.

A process of its own because a wrong kernel may end it; the one that asks lives on and knows which
program it was.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import select
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import autograph_lite as ag
from autograph_lite.api import IdentityError
from autograph_lite.call.verify import Eager, Outcome, described, modes, outcome
from autograph_lite.errors import AutographError, ConversionError, GraphTypeError, StaleViewError
from tests.identity.levels import as_they_stand

ROOT = Path(__file__).absolute().parents[2]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`same`, `raised` (the same error in both modes), `refused`, `differs`, `failed`, `crashed` or
    `hangs`; where, and what was found."""

    kind: str
    mode: str = ""
    detail: str = ""

    @property
    def bad(self) -> bool:
        return self.kind not in ("same", "raised", "refused")

    @property
    def alike(self) -> tuple[str, str, str]:
        """What stays the same while a program gets smaller."""
        words = self.detail.split(":")[0].rstrip("0123456789 ")
        return self.kind, self.mode, words


def load(text: str, folder: Path) -> ModuleType:
    """A module from text, in a file, so that its source can be read."""
    name = "p" + hashlib.sha256(text.encode()).hexdigest()[:16]
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(program: Callable[..., Any], inputs: list[tuple[Any, ...]], order: int) -> Verdict:
    """Compare every mode on every input; the first that is not the same."""
    raised = Verdict("same")
    f = ag.function(program)
    for args in inputs:
        try:
            f.compile(*args)  # now the state that it captures is known, and put back after a run
        except Exception as error:
            return _refused(f, args, error)
        eager = Eager(f)
        for mode, (run, reference) in modes(f, order, again=order).items():
            found = _compared(f, args, mode, run, eager.outcome(reference, args))
            if found.kind not in ("same", "raised"):
                return found
            raised = found if found.kind == "raised" else raised
        if raised.kind == "same" and ": 0 signature" in f.explain().splitlines()[0]:
            return Verdict("failed", "staged", "it is run step by step, though no error is raised")
    return raised


def _refused(f: Any, args: tuple[Any, ...], error: Exception) -> Verdict:
    """An error before anything ran: the one that eager execution raises in the end, or a refusal."""
    _, reference = modes(f, 0)["compiled"]
    theirs = dict(outcome(reference, f, args).parts).get("error")
    if theirs == described(error):
        return Verdict("raised", "staged", str(theirs))
    if not isinstance(error, AutographError):
        raise error
    refusals = ConversionError | GraphTypeError | StaleViewError
    if theirs is None or isinstance(error, refusals) or " before a step and " in str(error):
        return Verdict("refused", "staged", _first_line(error))
    return Verdict("differs", "staged", f"{_first_line(error)} (eager: {theirs})")


def _compared(f: Any, args: Any, mode: str, run: Any, want: Outcome) -> Verdict:
    try:
        got = outcome(run, f, args)
    except ConversionError as error:
        return Verdict("refused", mode, _first_line(error))
    found = want.difference(got)
    ours, theirs = dict(got.parts).get("error"), dict(want.parts).get("error")
    if found is None:
        return Verdict("raised" if ours else "same", mode, str(ours or ""))
    if ours and not theirs and ours[0] == "TypeError":
        return Verdict("refused", mode, ours[1])
    if theirs and not ours and "view is stale" in theirs[1]:
        return Verdict("refused", "eager", theirs[1])  # compiled code may accept more
    if ours:
        return Verdict("failed", mode, f"{ours[0]}: {ours[1]} (eager: {theirs})")
    return Verdict("differs", mode, found)


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0]}"


def check_text(text: str, folder: Path) -> Verdict:
    """Load and check a program; what the library itself does not catch is a failure too."""
    try:
        module = load(text, folder)
        return check(module.program, module.inputs(), module.ORDER)
    except IdentityError as error:
        return Verdict("differs", "", str(error))
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return Verdict("failed", f"{Path(where.filename).name}", _first_line(error))


def answer(folder: Path, *module: str) -> Any:
    """What a module writes as JSON in a new process with this cache folder."""
    done = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "runtime")]),
            "AUTOGRAPH_LITE_CACHE": str(folder),
        },
        stdout=subprocess.PIPE,
        check=True,
        timeout=600,
    )
    return json.loads(done.stdout)


def serve() -> None:
    """Answer requests, one JSON line each, on standard input and output."""
    as_they_stand(pytest.MonkeyPatch(), above=1_000)
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            request = json.loads(line)
            if request.get("plant"):
                from tests.identity.plants import plant

                plant(request["plant"])
            found = check_text(request["text"], Path(folder))
            out.write(json.dumps([found.kind, found.mode, found.detail]) + "\n")
            out.flush()


class Server:
    """A process that checks programs; started again when it ends."""

    def __init__(self, planted: str = "", seconds: float = 1800.0) -> None:
        self.planted, self.seconds = planted, seconds
        self.process: subprocess.Popen[str] | None = None
        self.served = 0

    def start(self) -> subprocess.Popen[str]:
        if self.process is None or self.process.poll() is not None or self.served > 150:
            self.stop()
            self.served = 0
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.identity.check"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
        return self.process

    def ask(self, text: str) -> Verdict:
        process = self.start()
        self.served += 1
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps({"text": text, "plant": self.planted}) + "\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], self.seconds)
        if not ready:
            self.stop()
            return Verdict("hangs", detail=f"longer than {self.seconds:.0f} s")
        answer = process.stdout.readline()
        if not answer:
            return Verdict("crashed", detail=f"exit status {process.wait()}")
        return Verdict(*json.loads(answer))

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


if __name__ == "__main__":
    serve()
