"""The text of one LLVM function in the making: lines, names, blocks."""

from __future__ import annotations

from collections.abc import Callable

from autograph_lite.render import form
from autograph_lite.render.form import B1, F32, F64, I32, I64, PTR
from autograph_lite.render.llvm_support import POLL_STEPS, word

REGISTER = {F64: "double", F32: "float", I64: "i64", I32: "i32", B1: "i1", PTR: "ptr"}
MEMORY = REGISTER | {B1: "i8"}
PURE = "nounwind willreturn memory(none)"


class Text:
    """The lines of one function in the making, and the names it has used.

    `noalias` gives the attachment for accesses through a buffer; `polling` says whether the kernel
    counts loop steps, `few` whether it has few loops over elements.
    """

    def __init__(self, noalias: dict[str, str], polling: bool, few: bool = True) -> None:
        self.lines: list[str] = []
        self.variables: dict[str, str] = {}
        self.declared: dict[str, None] = {}
        self.used: list[str] = []
        self.functions: dict[tuple[str, str], None] = {}  # ours, by name and how they are called
        self.noalias = noalias
        self.polling = polling
        self.few = few
        self.arenas: dict[int, None] = {}
        self.stacks: list[str] = []
        self.held: dict[int, tuple[form.Expr, str]] = {}
        self.count = 0

    def fresh(self, prefix: str = "t") -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def add(self, line: str) -> None:
        self.lines.append("  " + line)

    def let(self, right: str) -> str:
        """A new register holding `right`."""
        name = "%" + self.fresh()
        self.add(f"{name} = {right}")
        return name

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")

    def variable(self, var: form.Var) -> str:
        """The stack slot of a variable, which LLVM turns into registers."""
        name = f'%"v.{var.name}"'
        self.variables.setdefault(name, REGISTER[var.type])
        return name

    def stack(self, count: int, kind: str) -> str:
        """The address of a few elements in the frame, which LLVM may keep in registers."""
        name = "%" + self.fresh("stack")
        self.stacks.append(f"  {name} = alloca [{count} x {MEMORY[kind]}], align 64")
        return name

    def call(self, result: str, name: str, arguments: list[tuple[str, str]]) -> str:
        """Call a function without side effects, declaring it."""
        types = ", ".join(kind for kind, _ in arguments)
        self.declared.setdefault(f"declare {result} @{name}({types}) {PURE}")
        shown = ", ".join(f"{kind} {value}" for kind, value in arguments)
        return self.let(f"call {result} @{name}({shown})")

    def locals(self) -> list[str]:
        """The variables, known when all statements have been printed."""
        lines = [f"  {name} = alloca {kind}" for name, kind in self.variables.items()]
        lines += [f"  store {kind} zeroinitializer, ptr {n}" for n, kind in self.variables.items()]
        return lines + self.stacks

    def entry(self) -> list[str]:
        """What stands before the first statement of a kernel."""
        lines = self.locals()
        lines.append("  %ctx = load ptr, ptr %slots")
        if self.polling:
            lines += ["  %steps = alloca i64", f"  store i64 {POLL_STEPS}, ptr %steps"]
        for start in self.arenas:
            lines.append(f"  %arena{start} = {word('%ctx', start)}")
            lines.append(f"  call void @ag.rewind(ptr %arena{start})")
        return lines

    def use(self, name: str) -> None:
        """Include a slow path."""
        if name not in self.used:
            self.used.append(name)

    def arena(self, start: int) -> str:
        self.use("rewind")
        self.arenas.setdefault(start)
        return f"%arena{start}"

    def branch(self, cond: str, yes: str, no: str, likely: str = "") -> None:
        weights = {"": "", "yes": "i32 2000, i32 1", "no": "i32 1, i32 2000"}[likely]
        hint = f', !prof !{{!"branch_weights", {weights}}}' if weights else ""
        self.add(f"br i1 {cond}, label %{yes}, label %{no}{hint}")

    def count_steps(self, steps: str) -> str:
        """Subtract from the steps left until the next look at signals."""
        left = self.let("load i64, ptr %steps")
        less = self.let(f"sub i64 {left}, {steps}")
        self.add(f"store i64 {less}, ptr %steps")
        return less

    def jump(self, target: str) -> None:
        self.add(f"br label %{target}")

    def stop_if(self, cond: str, code: str, leave: Callable[[], None] = lambda: None) -> None:
        """Return `code` where `cond` holds."""
        stop, go = self.fresh("stop"), self.fresh("go")
        self.branch(cond, stop, go, "no")
        self.label(stop)
        leave()
        self.add(f"ret i32 {code}")
        self.label(go)
