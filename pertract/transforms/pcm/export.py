"""A model in a configuration as the files of a PCM model.

The driver, its jobs and stages run in the container of the driver; tasks and executors on the nodes. See
``transforms/pcm/README.md`` for what becomes what.
"""

from __future__ import annotations

from ... import dsl
from ...dsl.graph import flatten, side_by_side
from ..naming import file_stem
from . import expressions
from .application import ApplicationWriter, earliest_s, late_registrations, pool_names
from .dependence import Dependence
from .environment import Environment
from .executors import Executors
from .monitoring import monitoring
from .repository import Repository
from .scenario import NodePool, Scenario
from .stages import Form, StageComponents, StageWriter
from .system import Instance, System
from .usage import usage_model
from .xml import Identifiers, to_bytes


def export(model: dsl.PerformanceModel, scenario: Scenario, *, form: Form = "tokens") -> dict[str, bytes]:
    """Return the files of a PCM model by name.

    Parameters
    ----------
    model
        A checked model, without what PCM cannot say (`limits`).
    scenario
        Its tasks and executors in the configuration to export.
    form
        How tasks share the slots.
    """
    stem = file_stem(model.name)
    identifiers = Identifiers()
    graph = flatten(model.execution)
    earliest = earliest_s(model, scenario)
    late = any(late_registrations(pool.registrations, earliest) for pool in scenario.working)
    turns = form == "tokens" and not scenario.fair and side_by_side(model.execution)
    repository = Repository(model.name, identifiers)
    executors = Executors(
        repository,
        model.execution.framework,
        _numbers(scenario.working[0]),
        turns=turns,
        late=late,
    )
    slots, counts = ([f"{n}.VALUE" for n in pool_names(scenario, what)] for what in ("slots", "executors"))
    dependence = Dependence(model, scenario, graph, slots, counts)
    writer = StageWriter(repository, executors, model, scenario, dependence, form=form, turns=turns)
    stages = {stage.id: writer.write(stage) for stage in model.execution.stages}
    application = ApplicationWriter(repository, executors, stages, model, scenario, dependence)

    environment = Environment(model.name, scenario, identifiers)
    system = System(model.name, stem, identifiers)
    main = _assemble(system, environment, executors, stages, application, scenario)
    offered = system.offer(main, application.interface)
    usage, usage_id = usage_model(
        stem,
        offered,
        application.interface.operations["delegate"],
        {"dataSize": expressions.number(scenario.data_bytes or 1.0)},
        max(after_s for pool in scenario.working for after_s, _ in pool.registrations) if late else 0.0,
        identifiers,
    )
    monitors, points = monitoring(stem, usage_id, environment, identifiers)
    comment = f"{model.name}, exported by pertract"
    roots = {
        "repository": repository.root,
        "system": system.root,
        "allocation": system.allocation,
        "resourceenvironment": environment.root,
        "usagemodel": usage,
        "monitorrepository": monitors,
        "measuringpoint": points,
    }
    return {f"{stem}.{ending}": to_bytes(root, comment) for ending, root in roots.items()}


def _assemble(
    system: System,
    environment: Environment,
    executors: Executors,
    stages: dict[str, StageComponents],
    application: ApplicationWriter,
    scenario: Scenario,
) -> Instance:
    """Add the instances of all components and what they call, and return that of the application."""
    driver = environment.driver
    main = system.instance(application.component, driver)
    holders = {}
    for pool in scenario.working:
        container = environment.pools[pool.name]
        holders[pool.name] = system.instance(executors.component, container, pool.name, _numbers(pool))
        system.connect(main, application.to_executors[pool.name], holders[pool.name])
    tokens = None
    if application.dependencies is not None:
        tokens = system.instance(application.dependencies[0], driver)
    if tokens is not None and application.to_dependencies is not None:
        system.connect(main, application.to_dependencies, tokens)
    for id, job in application.jobs.items():
        instance = system.instance(job.component, driver)
        system.connect(main, application.to_jobs[id], instance)
        if tokens is not None and job.to_dependencies is not None:
            system.connect(instance, job.to_dependencies, tokens)
        for (stage, pool_name), role in job.to_stages.items():
            made = stages[stage]
            label = pool_name if len(scenario.working) > 1 else ""
            launching = system.instance(made.stage, driver, label)
            running = system.instance(made.task, environment.pools[pool_name], label)
            system.connect(instance, role, launching)
            system.connect(launching, made.to_executors, holders[pool_name])
            system.connect(launching, made.to_tasks, running)
            if made.to_itself is not None:
                system.connect(launching, made.to_itself, launching)
    return main


def _numbers(pool: NodePool) -> dict[str, str]:
    """Return the parameters of the executors of a pool: what to edit for another cluster."""
    return {
        "slotCount": str(pool.slots),
        "executorCount": str(pool.executors),
        "nodeCount": str(pool.nodes),
    }
