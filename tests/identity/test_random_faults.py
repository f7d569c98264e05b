"""Random programs that have effects and perhaps fault; `python -m tests.identity.effects` runs more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.identity.effects import Writer, difference


@pytest.mark.parametrize("seed", range(14))
def test_what_is_left(seed: int, tmp_path: Path) -> None:
    text = Writer(seed).program()
    assert difference(text, tmp_path) is None, text
