"""The LLVM text of a gate, second half: slots -> Python objects, and what is left is freed."""

from __future__ import annotations

from autograph_lite_runtime import context, layout
from autograph_lite_runtime import gate_table as table
from autograph_lite_runtime.gate_table import at, load, word

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
  {load("slot", "i64", "%record", 8 * 2)}
  %from = getelementptr i64, ptr @slots, i64 %slot
  {load("dtype", "ptr", "%record", 8 * 3)}
  %bits = load i64, ptr %from
  %bit = and i64 %bits, 1
  switch i64 %kind, label %array [ i64 {table.FLOAT}, label %float   i64 {table.SINGLE}, label %single
    i64 {table.INTEGER}, label %integer   i64 {table.INTEGER_HALF}, label %integer.half
    i64 {table.BOOL}, label %bool   i64 {table.SCALAR}, label %scalar
    i64 {table.SCALAR_BOOL}, label %scalar.bool ]
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
  {load("class", "ptr", "%record", 8 * 1)}
  {load("axes", "i32", "%record", 8 * 4)}
  %extents = {word("%from", 1)}
  call void @ag_incref(ptr %dtype)
  %new = call ptr @ag_array(ptr %class, ptr %dtype, i32 %axes, ptr %extents, ptr null, ptr %data,
    i32 {table.WRITABLE}, ptr null)
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
  {load("total", "i64", "%arena", 8 * layout.TOTAL)}
  %much = icmp ugt i64 %total, {context.RETAINED}
  br i1 %much, label %drop, label %done
drop:
  {load("first", "ptr", "%arena", 8 * layout.FIRST)}
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

RESULTS = (DROP, ADOPT, GIVE, CLEAN)
