"""Names, elements and attributes that are not there any more, or not yet: the same error in both modes."""

import pytest

import autograph_lite as ag
from autograph_lite import errors
from tests.reliability.both import Fault, check_fault

X = ag.constant([0.5, -1.5])
UNBOUND = "cannot access local variable '{}' where it is not associated with a value"
GIVEN = {"x": X}
OBJECT = "class T:\n    pass\n"


def unbound(body, name="y"):
    return Fault("46", body, GIVEN, UnboundLocalError, UNBOUND.format(name))


def refused(body, message):
    return Fault("49", body, GIVEN, errors.ConversionError, message, refusal=True)


FAULTS = [
    unbound("y = x\ndel y\nreturn y"),
    unbound("y = x\ndel y\ndel y"),
    unbound("del x\nreturn x", "x"),
    unbound("y = x\nif x[0] > 0:\n    del y\nreturn y * x"),
    unbound("y = x\nfor i in range(3):\n    s = y  # here\n    del y"),
    unbound("y = x\nif x[0] > 0:\n    del y\nelse:\n    y = x * 2\ndel y  # here\nreturn x"),
    unbound("if x[0] > 9 and (y := x[1]) > 0:\n    x = x * y\nreturn x * y"),
    unbound("a = x[0] > 0 or (y := x[1]) > 0\nreturn x * y"),
    unbound("z = (y := x[1]) if x[0] < 0 else x[0]\nreturn z * y"),
    unbound("z = [y := v for v in ()]\nreturn x * y"),
    unbound("for i in range(3):\n    if x[0] > 0:\n        break\nelse:\n    y = x\nreturn y"),
    unbound("if x[0] > 0:\n    x = x * y  # here\ny = x\nreturn y"),
    unbound("for i in range(3):\n    x = x * y  # here\n    y = x\nreturn y"),
    unbound("while y[0] > 0:  # here\n    y = x\nreturn x"),
    Fault(
        "46",
        "def g():\n    return x * y  # here\nif x[0] > 0:\n    x = g()\ny = x\nreturn g()",
        GIVEN,
        NameError,
        "cannot access free variable 'y' where it is not associated with a value in enclosing scope",
    ),
    Fault("67", "y = [x]\ndel y[4]", GIVEN, IndexError, "list assignment index out of range"),
    Fault("67", "y = {'a': x}\ndel y['b']", GIVEN, KeyError, "'b'"),
    Fault("67", "y = np.ones(3)\ndel y[0]", GIVEN, ValueError, "cannot delete array elements"),
    Fault("67", "del x[0]", GIVEN, AttributeError, "__delitem__"),
    Fault("67", "y = {'a': x}\ndel y.b", GIVEN, AttributeError, "'dict' object has no attribute"),
    refused(
        "import contextlib\nx = x * 2\nwith contextlib.suppress(NameError):\n    x = x * y  # here\n"
        "y = x\nreturn y",
        "an exception is raised in compiled code inside `with` of a suppress, which may swallow it",
    ),
    refused(
        "import contextlib\nwith contextlib.suppress(KeyError):\n    try:  # here\n        y = {}['a']\n"
        "    finally:\n        y = x\nreturn x",
        "an error that leaves a `try` block and is swallowed by a context around it is not staged",
    ),
    refused(
        "y = [x, x[0]]\nif x[0] > 0:\n    del y[0]  # here\nreturn y",
        "elements of the list 'y', which grows in a loop or branch, are a float64 tensor and a float64",
    ),
    refused(
        "y = {0: x}\nfor i in range(1):\n    del y[0]  # here\nreturn x",
        "'y' has 0 in some runs only; give it that before the loop or branch",
    ),
    refused(
        "import types\ny = types.SimpleNamespace(a=1)\nfor i in range(1):\n    del y.a  # here\nreturn x",
        "'y' has 'a' in some runs only; give it that before the loop or branch",
    ),
    refused(
        "import array\ny = array.array('d', [1.0])\nfor i in range(1):\n    del y[0]  # here\nreturn x",
        "deletion of an element of a array inside a staged loop or branch is not available; write a list",
    ),
]


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_fault(case):
    check_fault(case)


TABLE = {"a": 1.0, "b": 2.0}


def test_what_is_there_after_the_call_is_not_deleted_in_compiled_code() -> None:
    @ag.function
    def forgets(x):
        del TABLE["a"]
        return x

    with pytest.raises(
        errors.ConversionError, match="deletion of an element of a dict from outside"
    ):
        forgets(1.0)
    assert len(TABLE) == 2
