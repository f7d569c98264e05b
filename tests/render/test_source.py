"""The Python text of kernels: how it reads, and that it computes what the machine code computes."""

import numpy as np
import pytest

from autograph_lite.render import form
from autograph_lite.render.form import B1, F32, F64, I32, I64, PTR
from autograph_lite.render.source import print_source
from autograph_lite_runtime import faults
from tests.render.run import Run, add, binary, const, kernel, load_at, mul, var

n, i, k, x, y, s = (
    var("n", I64),
    var("i", I64),
    var("k", I64),
    var("x", PTR),
    var("y", PTR),
    var("s"),
)
xi = load_at(x, i)


def execute(kernel_, *arguments):
    space = {}
    exec(compile(print_source(kernel_), "<kernel>", "exec"), space)
    return space[kernel_.name](*arguments)


def body(kernel_):
    return print_source(kernel_).split("import numpy as np\n\n\n")[1]


def test_how_a_kernel_reads():
    loop = form.For(
        i,
        const(0),
        n,
        (
            form.Comment("y[i] = np.sin(x[i]) * (x[i] + 1)", 12),
            form.Store(y, i, mul(form.Call("sin", (xi,), F64), add(xi, const(1.0)))),
            form.Let(s, add(s, load_at(y, i))),
        ),
    )
    text = body(
        kernel(
            [n, (x, F64)],
            form.Alloc(y, n, F64, "out"),
            form.Let(s, const(0.0)),
            loop,
            form.If(
                form.Cmp("lt", s, const(0.0)),
                (form.Fault(faults.DOMAIN, 3, (n,)),),
                (form.If(form.Un("isnan", s, B1), (form.Let(s, const(-1.0)),)),),
            ),
            form.Result(3, y),
            form.Result(4, s),
            results=2,
        )
    )
    assert text == (
        "def kernel(n, x):\n"
        "    y = np.empty(n, np.float64)\n"
        "    s = 0.0\n"
        "    for i in range(n):\n"
        "        # line 12: y[i] = np.sin(x[i]) * (x[i] + 1)\n"
        "        y[i] = math.sin(x[i]) * (x[i] + 1.0)\n"
        "        s += y[i]\n"
        "    if s < 0.0:\n"
        "        raise ValueError(3, n)\n"
        "    elif np.isnan(s):\n"
        "        s = -1.0\n"
        "    result_3 = y\n"
        "    result_4 = s\n"
        "    return result_3, result_4\n"
    )


a, b, c = var("a"), var("b"), var("c")
p, q = var("p", B1), var("q", B1)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (binary("sub", a, binary("sub", b, c)), "a - (b - c)"),
        (binary("sub", binary("sub", a, b), c), "a - b - c"),
        (mul(add(a, b), c), "(a + b) * c"),
        (add(mul(a, b), c), "a * b + c"),
        (binary("div", a, mul(b, c)), "a / (b * c)"),
        (form.Un("neg", add(a, b), F64), "-(a + b)"),
        (mul(form.Un("neg", a, F64), b), "-a * b"),
        (binary("and", p, binary("or", q, p)), "p and (q or p)"),
        (form.Un("not", binary("and", p, q), B1), "not (p and q)"),
        (binary("xor", p, form.Cmp("lt", a, b)), "p != (a < b)"),
        (binary("xor", binary("xor", p, q), p), "(p != q) != p"),
        (form.Cmp("eq", form.Cmp("lt", a, b), p), "(a < b) == p"),
        (form.Select(p, a, form.Select(q, b, c)), "a if p else b if q else c"),
        (add(form.Select(p, a, b), c), "(a if p else b) + c"),
        (form.Select(form.Select(p, q, p), a, b), "a if (q if p else p) else b"),
        (mul(const(0.1, F32), var("f", F32)), "np.float32(0.1) * f"),
        (form.Cast(var("i", I64), F64), "np.float64(i)"),
        (form.Bits(a, I64), "np.float64(a).view(np.int64)"),
        (const(float("-inf")), "-math.inf"),
        (form.Cast(a, B1), "a != 0"),
    ],
)
def test_parentheses_only_where_needed(expression, text):
    lines = body(kernel([n], form.Let(var("v", expression.type), expression))).splitlines()
    assert lines[1] == f"    v = {text}"


def test_names_that_python_does_not_allow():
    odd = [var("x.1"), var("for"), var("x_1"), var("np")]
    text = body(kernel(odd, form.Result(5, add(odd[0], odd[2])), results=1))
    assert text.startswith("def kernel(x_1, v_for, x_1_, np_):\n    result_5 = x_1 + x_1_\n")


def test_a_block_of_comments_is_a_block():
    k_ = kernel([n], form.If(form.Cmp("lt", n, const(0)), (form.Comment("why"),)))
    assert body(k_).splitlines()[1:] == ["    if n < 0:", "        # why", "        pass"]


def test_while_loops():
    test = form.Let(p, form.Cmp("lt", i, n))
    plain = form.While((), form.Cmp("lt", i, n), (form.Let(i, add(i, const(1))),))
    full = form.While((test,), p, (form.Let(i, add(i, const(1))),))
    assert body(kernel([n, i], plain)).splitlines()[1:] == ["    while i < n:", "        i += 1"]
    assert body(kernel([n, i], full)).splitlines()[1:] == [
        "    while True:",
        "        p = i < n",
        "        if not p:",
        "            break",
        "        i += 1",
    ]


def recurrence():
    """A damped wave with scratch, a branch and a copy."""
    old = var("old", PTR)
    level = var("level", PTR)
    step = form.For(
        i,
        const(1),
        binary("sub", n, const(1)),
        (
            form.Let(
                s,
                add(
                    mul(load_at(old, binary("sub", i, const(1))), const(0.5)),
                    mul(load_at(old, add(i, const(1))), const(0.25)),
                ),
            ),
            form.If(form.Cmp("gt", s, const(1.0)), (form.Let(s, form.Un("sqrt", s, F64)),)),
            form.Store(x, i, add(load_at(x, i), s)),
        ),
    )
    copy = (form.Mark(level), form.Alloc(old, n, F64, "temp"), form.Copy(old, x, n, F64))
    steps = form.For(k, const(0), const(10), (*copy, step, form.Reset(level)))
    return kernel([n, (x, F64)], steps, form.Result(3, s), results=1)


def test_text_and_machine_code_agree_on_a_recurrence():
    start = np.linspace(0.0, 2.0, 50)
    compiled, read = start.copy(), start.copy()
    run = Run(recurrence(), 50, compiled)
    last = execute(recurrence(), 50, read)
    assert run.value(3, F64) == last
    assert compiled.tobytes() == read.tobytes()


INTEGERS = [
    binary("sdiv", n, k),
    binary("srem", n, k),
    binary("shl", n, const(3)),
    binary("ashr", n, const(2)),
    binary("lshr", n, const(3)),
    form.Un("invert", n, I64),
    form.Un("abs", n, I64),
    form.Cast(n, I32),
    form.Select(form.Overflows("mul", n, n), n, mul(n, n)),
    form.Cast(form.Cast(n, F64), I64),
    form.Cast(mul(form.Cast(n, F64), const(1e18)), I64),
    form.Cast(binary("xor", p, form.Cmp("lt", n, k)), I64),
]


@pytest.mark.parametrize("expression", INTEGERS)
@pytest.mark.parametrize("values", [(7, 2), (-7, 2), (7, -2), (-7, -2), (2**40 + 5, 3)])
def test_text_and_machine_code_agree_on_integers(expression, values):
    k_ = kernel([n, k, p], form.Result(4, expression), results=1)
    assert execute(k_, *values, True) == Run(k_, *values, True).value(4, expression.type)


SCALARS = [
    form.Fma(a, b, c),
    form.Call("pow", (a, b), F64),
    binary("copysign", a, form.Un("neg", b, F64)),
    form.Un("rint", mul(a, c), F64),
    form.Bits(form.Bits(a, I64), F64),
    form.Cast(form.Cast(a, F32), F64),
    form.Call("exp", (form.Cast(a, F32),), F32),
    form.Fma(form.Cast(a, F32), form.Cast(b, F32), form.Cast(c, F32)),
]


@pytest.mark.parametrize("expression", SCALARS)
def test_text_and_machine_code_agree_on_floats(expression):
    k_ = kernel([a, b, c], form.Result(4, expression), results=1)
    got = execute(k_, np.float64(1.1), np.float64(0.3), np.float64(-7.7))
    assert got == Run(k_, 1.1, 0.3, -7.7).value(4, expression.type)


def test_faults_and_prints_read_as_python(capsys):
    k_ = kernel(
        [n, (x, F64)],
        form.Emit(4, (n, (x, (n, const(1)), F64))),
        form.Fault(faults.INDEX, 7, (n, const(3))),
    )
    with pytest.raises(IndexError, match=r"\(7, 2, 3\)"):
        execute(k_, 2, np.zeros(2))
    assert capsys.readouterr().out.split() == ["4", "2", "[[0.]", "[0.]]"]


CODES = [c for c in vars(faults).values() if isinstance(c, int) and c != faults.OK]


@pytest.mark.parametrize("fault", CODES)
def test_every_fault_has_a_class_to_read(fault):
    k_ = kernel([n], form.Fault(fault, 7, (n,)))
    with pytest.raises(BaseException, match=r"\(7, 2\)"):
        execute(k_, 2)
