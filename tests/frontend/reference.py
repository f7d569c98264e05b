"""`ag__` and `scope__` executed by ordinary Python: what the staged source must mean on plain objects."""

import builtins
import collections
import contextlib
import operator

import pytest

from autograph_lite.errors import UndefinedVariableError
from autograph_lite.frontend import convert

TESTS = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "is": operator.is_,
    "is_not": operator.is_not,
    "in": lambda item, container: item in container,
    "not_in": lambda item, container: item not in container,
}


OPERATORS = {name.strip("_"): function for name, function in vars(operator).items()}


class Undefined:
    def __init__(self, name):
        self.name = name


def cells(function, name):
    """The variable of a function around this one, if it is one."""
    named = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return [cell for own, cell in named if own == name]


class Reference:
    """The protocol; `states` keeps the names that each control flow call handed on."""

    Undefined = Undefined
    attr = staticmethod(getattr)
    set_attr = staticmethod(setattr)
    item = staticmethod(operator.getitem)
    set_item = staticmethod(operator.setitem)
    del_attr = staticmethod(delattr)
    del_item = staticmethod(operator.delitem)
    slice = slice
    trying = staticmethod(contextlib.nullcontext)
    iterate = staticmethod(iter)
    not_ = staticmethod(operator.not_)
    is_ = staticmethod(operator.is_)
    in_ = staticmethod(TESTS["in"])

    def __init__(self):
        self.states = []

    def shares(self, function, *names):
        assert set(names) <= set(function.__code__.co_freevars)

    def ld(self, value):
        if isinstance(value, Undefined):
            raise UndefinedVariableError(f"{value.name} has no value")
        return value

    free = ld

    def binary(self, name, left, right):
        return OPERATORS[name](left, right)

    def unary(self, name, x):
        return OPERATORS[name](x)

    def comparison(self, name, left, right):
        return TESTS[name](left, right)

    def inplace(self, name, x, value):
        given = {"and": "iand", "or": "ior"}.get(name, "i" + name)
        return getattr(operator, given)(x, value)

    def call(self, function, args, *keywords):
        given = collections.ChainMap(*keywords[::-1])
        assert len(given) == sum(map(len, keywords))
        return function(*args, **given)

    def and_(self, value, *thunks, state=None):
        for thunk in thunks:
            if not value:
                return value
            value = thunk()
        return value

    def or_(self, value, *thunks, state=None):
        for thunk in thunks:
            if value:
                return value
            value = thunk()
        return value

    def ifexp(self, test, body, orelse, state=None):
        return body() if test else orelse()

    def compare(self, left, *steps, state=None):
        found = True
        for name, thunk in steps:
            right = thunk()
            found = TESTS[name](left, right)
            if not found:
                return found
            left = right
        return found

    test_and, test_or, test_compare = and_, or_, compare

    def format(self, value, conversion, spec):
        made = {"": lambda x: x, "r": repr, "s": str, "a": ascii}[conversion](value)
        return format(made, spec)

    def join(self, *parts):
        return "".join(parts)

    def assert_(self, test, message):
        if not test:
            raise AssertionError() if message is None else AssertionError(message())

    def manager(self, obj):
        return obj

    def compared(self, name, left, right):
        return TESTS[name](left, right)

    def percent(self, template, values):
        return template % values

    def repeated(self, left, right):
        return left * right

    def raise_(self, error, *cause):
        if not cause:
            raise error()
        raise error() from cause[0]()

    def generator(self, items, element, condition=lambda item: True):
        return (element(item) for item in items if condition(item))

    def nested(self, items, element, condition=lambda item: True):
        return (one for item in items if condition(item) for one in element(item))

    listed = list_of = staticmethod(list)

    def unpack(self, value, count):
        assert count is None or count > 0
        return value

    def _check(self, kind, names, *functions):
        """The state is among the variables of the functions, and each of them holds something."""
        self.states.append((kind, names))
        for name in names:
            (cell,) = {id(c): c for f in functions if f for c in cells(f, name)}.values()
            cell.cell_contents = cell.cell_contents

    def if_(self, test, body, orelse, *names):
        self._check("if", names, body, orelse)
        arm = body if test else orelse
        assert arm is None or arm() is None
        self._check("if", names, body, orelse)

    def while_(self, test, body, *names):
        self._check("while", names, test, body)
        while test():
            assert body() is None
            self._check("round", names, test, body)

    while_binding = while_

    def for_(self, iterable, more, body, *names):
        self._check("for", names, body)
        items = iter(iterable)
        while more is None or more():
            try:
                item = next(items)
            except StopIteration:
                return
            assert body(item) is None


class Scope:
    """Names around a function, as they are when they are read."""

    def __init__(self, function):
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        self.cells, self.globals = dict(cells), function.__globals__

    def load(self, name):
        if name in self.cells:
            try:
                return self.cells[name].cell_contents
            except ValueError:
                raise NameError(name) from None
        if name in self.globals:
            return self.globals[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        raise NameError(name)


def stage(function):
    """The staged function under the reference meaning."""
    return convert(function).bind(Reference(), Scope(function))


def states(function, *args):
    """The names of each control flow call that runs, in order of first execution."""
    reference = Reference()
    convert(function).bind(reference, Scope(function))(*args)
    found = [state for state in reference.states if state[0] != "round"]
    return list(dict.fromkeys(found))


def outcome(function, *args, **kwargs):
    """Result or kind of error: what two runs must share."""
    try:
        return "returned", function(*args, **kwargs)
    except NameError:
        return "raised", NameError
    except AssertionError:  # the test runner adds to the message
        return "raised", AssertionError
    except Exception as error:
        return "raised", type(error), error.args


NUMBERS = tuple((n,) for n in range(-2, 9))
PAIRS = tuple((a, b) for a in range(-1, 5) for b in range(0, 5))


class Table:
    """Functions with the inputs on which they are compared."""

    def __init__(self):
        self.rows = []

    def case(self, *inputs):
        def keep(function):
            self.rows.append(pytest.param(function, inputs or NUMBERS, id=function.__name__))
            return function

        return keep


def check(function, inputs):
    staged = stage(function)
    for args in inputs:
        assert outcome(staged, *args) == outcome(function, *args), args
