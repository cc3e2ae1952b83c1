"""What an export gives back."""

from __future__ import annotations

from dataclasses import dataclass

from ... import dsl


@dataclass(frozen=True, slots=True)
class Omission:
    """Something that an exported model does not say."""

    name: str
    """Short name."""
    instead: str
    """What it says instead, one sentence."""
    response_time_change: float | None = None
    """Change of the predicted response time, relative; None where it was not simulated."""
    cpu_change: float | None = None
    """Change of the predicted CPU utilisation, likewise."""


@dataclass(frozen=True, slots=True)
class PcmExport:
    """A PCM model, and what it leaves out."""

    files: dict[str, bytes]
    """Content by name of the file."""
    model: dsl.PerformanceModel
    """The model without what PCM cannot say; its prediction is that of the files."""
    response_time_s: float | None
    """Predicted mean response time of that model; None where it was not simulated."""
    omissions: tuple[Omission, ...]
    """What the files leave out, in the order in which it was taken out."""
    warnings: tuple[str, ...]
    """What the configuration leaves out or assumes, one sentence each."""
