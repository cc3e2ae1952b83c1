"""Work outside of stages: delays, or stages of one task where it is random or shares a processor."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from .... import dsl
from ...stoex import Expression
from .flow import Flow, Node, Segment
from .launches import Run
from .objects import refusal
from .order import Order
from .outcomes import Outcomes
from .program import Work
from .quantities import Quantities
from .reading import Reading
from .stages import SlotTasks, StageRun
from .sums import Laws
from .system import Instance


@dataclass(frozen=True, slots=True)
class Span:
    """Work that takes a known time."""

    delay_s: float
    law: dsl.Law
    note: str | None = None


class Outside:
    """Decides what work outside of stages is.

    Parameters
    ----------
    quantities, flow, order
        The model.
    stages
        Demands of other resources than the cores of their nodes, and the container of these cores, by
        position of the stage.
    """

    def __init__(
        self,
        quantities: Quantities,
        flow: Flow,
        order: Order,
        stages: Mapping[int, tuple[Iterable[Work], Collection[str]]],
    ) -> None:
        self._quantities = quantities
        self._flow = flow
        self._order = order
        self._has_stages = bool(stages)
        self._outcomes = {
            number: Outcomes(quantities, node.content.program)
            for number, node in enumerate(flow.nodes)
            if isinstance(node.content, Segment)
        }
        self._contended = self._shared(stages)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, one sentence each."""
        names = dict.fromkeys(work.name for work in self._flow.left)
        if not names:
            return ()
        listed = ", ".join(list(names)[:5])
        return (f"work that nobody waits for is left out: {listed}",)

    def of(self, number: int, laws: Laws | None, any_service: Instance) -> Span | Reading:
        """Return what a segment is: a span of time, or a stage of one task.

        Parameters
        ----------
        number
            Position of the node.
        laws
            How values follow the data and the cluster.
        any_service
            An instance to stand for that of a stage.

        Raises
        ------
        TransformError
            If it is random beside stages, or shares a resource that is no processor.
        """
        node = self._flow.nodes[number]
        assert isinstance(node.content, Segment)  # others are no work outside of stages
        segment, outcomes = node.content, self._outcomes[number]
        home = self._contended.get(number)
        found = outcomes.at(node.at)
        if home is None and len(found.chances) == 1:
            return self._span(outcomes, node, laws)
        if home is None and self._has_stages:
            if not self._order.is_chain():
                raise refusal(
                    segment.where,
                    "is random and runs beside other things, where the language has delays of one length",
                    "Enter the mean, or let it run alone.",
                )
            rates = [channel.work.resource.rate for channel in outcomes.channels]
            mean = float((found.mean / np.array(rates)).sum())
            return Span(mean, {}, f"{segment.name} is random; its mean is what predictions use")
        return Reading(
            run=StageRun(
                name=segment.name,
                where=segment.where,
                service=any_service,
                inputs={},
                tasks=SlotTasks(()),
                handling=None,
            ),
            form="slots",
            tasks=1,
            count=None,
            slots=1,
            passive=None,
            home=home or "",
            outcomes=outcomes,
            runs=[Run(1, 1, found)],
            ordered=False,
            inputs={},
            at=node.at,
            cold=node.at,
            extra=np.zeros(len(outcomes.channels)),
            usable=1,
            launch_s=0.0,
            handling_s=0.0,
            turn=None,
        )

    def _span(self, outcomes: Outcomes, node: Node, laws: Laws | None) -> Span:
        works = [channel.work for channel in outcomes.channels]
        amounts = outcomes.at(node.at).amounts[0]
        total = sum(float(a) / w.resource.rate for a, w in zip(amounts, works, strict=True))
        law: dsl.Law = {}
        expressions: list[Expression] = [work.amount for work in works]
        if laws is not None and outcomes.is_plain and len(works) == 1 and laws.depends(expressions[0]):
            found = laws.of(expressions, node.at)
            if found is None:
                note = "follows the data or the cluster in a way that is no sum of the language; it stays"
                return Span(total, {}, f"{works[0].name} {note}")
            rate = works[0].resource.rate
            law = {name: coefficient / rate for name, coefficient in found.items()}
        return Span(total, law)

    def _shared(self, stages: Mapping[int, tuple[Iterable[Work], Collection[str]]]) -> dict[int, str]:
        """Return the container in which a segment shares a processor with others, by position.

        Raises
        ------
        TransformError
            If parts of the application wait for each other in another way.
        """
        users: dict[tuple[str, str], dict[int, Work | None]] = {}
        for number, outcomes in self._outcomes.items():
            for channel in outcomes.channels:
                if channel.work.resource.policy != "Delay":
                    key = (channel.work.resource.container, channel.work.resource.type)
                    users.setdefault(key, {})[number] = channel.work
        for number, (works, homes) in stages.items():
            for work in works:
                users.setdefault((work.resource.container, work.resource.type), {})[number] = work
            for (container, _), using in users.items():
                if container in homes:
                    using.setdefault(number, None)
        for left in self._flow.left:
            resource = left.resource
            if resource.policy != "Delay" and users.get((resource.container, resource.type)):
                raise refusal(
                    left.where,
                    f"uses {resource.label} beside what the application waits for, which it makes slower",
                    "Let the fork wait for it, or move it to another container.",
                )
        found: dict[int, str] = {}
        for (container, _), using in users.items():
            together = self._order.side_by_side(using)
            some = next((using[number] for number in together if using[number] is not None), None)
            if some is None or len(together) <= some.resource.at_once:
                continue
            alone = not self._has_stages and some.resource.is_processor
            if not alone or set(found.values()) - {container}:
                raise refusal(
                    some.where,
                    f"shares a resource of {some.resource.label} with other parts that run at the same time",
                    "Only tasks of stages share cores here: let the parts run one after the other.",
                )
            found |= dict.fromkeys((n for n in together if n in self._outcomes), container)
        return found
