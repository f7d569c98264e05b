"""LLVM text that kernels share: declarations, and the slow paths of memory, prints and signals.

A kernel's module holds only the pieces it uses, in the order of `PIECES`.  The words of the context
are those of `autograph_lite_runtime.layout`.
"""

from __future__ import annotations

from autograph_lite_runtime import faults, layout, limits

POLL_STEPS = 65_536
"""Loop steps between two looks at signals."""

MOST = 1 << 46
"""More elements than any machine holds; below it byte counts cannot overflow."""


def word(pointer: str, index: int) -> str:
    """The address of word `index` after `pointer`, as a constant-free operand text."""
    return f"getelementptr i64, ptr {pointer}, i64 {index}"


FLUSH = f"""
define internal i32 @ag.flush(ptr %ctx) noinline cold nounwind {{
  %field = {word("%ctx", layout.FLUSH)}
  %callback = load ptr, ptr %field
  %missing = icmp eq ptr %callback, null
  br i1 %missing, label %fine, label %look
look:
  %count = {word("%ctx", layout.PRINT_USED)}
  %used = load i64, ptr %count
  %empty = icmp eq i64 %used, 0
  br i1 %empty, label %fine, label %write
write:
  %status = call i32 %callback()
  ret i32 %status
fine:
  ret i32 0
}}
"""

# Other threads get their turn, as they do between the steps of Python code.
POLL = """
define internal i32 @ag.poll(ptr %ctx) noinline cold nounwind {
  %thread = call ptr @ag_save_thread()
  call void @ag_restore_thread(ptr %thread)
  %raised = call i32 @ag_check_signals()
  %quiet = icmp eq i32 %raised, 0
  br i1 %quiet, label %write, label %stop
write:
  %status = call i32 @ag.flush(ptr %ctx)
  ret i32 %status
stop:
  ret i32 1
}
"""

# A large block is asked for first: the system would promise memory that it does not have.
BLOCK = f"""
define internal noalias ptr @ag.block(i64 %bytes) noinline nounwind {{
  %large = icmp ugt i64 %bytes, {limits.UNCHECKED}
  br i1 %large, label %ask, label %take
ask:
  %admitted = call i32 @ag_admits(i64 %bytes)
  %refused = icmp eq i32 %admitted, 0
  br i1 %refused, label %stop, label %take
take:
  %new = call ptr @ag_aligned_alloc(i64 64, i64 %bytes)
  %got = icmp ne ptr %new, null
  %long = icmp ugt i64 %bytes, {limits.ADVISED}
  %some = and i1 %got, %long
  br i1 %some, label %advise, label %done
advise:
  %address = ptrtoint ptr %new to i64
  %last = add i64 %address, {limits.PAGE - 1}
  %start = and i64 %last, {-limits.PAGE}
  %before = sub i64 %start, %address
  %rest = sub i64 %bytes, %before
  %advised = call i32 @ag_madvise(i64 %start, i64 %rest, i32 {limits.HUGE_PAGES})
  br label %done
done:
  ret ptr %new
stop:
  ret ptr null
}}
"""

REWIND = f"""
define internal void @ag.rewind(ptr %arena) nounwind {{
  %firstp = {word("%arena", layout.FIRST)}
  %first = load ptr, ptr %firstp
  call void @ag.enter(ptr %arena, ptr %first)
  ret void
}}
"""

ENTER = f"""
define internal void @ag.enter(ptr %arena, ptr %chunk) nounwind {{
  %endp = {word("%arena", layout.END)}
  %chunkp = {word("%arena", layout.CHUNK)}
  store ptr %chunk, ptr %chunkp
  %none = icmp eq ptr %chunk, null
  br i1 %none, label %empty, label %some
empty:
  store ptr null, ptr %arena
  store ptr null, ptr %endp
  ret void
some:
  %sizep = {word("%chunk", layout.CHUNK_SIZE)}
  %size = load i64, ptr %sizep
  %end = getelementptr i8, ptr %chunk, i64 %size
  %data = getelementptr i8, ptr %chunk, i64 {layout.HEADER}
  store ptr %data, ptr %arena
  store ptr %end, ptr %endp
  ret void
}}
"""

GROW = f"""
define internal ptr @ag.grow(ptr %arena, i64 %bytes, i64 %least) noinline cold nounwind {{
  %need = add i64 %bytes, {layout.HEADER}
  %chunkp = {word("%arena", layout.CHUNK)}
  %chunk = load ptr, ptr %chunkp
  %none = icmp eq ptr %chunk, null
  %firstp = {word("%arena", layout.FIRST)}
  %link = select i1 %none, ptr %firstp, ptr %chunk
  %next = load ptr, ptr %link
  %last = icmp eq ptr %next, null
  br i1 %last, label %fresh, label %try
try:
  %sizep = {word("%next", layout.CHUNK_SIZE)}
  %size = load i64, ptr %sizep
  %fits = icmp uge i64 %size, %need
  br i1 %fits, label %use, label %fresh
fresh:
  %totalp = {word("%arena", layout.TOTAL)}
  %total = load i64, ptr %totalp
  %more = call i64 @llvm.umax.i64(i64 %total, i64 %least)
  %want = call i64 @llvm.umax.i64(i64 %more, i64 %need)
  %new = call ptr @ag.block(i64 %want)
  %failed = icmp eq ptr %new, null
  br i1 %failed, label %stop, label %insert
insert:
  store ptr %next, ptr %new
  %previousp = {word("%new", layout.CHUNK_PREVIOUS)}
  store ptr %chunk, ptr %previousp
  %newsizep = {word("%new", layout.CHUNK_SIZE)}
  store i64 %want, ptr %newsizep
  store ptr %new, ptr %link
  %sum = add i64 %total, %want
  store i64 %sum, ptr %totalp
  br i1 %last, label %use, label %back
back:
  %backp = {word("%next", layout.CHUNK_PREVIOUS)}
  store ptr %new, ptr %backp
  br label %use
use:
  %taken = phi ptr [ %next, %try ], [ %new, %insert ], [ %new, %back ]
  call void @ag.enter(ptr %arena, ptr %taken)
  %data = load ptr, ptr %arena
  %cursor = getelementptr i8, ptr %data, i64 %bytes
  store ptr %cursor, ptr %arena
  ret ptr %data
stop:
  ret ptr null
}}
"""

TAKE = f"""
define internal ptr @ag.take(ptr %arena, i64 %bytes, i64 %least) nounwind {{
  %cursor = load i64, ptr %arena
  %endp = {word("%arena", layout.END)}
  %end = load i64, ptr %endp
  %next = add i64 %cursor, %bytes
  %fits = icmp ule i64 %next, %end
  br i1 %fits, label %fast, label %slow, !prof !{{!"branch_weights", i32 2000, i32 1}}
fast:
  store i64 %next, ptr %arena
  %data = inttoptr i64 %cursor to ptr
  ret ptr %data
slow:
  %grown = call ptr @ag.grow(ptr %arena, i64 %bytes, i64 %least)
  ret ptr %grown
}}
"""

RESET = f"""
define internal void @ag.reset(ptr %arena, ptr %mark) nounwind {{
  %chunkp = {word("%arena", layout.CHUNK)}
  %endp = {word("%arena", layout.END)}
  %current = load ptr, ptr %chunkp
  br label %next
next:
  %chunk = phi ptr [ %current, %0 ], [ %previous, %older ]
  %none = icmp eq ptr %chunk, null
  br i1 %none, label %empty, label %look
look:
  %sizep = {word("%chunk", layout.CHUNK_SIZE)}
  %size = load i64, ptr %sizep
  %end = getelementptr i8, ptr %chunk, i64 %size
  %above = icmp ugt ptr %mark, %chunk
  %below = icmp ule ptr %mark, %end
  %inside = and i1 %above, %below
  br i1 %inside, label %here, label %older
older:
  %previousp = {word("%chunk", layout.CHUNK_PREVIOUS)}
  %previous = load ptr, ptr %previousp
  br label %next
here:
  store ptr %chunk, ptr %chunkp
  store ptr %mark, ptr %arena
  store ptr %end, ptr %endp
  ret void
empty:
  call void @ag.enter(ptr %arena, ptr null)
  ret void
}}
"""

OUT = f"""
define internal ptr @ag.out(ptr %ctx, i64 %bytes) noinline nounwind {{
  %size = add i64 %bytes, {layout.HEADER}
  %new = call ptr @ag.block(i64 %size)
  %failed = icmp eq ptr %new, null
  br i1 %failed, label %stop, label %link
link:
  %head = {word("%ctx", layout.OUTS)}
  %older = load ptr, ptr %head
  store ptr %older, ptr %new
  store ptr %new, ptr %head
  %data = getelementptr i8, ptr %new, i64 {layout.HEADER}
  ret ptr %data
stop:
  ret ptr null
}}
"""

ROOM = f"""
define internal i32 @ag.room(ptr %ctx, i64 %bytes) noinline nounwind {{
  %bufferp = {word("%ctx", layout.PRINT_BUFFER)}
  %usedp = {word("%ctx", layout.PRINT_USED)}
  %capacityp = {word("%ctx", layout.PRINT_CAPACITY)}
  %first = load i64, ptr %usedp
  %sum = add i64 %first, %bytes
  %long = icmp ugt i64 %sum, {layout.PRINT_LIMIT}
  br i1 %long, label %write, label %check
write:
  %status = call i32 @ag.flush(ptr %ctx)
  %fine = icmp eq i32 %status, 0
  br i1 %fine, label %check, label %interrupted
check:
  %used = load i64, ptr %usedp
  %need = add i64 %used, %bytes
  %capacity = load i64, ptr %capacityp
  %fits = icmp ule i64 %need, %capacity
  br i1 %fits, label %done, label %more
more:
  %double = shl i64 %capacity, 1
  %least = call i64 @llvm.umax.i64(i64 %double, i64 {1 << 16})
  %want = call i64 @llvm.umax.i64(i64 %least, i64 %need)
  %old = load ptr, ptr %bufferp
  %new = call ptr @ag_realloc(ptr %old, i64 %want)
  %failed = icmp eq ptr %new, null
  br i1 %failed, label %full, label %take
take:
  store ptr %new, ptr %bufferp
  store i64 %want, ptr %capacityp
  br label %done
done:
  ret i32 0
interrupted:
  ret i32 {faults.INTERRUPT}
full:
  ret i32 {faults.MEMORY}
}}
"""

SYMBOLS = {
    "ag_save_thread": "declare ptr @ag_save_thread()",
    "ag_restore_thread": "declare void @ag_restore_thread(ptr)",
    "ag_check_signals": "declare i32 @ag_check_signals()",
    "ag_aligned_alloc": "declare noalias ptr @ag_aligned_alloc(i64, i64)",
    "ag_madvise": "declare i32 @ag_madvise(i64, i64, i32)",
    "ag_admits": "declare i32 @ag_admits(i64)",
    "ag_realloc": "declare ptr @ag_realloc(ptr, i64)",
    "llvm.umax.i64": "declare i64 @llvm.umax.i64(i64, i64)",
}

PIECES: dict[str, tuple[str, tuple[str, ...]]] = {
    "flush": (FLUSH, ()),
    "poll": (POLL, ("flush", "ag_check_signals", "ag_save_thread", "ag_restore_thread")),
    "enter": (ENTER, ()),
    "rewind": (REWIND, ("enter",)),
    "block": (BLOCK, ("ag_aligned_alloc", "ag_admits", "ag_madvise")),
    "grow": (GROW, ("enter", "block", "llvm.umax.i64")),
    "take": (TAKE, ("grow",)),
    "reset": (RESET, ("enter",)),
    "out": (OUT, ("block",)),
    "room": (ROOM, ("flush", "ag_realloc", "llvm.umax.i64")),
}
"""Function -> (its text, the functions it calls)."""


def support(used: list[str]) -> list[str]:
    """The text of the pieces in `used` and of all they call, each once."""
    wanted = dict.fromkeys(used)
    for name in reversed(PIECES):
        if name in wanted:
            wanted |= dict.fromkeys(PIECES[name][1])
    declared = [text for name, text in SYMBOLS.items() if name in wanted]
    return declared + [text.strip() for name, (text, _) in PIECES.items() if name in wanted]
