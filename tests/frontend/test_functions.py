"""Nested functions, closures, parameters and methods: staged functions give what Python gives."""

# ruff: noqa: B006, B008, UP008

import pytest

from tests.frontend.reference import Table, check, outcome, stage

CASES = Table()
case = CASES.case


# -- functions -------------------------------------------------------------------------------------


@case()
def nested_functions(n):
    """Docstring."""

    def square(x, power=n, *rest, scale=n + 1, **more):
        "Inner docstring."
        if x > 2:
            return x**2, power, rest, scale, more
        for i in range(x):
            if i == 1:
                return "one"
        return -x

    return square(n), square(1, 2, 3, scale=4, k=5), square(n, *[1, 2], **{"z": 3})


@case()
def late_binding(n):
    functions = []
    for i in range(n):
        functions.append(lambda: i)
    return [f() for f in functions]


@case()
def late_binding_of_a_temporary(n):
    found = {}
    keep = found.__setitem__
    for i in range(n):
        t = i * i
        keep(i, lambda: t)
    return [f() for f in found.values()]


@case()
def nested_reads_later_value(n):
    def get():
        return x

    x = 1
    if n > 2:
        x = 2
    a = get()
    for x in range(n):
        pass
    return a, get()


@case()
def nested_reads_missing_value(n):
    def get():
        return x

    if n > 2:
        x = 2
    return get()


@case()
def recursion(n):
    def fib(k):
        if k < 2:
            return k
        return fib(k - 1) + fib(k - 2)

    def even(k):
        return k <= 0 or odd(k - 1)

    def odd(k):
        return k > 0 and even(k - 1)

    return fib(n), even(n), odd(n)


@case()
def decorated(n):
    log = []

    def tag(name):
        log.append(name)
        return lambda f: lambda *a: (name, f(*a))

    @tag("outer")
    @tag("inner")
    def f(x, y=log.append("default")):
        return x + 1

    return f(n), log


@case()
def lambdas(n):
    add = lambda x, y=n, *z, k=2, **w: (x + y * k, z, w)
    return add(1), add(1, 2, 3, k=4, m=5), (lambda: n)(), (lambda x: lambda y: x - y)(n)(1)


@case()
def function_in_a_loop(n):
    s = 0
    for i in range(n):

        def step(x):
            if x > 3:
                return x + i
            return x - i

        s = step(s + i)
    return s


@case()
def function_in_a_branch(n):
    if n > 3:

        def f(x):
            return x + n

    else:
        f = lambda x: x - n
    return f(10)


@case()
def closures_over_changed_names(n):
    x = 0
    f = lambda: x
    if n > 2:
        x = 5
    while x < n:
        x += 1
        y = f()
    return f()


@pytest.mark.parametrize("function, inputs", CASES.rows)
def test_the_staged_function_means_the_same(function, inputs):
    check(function, inputs)


def parameters(a, /, b=2, *args, c=10, d=None, **kwargs):
    if d is None:
        d = a
    return a, b, args, c, d, kwargs


@pytest.mark.parametrize(
    "args, kwargs",
    [((1,), {}), ((1, 2, 3, 4), {}), ((1,), {"c": 3, "z": 4, "d": 0}), ((1,), {"b": 5}), ((), {})],
)
def test_parameters_are_those_of_the_original(args, kwargs):
    found, expected = (
        outcome(stage(parameters), *args, **kwargs),
        outcome(parameters, *args, **kwargs),
    )
    assert found == expected


def closure(k, extra=[1]):
    def inner(x, y=k, *, z=extra):
        """Adds."""
        return x + y + k, z, later

    later = k * 100
    return inner


def test_closures_of_one_definition_share_the_text_and_keep_their_values():
    one, two = closure(1), closure(2)
    staged, other = stage(one), stage(two)
    assert staged(5) == one(5) and other(5) == two(5)
    assert staged(5, z=0, y=3) == one(5, z=0, y=3)
    assert staged.__name__ == "inner" and staged.__qualname__ == one.__qualname__
    assert staged.__doc__ == "Adds." and staged.__kwdefaults__["z"] is one.__kwdefaults__["z"]


class Account:
    __rate = 2

    def __init__(self, amount):
        self.__amount = amount

    def __hidden(self, __x):
        return __x * self.__rate

    def method(self, n):
        total = self.__hidden(n)
        for __k in range(n):
            self.__amount += __k
            total += self.__amount
        return total

    @staticmethod
    def static(n):
        return [n, Account._Account__rate]


class Child(Account):
    def method(self, n):
        if n > 2:
            return super(Child, self).method(n)
        return -1


@pytest.mark.parametrize("kind", [Account, Child])
def test_methods_and_private_names(kind):
    staged = stage(kind.method)
    for n in range(5):
        assert staged(kind(3), n) == kind(3).method(n)
    assert stage(Account.static)(3) == Account.static(3)
