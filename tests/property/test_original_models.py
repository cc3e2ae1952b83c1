"""Original models survive the way through the language, and models of the language the way through files."""

from __future__ import annotations

import dataclasses
import importlib.util
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings

from pertract import dsl
from pertract.dsl import text
from pertract.errors import TransformError
from pertract.transforms import original
from pertract.transforms.original import File, Trio
from pertract.transforms.original import trio as files
from pertract.transforms.original.resources import is_master

from .strategies_original import originals
from .test_dsl_text import models

ORACLE = Path(__file__).parents[2].parent / "shared" / "pertract-dsl"
PHASES = (Phase.explicit, Phase.generate)  # making a failing model smaller takes minutes
EXAMPLES = settings(max_examples=25, derandomize=True, deadline=None, phases=PHASES)


def written(trio: Trio) -> dict[str, File]:
    return {n[-3:]: File(n, t.encode()) for n, t in files.write(trio, "emfjson", "m").items()}


def plain(trio: Trio) -> dict[str, str]:
    """A form in which all values compare, NaN among them."""
    return files.write(trio, "emfjson", "m")


@EXAMPLES
@given(originals())
def test_reading_loses_nothing(trio: Trio) -> None:
    model = original.read(written(trio))
    assert plain(original.trio_of(model)) == plain(trio)
    again = text.parse(text.to_yaml(model), name="model.yaml")
    assert again == model
    assert plain(original.trio_of(again)) == plain(trio)


CHANGES = {
    "executors": lambda m: _configured(m, executors=(dsl.ExecutorGroup(count=77, slots=5),)),
    "name": lambda m: m.model_copy(update={"name": "another"}),
    "a job more": lambda m: _executed(m, nodes=(*m.execution.nodes, dsl.Delay(id="new", delay_s=2.5))),
    "a job first": lambda m: _executed(m, nodes=(dsl.Delay(id="new", delay_s=2.5), *m.execution.nodes)),
    "slower": lambda m: _with_demands(m, 2.0),
    "more nodes": lambda m: _resourced(m, lambda g: g.model_copy(update={"count": g.count + 2})),
    "more cores": lambda m: _resourced(m, lambda g: g.model_copy(update={"cores": g.cores + 1})),
}


def _executed(model: dsl.PerformanceModel, **changes: Any) -> dsl.PerformanceModel:
    return model.model_copy(update={"execution": model.execution.model_copy(update=changes)})


def _configured(model: dsl.PerformanceModel, **changes: Any) -> dsl.PerformanceModel:
    return _executed(model, configuration=model.execution.configuration.model_copy(update=changes))


def _resourced(model: dsl.PerformanceModel, change: Any) -> dsl.PerformanceModel:
    nodes = tuple(map(change, model.resources.nodes))
    return model.model_copy(update={"resources": model.resources.model_copy(update={"nodes": nodes})})


def _with_demands(model: dsl.PerformanceModel, factor: float) -> dsl.PerformanceModel:
    profiles = tuple(
        p.model_copy(
            update={
                "demands": tuple(
                    d.model_copy(update={"mean": {name: factor * c for name, c in d.mean.items()}})
                    for d in p.demands
                )
            }
        )
        for p in model.profiles.stages
    )
    return model.model_copy(update={"profiles": model.profiles.model_copy(update={"stages": profiles})})


def facts(model: dsl.PerformanceModel) -> Iterator[Any]:
    """What the original can say of a model, apart from identifiers and from how demands are put."""
    configuration = model.execution.configuration
    yield model.name
    yield [(g.count, g.slots, g.memory_bytes and g.memory_bytes >> 20) for g in configuration.executors]
    yield [(n.kind, n.id) for n in model.execution.nodes]
    yield [round(n.delay_s, 9) for n in model.execution.nodes if n.kind == "delay"]
    names = {p.id: p for p in model.profiles.stages}
    for stage in model.execution.stages:
        profile = names[stage.profile]
        yield stage.id, stage.partitions.count
        variables = profile.measured_variables(sum(g.count for g in configuration.executors))
        total: dict[str, float] = {}
        for demand in profile.demands:
            mean = sum(c * variables[name] for name, c in demand.mean.items())
            total[demand.resource] = total.get(demand.resource, 0.0) + mean
        # Volumes are whole bytes, so that what follows very small ones is not exact.
        yield {name: pytest.approx(total.get(name, 0.0), rel=1e-6, abs=1e-5) for name in ("cpu", "delay")}
    yield [(g.role, g.count, g.cores) for g in model.resources.nodes]


@pytest.mark.parametrize("change", CHANGES)
@EXAMPLES
@given(trio=originals())
def test_what_is_changed_arrives(change: str, trio: Trio) -> None:
    configuration = trio.application.application_configuration
    # What is not set follows the nodes, before and after a change.
    assume(configuration and configuration.executors > 0 and configuration.task_slots_per_executor > 0)
    assume(not all(map(is_master, trio.resources.resource_nodes)))
    changed = CHANGES[change](original.read(written(trio)))
    again = original.read(written(original.trio_of(changed)))
    assert list(facts(again)) == list(facts(changed))


@EXAMPLES
@given(trio=originals())
def test_what_is_not_changed_stays(trio: Trio) -> None:
    result = original.trio_of(CHANGES["name"](original.read(written(trio))))
    assert result.application.name == "another"
    application = dataclasses.replace(result.application, name=trio.application.name)
    assert plain(dataclasses.replace(result, application=application)) == plain(trio)


# -- models of the language ------------------------------------------------------------------------


def smaller(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    """Fewer nodes and splits, because the original has an element for each, and numbers of this world."""

    def few(element: Any, name: str) -> Any:
        return element.model_copy(update={name: getattr(element, name) % 5 + 1})

    def usual(value: float) -> float:
        return min(max(value, 1e-9), 1e9) if value else 0.0

    def profile(found: dsl.StageProfile) -> dsl.StageProfile:
        demands = tuple(
            demand.model_copy(
                update={
                    "mean": {name: usual(value) for name, value in demand.mean.items()},
                    "spread": tuple(map(usual, demand.spread)),
                }
            )
            for demand in found.demands
        )
        volumes = found.volumes.model_copy(update={"input_bytes": found.volumes.input_bytes % 2**50})
        weights = tuple(map(usual, found.weights))
        return found.model_copy(update={"demands": demands, "weights": weights, "volumes": volumes})

    nodes = tuple(few(few(group, "count"), "cores") for group in model.resources.nodes)
    data = tuple(few(item, "partitions") for item in model.workload.data)
    profiles = tuple(map(profile, model.profiles.stages))
    return model.model_copy(
        update={
            "resources": model.resources.model_copy(update={"nodes": nodes}),
            "workload": model.workload.model_copy(update={"data": data}),
            "profiles": model.profiles.model_copy(update={"stages": profiles}),
        }
    )


@pytest.fixture(scope="module")
def judge():
    if not (ORACLE / "check_dsl.py").is_file():
        pytest.skip("the original Ecore packages (../shared/pertract-dsl) are not there")
    spec = importlib.util.spec_from_file_location("check_dsl", ORACLE / "check_dsl.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(model: dsl.PerformanceModel) -> dict[str, str]:
    try:
        return original.write(model, "emfjson", "m")
    except TransformError as error:
        assume("too large" not in str(error))
        raise


@EXAMPLES
@given(model=models().map(smaller))
def test_what_is_written_follows_the_original_metamodel(judge, tmp_path_factory, model) -> None:
    folder = tmp_path_factory.mktemp("written")
    rset = judge.resource_set()
    for name, content in write(model).items():
        (folder / name).write_text(content, encoding="utf-8")
        resource = judge.load(rset, folder / name)
        assert [p for root in resource.contents for p in judge.problems(root)] == []


@EXAMPLES
@given(model=models().map(smaller))
def test_what_the_original_can_say_survives(model: dsl.PerformanceModel) -> None:
    again = original.read({n[-3:]: File(n, t.encode()) for n, t in write(model).items()})
    assert again.name == model.name
    assert again.execution.framework in (model.execution.framework, "Spark")
    assert [(n.kind, n.id) for n in again.execution.nodes] == [(n.kind, n.id) for n in model.execution.nodes]
    for job, before in zip(again.execution.jobs, model.execution.jobs, strict=True):
        assert job.name == before.name or not before.name or before.name == before.id
        assert [(n.kind, n.id) for n in job.nodes] == [(n.kind, n.id) for n in before.nodes]
        assert [(e.tail, e.head) for e in job.edges] == [(e.tail, e.head) for e in before.edges]
        for edge, old in zip(job.edges, before.edges, strict=True):
            if old.data_transmission_factor:
                assert edge.data_transmission_factor == old.data_transmission_factor
    outer = [
        (e.tail, e.head) for e in model.execution.edges if e.tail in {n.id for n in model.execution.nodes}
    ]
    assert {(e.tail, e.head) for e in again.execution.edges} >= set(outer)
    for stage, old_stage in zip(again.execution.stages, model.execution.stages, strict=True):
        assert stage.partitions.count == old_stage.partitions.count
        assert (stage.partitions.rule == "input_splits") == (old_stage.partitions.rule == "input_splits")
    compare_demands(model, again)
    assert [(g.role, g.count, g.cores) for g in again.resources.nodes] == [
        (g.role, g.count, g.cores) for g in model.resources.nodes
    ]


def compare_demands(model: dsl.PerformanceModel, again: dsl.PerformanceModel) -> None:
    """Assert that tasks of all stages need the same in the calibration run, whatever it depends on."""
    before = {p.id: p for p in model.profiles.stages}
    after = {p.id: p for p in again.profiles.stages}
    executors = [sum(g.count for g in m.execution.configuration.executors) for m in (model, again)]
    for stage in model.execution.stages:
        old, new = before[stage.profile], after[stage.id]
        expected: dict[str, float] = {}
        found: dict[str, float] = {}
        for profile, count, total in ((old, executors[0], expected), (new, executors[1], found)):
            variables = profile.measured_variables(count)
            for demand in profile.demands:
                resource = "delay" if demand.resource == "network" else demand.resource
                spread = math.fsum(s * w for s, w in zip(demand.spread, profile.weights, strict=True))
                mean = sum(c * variables[name] for name, c in demand.mean.items() if name != "executors")
                total[resource] = total.get(resource, 0.0) + mean * spread / profile.attempts
        for resource, value in expected.items():
            assert found.get(resource, 0.0) == pytest.approx(value, rel=1e-6, abs=1e-9), (stage.id, resource)
