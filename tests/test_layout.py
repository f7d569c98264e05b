"""Sizes and places: what keeps the code readable is checked, not hoped for."""

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("autograph_lite", "runtime/autograph_lite_runtime")
FILE_LINES = 400
FUNCTION_LINES = 60


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


READMES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("README.md"))


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


@pytest.mark.parametrize("path", sources(*PACKAGES, "benchmarks", "examples"), ids=name)
def test_a_file_fits_into_one_reading(path):
    assert len(path.read_text().splitlines()) <= FILE_LINES


@pytest.mark.parametrize("path", sources(*PACKAGES, "benchmarks", "examples"), ids=name)
def test_a_function_fits_on_one_screen(path):
    long = [
        f"{function.name}: {lines} lines"
        for function in functions(ast.parse(path.read_text()))
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    ]
    assert not long


@pytest.mark.parametrize("path", sources(*PACKAGES), ids=name)
def test_a_module_says_what_it_is(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), "the module has no docstring"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_typed_and_complete(package):
    folder = ROOT / package
    assert (folder / "py.typed").exists()
    for path in folder.rglob("*.py"):
        assert (path.parent / "__init__.py").exists(), f"{name(path.parent)} is not a package"


@pytest.mark.parametrize("readme", READMES, ids=name)
def test_a_reader_finds_every_module_and_no_other(readme):
    rows = re.findall(r"^\| (`.*?) \|", readme.read_text(), re.MULTILINE)
    named = [pattern for row in rows for pattern in re.findall(r"`([^`]+\.py)`", row)]
    modules = {path.name for path in readme.parent.glob("*.py")} - {"__init__.py"}
    assert not [m for m in modules if not any(fnmatch(m, pattern) for pattern in named)]
    assert not [pattern for pattern in named if not any(fnmatch(m, pattern) for m in modules)]


def test_no_module_hides_a_name_of_the_user():
    """The root of the runtime is a source root: nothing but the package may stand in it."""
    found = [path.name for path in (ROOT / "runtime").iterdir() if path.suffix == ".py"]
    assert not found
    assert not (ROOT / "runtime" / "__init__.py").exists()
