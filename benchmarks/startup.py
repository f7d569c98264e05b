"""Import time and first calls, each in processes of their own with a cache folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from benchmarks.harness import Row

COLD_ROUNDS, WARM_ROUNDS = 3, 7


def first_call(home: str) -> dict[str, Any]:
    """One new process whose home, and so whose kernel cache, is `home`."""
    env = {**os.environ, "HOME": home, "XDG_CACHE_HOME": os.path.join(home, ".cache")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # whoever installs the package has its bytecode
    command = [sys.executable, "-m", "benchmarks.first_call"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def startup() -> Iterator[Row]:
    """Cold: an empty cache folder.  Warm: the folder that the cold process left."""
    cold, warm = [], []
    for _ in range(COLD_ROUNDS):
        with tempfile.TemporaryDirectory() as home:
            cold.append(first_call(home))
            warm += [first_call(home) for _ in range(WARM_ROUNDS)]
    assert not any(figures["numba"] for figures in warm), "a warm call imported numba"
    imports = min(figures["import"] for figures in cold + warm)
    yield Row("import, beyond NumPy's own", imports, most=0.1)
    yield Row("first call of part 7, cold", min(f["call"] for f in cold), most=2.0)
    yield Row("first call of part 7, kernel on disk", min(f["call"] for f in warm), most=0.15)
