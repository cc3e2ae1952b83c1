"""Calls that are played between events of SimPy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import simpy

from pertract.simulate.agenda import Agenda, EventAgenda, TaskAgenda

Event = Callable[[Callable[[], None]], None]
"""Lets something happen in an event of SimPy."""


def played(
    ask: Callable[[Agenda, list[object], Event], None], others: list[float] | None = None
) -> list[object]:
    """Return what happens to calls asked for at time 1; other things are played when they come first."""
    env, found = simpy.Environment(), list[object]()
    agenda = TaskAgenda(env)
    heap = [(time_s, 0, 0, 0) for time_s in others or []]

    def event(happens: Callable[[], None]) -> None:
        found.append(("event", env.now, agenda.now_s))
        happens()
        agenda.begin()
        while agenda.play(heap):
            found.append(("other", heap.pop(0)[0]))

    agenda.simulate_at(1.0, lambda _: event(lambda: ask(agenda, found, event)))
    agenda.simulate_at(3.0, lambda _: event(lambda: None))
    agenda.begin()
    assert not agenda.play([])
    env.run()
    return found


def test_calls_come_by_time_and_then_in_the_order_of_asking() -> None:
    def ask(agenda: Agenda, found: list[object], event: Event) -> None:
        for number, wait_s in enumerate([1.0, 0.5, 1.0, 0.0, 2.0, 3.0]):
            agenda.after(wait_s, found.append, number)

    assert played(ask) == [("event", 1, 1), 3, 1, 0, 2, 4, ("event", 3, 3), 5]


def test_other_things_come_first_at_the_same_time() -> None:
    def ask(agenda: Agenda, found: list[object], event: Event) -> None:
        agenda.after(1.0, found.append, "call")

    assert played(ask, [1.5, 2.0, 2.5, 4.0]) == [
        ("event", 1, 1),
        ("other", 1.5),
        ("other", 2.0),
        "call",
        ("other", 2.5),
        ("event", 3, 3),
        ("other", 4.0),
    ]


def test_a_call_can_ask_for_others_and_for_an_event() -> None:
    def ask(agenda: Agenda, found: list[object], event: Event) -> None:
        def again(left: int) -> None:
            found.append((left, agenda.now_s))
            if left:
                agenda.after(0.25, again, left - 1)
            else:
                agenda.in_simulation(lambda: event(lambda: None))

        agenda.after(0.0, again, 2)
        agenda.after(1.0, found.append, "after it")

    assert played(ask) == [
        ("event", 1, 1),
        (2, 1),
        (1, 1.25),
        (0, 1.5),
        ("event", 1.5, 1.5),
        "after it",
        ("event", 3, 3),
    ]


@pytest.mark.parametrize("wait_s", [0.0, 2.0])
def test_events_of_simpy_are_an_agenda_too(wait_s: float) -> None:
    env, found = simpy.Environment(), list[object]()
    agenda = EventAgenda(env)
    agenda.after(wait_s, lambda given: found.append((given, agenda.now_s)), "call")
    agenda.in_simulation(partial(found.append, "at once"))
    env.run()
    assert found == ["at once", ("call", wait_s)]
