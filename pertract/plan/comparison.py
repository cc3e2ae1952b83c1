"""Points from answers: what they cost, what limits them, and how they compare with a base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..simulate import Estimate, Options
from ..simulate.document import estimate_document, estimate_of
from .bottleneck import bottleneck
from .cost import Tariff
from .grid import WORKLOAD
from .labels import label
from .point import Point, Refusal
from .standing import Goal, standing
from .sweep import Case
from .workers import Answer

BaseKind = Literal["calibration", "first"]
BASE_KINDS: dict[BaseKind, str] = {
    "calibration": "the cluster of the calibration run with the same data",
    "first": "the first configuration with the same data",
}


@dataclass(frozen=True, slots=True)
class Base:
    """What speed-up and efficiency are relative to, for one workload."""

    label: str
    """The workload in words; empty where it does not vary."""
    response_time_s: float
    """Mean response time."""
    slots: int


class Bases:
    """The base of each workload, which is the data and the parameters.

    Parameters
    ----------
    kind
        What they are.
    cases
        What is compared.
    first_free
        A number above those of all cases.
    """

    def __init__(self, kind: BaseKind, cases: Sequence[Case], *, first_free: int) -> None:
        self.kind = kind
        self._cases: dict[str, list[Case]] = {}
        for case in cases:
            self._cases.setdefault(_workload(case.options), []).append(case)
        self._extra: dict[str, Case] = {}
        if kind == "calibration":
            for number, (workload, members) in enumerate(self._cases.items(), first_free):
                options = members[0].options
                alone = Options(
                    data_bytes=options.data_bytes,
                    data_scale=options.data_scale,
                    parameters=options.parameters,
                    copies=options.copies,
                    company=options.company,
                )
                self._extra[workload] = Case(number, {}, alone)

    def extra_cases(self) -> list[Case]:
        """Return what has to be predicted beside the cases themselves."""
        return list(self._extra.values())

    def found(self, answers: Mapping[int, Answer]) -> dict[str, Base]:
        """Return the base of each workload that has one."""
        bases = {}
        for workload, members in self._cases.items():
            extra = self._extra.get(workload)
            for case in [extra] if extra else members:
                answer = answers.get(case.number)
                if isinstance(answer, dict):
                    asked = {k: v for k, v in members[0].asked.items() if k in WORKLOAD}
                    mean_s = answer["response_time_s"]["mean"]
                    name = label(asked) if asked else ""
                    bases[workload] = Base(name, mean_s, answer["configuration"]["slots"])
                    break
        return bases


def _workload(options: Options) -> str:
    company = [companion.digest for companion in options.company]
    return repr(
        (options.data_bytes, options.data_scale, sorted(options.parameters.items()), options.copies, company)
    )


def compare(
    cases: Sequence[Case],
    answers: Mapping[int, Answer],
    *,
    goal: Goal,
    tariff: Tariff,
    bases: Mapping[str, Base],
) -> tuple[Point, ...]:
    """Return the points of the cases that were answered, in the order of the cases.

    Parameters
    ----------
    cases
        What was asked.
    answers
        What became of it, by number.
    goal, tariff
        What is wanted, and what time costs.
    bases
        From `Bases.found`.
    """
    return tuple(
        _point(case, answers[case.number], goal, tariff, bases.get(_workload(case.options)))
        for case in cases
        if case.number in answers  # others were interrupted
    )


def _point(case: Case, answer: Answer, goal: Goal, tariff: Tariff, base: Base | None) -> Point:
    name = label(case.asked or {field: v for field, v in case.fixed.items() if v is not None})
    if isinstance(answer, Refusal):
        return Point(case.number, name, case.asked, None, answer)
    response_time_s = estimate_of(answer["response_time_s"])
    speed_up = efficiency = None
    if base is not None and response_time_s.mean > 0:
        speed_up = base.response_time_s / response_time_s.mean
        efficiency = speed_up * base.slots / answer["configuration"]["slots"]
    cost = tariff.cost(answer, response_time_s)
    return Point(
        number=case.number,
        label=name,
        asked=case.asked,
        prediction=_with_cost(answer, cost),
        standing=standing(answer, goal, tariff),
        cost=cost,
        speed_up=speed_up,
        efficiency=efficiency,
        bottleneck=bottleneck(answer),
    )


def _with_cost(answer: dict[str, Any], cost: Estimate | None) -> dict[str, Any]:
    return answer | {"cost": None if cost is None else estimate_document(cost)}
