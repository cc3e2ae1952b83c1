"""Advice for one configuration: settings to use, and what to change in the application."""

from __future__ import annotations

from dataclasses import dataclass

from .. import dsl
from ..simulate import Options
from ..units import format_duration
from .effects import Document, Effect, Experiments
from .findings import Finding, findings
from .tuning import CORES, INSTANCES, MEMORY, Setting, Tuned, tune

_SUBMIT = {INSTANCES: "--num-executors", CORES: "--executor-cores", MEMORY: "--executor-memory"}


@dataclass(frozen=True, slots=True)
class Advice:
    """How to run the application in the configuration of a point."""

    point: int
    """The number of the point."""
    label: str
    """What it is called."""
    settings: tuple[Setting, ...]
    gain: Effect | None
    """Of all settings that were found by simulation, together; None if there are none."""
    elastic: tuple[Setting, ...]
    """Dynamic allocation that frees executors for little time; empty where it does not."""
    findings: tuple[Finding, ...]
    """What to change in the application, with the settings above; the largest gain first."""
    defaults: str
    """Lines for ``spark-defaults.conf``."""
    submit: str
    """The same as options of ``spark-submit``."""


def advise(
    model: dsl.PerformanceModel,
    options: Options,
    found: Document,
    experiments: Experiments,
    *,
    point: int,
    label: str,
) -> Advice:
    """Return advice for a point, each part with its effect by simulation.

    Parameters
    ----------
    model
        The model.
    options, found
        The point and its prediction.
    experiments
        How to predict others.
    point, label
        Its number and name.
    """
    tuned = tune(model, options, found, experiments)
    return Advice(
        point=point,
        label=label,
        settings=tuned.settings,
        gain=tuned.gain,
        elastic=tuned.elastic,
        findings=findings(model, tuned.options, tuned.prediction, experiments),
        defaults=_defaults(model, label, tuned),
        submit=_submit(tuned),
    )


def effect_text(effect: Effect) -> str:
    """Return an effect in few words, such as ``-12.3% (5 min 3 s to 4 min 25 s)``."""
    times = f"{format_duration(effect.without_s)} to {format_duration(effect.with_s)}"
    return f"{effect.change:+.1%} time ({times})"


def _defaults(model: dsl.PerformanceModel, label: str, tuned: Tuned) -> str:
    name = " ".join(model.name.split())
    time_s = tuned.prediction["response_time_s"]
    low, high = (format_duration(bound) for bound in time_s["interval90"])
    lines = [
        f"# {name}: {label}; predicted {format_duration(time_s['mean'])}, 90 % of runs {low} to {high}",
        "# (pertract what-if); effects: against the setting of the calibration run",
    ]
    for setting in tuned.settings:
        lines += [f"# {comment}" for comment in _comments(setting)]
        lines.append(f"{setting.key:<40} {setting.value}")
    if not any(setting.key == MEMORY for setting in tuned.settings):
        lines.append(f"# {MEMORY} is not in the log: keep what you have")
    if tuned.elastic:
        lines.append("# On a shared cluster, instead of a fixed number of executors:")
        for setting in tuned.elastic:
            lines += [f"#   {comment}" for comment in _comments(setting)]
            lines.append(f"# {setting.key:<40} {setting.value}")
    return "\n".join(lines) + "\n"


def _comments(setting: Setting) -> list[str]:
    comments = [effect_text(setting.effect)] if setting.effect is not None else []
    return comments + ([setting.note] if setting.note else [])


def _submit(tuned: Tuned) -> str:
    parts = ["spark-submit"]
    for setting in tuned.settings:
        if setting.key in _SUBMIT:
            parts.append(f"{_SUBMIT[setting.key]} {setting.value}")
        else:
            parts.append(f"--conf {setting.key}={setting.value}")
    return " ".join([*parts, "APPLICATION"])
