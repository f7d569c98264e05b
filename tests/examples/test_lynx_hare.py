"""The fit of the example ends where other fits of the same data end."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Maximum likelihood by central differences of the same loss in plain NumPy, L-BFGS and Adam alike.
FITTED = {"alpha": 0.5401, "beta": 0.0272, "gamma": 0.7964, "delta": 0.0237}
LOSS = 16.149294


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit")
    shutil.copytree(ROOT / "examples" / "data", folder / "data")
    script = shutil.copy(ROOT / "examples" / "lynx_hare.py", folder)
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
    return done.stdout


@pytest.mark.parametrize("name", FITTED)
def test_both_fits_find_the_parameters(output, name):
    found = re.findall(rf"^  {name} +([0-9.]+)", output, flags=re.MULTILINE)
    assert len(found) == 2
    for text in found:  # printed to 4 places; both minimisers stop within 0.5 % of the minimum
        assert float(text) == pytest.approx(FITTED[name], rel=5e-3)


def test_both_fits_reach_the_loss(output):
    found = re.findall(r"^  loss ([0-9.]+)", output, flags=re.MULTILINE)
    assert [float(text) for text in found] == pytest.approx([LOSS, LOSS], abs=1e-4)


def test_modes_agree_in_every_bit(output):
    assert len(re.findall(r"equal in every bit: yes$", output, flags=re.MULTILINE)) == 2
