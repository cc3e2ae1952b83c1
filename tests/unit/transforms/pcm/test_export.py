"""Exported files: their references, their traps, and how they grow."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from lxml import etree

from pertract import api, dsl
from pertract.transforms.naming import file_stem

from .models import demand, job, model, one_stage, profile, stage

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NASTY = "Käse & \"Brot\" <a/b> 'c' #1\u2028\x07 --"


def exported(of: dsl.PerformanceModel, **options) -> dict[str, etree._Element]:
    """Return the roots of the exported files by kind."""
    files = api.export_pcm(of, effects=False, **options).files
    return {name.rpartition(".")[2]: etree.fromstring(content) for name, content in files.items()}


def specifications(root: etree._Element) -> list[str]:
    return [element.get("specification") for element in root.iter() if element.get("specification")]


def actions(root: etree._Element, kind: str) -> list[etree._Element]:
    return [e for e in root.iter("steps_Behaviour") if e.get(XSI_TYPE) == f"seff:{kind}"]


def diamond() -> dsl.PerformanceModel:
    """Return two jobs with parallel stages, a delay, and an edge between inner stages of both jobs."""
    names = ("a", "b", "c", "d", "e")
    return model(
        dsl.Delay(id="start", delay_s=1e-7),
        job("job-0", *(stage(n, 3) for n in "abcd"), edges=[("a", "c"), ("a", "d"), ("b", "d")]),
        job("job-1", stage("e", 2)),
        edges=[("start", "job-0"), ("start", "job-1"), ("c", "e")],
        profiles=[profile(n, demand(1.0), demand(0.5, resource="network"), tasks=3) for n in names],
        name=NASTY,
    )


@pytest.fixture(params=["small", "diamond", "tree", "slots", "pools"])
def roots(request) -> dict[str, etree._Element]:
    if request.param == "pools":
        groups = [dsl.NodeGroup(id="a/b", count=1, cores=4), dsl.NodeGroup(id="c", count=1, cores=2)]
        return exported(one_stage(executors=2, nodes_of=groups))
    if request.param == "small":
        return exported(one_stage())
    return exported(diamond(), form="tokens" if request.param == "diamond" else request.param)


def test_there_is_one_file_of_each_kind_named_after_the_application():
    files = api.export_pcm(one_stage(name="my app: 1"), effects=False).files
    kinds = ("repository", "system", "allocation", "resourceenvironment", "usagemodel")
    assert list(files) == [f"my_app_1.{kind}" for kind in (*kinds, "monitorrepository", "measuringpoint")]


def test_exporting_twice_gives_the_same_bytes():
    assert api.export_pcm(diamond()).files == api.export_pcm(diamond(), effects=False).files


def test_both_ends_of_every_link_between_actions_are_written(roots):
    ends = {
        element.get("id"): element
        for root in roots.values()
        for element in root.iter("steps_Behaviour", "actions_ScenarioBehaviour")
    }
    assert ends
    for id, element in ends.items():
        for one, other in (("successor", "predecessor"), ("predecessor", "successor")):
            for suffix in ("_AbstractAction", ""):
                if (target := element.get(one + suffix)) is not None:
                    assert ends[target].get(other + suffix) == id


def test_identifiers_are_unique_over_all_files(roots):
    counts = Counter(e.get("id") for root in roots.values() for e in root.iter() if e.get("id"))
    assert [id for id, count in counts.items() if count > 1] == []
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+", id) for id in counts)


def test_references_between_the_files_lead_somewhere(roots):
    ids = {e.get("id") for root in roots.values() for e in root.iter() if e.get("id")}
    for root in roots.values():
        for element in root.iter():
            href = element.get("href", "")
            if href and not href.startswith("pathmap:"):
                fragment = href.partition("#")[2]
                assert fragment in ids or fragment.startswith("/")


def test_numbers_are_free_of_the_traps_of_stochastic_expressions(roots):
    for root in roots.values():
        for text in specifications(root):
            assert not re.search(r"\de[+-]?\d|E[+-]?0|E\+", text), text
            for literal in re.findall(r"(?<![\w.])\d+(?![\w.])", text):
                assert int(literal) < 2**31
            assert not re.search(r"(?<![\w.])\d+ / \d+(?![\w.])", text), text  # a division of integers


def test_large_sizes_and_small_times_are_floating_point():
    data = dsl.FileData(id="big", size_bytes=2**40)
    small = one_stage(seconds=1e-7)
    grown = small.model_copy(update={"workload": dsl.DataWorkload(data=(data,))})
    root = exported(grown)
    assert (
        specifications(root["usagemodel"])[0] == "1.099511628E12"
        or "." in specifications(root["usagemodel"])[0]
    )
    assert any("1.0E-7" in text for text in specifications(root["repository"]))


def test_names_of_every_kind_are_written_and_files_stay_parsable():
    assert file_stem(NASTY) == "K_se_Brot_a_b_c_1"
    assert file_stem("///") == "application"
    root = exported(diamond())["repository"]
    assert root.get("entityName").startswith('Käse & "Brot" <a/b>')
    assert "\x07" not in root.get("entityName")


def test_the_size_of_the_repository_does_not_follow_the_number_of_tasks():
    def size(tasks: int) -> int:
        files = api.export_pcm(one_stage(tasks=tasks), effects=False).files
        return len(files["small.repository"])

    assert abs(size(2_000_000) - size(1_000)) < 30


def test_tasks_slots_and_data_are_single_numbers():
    of = one_stage(tasks=24, executors=3)
    root = exported(of)
    calls = [e for e in actions(root["repository"], "ExternalCallAction") if e.get("entityName") == "stage-0"]
    assert specifications(calls[0])[0] == "24"
    parameters = root["system"].iter("configParameterUsages__AssemblyContext")
    texts = {p[-1].get("referenceName"): specifications(p)[0] for p in parameters}
    assert texts == {"slotCount": "12", "executorCount": "3", "nodeCount": "3"}
    replicas = [
        e.get("numberOfReplicas")
        for e in root["resourceenvironment"].iter("activeResourceSpecifications_ResourceContainer")
    ]
    assert replicas == ["1", "1", "12", "1"]


def test_tasks_follow_data_and_slots_by_their_rules():
    def tasks(rule: str) -> str:
        stages = dsl.Stage(
            id="stage-0",
            profile="stage-0",
            partitions=dsl.Partitions(count=8, rule=rule),  # type: ignore[arg-type]
        )
        made = model(job("job-0", stages), profiles=[profile("stage-0", demand(1.0), tasks=8)])
        root = exported(made)["repository"]
        return next(
            specifications(e)[0]
            for e in actions(root, "ExternalCallAction")
            if e.get("entityName") == "stage-0"
        )

    assert tasks("fixed") == "8"
    assert tasks("input_splits") == "Max(1, Round(8.0 * data.VALUE))"
    assert tasks("total_slots") == "Max(1, Round(2.0 * slots.VALUE))"


def test_demands_keep_their_dependencies():
    per_byte = dsl.Demand(
        resource="cpu",
        activity="compute",
        unit="core_seconds",
        mean={"constant": 0.5, "task_bytes": 1e-8},
        spread=(1.0,),
    )
    volumes = dsl.Volumes(input_bytes=8 * 10**9)
    made = model(
        job("job-0", stage("stage-0", 8)),
        profiles=[profile("stage-0", per_byte, tasks=8, volumes=volumes)],
    )
    root = exported(made)["repository"]
    [compute] = [e for e in actions(root, "InternalAction") if e.get("entityName") == "compute"]
    assert specifications(compute) == ["size.VALUE * (0.5 + 1.0E-8 * taskBytes.VALUE)"]


def test_a_faster_core_is_a_rate_of_the_container_and_demands_stay():
    plain, fast = exported(one_stage()), exported(one_stage(), cpu_rate=2.0)

    def compute(roots: dict[str, etree._Element]) -> list[str]:
        return [s for e in actions(roots["repository"], "InternalAction") for s in specifications(e)]

    assert compute(plain) == compute(fast)
    assert "2.0" in specifications(fast["resourceenvironment"])


def test_every_node_group_that_is_known_has_a_container_and_its_executors():
    groups = [dsl.NodeGroup(id="large", count=1, cores=4), dsl.NodeGroup(id="small", count=1, cores=2)]
    made = one_stage(executors=2, slots=2, nodes_of=groups)
    root = exported(made)
    containers = [
        e.get("entityName") for e in root["resourceenvironment"].iter("resourceContainer_ResourceEnvironment")
    ]
    assert containers == ["driver", "large", "small"]
    assemblies = [e.get("entityName") for e in root["system"].iter("assemblyContexts__ComposedStructure")]
    assert [name for name in assemblies if "Resources" in name] == [
        "SparkResources (large)",
        "SparkResources (small)",
    ]
    joined = exported(made, join_nodes=True)
    names = [
        e.get("entityName")
        for e in joined["resourceenvironment"].iter("resourceContainer_ResourceEnvironment")
    ]
    assert names == ["driver", "workers (2 nodes)"]


def test_groups_whose_cores_are_unknown_are_one():
    groups = [dsl.NodeGroup(id=n, count=1, cores=2, cores_known=False) for n in ("one", "two")]
    root = exported(one_stage(executors=2, slots=2, nodes_of=groups))
    assert len(list(root["resourceenvironment"].iter("resourceContainer_ResourceEnvironment"))) == 2


def test_late_executors_register_later_and_early_ones_do_not_matter():
    def made(registered_s: float) -> str:
        late = (
            dsl.ExecutorGroup(count=1, slots=2),
            dsl.ExecutorGroup(count=1, slots=2, registered_s=registered_s),
        )
        of = model(
            dsl.Delay(id="start", delay_s=5.0),
            job("job-0", stage("stage-0", 8)),
            edges=[("start", "job-0")],
            profiles=[profile("stage-0", demand(1.0), tasks=8)],
        )
        configuration = of.execution.configuration.model_copy(update={"executors": late})
        execution = of.execution.model_copy(update={"configuration": configuration})
        return etree.tostring(exported(of.model_copy(update={"execution": execution}))["repository"]).decode()

    assert "register" not in made(4.0)
    assert 'specification="7.0"' in made(7.0)
    assert "Round(0.5 * slots.VALUE)" in made(7.0)
