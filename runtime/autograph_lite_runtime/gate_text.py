"""The LLVM text of a gate: Python objects -> slots -> kernel, and then `gate_results`."""

from __future__ import annotations

from autograph_lite_runtime import faults, layout
from autograph_lite_runtime import gate_table as table
from autograph_lite_runtime.gate_results import RESULTS
from autograph_lite_runtime.gate_table import load, word

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
declare ptr @ag_tell(ptr, ptr, ...)
declare void @ag_fetch(ptr, ptr, ptr)
declare void @ag_restore(ptr, ptr, ptr)
"""

DETAILS = f"(iLL{'L' * layout.MAX_DETAILS})"

STATE = f"""
@context = internal global [{layout.WORDS} x i64] zeroinitializer, align 64
@slots = internal global [{table.SLOTS} x i64] zeroinitializer, align 64
@busy = internal global i1 false
@address = internal constant [2 x i8] c"L\\00", align 1
@details = internal constant [{len(DETAILS) + 1} x i8] c"{DETAILS}\\00", align 1
"""

TAKE = f"""
define internal i1 @take(ptr %record, ptr %object) nounwind {{
  %kind = load i64, ptr %record
  {load("class", "ptr", "%record", 8 * 1)}
  {load("type", "ptr", "%object", 8 * 1)}
  {load("slot", "i64", "%record", 8 * 2)}
  %to = getelementptr i64, ptr @slots, i64 %slot
  %from = {word("%object", 2)}
  %right = icmp eq ptr %type, %class
  br i1 %right, label %read, label %no
read:
  switch i64 %kind, label %no [ i64 {table.WORD}, label %word   i64 {table.HALF}, label %half
    i64 {table.BYTE}, label %byte   i64 {table.INT}, label %int   i64 {table.TRUTH}, label %truth
    i64 {table.ARRAY}, label %array ]
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
  {load("true", "ptr", "%record", 8 * 3)}
  %holds = icmp eq ptr %object, %true
  %holds.word = zext i1 %holds to i64
  store i64 %holds.word, ptr %to
  ret i1 true
array:
  {load("wanted", "ptr", "%record", 8 * 3)}
  {load("dtype", "ptr", "%object", table.DTYPE)}
  %known = icmp eq ptr %dtype, %wanted
  {load("axes", "i64", "%record", 8 * 4)}
  {load("rank.half", "i32", "%object", table.RANK)}
  %rank = sext i32 %rank.half to i64
  %alike = icmp eq i64 %rank, %axes
  {load("flags", "i32", "%object", table.FLAGS)}
  %set = and i32 %flags, {table.USABLE}
  %usable = icmp eq i32 %set, {table.USABLE}
  %typed = and i1 %known, %alike
  %good = and i1 %typed, %usable
  br i1 %good, label %fill, label %no
fill:
  %data = load i64, ptr %from
  store i64 %data, ptr %to
  {load("extents", "ptr", "%object", table.EXTENTS)}
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
  {load("slot", "i64", "%record", 8 * 1)}
  %here.at = getelementptr i64, ptr @slots, i64 %slot
  %here = load i64, ptr %here.at
  {load("number", "i64", "%record", 8 * 2)}
  switch i64 %kind, label %above [ i64 {table.IS}, label %is   i64 {table.SAME}, label %two
    i64 {table.OTHER}, label %two ]
is:
  %equal = icmp eq i64 %here, %number
  ret i1 %equal
two:
  %there.at = getelementptr i64, ptr @slots, i64 %number
  %there = load i64, ptr %there.at
  %same = icmp eq i64 %here, %there
  %asked = icmp eq i64 %kind, {table.SAME}
  %agree = icmp eq i1 %same, %asked
  ret i1 %agree
above:
  %larger = icmp sgt i64 %here, %number
  ret i1 %larger
}}
"""

ENTER = f"""
define ptr @enter(ptr %self, ptr %objects, i64 %given) nounwind {{
  %table = call ptr @ag_bytes(ptr %self)
  {load("miss", "ptr", "%table", 8 * table.MISS)}
  {load("arguments", "i64", "%table", 8 * table.ARGUMENTS)}
  {load("relations", "i64", "%table", 8 * table.RELATIONS)}
  {load("results", "i64", "%table", 8 * table.RESULTS)}
  %busy = load i1, ptr @busy
  %few = icmp ne i64 %given, %arguments
  %cannot = or i1 %busy, %few
  br i1 %cannot, label %give.up, label %start
start:
  store i1 true, ptr @busy
  %first = {word("%table", table.HEAD)}
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
  %record.next = {word("%record", table.RECORD)}
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
  %rule.next = {word("%rule", table.RECORD)}
  br label %relation
run:
  store ptr @context, ptr @slots
  %kernel = load ptr, ptr %table
  %status = call i32 %kernel(ptr @slots)
  %ended = icmp eq i32 %status, 0
  %noted.at = {word("@context", layout.PRINT_USED)}
  %noted = load i64, ptr %noted.at
  %silent = icmp eq i64 %noted, 0
  %fine = and i1 %ended, %silent
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
  %what.next = {word("%what", table.RECORD)}
  br label %result
drop:
  call void @ag_decref(ptr %tuple)
  br label %leave
leave:
  %out = phi ptr [ %only, %alone ], [ null, %several ], [ %tuple, %result ], [ null, %drop ]
  call void @clean()
  ret ptr %out
stopped:
  %why = select i1 %ended, i32 {faults.RAISED}, i32 %status
  call void @tell(ptr %table, i32 %why)
  call void @explain(ptr %table, i32 %why)
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


TELL = f"""
define internal void @tell(ptr %table, i32 %status) nounwind {{
  %by.signal = icmp eq i32 %status, {faults.INTERRUPT}
  {load("stopped", "ptr", "%table", 8 * table.STOPPED)}
  %somebody = icmp ne ptr %stopped, null
  %wanted = and i1 %by.signal, %somebody
  br i1 %wanted, label %say, label %done
say:
  %type = alloca ptr
  %value = alloca ptr
  %trace = alloca ptr
  call void @ag_fetch(ptr %type, ptr %value, ptr %trace)
  %out = call ptr (ptr, ptr, ...) @ag_tell(ptr %stopped, ptr @address, ptr @slots)
  %failed = icmp eq ptr %out, null
  br i1 %failed, label %restore, label %drop
drop:
  call void @ag_decref(ptr %out)
  br label %restore
restore:
  %old.type = load ptr, ptr %type
  %old.value = load ptr, ptr %value
  %old.trace = load ptr, ptr %trace
  call void @ag_restore(ptr %old.type, ptr %old.value, ptr %old.trace)
  br label %done
done:
  ret void
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
  {load("fault", "ptr", "%table", 8 * table.FAULT)}
  call void @ag_raise(ptr %fault, ptr %what)
  call void @ag_decref(ptr %what)
  br label %done
done:
  ret void
}}
"""


TEXT = "\n".join(
    part.strip() for part in (DECLARED, STATE, TAKE, HOLDS, *RESULTS, TELL, _explain(), ENTER)
)
