"""Documents of earlier versions in the form of the current one.

A version is the number in ``schema: pertract/model/N``. When it is raised, a `Step` from the version before
joins `STEPS`, and documents are taken from step to step when they are read. Steps never change afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..errors import SchemaVersionError
from .system import SCHEMA_VERSION

Document = dict[str, Any]
"""The plain data of a document."""


class Step(NamedTuple):
    """From one version to the next."""

    change: Callable[[Document], Document]
    """Returns the document in the next version, apart from ``schema``.

    It is called before anything is checked. What it does not expect it leaves as it is, so that the checks
    after it refuse it with the user's own words.
    """
    note: str
    """What is different now, as the end of a sentence for people."""


STEPS: dict[int, Step] = {}
"""The steps by the version they start from."""
CURRENT = int(SCHEMA_VERSION.rpartition("/")[2])


class Migrated(NamedTuple):
    """A document in the current version."""

    document: Document
    notes: tuple[str, ...]
    """What was changed, one sentence each."""


def migrate(document: Document, *, current: int = CURRENT, steps: Mapping[int, Step] = STEPS) -> Migrated:
    """Return a document in the current version.

    Parameters
    ----------
    document
        The plain data of a document; it may be changed.
    current, steps
        Version to reach, and the steps to it.

    Raises
    ------
    SchemaVersionError
        If the document has no version, a later one, or one that no step starts from.
    """
    known = f"pertract/model/{current}"
    found = document.get("schema")
    match = re.fullmatch(r"pertract/model/(\d{1,9})", found) if isinstance(found, str) else None
    if match is None:
        told = f"found '{found}'" if "schema" in document else "found none"
        raise SchemaVersionError(
            f"the field 'schema' must be '{known}', {told}", hint=f"Begin the document with: schema: {known}"
        )
    version = first = int(match[1])
    if version > current:
        raise SchemaVersionError(
            f"the document has version {version} of the language, and this pertract knows version {current}",
            hint="Update pertract.",
        )
    notes = []
    while version < current:
        if version not in steps:
            raise SchemaVersionError(
                f"the document has version {version} of the language, which is not read any more",
                hint="Extract the model again.",
            )
        document = steps[version].change(document)
        notes.append(f"version {first} of the language was read as version {current}: {steps[version].note}")
        version += 1
    document["schema"] = known
    return Migrated(document, (*notes, *_early_forms(document)))


def _early_forms(document: Document) -> tuple[str, ...]:
    """Replace what documents of version 1 had before its first release; return notes.

    ``dynamic_allocation`` only told whether executors came and went.
    """
    execution = document.get("execution")
    configuration = execution.get("configuration") if isinstance(execution, dict) else None
    if not isinstance(configuration, dict) or not isinstance(configuration.get("dynamic_allocation"), bool):
        return ()
    if not configuration.pop("dynamic_allocation"):
        return ()
    configuration["dynamic_allocation"] = {}
    return ("an early 'dynamic_allocation: true' was read as dynamic allocation with Spark's defaults",)
