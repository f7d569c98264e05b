"""LLVM IR text -> a callable kernel: verified, optimised, cached on disk, linked.

Strict arithmetic: no fast-math flag anywhere, and the target machine fuses only what is marked, so
`a * b + c` is rounded twice on every CPU.  A kernel that is on disk needs llvmlite to link it and
nothing else.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from time import perf_counter
from typing import Any, NamedTuple

from autograph_lite_runtime import cache, layout, routines
from autograph_lite_runtime.once import Making, once


class Level(NamedTuple):
    """What LLVM does with a module.  No level changes a bit."""

    speed: int
    vectors: bool = True
    unrolling: bool = True  # of loops, and vectors of what stands in a row


NOTHING, WITHOUT_UNROLLING, EVERYTHING = Level(0, False, False), Level(3, unrolling=False), Level(3)

FLAGS = f"later no-interleave strict-fp layout{layout.FORMAT}"
UNROLLED = 5_000
"""Lines of text up to which a module gets everything, in at most 0.3 s: in long ones, where no loop is most of
the work, unrolling doubles that time and gives nothing."""
AT_ONCE = 40_000
"""Lines up to which a module is optimised before it first runs, in at most 4 s.  A longer one runs as it
stands, 3 to 30 times as long, until optimising pays."""
OPTIMISING = 1e-4
"""What optimising takes, in seconds for each line of a long module; as it stands it takes a twentieth."""
AROUND = 2e-5
"""What a call takes more, in seconds, as long as it goes to its kernel through Python."""

ENTRIES: dict[str, Entry] = {}


class Entry:
    """A kernel: `function(address of slots)` returns its status; `engine` owns the code."""

    __slots__ = ("address", "engine", "function", "name")

    def __init__(self, name: str, address: int, engine: Any) -> None:
        self.name = name
        self.address = address
        self.engine = engine
        self.function: Callable[[int], int] = PROTOTYPE(address)

    @property
    def settled(self) -> bool:
        """Whether the code stays; addresses of what does not are not handed on."""
        return True

    def call(self, slots: Any) -> int:
        """Run on an int64 array whose first element is the address of a context."""
        return self.function(ctypes.addressof(ctypes.c_int64.from_buffer(slots)))


class Hasty(Entry):
    """A kernel as it stands, until it has run for as long as optimising it takes: the next call does that
    first.  Whatever comes after, this takes at most twice the time of the better choice."""

    __slots__ = ("before", "ir", "key", "left")

    def __init__(self, entry: Entry, ir: str, key: str) -> None:
        super().__init__(entry.name, entry.address, entry.engine)
        self.ir, self.key = ir, key
        self.left = OPTIMISING * lines_of(ir)
        self.before = entry  # other threads may be in it
        self.function = self._timed

    @property
    def settled(self) -> bool:
        return self.address != self.before.address

    def _timed(self, address: int) -> int:
        if self.left <= 0:
            self._settle()
            return self.function(address)
        begun = perf_counter()
        try:
            return self.before.function(address)
        finally:
            self.left -= perf_counter() - begun + AROUND

    def _settle(self) -> None:
        with Making.lock:
            if not self.settled:
                found = link(kept(self.key, self.ir, best(self.ir)), self.name)
                self.engine, self.function = found.engine, found.function
                self.address, self.ir = found.address, ""


PROTOTYPE = ctypes.PYFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)
"""Called with the GIL held; ctypes raises the pending exception, such as KeyboardInterrupt."""


def compile(ir: str, name: str, key: str | None = None, level: Level | None = None) -> Entry:
    """The kernel `name` of the module `ir`, from memory, disk or the compiler.

    `key` replaces the text as its identity where the caller already has a hash of it; without a `level`
    its length says how it is optimised.
    """
    full = cache_key(ir if key is None else key)
    found = ENTRIES.get(full)
    if found is not None:
        return found
    with Making.lock:
        if full not in ENTRIES:
            ENTRIES[full] = _load(ir, name, full, level)
        return ENTRIES[full]


def _load(ir: str, name: str, key: str, level: Level | None) -> Entry:
    if level is not None or lines_of(ir) <= AT_ONCE:
        return link(kept(key, ir, level or best(ir)), name)
    code = cache.read(key)
    if code is not None:
        return link(code, name)
    stands = kept(cache_key(f"as it stands: {key}"), ir, NOTHING)
    return Hasty(link(stands, name), ir, key)


def lines_of(ir: str) -> int:
    return ir.count("\n")


def best(ir: str) -> Level:
    return EVERYTHING if lines_of(ir) <= UNROLLED else WITHOUT_UNROLLING


def kept(key: str, ir: str, level: Level) -> bytes:
    """Object code from disk, or made and kept there."""
    code = cache.read(key)
    if code is None:
        code = object_code(ir, level)
        cache.write(key, code)
    return code


def cache_key(text: str) -> str:
    """SHA-256 of the text and of everything else that the object code depends on."""
    import hashlib

    return hashlib.sha256(f"{machine_identity()}\n{text}".encode()).hexdigest()


@once
def machine_identity() -> str:
    """Versions, flags, CPU and C library."""
    import llvmlite

    llvm = binding()
    cpu = f"{llvm.get_host_cpu_name()} {features()}"
    version = f"llvmlite {llvmlite.__version__} LLVM {llvm.llvm_version_info}"
    return f"{version}\n{FLAGS}\n{llvm.get_process_triple()}\n{cpu}\n{routines.identity()}"


@once
def binding() -> Any:
    """llvmlite, with the native target and our routines known to it."""
    from llvmlite import binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for symbol, address in routines.addresses().items():
        llvm.add_symbol(symbol, address)
    return llvm


@once
def features() -> str:
    return str(binding().get_host_cpu_features().flatten())


def target_machine(speed: int = 3) -> Any:
    """A new one each time: an engine takes its machine over."""
    llvm = binding()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=features(),
        opt=speed,
        reloc="pic",
        codemodel="jitdefault",
    )


@once
def compiling_machine(speed: int) -> Any:
    return target_machine(speed)


def optimised(ir: str, level: Level) -> Any:
    """The module after verification and the passes of a level."""
    llvm, machine = binding(), compiling_machine(level.speed)
    module = llvm.parse_assembly(ir)
    module.triple = llvm.get_process_triple()
    module.data_layout = str(machine.target_data)
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=level.speed)
    tuning.loop_vectorization = level.vectors
    tuning.slp_vectorization = tuning.loop_unrolling = level.unrolling
    tuning.loop_interleaving = False  # ten array loops: 57 ms with it, 38 without, equally fast
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    return module


def object_code(ir: str, level: Level) -> bytes:
    """Relocatable machine code of the module."""
    return bytes(compiling_machine(level.speed).emit_object(optimised(ir, level)))


def link(code: bytes, name: str) -> Entry:
    """Place object code in memory and find its kernel."""
    llvm = binding()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return Entry(name, engine.get_function_address(name), engine)
