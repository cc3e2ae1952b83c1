"""Every error Pertract raises, in one tree.

::

    PertractError                 carries a hint: what to do next
    ├─ UsageError                 options that contradict each other          exit code 2
    ├─ OutputError                a result that cannot be written             exit code 2
    ├─ SourceError                a log or folder that cannot be used         exit code 3
    │  ├─ SourceNotFound          nothing at that path
    │  ├─ UnrecognisedSource      something else than what was asked for
    │  │  └─ EmptySource          nothing in it at all
    │  ├─ SourceMismatch          sources that are not of the same run
    │  ├─ UnreadableSource        right kind, but damaged or not permitted
    │  └─ NoUsableRun             a log, but nothing in it can be modelled
    ├─ ModelError                 a model document that is not valid          exit code 4
    │  ├─ MalformedModel          syntax, or a field with a wrong value
    │  ├─ SchemaVersionError      written for another schema version
    │  ├─ DanglingReference       names an element that does not exist
    │  └─ CyclicExecution         the execution architecture has a cycle
    ├─ FitError                   runs that no dependency can be fitted to    exit code 5
    ├─ SimulationError            a valid model that cannot be simulated      exit code 6
    │  └─ Deadlock               tasks wait for slots that never come
    └─ TransformError             no way to or from another tool's format     exit code 7

Library code raises these and never prints or exits; the command line turns them into one
sentence and the exit code of their branch.
"""

from __future__ import annotations


class PertractError(Exception):
    """Base of all errors raised by Pertract.

    Parameters
    ----------
    message
        One plain sentence that names the file and place concerned.
    hint
        What the user can do next; may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(PertractError):
    """Raise when options contradict each other or the model."""

    exit_code = 2


class OutputError(PertractError):
    """Raise when a result cannot be written where the user wants it."""

    exit_code = 2


class SourceError(PertractError):
    """Raise when a source of measurements cannot be used."""

    exit_code = 3


class SourceNotFound(SourceError):
    """Raise when nothing exists at the given path."""


class UnrecognisedSource(SourceError):
    """Raise when the source is something else than the expected kind of log."""


class EmptySource(UnrecognisedSource):
    """Raise when the source is there but holds nothing."""


class UnreadableSource(SourceError):
    """Raise when the source is of the right kind but damaged or not permitted to be read."""


class NoUsableRun(SourceError):
    """Raise when a log was read but holds no finished job to build a model from."""


class SourceMismatch(SourceError):
    """Raise when sources that are to be used together are not of the same run."""


class ModelError(PertractError, ValueError):
    """Raise when a model document is not valid."""

    exit_code = 4


class MalformedModel(ModelError):
    """Raise when a model document has wrong syntax or a field with a wrong value."""


class SchemaVersionError(ModelError):
    """Raise when a document was written for another version of the language."""


class DanglingReference(ModelError):
    """Raise when an element refers to an identifier that no element has."""


class CyclicExecution(ModelError):
    """Raise when the edges of the execution architecture form a cycle."""


class FitError(PertractError):
    """Raise when runs do not suffice to fit what was asked for, or do not belong together."""

    exit_code = 5


class SimulationError(PertractError):
    """Raise when a valid model cannot be simulated in the given configuration."""

    exit_code = 6


class Deadlock(SimulationError):
    """Raise when tasks wait for slots although no executor will ever offer one."""


class TransformError(PertractError):
    """Raise when a model cannot be written in, or read from, another tool's format."""

    exit_code = 7
