"""The outputs in docs/how_it_works.md and docs/transforms.md are what the library prints.

A comment before a fenced block says what it is: a module (`<!-- name.py -->`) or what a statement
prints (`<!-- print(...) -->`).  `python -m tests.test_docs` writes the outputs anew.
"""

import contextlib
import io
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograph_lite.printing import display

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "how_it_works.md"
PAGES = {PAGE: 9, DOCS / "transforms.md": 17}
"""The pages, and how many blocks each has."""
BLOCK = re.compile(r"^<!-- ([^\n]+) -->\n```(\w+)\n(.*?)^```$", re.M | re.S)


def run(text: str, folder: Path) -> Iterator[tuple[re.Match[str], str]]:
    """Every marked block of a page with what it should hold."""
    space: dict[str, object] = {}
    for block in BLOCK.finditer(text):
        what, _, body = block.groups()
        if what.endswith(".py"):
            path = folder / what
            path.write_text(body)
            space["__name__"] = path.stem
            exec(compile(body, str(path), "exec"), space)
            yield block, body
        else:
            yield block, printed(what, space)


def printed(statement: str, space: dict[str, object]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        exec(statement, space)
    return out.getvalue().rstrip("\n") + "\n"


def refreshed(text: str, folder: Path) -> str:
    """The page with the outputs of now."""
    for block, body in list(run(text, folder)):
        what, language, _ = block.groups()
        text = text.replace(block[0], f"<!-- {what} -->\n```{language}\n{body}```")
    return text


@pytest.fixture(autouse=True)
def tensorflows_voice():
    """The page imports TensorFlow's names, which changes how the whole process shows tensors."""
    display.speak_tensorflow()
    yield
    display.speak_numpy()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_page_shows_what_the_library_prints(page, tmp_path):
    found = [(b[1], b[3], body) for b, body in run(page.read_text(), tmp_path)]
    assert len(found) == PAGES[page]
    for what, shown, body in found:
        assert shown == body, what


def test_a_wrong_output_is_noticed(tmp_path):
    page = PAGE.read_text().replace("accumulate(%", "add(%", 1)
    assert refreshed(page, tmp_path) == PAGE.read_text()
    with pytest.raises(AssertionError):
        assert page == PAGE.read_text()


if __name__ == "__main__":
    for page in PAGES:
        with tempfile.TemporaryDirectory() as name:
            page.write_text(refreshed(page.read_text(), Path(name)))
    sys.exit(0)
