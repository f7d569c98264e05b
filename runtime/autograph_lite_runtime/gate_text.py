"""The LLVM text of the gate (see `gate`): Python objects -> slots -> kernel -> Python objects.

The table that it follows is one of 64-bit words: `HEAD`, then a record of `RECORD` words for each
argument, each relation between slots, and each result.  What it reads of objects is what the headers of
CPython and NumPy promise to every extension module: a number and a NumPy scalar hold their value after
the two words of every object, an array its data, rank, extents, dtype and flags.
"""

from __future__ import annotations

from autograph_lite_runtime import context, layout

RECORD = 5
HEAD = 6
KERNEL, ARGUMENTS, RELATIONS, RESULTS, MISS, FAULT = range(HEAD)
"""Words of the head: address of the kernel, three counts, the object for "does not fit", an exception."""

WORD, HALF, BYTE, INT, TRUTH, ARRAY = range(6)
"""How an argument is read: `kind, class, slot, dtype or True, rank`."""

IS, SAME, OTHER, ABOVE = range(4)
"""What has to hold: `relation, slot, number or slot`: is the number, the same, not the same, above."""

FLOAT, SINGLE, INTEGER, INTEGER_HALF, BOOL, SCALAR, SCALAR_BOOL, NEW_ARRAY = range(8)
"""How a result is made: `kind, class, slot, dtype, rank`."""

SLOTS = 256
DATA, RANK, EXTENTS, BASE, DTYPE, FLAGS = 16, 24, 32, 48, 56, 64
"""Offsets in an array; `BASE` is not read here."""

USABLE = 0x101  # NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED
WRITABLE = 0x501  # ... | NPY_ARRAY_WRITEABLE

DECLARED = """
declare ptr @ag_bytes(ptr)
declare i64 @ag_as_long(ptr, ptr)
declare ptr @ag_from_double(double)
declare ptr @ag_from_long(i64)
declare ptr @ag_from_bool(i64)
declare ptr @ag_new_tuple(i64)
declare i32 @ag_set_tuple(ptr, i64, ptr)
declare void @ag_decref(ptr)
declare void @ag_incref(ptr)
declare ptr @ag_raised()
declare void @ag_raise(ptr, ptr)
declare void @ag_bad_call()
declare ptr @ag_build(ptr, ...)
declare ptr @ag_capsule(ptr, ptr, ptr)
declare ptr @ag_capsule_pointer(ptr, ptr)
declare ptr @ag_scalar(ptr, ptr, ptr)
declare ptr @ag_array(ptr, ptr, i32, ptr, ptr, ptr, i32, ptr)
declare i32 @ag_set_base(ptr, ptr)
declare void @ag_free(ptr)
"""

DETAILS = f"(iLL{'L' * layout.MAX_DETAILS})"

STATE = f"""
@context = internal global [{layout.WORDS} x i64] zeroinitializer, align 64
@slots = internal global [{SLOTS} x i64] zeroinitializer, align 64
@busy = internal global i1 false
@details = internal constant [{len(DETAILS) + 1} x i8] c"{DETAILS}\\00", align 1
"""


def at(pointer: str, offset: int) -> str:
    """The address `offset` bytes after a pointer."""
    return f"getelementptr i8, ptr {pointer}, i64 {offset}"


def word(pointer: str, index: int) -> str:
    return at(pointer, 8 * index)


TAKE = f"""
define internal i1 @take(ptr %record, ptr %object) nounwind {{
  %kind = load i64, ptr %record
  %class.at = {word("%record", 1)}
  %class = load ptr, ptr %class.at
  %type.at = {word("%object", 1)}
  %type = load ptr, ptr %type.at
  %slot.at = {word("%record", 2)}
  %slot = load i64, ptr %slot.at
  %to = getelementptr i64, ptr @slots, i64 %slot
  %from = {word("%object", 2)}
  %right = icmp eq ptr %type, %class
  br i1 %right, label %read, label %no
read:
  switch i64 %kind, label %no [ i64 {WORD}, label %word   i64 {HALF}, label %half
    i64 {BYTE}, label %byte   i64 {INT}, label %int   i64 {TRUTH}, label %truth
    i64 {ARRAY}, label %array ]
word:
  %bits = load i64, ptr %from
  store i64 %bits, ptr %to
  ret i1 true
half:
  %low = load i32, ptr %from
  %low.word = zext i32 %low to i64
  store i64 %low.word, ptr %to
  ret i1 true
byte:
  %lowest = load i8, ptr %from
  %lowest.word = zext i8 %lowest to i64
  store i64 %lowest.word, ptr %to
  ret i1 true
int:
  %over = alloca i32
  %number = call i64 @ag_as_long(ptr %object, ptr %over)
  store i64 %number, ptr %to
  %overflow = load i32, ptr %over
  %fits = icmp eq i32 %overflow, 0
  ret i1 %fits
truth:
  %true.at = {word("%record", 3)}
  %true = load ptr, ptr %true.at
  %holds = icmp eq ptr %object, %true
  %holds.word = zext i1 %holds to i64
  store i64 %holds.word, ptr %to
  ret i1 true
array:
  %wanted.at = {word("%record", 3)}
  %wanted = load ptr, ptr %wanted.at
  %dtype.at = {at("%object", DTYPE)}
  %dtype = load ptr, ptr %dtype.at
  %known = icmp eq ptr %dtype, %wanted
  %axes.at = {word("%record", 4)}
  %axes = load i64, ptr %axes.at
  %rank.at = {at("%object", RANK)}
  %rank.half = load i32, ptr %rank.at
  %rank = sext i32 %rank.half to i64
  %alike = icmp eq i64 %rank, %axes
  %flags.at = {at("%object", FLAGS)}
  %flags = load i32, ptr %flags.at
  %set = and i32 %flags, {USABLE}
  %usable = icmp eq i32 %set, {USABLE}
  %typed = and i1 %known, %alike
  %good = and i1 %typed, %usable
  br i1 %good, label %fill, label %no
fill:
  %data = load i64, ptr %from
  store i64 %data, ptr %to
  %extents.at = {at("%object", EXTENTS)}
  %extents = load ptr, ptr %extents.at
  br label %next
next:
  %axis = phi i64 [ 0, %fill ], [ %after, %axis.one ]
  %more = icmp slt i64 %axis, %rank
  br i1 %more, label %axis.one, label %yes
axis.one:
  %extent.at = getelementptr i64, ptr %extents, i64 %axis
  %extent = load i64, ptr %extent.at
  %after = add i64 %axis, 1
  %place = getelementptr i64, ptr %to, i64 %after
  store i64 %extent, ptr %place
  br label %next
yes:
  ret i1 true
no:
  ret i1 false
}}
"""

HOLDS = f"""
define internal i1 @holds(ptr %record) nounwind {{
  %kind = load i64, ptr %record
  %slot.at = {word("%record", 1)}
  %slot = load i64, ptr %slot.at
  %here.at = getelementptr i64, ptr @slots, i64 %slot
  %here = load i64, ptr %here.at
  %number.at = {word("%record", 2)}
  %number = load i64, ptr %number.at
  switch i64 %kind, label %above [ i64 {IS}, label %is   i64 {SAME}, label %two
    i64 {OTHER}, label %two ]
is:
  %equal = icmp eq i64 %here, %number
  ret i1 %equal
two:
  %there.at = getelementptr i64, ptr @slots, i64 %number
  %there = load i64, ptr %there.at
  %same = icmp eq i64 %here, %there
  %asked = icmp eq i64 %kind, {SAME}
  %agree = icmp eq i1 %same, %asked
  ret i1 %agree
above:
  %larger = icmp sgt i64 %here, %number
  ret i1 %larger
}}
"""

DROP = f"""
define internal void @drop(ptr %owner) nounwind {{
  %data = call ptr @ag_capsule_pointer(ptr %owner, ptr null)
  %block = {at("%data", -layout.HEADER)}
  call void @ag_free(ptr %block)
  ret void
}}
"""

ADOPT = f"""
define internal ptr @adopt(ptr %data) nounwind {{
  %wanted = {at("%data", -layout.HEADER)}
  %newest = {word("@context", layout.OUTS)}
  br label %next
next:
  %link = phi ptr [ %newest, %0 ], [ %block, %older ]
  %block = load ptr, ptr %link
  %none = icmp eq ptr %block, null
  br i1 %none, label %bad, label %look
look:
  %found = icmp eq ptr %block, %wanted
  br i1 %found, label %take, label %older
older:
  br label %next
take:
  %owner = call ptr @ag_capsule(ptr %data, ptr null, ptr @drop)
  %failed = icmp eq ptr %owner, null
  br i1 %failed, label %stop, label %unlink
unlink:
  %rest = load ptr, ptr %block
  store ptr %rest, ptr %link
  ret ptr %owner
bad:
  call void @ag_bad_call()
  ret ptr null
stop:
  ret ptr null
}}
"""

GIVE = f"""
define internal ptr @give(ptr %record) nounwind {{
  %kind = load i64, ptr %record
  %slot.at = {word("%record", 2)}
  %slot = load i64, ptr %slot.at
  %from = getelementptr i64, ptr @slots, i64 %slot
  %dtype.at = {word("%record", 3)}
  %dtype = load ptr, ptr %dtype.at
  %bits = load i64, ptr %from
  %bit = and i64 %bits, 1
  switch i64 %kind, label %array [ i64 {FLOAT}, label %float   i64 {SINGLE}, label %single
    i64 {INTEGER}, label %integer   i64 {INTEGER_HALF}, label %integer.half   i64 {BOOL}, label %bool
    i64 {SCALAR}, label %scalar   i64 {SCALAR_BOOL}, label %scalar.bool ]
float:
  %number = load double, ptr %from
  %made.float = call ptr @ag_from_double(double %number)
  ret ptr %made.float
single:
  %short = load float, ptr %from
  %widened = fpext float %short to double
  %made.single = call ptr @ag_from_double(double %widened)
  ret ptr %made.single
integer:
  %made.integer = call ptr @ag_from_long(i64 %bits)
  ret ptr %made.integer
integer.half:
  %low = load i32, ptr %from
  %low.word = sext i32 %low to i64
  %made.half = call ptr @ag_from_long(i64 %low.word)
  ret ptr %made.half
bool:
  %made.bool = call ptr @ag_from_bool(i64 %bit)
  ret ptr %made.bool
scalar.bool:
  store i64 %bit, ptr %from
  br label %scalar
scalar:
  %made.scalar = call ptr @ag_scalar(ptr %from, ptr %dtype, ptr null)
  ret ptr %made.scalar
array:
  %data = load ptr, ptr %from
  %owner = call ptr @adopt(ptr %data)
  %lost = icmp eq ptr %owner, null
  br i1 %lost, label %stop, label %make
make:
  %class.at = {word("%record", 1)}
  %class = load ptr, ptr %class.at
  %axes.at = {word("%record", 4)}
  %axes = load i32, ptr %axes.at
  %extents = {word("%from", 1)}
  call void @ag_incref(ptr %dtype)
  %new = call ptr @ag_array(ptr %class, ptr %dtype, i32 %axes, ptr %extents, ptr null, ptr %data,
    i32 {WRITABLE}, ptr null)
  %failed = icmp eq ptr %new, null
  br i1 %failed, label %give.up, label %own
own:
  %status = call i32 @ag_set_base(ptr %new, ptr %owner)
  %owned = icmp eq i32 %status, 0
  br i1 %owned, label %done, label %forget
done:
  ret ptr %new
forget:
  call void @ag_decref(ptr %new)
  ret ptr null
give.up:
  call void @ag_decref(ptr %owner)
  ret ptr null
stop:
  ret ptr null
}}
"""

CLEAN = f"""
define internal void @free_chain(ptr %first) nounwind {{
  br label %next
next:
  %block = phi ptr [ %first, %0 ], [ %rest, %one ]
  %none = icmp eq ptr %block, null
  br i1 %none, label %done, label %one
one:
  %rest = load ptr, ptr %block
  call void @ag_free(ptr %block)
  br label %next
done:
  ret void
}}

define internal void @trim(ptr %arena) nounwind {{
  %total.at = {word("%arena", layout.TOTAL)}
  %total = load i64, ptr %total.at
  %much = icmp ugt i64 %total, {context.RETAINED}
  br i1 %much, label %drop, label %done
drop:
  %first.at = {word("%arena", layout.FIRST)}
  %first = load ptr, ptr %first.at
  call void @free_chain(ptr %first)
  call void @llvm.memset.p0.i64(ptr %arena, i8 0, i64 40, i1 false)
  br label %done
done:
  ret void
}}

define internal void @clean() nounwind {{
  %newest = {word("@context", layout.OUTS)}
  %first = load ptr, ptr %newest
  call void @free_chain(ptr %first)
  store ptr null, ptr %newest
  %printed = {word("@context", layout.PRINT_USED)}
  store i64 0, ptr %printed
  %temp = {word("@context", layout.TEMP)}
  call void @trim(ptr %temp)
  %keep = {word("@context", layout.KEEP)}
  call void @trim(ptr %keep)
  store i1 false, ptr @busy
  ret void
}}

declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
"""

ENTER = f"""
define ptr @enter(ptr %self, ptr %objects, i64 %given) nounwind {{
  %table = call ptr @ag_bytes(ptr %self)
  %miss.at = {word("%table", MISS)}
  %miss = load ptr, ptr %miss.at
  %arguments.at = {word("%table", ARGUMENTS)}
  %arguments = load i64, ptr %arguments.at
  %relations.at = {word("%table", RELATIONS)}
  %relations = load i64, ptr %relations.at
  %results.at = {word("%table", RESULTS)}
  %results = load i64, ptr %results.at
  %busy = load i1, ptr @busy
  %few = icmp ne i64 %given, %arguments
  %cannot = or i1 %busy, %few
  br i1 %cannot, label %give.up, label %start
start:
  store i1 true, ptr @busy
  %first = {word("%table", HEAD)}
  br label %argument
argument:
  %i = phi i64 [ 0, %start ], [ %i.next, %took ]
  %record = phi ptr [ %first, %start ], [ %record.next, %took ]
  %all = icmp eq i64 %i, %arguments
  br i1 %all, label %relation, label %one
one:
  %object.at = getelementptr ptr, ptr %objects, i64 %i
  %object = load ptr, ptr %object.at
  %fits = call i1 @take(ptr %record, ptr %object)
  br i1 %fits, label %took, label %unfit
took:
  %i.next = add i64 %i, 1
  %record.next = {word("%record", RECORD)}
  br label %argument
relation:
  %j = phi i64 [ 0, %argument ], [ %j.next, %held ]
  %rule = phi ptr [ %record, %argument ], [ %rule.next, %held ]
  %related = icmp eq i64 %j, %relations
  br i1 %related, label %run, label %ask
ask:
  %right = call i1 @holds(ptr %rule)
  br i1 %right, label %held, label %unfit
held:
  %j.next = add i64 %j, 1
  %rule.next = {word("%rule", RECORD)}
  br label %relation
run:
  store ptr @context, ptr @slots
  %kernel = load ptr, ptr %table
  %status = call i32 %kernel(ptr @slots)
  %fine = icmp eq i32 %status, 0
  br i1 %fine, label %ran, label %stopped
ran:
  %single = icmp eq i64 %results, 1
  br i1 %single, label %alone, label %several
alone:
  %only = call ptr @give(ptr %rule)
  br label %leave
several:
  %tuple = call ptr @ag_new_tuple(i64 %results)
  %no.tuple = icmp eq ptr %tuple, null
  br i1 %no.tuple, label %leave, label %result
result:
  %k = phi i64 [ 0, %several ], [ %k.next, %gave ]
  %what = phi ptr [ %rule, %several ], [ %what.next, %gave ]
  %given.all = icmp eq i64 %k, %results
  br i1 %given.all, label %leave, label %make
make:
  %made = call ptr @give(ptr %what)
  %unmade = icmp eq ptr %made, null
  br i1 %unmade, label %drop, label %gave
gave:
  %put = call i32 @ag_set_tuple(ptr %tuple, i64 %k, ptr %made)
  %k.next = add i64 %k, 1
  %what.next = {word("%what", RECORD)}
  br label %result
drop:
  call void @ag_decref(ptr %tuple)
  br label %leave
leave:
  %out = phi ptr [ %only, %alone ], [ null, %several ], [ %tuple, %result ], [ null, %drop ]
  call void @clean()
  ret ptr %out
stopped:
  call void @explain(ptr %table, i32 %status)
  call void @clean()
  ret ptr null
unfit:
  store i1 false, ptr @busy
  br label %give.up
give.up:
  call void @ag_incref(ptr %miss)
  ret ptr %miss
}}
"""


def _explain() -> str:
    """Raise what stopped the kernel: what is raised already, else the fault and its numbers."""
    details = range(layout.DETAILS, layout.DETAILS + layout.MAX_DETAILS)
    words = (layout.SITE, layout.DETAIL_COUNT, *details)
    loads = "".join(
        f"  %at.{w} = {word('@context', w)}\n  %word.{w} = load i64, ptr %at.{w}\n" for w in words
    )
    numbers = ", ".join(f"i64 %word.{w}" for w in words)
    return f"""
define internal void @explain(ptr %table, i32 %status) nounwind {{
  %raised = call ptr @ag_raised()
  %silent = icmp eq ptr %raised, null
  br i1 %silent, label %say, label %done
say:
{loads}  %what = call ptr (ptr, ...) @ag_build(ptr @details, i32 %status, {numbers})
  %failed = icmp eq ptr %what, null
  br i1 %failed, label %done, label %raise
raise:
  %fault.at = {word("%table", FAULT)}
  %fault = load ptr, ptr %fault.at
  call void @ag_raise(ptr %fault, ptr %what)
  call void @ag_decref(ptr %what)
  br label %done
done:
  ret void
}}
"""


TEXT = "\n".join(
    part.strip()
    for part in (DECLARED, STATE, TAKE, HOLDS, DROP, ADOPT, GIVE, CLEAN, _explain(), ENTER)
)
