from pathlib import Path

import pytest

from pertract import dsl
from pertract.dsl import text

DOCUMENTS = Path(__file__).parents[3] / "dsl"


@pytest.fixture(scope="session")
def valid_model():
    """A function that returns the model in a document of dsl/valid."""

    def read(name: str) -> dsl.PerformanceModel:
        path = DOCUMENTS / "valid" / f"{name}.yaml"
        return text.parse(path.read_text(encoding="utf-8"), name=path.name)

    return read


@pytest.fixture(scope="session")
def minimal(valid_model) -> dsl.PerformanceModel:
    return valid_model("minimal")


@pytest.fixture(scope="session")
def minimal_text() -> str:
    return (DOCUMENTS / "valid" / "minimal.yaml").read_text(encoding="utf-8")
