"""Several processes that predict, each knowing the model."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any, NamedTuple

from .. import dsl
from ..errors import PertractError, SimulationError
from ..simulate import Calibration, Options, predict, timeline, timeline_document
from ..simulate.document import prediction_document
from .changes import Change
from .point import Refusal

Answer = dict[str, Any] | Refusal
"""The document ``pertract/prediction/1``, or a timeline, or why there is none."""
Progress = Callable[[int, int], None]
"""Called with replications done and replications in all."""


class Traced(NamedTuple):
    """A replication of a prediction."""

    replication: int
    """Its number, from 0."""
    of: int
    """Replications of the prediction."""


@dataclass(frozen=True, slots=True)
class Order:
    """One prediction to make."""

    number: int
    options: Options
    replications: int
    seed: int
    change: Change | None = None
    """What is to be different in the application itself."""
    brief: bool = False
    """Whether only `BRIEF` is needed of the answer."""
    traced: Traced | None = None
    """The replication whose timeline is wanted, and not a prediction."""


BRIEF = ("configuration", "response_time_s", "replications_s", "support")
"""Keys of a prediction by which configurations are compared."""


class Predictor:
    """Predicts one model again and again.

    Parameters
    ----------
    model
        A checked model.
    replication_done
        Called after every replication.
    """

    def __init__(self, model: dsl.PerformanceModel, replication_done: Callable[[], None]) -> None:
        self._model, self._replication_done = model, replication_done
        self._calibration = Calibration()

    def answer(self, order: Order) -> Answer:
        """Return what was ordered, or the reason why it cannot be made."""
        try:
            if order.traced is not None:
                return self._timeline(order, order.traced)
            prediction = predict(
                self._model,
                order.options,
                replications=order.replications,
                seed=order.seed,
                change=order.change,
                calibration=self._calibration,
                progress=lambda _done, _all: self._replication_done(),
            )
        except PertractError as error:
            return Refusal(str(error), error.hint)
        document = prediction_document(prediction)
        return {key: document[key] for key in BRIEF} if order.brief else document

    def _timeline(self, order: Order, traced: Traced) -> Answer:
        found = timeline(
            self._model,
            order.options,
            replication=traced.replication,
            random_streams=traced.of,
            seed=order.seed,
            calibration=self._calibration,
        )
        self._replication_done()
        return timeline_document(found)


def answers(
    model: dsl.PerformanceModel, orders: Sequence[Order], *, jobs: int, progress: Progress | None = None
) -> Generator[tuple[Order, Answer], None, None]:
    """Yield orders with their answers, as they come; with several jobs in any order.

    Closing the iterator ends the processes. These are spawned and not forked, because threads of a
    progress bar would leave locks behind that nobody opens.

    Raises
    ------
    SimulationError
        If a process dies.
    """
    total, done = sum(order.replications for order in orders), 0

    def replication_done() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, total)

    if jobs < 2 or len(orders) < 2:
        predictor = Predictor(model, replication_done)
        yield from ((order, predictor.answer(order)) for order in orders)
        return
    left = iter(orders)
    with _processes(model, min(jobs, len(orders))) as pipes:
        working = {pipe: order for pipe, order in zip(pipes, left, strict=False) if _send(pipe, order)}
        while working:
            for pipe in wait(list(working)):
                assert isinstance(pipe, Connection)
                try:
                    message = pipe.recv()
                except (EOFError, OSError) as error:
                    raise SimulationError(
                        f"a process ended while it simulated configuration {working[pipe].number + 1}, "
                        "perhaps for want of memory",
                        hint="Simulate fewer at a time (--jobs 1).",
                    ) from error
                if message is None:
                    replication_done()
                    continue
                if isinstance(message, Exception):  # a mistake of ours, to be told as anywhere else
                    raise message
                finished = working.pop(pipe)
                if (following := next(left, None)) is not None and _send(pipe, following):
                    working[pipe] = following
                yield finished, message


def _send(pipe: Connection, order: Order) -> bool:
    pipe.send(order)
    return True


@contextmanager
def _processes(model: dsl.PerformanceModel, count: int) -> Iterator[list[Connection]]:
    context = get_context("spawn")
    pipes, processes = [], []
    try:
        with _apart_from_main(), _interrupts_ignored():
            for _ in range(count):
                ours, theirs = context.Pipe()
                process = context.Process(target=_work, args=(theirs, model), daemon=True)
                process.start()
                theirs.close()
                pipes.append(ours)
                processes.append(process)
        yield pipes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()
        for pipe in pipes:
            pipe.close()


def _work(pipe: Connection, model: dsl.PerformanceModel) -> None:
    """Answer orders until nobody asks any more."""
    predictor = Predictor(model, lambda: pipe.send(None))
    while True:
        try:
            order = pipe.recv()
            try:
                answer: Answer | Exception = predictor.answer(order)
            except Exception as error:
                answer = error
            pipe.send(answer)
        except (EOFError, OSError):  # the other side has gone
            return


@contextmanager
def _apart_from_main() -> Iterator[None]:
    """Start processes that do not run the caller's script again, which may lack the guard against it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Start processes that leave Ctrl-C to this one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
