"""Object code on disk, by content hash: a cache that never raises and never changes an answer.

One file per key, which says what it is: magic, key, length and SHA-256 of the code are compared
before the code is used.  Files appear by rename, so a reader sees all of one or nothing.  Machine
code is code: a folder that others could write to is refused.  Whatever goes wrong is a miss, and
the first trouble of a process is one `CacheWarning`.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
import warnings
from typing import NamedTuple

MAGIC = b"autograph-lite kernel 1\n"
SUFFIX = ".kernel"
PARTIAL = ".partial"
KEY_BYTES = 64
HEADER = len(MAGIC) + KEY_BYTES + 8 + 64
MOST_BYTES = 512 << 20
STALE_SECONDS = 3600.0
SWEEP_EVERY = 64
"""Files written by one process between two looks at the size of the folder."""


class CacheWarning(UserWarning):
    """The kernel cache could not be used; results are not affected."""


class State:
    """What this process knows: whether it has warned, and how much it has written."""

    warned = False
    written = 0


def folder() -> str | None:
    """Where kernels are kept; None if the cache is off."""
    chosen = os.environ.get("AUTOGRAPH_LITE_CACHE", "")
    if chosen:
        return None if chosen == "off" else os.path.abspath(chosen)
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "autograph-lite")


def read(key: str) -> bytes | None:
    """The code under `key`, if it is there and whole."""
    try:
        where = _trusted()
        return None if where is None else _read(os.path.join(where, key + SUFFIX), key)
    except Exception as trouble:
        _warn(trouble)
        return None


def write(key: str, code: bytes) -> None:
    """Keep `code` under `key`, if that is possible."""
    try:
        where = _trusted()
        if where is None:
            return
        _write(os.path.join(where, key + SUFFIX), _sealed(key, code))
        State.written += 1
        if State.written % SWEEP_EVERY == 1:
            sweep(where)
    except Exception as trouble:
        _warn(trouble)


def _warn(trouble: Exception | str) -> None:
    """Say it once; a user who turns warnings into errors still gets the result."""
    if State.warned:
        return
    State.warned = True
    with contextlib.suppress(CacheWarning):
        warnings.warn(f"kernels are not cached: {trouble}", CacheWarning, stacklevel=2)


def _trusted() -> str | None:
    """The folder, made if missing; None, after a warning, if it is not ours alone."""
    where = folder()
    if where is None:
        return None
    os.makedirs(os.path.dirname(where), exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.mkdir(where, 0o700)
    problem = _problem(where)
    if problem:
        _warn(f"{where} {problem}")
        return None
    return where


def _problem(where: str) -> str:
    """Why machine code from this folder must not be run, or nothing."""
    found = os.lstat(where)
    if stat.S_ISLNK(found.st_mode):
        return "is a symbolic link"
    if not stat.S_ISDIR(found.st_mode):
        return "is not a folder"
    if found.st_uid != os.geteuid():
        return "belongs to another user"
    if found.st_mode & 0o022:
        return "can be written by others (make it mode 700)"
    return ""


def _sealed(key: str, code: bytes) -> bytes:
    return _head(key, code) + code


def _head(key: str, code: bytes) -> bytes:
    from hashlib import sha256

    digest = sha256(code).hexdigest().encode()
    return MAGIC + key.encode() + len(code).to_bytes(8, "little") + digest


def _read(path: str, key: str) -> bytes | None:
    """The code in a file; a damaged file is a miss, and the next write replaces it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:
        data = file.read(MOST_BYTES)
    code = data[HEADER:]
    if data[:HEADER] == _head(key, code):
        return code
    _warn(f"{path} is damaged")
    return None


def _write(path: str, data: bytes) -> None:
    """A file with these bytes, or none."""
    partial = f"{path}.{os.getpid()}.{time.monotonic_ns()}{PARTIAL}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(partial, flags, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise


class File(NamedTuple):
    modified: float
    size: int
    path: str


def sweep(where: str) -> None:
    """Remove what died while writing, and the oldest kernels above the size allowed."""
    files = _files(where)
    now = time.time()
    for file in files:
        if file.path.endswith(PARTIAL) and now - file.modified > STALE_SECONDS:
            _remove(file.path)
    kernels = sorted(file for file in files if file.path.endswith(SUFFIX))
    excess = sum(file.size for file in kernels) - MOST_BYTES
    for file in kernels:
        if excess <= 0:
            return
        _remove(file.path)
        excess -= file.size


def _files(where: str) -> list[File]:
    found = []
    with os.scandir(where) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                found.append(File(status.st_mtime, status.st_size, entry.path))
    return found


def _remove(path: str) -> None:
    """Another process may have been first."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
