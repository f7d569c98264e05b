"""The tutorial prints exactly its expected lines, in any order of streams a user may see."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
EXPECTED = (EXAMPLES / "tutorial_expected.txt").read_text().splitlines()


def run_lines(script: Path, folder: Path) -> list[str]:
    """Lines of both streams in the order written, as `python -u script 2>&1` shows them."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "runtime")])
    done = subprocess.run(
        [sys.executable, "-u", str(script)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()


def test_tutorial_prints_its_expected_lines():
    assert run_lines(EXAMPLES / "tutorial.py", ROOT) == EXPECTED


def test_tutorial_beside_a_foreign_runtime_module(tmp_path):
    """A user's runtime.py is neither imported by the library nor hidden by it."""
    (tmp_path / "runtime.py").write_text("raise SystemExit('the wrong runtime was imported')\n")
    script = Path(shutil.copy(EXAMPLES / "tutorial.py", tmp_path))
    assert run_lines(script, tmp_path) == EXPECTED
