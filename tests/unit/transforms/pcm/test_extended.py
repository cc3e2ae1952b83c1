"""PCM 5.0 with the extension of the original PerTract: the files of its generator."""

from __future__ import annotations

import csv
import importlib
import sys
from pathlib import Path

import pytest
from lxml import etree

from pertract import api, dsl
from pertract.errors import TransformError, UsageError
from pertract.transforms.original import File, trio
from pertract.transforms.original.metamodel import (
    ApplicationExecutionArchitecture,
    BatchConfiguration,
    DataModel,
    DataWorkloadArchitecture,
    DirectedEdge,
    ExecutionNode,
    FileDataModel,
    FileSpecification,
    MiniBatchConfiguration,
    OpenDataSource,
    RecordDataModel,
    ResourceArchitecture,
    ResourceDemand,
    ResourceProfile,
    SingleDataSource,
    StreamConfiguration,
)
from pertract.transforms.original.trio import Trio
from pertract.transforms.pcm import extended

ROOT = Path(__file__).parents[4]
EXAMPLE = ROOT / "transforms" / "original" / "example"
PACKAGE = "pertract.transforms.pcm.extended"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
with (ROOT / "transforms" / "pcm" / "extended" / "mapping.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


@pytest.fixture(scope="module")
def example() -> Trio:
    return trio.read({path.suffix[1:]: File(path.name, path.read_bytes()) for path in EXAMPLE.iterdir()})


@pytest.fixture(scope="module")
def files(example: Trio) -> dict[str, bytes]:
    return extended.files(example)


def parsed(files: dict[str, bytes], extension: str):
    return etree.fromstring(files[f"default.{extension}"])


def kind(element) -> str:
    return (
        element.get(XSI_TYPE) or f"{element.prefix}:" * bool(element.prefix) + etree.QName(element).localname
    )


def named(root, tag: str, name: str):
    (found,) = [e for e in root.iter(tag) if e.get("entityName") == name]
    return found


def service(root, component: str, name: str):
    found = named(root, "components__Repository", component)
    (seff,) = [
        s
        for s in found.iter("serviceEffectSpecifications__BasicComponent")
        if s.get("id").startswith(f"{name}.")
    ]
    return seff


def actions(behaviour) -> list[tuple[str, str]]:
    return [
        (kind(e).removeprefix("seff:"), e.get("entityName")) for e in behaviour.findall("steps_Behaviour")
    ]


def passed(action) -> dict[str, set[str]]:
    """Expressions by variable; VALUE and BYTESIZE must both be there."""
    found = {}
    for usage in action.iter("inputVariableUsages__CallAction", "inputParameterUsages_EntryLevelSystemCall"):
        name = usage.find("namedReference__VariableUsage").get("referenceName")
        values = {
            v.get("type"): v.find("specification_VariableCharacterisation").get("specification")
            for v in usage.findall("variableCharacterisation_VariableUsage")
        }
        assert set(values) == {"VALUE", "BYTESIZE"}
        (found[name],) = set(values.values())
    return found


# -- the forms of the original's generator ----------------------------------------------------------


def test_there_are_five_files_named_default(files) -> None:
    assert list(files) == [
        f"default.{e}" for e in ("repository", "system", "resourceenvironment", "allocation", "usagemodel")
    ]
    root = parsed(files, "repository")
    assert etree.QName(root).namespace == "http://sdq.ipd.uka.de/PalladioComponentModel/Repository/5.0"
    assert root.get("entityName") == "application_1564214400000_0001"


def test_components_and_interfaces_are_named_after_the_nodes(files) -> None:
    root = parsed(files, "repository")
    components = [e.get("entityName") for e in root.iter("components__Repository")]
    leaves = ["stage0", "stage1", "stage2", "jobDelay2", "stageDelay3", "stage3"]
    assert sorted(components) == sorted(
        ["SPARKApplication", "SPARKResources", "job0", "job1", "job2", *leaves]
        + [f"taskFor{leaf}" for leaf in leaves]
    )
    interfaces = [e.get("entityName") for e in root.iter("interfaces__Repository")]
    assert sorted(interfaces) == sorted(
        ["Application", "Resources", "Ijob0", "Ijob1", "Ijob2", *(f"I{leaf}" for leaf in leaves)]
        + [f"ItaskFor{leaf}" for leaf in leaves]
    )


def test_signatures_have_the_parameters_of_files(files) -> None:
    root = parsed(files, "repository")
    found = {
        s.get("entityName"): [
            (p.get("parameterName"), p[0].get("href")[-1]) for p in s.iter("parameters__OperationSignature")
        ]
        for name in ("Istage0", "ItaskForstage0")
        for s in named(root, "interfaces__Repository", name)
    }
    assert found == {
        "delegate": [
            (name, "0") for name in ("files", "sizePerFile", "splitsPerFile", "defaultSplitSize", "executors")
        ],
        "execute": [
            ("isDefaultSplit", "2"),
            ("defaultSplitSize", "0"),
            ("remainingSplitSize", "0"),
            ("executors", "0"),
        ],
        "run": [("dataSize", "0"), ("executors", "0")],
    }


def test_a_composite_calls_its_children_with_their_part_of_the_data(files) -> None:
    root = parsed(files, "repository")
    seff = service(root, "job0", "delegate")
    assert actions(seff) == [
        ("StartAction", "start"),
        ("ExternalCallAction", "stage0"),
        ("ExternalCallAction", "stage1"),
        ("StopAction", "stop"),
    ]
    assert passed(seff[2]) == {
        "files": "files.VALUE",
        "defaultSplitSize": "defaultSplitSize.VALUE * 0.25",
        "sizePerFile": "sizePerFile.VALUE",
        "executors": "executors.VALUE",
    }
    application = service(root, "SPARKApplication", "delegate")
    assert [name for _, name in actions(application)[1:-1]] == ["job0", "job1", "jobDelay2", "job2"]


def distributed(root, leaf: str):
    seff = service(root, leaf, "delegate")
    assert actions(seff)[1:-1] == [("DistributedCallAction", "distributedCall")]
    call = seff[1]
    forks = {
        e.get("specification")
        for e in call.iter("totalForkCount_DistributedAction", "simultaneousForkCount_DistributedAction")
    }
    assert len(forks) == 1
    return passed(call), forks.pop()


def test_tasks_are_forked(files) -> None:
    root = parsed(files, "repository")
    common = {
        "remainingSplitSize": "sizePerFile.VALUE % defaultSplitSize.VALUE",
        "executors": "executors.VALUE",
    }
    assert distributed(root, "stage0") == (
        common
        | {
            "isDefaultSplit": "BoolPMF[ (true;0.9375) (false;0.0625) ]",
            "defaultSplitSize": "defaultSplitSize.VALUE * 128 / 128",
        },
        "128",
    )
    assert distributed(root, "stage1") == (
        common | {"isDefaultSplit": "true", "defaultSplitSize": "defaultSplitSize.VALUE * 128 / 16"},
        "16",
    )
    assert distributed(root, "jobDelay2")[1] == "1"


def test_a_task_holds_a_core_while_it_runs(files) -> None:
    root = parsed(files, "repository")
    plain, spout = (service(root, leaf, "execute") for leaf in ("stage1", "stage0"))
    assert actions(plain)[1:-1] == [
        ("InternalAction", "alloc"),
        ("ExternalCallAction", "runTasks"),
        ("InternalAction", "free"),
    ]
    assert passed(plain[2]) == {"dataSize": "defaultSplitSize.VALUE", "executors": "executors.VALUE"}
    assert [c.get("signature__InfrastructureCall") for c in plain.iter("infrastructureCall__Action")] == [
        "allocCore.interface.Resources",
        "freeCore.interface.Resources",
    ]
    assert actions(spout)[2] == ("BranchAction", "Split")
    cases = {
        b.get("entityName"): (
            b.find("branchCondition_GuardedBranchTransition").get("specification"),
            passed(b)["dataSize"],
        )
        for b in spout.iter("branches_Branch")
    }
    assert cases == {
        "defaultCase": ("isDefaultSplit.VALUE == true", "defaultSplitSize.VALUE"),
        "splitFileCase": ("isDefaultSplit.VALUE == false", "remainingSplitSize.VALUE"),
    }
    cores = named(root, "components__Repository", "SPARKResources").find("passiveResource_BasicComponent")
    assert cores[0].get("specification") == "16"


def test_demands_are_first_delays_and_then_cpu_as_they_are_written(files) -> None:
    seff = service(parsed(files, "repository"), "taskForstage0", "run")
    found = [
        (a.get("entityName"), a.find(".//specification_ParametericResourceDemand").get("specification"))
        for a in seff.findall("steps_Behaviour")[1:-1]
    ]
    assert found == [
        ("DELAY", "187"),
        ("CPU", "dataSize.VALUE * 52"),
        ("CPU", "2"),
        ("CPU", "DoublePDF[(3.0;0.05)(5.0;0.5)(9.0;0.45)] * executors.BYTESIZE"),
    ]


def test_workers_are_inside_of_the_master(files) -> None:
    root = parsed(files, "resourceenvironment")
    (master,) = root.findall("resourceContainer_ResourceEnvironment")
    workers = master.findall("nestedResourceContainers__ResourceContainer")
    assert [w.get("entityName") for w in workers] == [f"worker{i}examplenet" for i in range(1, 5)]
    for container, cores, role in ((master, "1", "Master"), (workers[0], "8", "Worker")):
        cpu, delay = container.findall("activeResourceSpecifications_ResourceContainer")
        assert (cpu.get("numberOfReplicas"), delay.get("numberOfReplicas")) == (cores, "1")
        policies = [e.find("schedulingPolicy").get("href").rpartition("#")[2] for e in (cpu, delay)]
        assert policies == ["ProcessorSharing", "Delay"]
        rates = [e.find("processingRate_ProcessingResourceSpecification") for e in (cpu, delay)]
        assert [r.get("specification") for r in rates] == ["1000", "1000"]
        cluster = container.find("clusterResourceSpecification_ResourceContainer")
        assert [(e.tag, e.get("href").rpartition("#")[2]) for e in cluster][-1] == ("resourceRole", role)
        assert len(cluster) == (2 if role == "Master" else 1)
    (lan,) = root.findall("linkingResources__ResourceEnvironment")
    assert lan.get("entityName") == "LAN"
    assert len(lan.get("connectedResourceContainers_LinkingResource").split()) == 5
    assert [e.get("specification") for e in lan[0] if e.get("specification")] == ["0.01", "134217728.0"]


def test_everything_is_allocated_to_the_master(files) -> None:
    contexts = parsed(files, "allocation").findall("allocationContexts_Allocation")
    places = {c.find("resourceContainer_AllocationContext").get("href") for c in contexts}
    assert places == {"default.resourceenvironment#container.MASTER"}


def test_the_application_is_submitted_once(files) -> None:
    root = parsed(files, "usagemodel")
    (call,) = [e for e in root.iter("actions_ScenarioBehaviour") if kind(e).endswith("SystemCall")]
    assert call.get("entityName") == "entryLevelSystemCall"
    assert passed(call) == {
        "files": "8",
        "defaultSplitSize": "128",
        "sizePerFile": "1935",
        "executors": "4",
    }
    (workload,) = root.iter("workload_UsageScenario")
    assert (kind(workload), workload.get("population")) == ("usagemodel:ClosedWorkload", "1")
    assert workload[0].get("specification") == "0.0"


def test_the_same_model_gives_the_same_bytes(example, files) -> None:
    assert extended.files(example) == files


# -- the table ---------------------------------------------------------------------------------------


def leaf(name: str, *demands: tuple[str, str], **fields) -> ExecutionNode:
    profile = ResourceProfile(
        resource_demands=tuple(ResourceDemand(processing_type=k, random_variable=v) for k, v in demands)
    )
    return ExecutionNode(name=name, resource_profile=profile, **fields)


def application(
    *children: ExecutionNode, data: DataModel | None = None, configuration=None, edges=()
) -> Trio:
    files = FileDataModel(
        files=(FileSpecification(size=300),), partition_size=128, data_source=SingleDataSource()
    )
    return Trio(
        ApplicationExecutionArchitecture(
            name="a",
            framework="SPARK",
            application_configuration=configuration or BatchConfiguration(executors=2),
            top_node=ExecutionNode(children=children, edges_of_children=edges),
        ),
        DataWorkloadArchitecture(data_models=(data or files,)),
        ResourceArchitecture(name="r"),
    )


def stream(configuration, rate: float = 4.0) -> Trio:
    data = RecordDataModel(data_source=OpenDataSource(partitions=5, arrival_rate=rate))
    tasks = leaf("s", ("CPU", "records.VALUE * 3 + executors.BYTESIZE"), parent="//@topNode")
    return application(tasks, data=data, configuration=configuration)


@pytest.fixture(scope="module")
def made(example) -> tuple[set[str], set[str]]:
    """Functions that run, and kinds of elements that are written."""
    called: set[str] = set()
    kinds: set[str] = set()

    def watch(frame, event, _argument) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith(PACKAGE):
            called.add(f"{module.removeprefix(f'{PACKAGE}.')}:{frame.f_code.co_qualname}")

    models = [
        example,
        stream(MiniBatchConfiguration(executors=2, mini_batch_interval=3)),
        stream(StreamConfiguration(executors=2)),
    ]
    sys.setprofile(watch)
    try:
        written = [extended.files(model) for model in models]
    finally:
        sys.setprofile(None)
    for content in (c for one in written for c in one.values()):
        for element in etree.fromstring(content).iter(etree.Element):
            kinds.add(kind(element))
            kinds.add(etree.QName(element).localname)
    return called, kinds


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['original']}-{r['pcm']}-{r['deviation']}")
def test_every_row_has_a_rule_that_runs_and_an_element_that_is_written(row, made) -> None:
    called, kinds = made
    module, _, name = row["rule"].partition(":")
    found = importlib.import_module(f"{PACKAGE}.{module}")
    for part in name.split("."):
        found = getattr(found, part)
    assert callable(found)
    assert row["rule"] in called
    assert row["pcm"] in kinds
    assert row["deviation"] in ("", "kept", "corrected")


def test_every_kind_of_element_with_an_identity_has_a_row(made, files) -> None:
    rows = {row["pcm"] for row in ROWS}
    parts = {"branchBehaviour_BranchTransition"}
    for content in files.values():
        for element in etree.fromstring(content).iter(etree.Element):
            if element.get("id") and kind(element) not in parts:
                assert kind(element) in rows or etree.QName(element).localname in rows, kind(element)


def test_every_term_of_the_paper_has_a_row() -> None:
    from .test_mapping import PAPER

    assert {row["paper"] for row in ROWS} - {""} == PAPER


# -- what is corrected --------------------------------------------------------------------------------


def test_children_that_no_edge_names_come_last(example) -> None:
    place = "//@topNode/@children."
    edge = DirectedEdge(tail=f"{place}2", head=f"{place}0", data_transmission_factor=float("nan"))
    trio = application(leaf("a"), leaf("b"), leaf("c"), edges=(edge,))
    root = parsed(extended.files(trio), "repository")
    seff = service(root, "SPARKApplication", "delegate")
    assert [name for _, name in actions(seff)[1:-1]] == ["c", "a", "b"]
    assert passed(seff[2])["defaultSplitSize"] == "defaultSplitSize.VALUE * 1.0"


def test_a_node_that_does_nothing_is_left_out() -> None:
    root = parsed(extended.files(application(ExecutionNode(name="skipped"), leaf("b"))), "repository")
    assert [name for _, name in actions(service(root, "SPARKApplication", "delegate"))[1:-1]] == ["b"]


def test_time_on_drives_is_a_delay() -> None:
    node = leaf("a", ("CPU", "1"), ("DRIVE_READ", "2"), ("MEMORY_ALLOCATED", "3"), ("DELAY", "4"))
    seff = service(parsed(extended.files(application(node)), "repository"), "taskFora", "run")
    found = [e.get("specification") for e in seff.iter("specification_ParametericResourceDemand")]
    assert found == ["2", "4", "1"]


def test_records_that_arrive_in_batches() -> None:
    files = extended.files(stream(MiniBatchConfiguration(executors=2, mini_batch_interval=3)))
    root = parsed(files, "usagemodel")
    (call,) = [e for e in root.iter("actions_ScenarioBehaviour") if kind(e).endswith("SystemCall")]
    assert passed(call) == {"records": "12", "partitions": "5", "executors": "2"}
    assert [e[0].get("specification") for e in root.iter("workload_UsageScenario")] == ["3.0"]
    repository = parsed(files, "repository")
    assert distributed(repository, "s") == ({"records": "records.VALUE / partitions.VALUE"}, "1")
    (demand,) = service(repository, "taskFors", "run").iter("specification_ParametericResourceDemand")
    assert demand.get("specification") == "(records.VALUE * 3) + 2"


def test_records_that_arrive_one_by_one() -> None:
    root = parsed(extended.files(stream(StreamConfiguration(executors=2))), "usagemodel")
    (workload,) = root.iter("workload_UsageScenario")
    assert kind(workload) == "usagemodel:OpenWorkload"
    assert workload[0].get("specification") == "0.25"


@pytest.mark.parametrize(
    "trio",
    [
        stream(BatchConfiguration(executors=2)),
        application(leaf("a"), configuration=StreamConfiguration()),
        application(leaf("a"), data=FileDataModel(data_source=OpenDataSource())),
    ],
)
def test_other_combinations_are_refused(trio: Trio) -> None:
    with pytest.raises(TransformError, match="cannot generate a PCM model for"):
        extended.files(trio)


def test_tasks_of_records_know_no_data_size() -> None:
    data = RecordDataModel(data_source=OpenDataSource(arrival_rate=1.0))
    trio = application(
        leaf("a", ("CPU", "dataSize.VALUE")), data=data, configuration=StreamConfiguration(executors=1)
    )
    with pytest.raises(TransformError, match=r"'a' depends on dataSize\.VALUE"):
        extended.files(trio)


def test_nodes_of_the_same_or_of_strange_names_keep_apart() -> None:
    names = ["a", "a", "x.delegate", "x", 'ü/"<&>', None, "taskFora", "action-1.delegate.component.x"]
    files = extended.files(application(*(leaf(name) for name in names)))
    ids = [e.get("id") for c in files.values() for e in etree.fromstring(c).iter() if e.get("id")]
    assert len(ids) == len(set(ids))


# -- in a configuration ---------------------------------------------------------------------------------


def minimal() -> dsl.PerformanceModel:
    return api.load(ROOT / "dsl" / "valid" / "minimal.yaml")


def test_the_files_are_those_of_the_configuration() -> None:
    files = api.export_extended_pcm(
        minimal(), nodes=3, node_cores=8, executors=6, executor_cores=2, data_scale=2.0, cpu_rate=1.5
    ).files
    environment = parsed(files, "resourceenvironment")
    workers = list(environment.iter("nestedResourceContainers__ResourceContainer"))
    assert [w.get("entityName") for w in workers] == ["workers-1", "workers-2", "workers-3"]
    assert workers[0][0].get("numberOfReplicas") == "8"
    assert workers[0][0][-1].get("specification") == "1500"
    root = parsed(files, "repository")
    assert named(root, "components__Repository", "SPARKResources")[-1][0].get("specification") == "12"
    assert [distributed(root, leaf)[1] for leaf in ("read", "combine")] == ["16", "12"]
    (call,) = [
        e for e in parsed(files, "usagemodel").iter("actions_ScenarioBehaviour") if kind(e).endswith("Call")
    ]
    assert int(passed(call)["files"]) * int(passed(call)["sizePerFile"]) == 2048


@pytest.mark.parametrize(
    "options",
    [
        {"lose_executor_s": (3.0,)},
        {"network_bytes_per_s": 1e9},
        {"settings": {"spark.speculation": True}},
        {"settings": {"spark.dynamicAllocation.enabled": "true"}},
    ],
)
def test_what_the_original_does_not_know_is_refused(options) -> None:
    with pytest.raises(UsageError, match="the original PerTract knows nothing of"):
        api.export_extended_pcm(minimal(), **options)
