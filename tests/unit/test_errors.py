"""The tree of errors."""

import ast
import inspect
import pickle
from pathlib import Path

import pytest

from pertract import errors

PACKAGE = Path(errors.__file__).parent
CLASSES = [c for c in vars(errors).values() if inspect.isclass(c) and issubclass(c, errors.PertractError)]
EXIT_CODES = {
    errors.PertractError: 1,
    errors.UsageError: 2,
    errors.OutputError: 2,
    errors.SourceError: 3,
    errors.ModelError: 4,
    errors.FitError: 5,
    errors.SimulationError: 6,
    errors.TransformError: 7,
}


def by_name(value) -> str:
    return value.__name__


def modules() -> dict[Path, ast.Module]:
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in PACKAGE.rglob("*.py")
        if path.name != "errors.py"
    }


@pytest.mark.parametrize("error", CLASSES, ids=by_name)
def test_every_error_says_when_it_is_raised(error):
    assert error.__doc__
    assert error.__doc__.startswith(("Raise when ", "Base of all errors"))


@pytest.mark.parametrize("error", CLASSES, ids=by_name)
def test_every_error_stands_in_the_picture_of_the_tree_below_its_base(error):
    lines = errors.__doc__.splitlines()
    place = {line.replace("│", " ").strip(" ├└─").split(" ")[0]: i for i, line in enumerate(lines)}
    assert error.__name__ in place
    if error is not errors.PertractError:
        assert place[error.__bases__[0].__name__] < place[error.__name__]


@pytest.mark.parametrize("error", CLASSES, ids=by_name)
def test_the_exit_code_is_that_of_the_branch(error):
    branch = next(base for base in error.__mro__ if base in EXIT_CODES)
    assert error.exit_code == EXIT_CODES[branch]


@pytest.mark.parametrize("error", [c for c in CLASSES if not c.__subclasses__()], ids=by_name)
def test_every_error_is_used_somewhere(error):
    used = {node.id for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert error.__name__ in used


def test_every_error_raised_carries_a_hint():
    names = {c.__name__ for c in CLASSES}
    bare = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and ast.unparse(node.exc.func).split(".")[-1] in names
        and "hint" not in {keyword.arg for keyword in node.exc.keywords}
    ]
    assert bare == []


def test_a_message_and_a_hint_survive_being_sent_to_another_process():
    error = pickle.loads(pickle.dumps(errors.MalformedModel("wrong", hint="mend it")))
    assert (str(error), error.hint) == ("wrong", "mend it")


def test_model_errors_are_value_errors():
    assert issubclass(errors.ModelError, ValueError)
