"""The disk cache: whatever happens to it, the answer is right and nothing is raised."""

import errno
import os
import stat
import subprocess
import sys
import warnings
from pathlib import Path
from unittest.mock import MagicMock as Mock

import numpy as np
import pytest

from autograph_lite_runtime import cache, load
from autograph_lite_runtime.cache import CacheWarning

ROOT = Path(__file__).resolve().parents[2]
IR = """
define i32 @"answer"(ptr %slots) {
  %p = getelementptr i64, ptr %slots, i64 1
  store i64 VALUE, ptr %p
  ret i32 0
}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    where = tmp_path / "kernels"
    monkeypatch.setenv("AUTOGRAPH_LITE_CACHE", str(where))
    monkeypatch.setattr(cache.State, "warned", False)
    monkeypatch.setattr(cache.State, "written", 0)
    return where


def answer(value=42):
    """Compile, or load from disk, a kernel that writes `value`; what it wrote."""
    load.ENTRIES.clear()
    slots = np.zeros(2, np.int64)
    assert load.compile(IR.replace("VALUE", str(value)), "answer").call(slots) == 0
    return int(slots[1])


def entry(folder):
    (path,) = folder.glob("*.kernel")
    return path


def test_a_kernel_is_stored_once_and_found_again(folder, monkeypatch):
    assert answer() == 42
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(entry(folder).stat().st_mode) == 0o600
    assert len(entry(folder).stem) == 64
    monkeypatch.setattr(load, "object_code", None)
    assert answer() == 42


def test_another_text_is_another_kernel(folder):
    assert [answer(1), answer(2), answer(1)] == [1, 2, 1]
    assert len(list(folder.glob("*.kernel"))) == 2


def test_versions_and_cpu_are_part_of_the_key(monkeypatch):
    before = load.cache_key("text")
    monkeypatch.setattr(load, "machine_identity", lambda: "another machine")
    assert load.cache_key("text") != before


def mutations(whole):
    """Damage of every kind, at places spread over the file."""
    for k in range(200):
        at = k * (len(whole) - 1) // 199
        yield whole[:at] + bytes([whole[at] ^ 1 << k % 8]) + whole[at + 1 :]
    for k in range(60):
        yield whole[: k * len(whole) // 60]
    for k in range(60):
        at = k * len(whole) // 60
        yield whole[:at] + bytes(min(64, len(whole) - at)) + whole[at + 64 :]
    yield whole + b"\0"
    yield b"\0" * len(whole)
    yield os.urandom(len(whole))


def test_a_damaged_file_is_compiled_again(folder):
    answer()
    path = entry(folder)
    whole = path.read_bytes()
    damaged = [data for data in mutations(whole) if data != whole]
    assert len(damaged) >= 300
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CacheWarning)
        for data in damaged:
            path.write_bytes(data)
            assert answer() == 42
            assert path.read_bytes() == whole


def test_damage_is_reported_once(folder):
    answer()
    entry(folder).write_bytes(b"")
    with pytest.warns(CacheWarning, match="is damaged") as seen:
        answer()
        entry(folder).write_bytes(b"")
        answer()
    assert len(seen) == 1


def test_the_file_of_another_key_is_not_used(folder):
    answer(1)
    first = entry(folder)
    other = first.read_bytes()
    first.unlink()
    answer(2)
    entry(folder).write_bytes(other)
    with pytest.warns(CacheWarning):
        assert answer(2) == 2


def test_a_warning_that_is_an_error_does_not_stop_the_program(folder):
    answer()
    entry(folder).write_bytes(b"")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert answer() == 42


def test_off(folder, monkeypatch):
    monkeypatch.setenv("AUTOGRAPH_LITE_CACHE", "off")
    assert answer() == 42
    assert not folder.exists()


def test_the_default_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("AUTOGRAPH_LITE_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder() == str(tmp_path / "autograph-lite")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.folder() == str(tmp_path / ".cache" / "autograph-lite")


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_can_write_to_is_refused(folder, mode):
    folder.mkdir()
    folder.chmod(mode)
    with pytest.warns(CacheWarning, match="written by others"):
        assert answer() == 42
    assert not list(folder.iterdir())


def test_a_folder_of_another_user_is_refused(folder, monkeypatch):
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.warns(CacheWarning, match="another user"):
        assert answer() == 42


def test_a_link_in_place_of_the_folder_is_refused(folder, tmp_path):
    (tmp_path / "real").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "real")
    with pytest.warns(CacheWarning, match="symbolic link"):
        assert answer() == 42
    assert not list((tmp_path / "real").iterdir())


def test_a_file_in_place_of_the_folder(folder):
    folder.write_text("")
    with pytest.warns(CacheWarning, match="is not a folder"):
        assert answer() == 42


def test_a_link_in_place_of_an_entry_is_not_followed(folder, tmp_path):
    answer()
    path = entry(folder)
    moved = tmp_path / "moved"
    path.rename(moved)
    path.symlink_to(moved)
    with pytest.warns(CacheWarning):
        assert answer() == 42
    assert not path.is_symlink()


def test_no_parent_can_be_made(folder, monkeypatch):
    monkeypatch.setenv("AUTOGRAPH_LITE_CACHE", "/proc/none/kernels")
    with pytest.warns(CacheWarning):
        assert answer() == 42


def test_the_folder_disappears(folder):
    answer()
    entry(folder).unlink()
    folder.rmdir()
    assert answer() == 42
    assert entry(folder).exists()


class FailNth:
    """Make the n-th call of any of these system calls fail, then let all pass."""

    NAMES = ("open", "fsync", "replace", "mkdir", "makedirs", "lstat", "scandir", "unlink")

    def __init__(self, monkeypatch, nth, code):
        self.left, self.code, self.failed = nth, code, None
        for name in self.NAMES:
            monkeypatch.setattr(cache.os, name, self.wrapped(name, getattr(os, name)))
        monkeypatch.setattr(cache, "open", self.opened, raising=False)

    def opened(self, *arguments):
        """A file whose reads, writes and flushes may fail; the real one is closed either way."""
        file = open(*arguments)
        guarded = Mock(wraps=file)
        for name in ("read", "write", "flush"):
            setattr(guarded, name, self.wrapped(name, getattr(file, name)))
        guarded.__enter__ = lambda _: guarded
        guarded.__exit__ = lambda *_: file.close()
        return guarded

    def wrapped(self, name, real):
        def function(*arguments, **keywords):
            self.left -= 1
            if self.left == 0:
                self.failed = name
                raise OSError(self.code, os.strerror(self.code))
            return real(*arguments, **keywords)

        return function


CODES = ("ENOSPC", "EIO", "EACCES", "EINTR", "ESTALE", "EMFILE", "EROFS", "ENAMETOOLONG", "EDQUOT")


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize("code", CODES)
def test_any_system_call_fails(folder, code, warm):
    failed = []
    for nth in range(1, 30):
        for path in folder.glob("*"):
            path.unlink()
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            patch.setattr(cache.State, "warned", False)
            patch.setattr(cache.State, "written", 0)
            if warm:
                answer()
            fault = FailNth(patch, nth, getattr(errno, code))
            assert answer() == 42
            assert len([w for w in seen if w.category is CacheWarning]) <= 1
            failed.append(fault.failed)
        assert not list(folder.glob("*.partial"))
    assert failed[-1] is None, "the last rounds are without a fault"
    assert {"open", "lstat"} <= set(failed)
    assert warm or {"write", "flush", "fsync", "replace", "scandir"} <= set(failed)
    assert not warm or "read" in failed


def test_half_written_files_are_swept(folder):
    answer()
    old, new = folder / "a.partial", folder / "b.partial"
    for path in (old, new):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    cache.sweep(str(folder))
    assert (old.exists(), new.exists(), entry(folder).exists()) == (False, True, True)


def test_the_oldest_kernels_go_first(folder, monkeypatch):
    folder.mkdir(mode=0o700)
    for age in range(6):
        path = folder / f"{age}.kernel"
        path.write_bytes(bytes(100))
        os.utime(path, (1000 - age, 1000 - age))
    monkeypatch.setattr(cache, "MOST_BYTES", 350)
    cache.sweep(str(folder))
    assert sorted(path.stem for path in folder.iterdir()) == ["0", "1", "2"]


WRITER = """
import os, sys
import numpy as np
from autograph_lite_runtime import load
IR = sys.argv[1]
for folder in sys.stdin:
    os.environ["AUTOGRAPH_LITE_CACHE"] = folder.strip()
    load.ENTRIES.clear()
    slots = np.zeros(2, np.int64)
    for value in range(3):
        assert load.compile(IR.replace("VALUE", str(value)), "answer").call(slots) == 0
        assert slots[1] == value
    print("right", flush=True)
assert "numba" not in sys.modules
"""


def fresh(script, *arguments, **variables):
    path = os.pathsep.join([str(ROOT), str(ROOT / "runtime")])
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        env={**os.environ, "PYTHONPATH": path, **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_six_processes_write_at_once(tmp_path, monkeypatch):
    """Thirty cold folders; then a reader finds in each what it would have compiled."""
    writers = [fresh(WRITER, IR) for _ in range(6)]
    folders = [tmp_path / f"kernels{k}" for k in range(30)]
    for folder in folders:
        for writer in writers:
            writer.stdin.write(f"{folder}\n")
            writer.stdin.flush()
        assert [writer.stdout.readline() for writer in writers] == ["right\n"] * 6
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert (writer.returncode, errors) == (0, "")
    monkeypatch.setattr(load, "object_code", None)
    for folder in folders:
        monkeypatch.setenv("AUTOGRAPH_LITE_CACHE", str(folder))
        assert [answer(value) for value in range(3)] == [0, 1, 2]
        assert [path.suffix for path in folder.iterdir()] == [".kernel"] * 3


@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_that_is_killed_while_writing(folder, call, moment):
    """Nothing half-written is ever found under the name of a kernel."""
    kill = "os.kill(os.getpid(), 9)"
    steps = (kill, "real(*a)") if moment == "before" else ("real(*a)", kill)
    script = f"""
import os
real = os.{call}
os.{call} = lambda *a: ({", ".join(steps)}) if ARMED(*a) else real(*a)
ARMED = lambda *a: "{call}" != "open" or a[1] & os.O_CREAT
"""
    writer = fresh(script + WRITER, IR)
    writer.communicate(f"{folder}\n", timeout=60)
    assert writer.returncode == -9
    assert len(list(folder.glob("*.kernel"))) == ((call, moment) == ("replace", "after"))
    assert [answer(value) for value in range(3)] == [0, 1, 2]


LIGHT = """
import sys
import numpy
before = set(sys.modules)
import autograph_lite_runtime.load, autograph_lite_runtime.context
new = {name.split(".")[0] for name in set(sys.modules) - before}
assert not new & {"llvmlite", "numba", "scipy", "hashlib"}, new
"""


def test_the_package_is_light(folder):
    process = fresh(LIGHT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
