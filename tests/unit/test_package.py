"""What ``import pertract`` gives, and how little it costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pertract

HEAVY = ("numpy", "scipy", "simpy", "networkx", "pydantic", "yaml", "msgspec", "typer", "rich")


def python(program: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_import_loads_no_library():
    program = f"import sys, pertract; print([m for m in {HEAVY} if m in sys.modules])"
    assert python(program) == "[]"


@pytest.mark.parametrize(
    "before",
    [
        "",
        "pertract.load",
        "pertract.Options",
        "import pertract.api",
        "import pertract.extract.model",
        "from pertract.extract import build_model",
    ],
)
def test_extract_is_the_verb_whatever_was_used_before(before):
    assert (
        python(f"import pertract\n{before}\nprint(pertract.extract.__module__)") == "pertract.api.extracting"
    )


def test_public_names_are_sorted_and_exist():
    assert list(pertract.__all__) == sorted(pertract.__all__)
    assert [name for name in pertract.__all__ if not hasattr(pertract, name)] == []
    assert dir(pertract) == list(pertract.__all__)


def test_type_checkers_see_the_same_names():
    tree = ast.parse(Path(pertract.__file__).read_text(encoding="utf-8"))
    guarded = next(
        node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    names = [alias.name for line in guarded.body if isinstance(line, ast.ImportFrom) for alias in line.names]
    assert sorted(names) == list(pertract.__all__)


def test_the_verbs_are_those_of_the_api():
    from pertract import api

    for name in ("extract", "fit_table", "load", "predict", "read_run", "save", "validate"):
        assert getattr(pertract, name) is getattr(api, name)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'pertract' has no attribute 'tune'"):
        pertract.tune  # noqa: B018


def test_the_package_says_that_it_is_typed():
    assert Path(pertract.__file__).with_name("py.typed").exists()
