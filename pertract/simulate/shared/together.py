"""One application in the company of others that arrive at the same moment."""

from __future__ import annotations

from dataclasses import replace

from ...errors import UsageError
from ..configuration import Configuration
from ..options import Options
from ..plan import Plan
from .application import Application, Executions, application, check_static
from .arrivals import Open
from .cluster import Cluster
from .events import share


def together(
    plan: Plan, configuration: Configuration, options: Options, *, seed: int, streams: int
) -> Together | None:
    """Return an application in its company, or None where it is alone; parameters are those of `Together`."""
    if options.copies == 1 and not options.company:
        return None
    return Together(plan, configuration, options, seed=seed, streams=streams)


class Together:
    """An application, copies of it and other applications, which share its executors evenly.

    All of them arrive at the same moment and ask for all executors that the configuration has; the
    application itself is the last one to ask. Who ends leaves room to the others.

    Parameters
    ----------
    plan, configuration, options
        Of the application; the options say who else there is.
    seed, streams
        Of the random numbers, and the number of replications.

    Raises
    ------
    UsageError
        If an application cannot be simulated on such a cluster.
    """

    def __init__(
        self, plan: Plan, configuration: Configuration, options: Options, *, seed: int, streams: int
    ) -> None:
        check_static(configuration, "the application")
        if options.lose_executor_s:
            raise UsageError(
                "executors that die are not simulated on a shared cluster",
                hint="Leave --lose-executor or --copies and --with out.",
            )
        executors = len(configuration.executors)
        own = Application("", plan, executor_start_s=configuration.executor_start_s)
        others: list[Application] = []
        others += [own] * (options.copies - 1)
        on_it = replace(
            options,
            data_bytes=None,
            data_scale=None,
            parameters={},
            settings={},
            pools=None,
            executors=executors,
            executor_cores=configuration.executor_cores,
            executor_memory_bytes=configuration.executor_memory_bytes,
            copies=1,
            company=(),
        )
        for companion in options.company:
            other, _, _ = application(companion.model, on_it, name=companion.name)
            others.append(replace(other, needs=1))
        self._executions = [
            Executions(each, seed=seed, streams=streams, apart=len(others) - i)
            for i, each in enumerate([*others, own])
        ]
        self._cluster = Cluster((executors,), "fair")
        self.warnings = (
            "the other applications arrive at the same moment and share the executors evenly, but do not "
            "slow them; CPU use is that of one application",
        )

    def plan(self, replication: int) -> Plan:
        """Return the plan of the application with its executors as they come in a replication."""
        arrivals = [Open((0.0,)) for _ in self._executions]
        run = share(self._executions, arrivals, self._cluster, replication=replication)[-1]
        return self._executions[-1].with_room(run.granted_s)
