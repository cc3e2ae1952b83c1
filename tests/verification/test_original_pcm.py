"""What the generated extended PCM model of an original model is and means."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from pertract import api
from pertract.transforms import stoex
from pertract.transforms.original import File, flow, trio, trio_of
from pertract.transforms.original import metamodel as mm
from pertract.transforms.original.references import find, walk
from pertract.transforms.original.trio import Trio
from pertract.transforms.pcm import extended

from ..property.strategies_original import originals

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "transforms" / "original" / "example"
PCM = ROOT.parent / "shared" / "pcm"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def example() -> Trio:
    return trio.read({path.suffix[1:]: File(path.name, path.read_bytes()) for path in EXAMPLE.iterdir()})


def of_valid_documents() -> dict[str, Trio]:
    found = {path.stem: trio_of(api.load(path)) for path in sorted((ROOT / "dsl" / "valid").glob("*.yaml"))}
    # Files that lie there, and beside them a stream: no combination that the original knows.
    return {name: made for name, made in found.items() if name != "diamond"} | {"example": example()}


MODELS = of_valid_documents()


def parsed(files: dict[str, bytes], extension: str):
    return etree.fromstring(files[f"default.{extension}"])


def kinds(root, tag: str) -> list[str]:
    return [element.get(XSI_TYPE) for element in root.iter(tag)]


# -- numbers of elements -------------------------------------------------------------------------------


def composites_and_leaves(model: Trio) -> tuple[int, int]:
    """Nodes with others inside, and nodes with a resource profile; the top node is the application itself."""
    nodes = [
        node
        for place, node in walk(model.application)
        if isinstance(node, mm.ExecutionNode) and place != flow.TOP
    ]
    return (
        sum(bool(node.children) for node in nodes),
        sum(not node.children and node.resource_profile is not None for node in nodes),
    )


def check_counts(model: Trio) -> None:
    jobs, leaves = composites_and_leaves(model)
    files = extended.files(model)
    repository, system = parsed(files, "repository"), parsed(files, "system")
    components = 2 + jobs + 2 * leaves
    assert kinds(repository, "components__Repository") == ["repository:BasicComponent"] * components
    interfaces = kinds(repository, "interfaces__Repository")
    assert interfaces.count("repository:OperationInterface") == 1 + jobs + 2 * leaves
    assert interfaces.count("repository:InfrastructureInterface") == 1
    assert len(list(system.iter("assemblyContexts__ComposedStructure"))) == components
    assert len(list(parsed(files, "allocation").iter("allocationContexts_Allocation"))) == components
    # Every node is called by the one around it; a leaf calls itself, its tasks and the resources.
    connectors = kinds(system, "connectors__ComposedStructure")
    assert connectors.count("composition:AssemblyConnector") == jobs + leaves + 2 * leaves
    assert connectors.count("composition:AssemblyInfrastructureConnector") == leaves
    assert connectors.count("composition:ProvidedDelegationConnector") == 1


@pytest.mark.parametrize("name", MODELS)
def test_numbers_of_elements(name: str) -> None:
    check_counts(MODELS[name])


@settings(max_examples=60)
@given(model=originals(), sizes=st.lists(st.integers(0, 900), max_size=3))
def test_numbers_of_elements_of_any_model(model: Trio, sizes: list[int]) -> None:
    top = model.application.top_node
    assume(top is not None and top.children)
    data = mm.FileDataModel(
        data_source=mm.SingleDataSource(),
        files=tuple(mm.FileSpecification(size=size) for size in sizes),
        partition_size=128,
    )
    workload = mm.DataWorkloadArchitecture(data_models=(data,))
    application = mm.ApplicationExecutionArchitecture(
        application_configuration=mm.BatchConfiguration(executors=2), top_node=top
    )
    check_counts(Trio(application, workload, model.resources))


# -- meaning: the calls are followed, with their expressions ---------------------------------------------


class Interpreter:
    """Follows the calls of a generated model and notes what tasks get and demand."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.repository, self.usage = parsed(files, "repository"), parsed(files, "usagemodel")
        self.by_id = {e.get("id"): e for e in self.repository.iter() if e.get("id")}
        self.tasks: dict[str, tuple[int, dict[str, float]]] = {}

    def run(self) -> dict[str, tuple[int, dict[str, float]]]:
        """Return for each leaf the number of tasks and the mean demand of one by kind, ms."""
        (call,) = [
            e for e in self.usage.iter("actions_ScenarioBehaviour") if e.get(XSI_TYPE).endswith("Call")
        ]
        signature = call.find("operationSignature__EntryLevelSystemCall").get("href").rpartition("#")[2]
        self.seff(signature, self.values(call, {}), 1)
        return self.tasks

    @staticmethod
    def values(call, known: dict[str, Any]) -> dict[str, Any]:
        found = {}
        for usage in call.iter(
            "inputVariableUsages__CallAction", "inputParameterUsages_EntryLevelSystemCall"
        ):
            name = usage.find("namedReference__VariableUsage").get("referenceName")
            for value in usage.findall("variableCharacterisation_VariableUsage"):
                expression = stoex.parse(
                    value.find("specification_VariableCharacterisation").get("specification")
                )
                random = isinstance(expression, stoex.Distribution)
                found[f"{name}.{value.get('type')}"] = (
                    expression if random else stoex.evaluate(expression, known)
                )
        return found

    def seff(self, signature: str, values: dict[str, Any], forks: int) -> dict[str, float]:
        (seff,) = [
            e
            for e in self.repository.iter("serviceEffectSpecifications__BasicComponent")
            if e.get("describedService__SEFF") == signature
        ]
        return self.behaviour(seff, values, forks, seff.getparent().get("entityName"))

    def behaviour(self, steps, values: dict[str, Any], forks: int, component: str) -> dict[str, float]:
        total: dict[str, float] = {}
        for action in steps.findall("steps_Behaviour"):
            for kind, value in self.action(action, values, forks, component).items():
                total[kind] = total.get(kind, 0.0) + value
        return total

    def action(self, action, values: dict[str, Any], forks: int, component: str) -> dict[str, float]:
        match action.get(XSI_TYPE):
            case "seff:ExternalCallAction":
                return self.seff(
                    action.get("calledService_ExternalService"), self.values(action, values), forks
                )
            case "seff:DistributedCallAction":
                forks = int(action.find("totalForkCount_DistributedAction").get("specification"))
                demands = self.seff(
                    action.get("calledService_ExternalService"), self.values(action, values), forks
                )
                self.tasks[component] = (forks, demands)
            case "seff:BranchAction":
                chances = dict(values["isDefaultSplit.VALUE"].samples)
                total: dict[str, float] = {}
                for branch, outcome in zip(action.findall("branches_Branch"), (True, False), strict=True):
                    inside = branch.find("branchBehaviour_BranchTransition")
                    for kind, value in self.behaviour(inside, values, forks, component).items():
                        total[kind] = total.get(kind, 0.0) + chances.get(outcome, 0.0) * value
                return total
            case "seff:InternalAction":
                demand = action.find(".//specification_ParametericResourceDemand")
                if demand is not None:
                    expression = stoex.parse(demand.get("specification"))
                    return {action.get("entityName"): stoex.mean(expression, values)}
        return {}


def expected(model: Trio) -> dict[str, tuple[int, dict[str, float]]]:
    """The same by the formulas of the original's tools."""
    data = flow.first_files(model.workload)
    executors = model.application.application_configuration.executors
    found = {}
    for place, share in flow.shares(model.application.top_node):
        node = find(model.application, place)
        if node.resource_profile is None:
            continue
        forks = flow.forks(node, model.workload)
        split = data.partition_size * share * flow.splits(data) / forks
        cases = [(1.0, split)]
        if node.spout:
            full = flow.full_ratio(data)
            rest = data.files[0].size % split if split else 0.0
            cases = [(full, split), (1 - full, rest)]
        demands: dict[str, float] = {}
        for demand in node.resource_profile.resource_demands:
            if demand.processing_type == "MEMORY_ALLOCATED":
                continue  # takes no time
            kind = "CPU" if demand.processing_type == "CPU" else "DELAY"
            for chance, size in cases:
                variables = {"dataSize.VALUE": float(size), "dataSize.BYTESIZE": float(size)}
                variables |= {"executors.VALUE": executors, "executors.BYTESIZE": executors}
                mean = stoex.mean(stoex.parse(demand.random_variable), variables)
                demands[kind] = demands.get(kind, 0.0) + chance * mean
        found[node.name] = (forks, demands)
    return found


@pytest.mark.parametrize("name", [name for name in MODELS if name != "streaming"])
def test_tasks_get_the_data_and_demands_of_the_formulas(name: str) -> None:
    model = MODELS[name]
    found, formulas = Interpreter(extended.files(model)).run(), expected(model)
    assert set(found) == set(formulas)
    for leaf, (forks, demands) in formulas.items():
        assert found[leaf][0] == forks
        for kind, value in demands.items():
            assert found[leaf][1].get(kind, 0.0) == pytest.approx(value), (leaf, kind)


def test_the_published_amounts_of_data_are_overstated_by_full_splits() -> None:
    """Tasks that do not read get whole splits: 5.8 % too much data in the smallest scenario."""
    size = int(1.89 * 1024)
    data = mm.FileDataModel(
        data_source=mm.SingleDataSource(),
        files=tuple(mm.FileSpecification(size=size) for _ in range(8)),
        partition_size=128,
    )
    assert flow.splits(data) * 128 / flow.megabytes(data) - 1 == pytest.approx(0.058, abs=0.001)


# -- apart from the extension, the files are valid PCM ----------------------------------------------------


def as_stock(content: bytes) -> str:
    """The file in PCM 5.2 without the extension's classes, of which there are two with three features."""
    text = content.decode()
    package = r"http://sdq\.ipd\.uka\.de/PalladioComponentModel/([\w/]+)/5\.0"
    text = re.sub(package, r"http://palladiosimulator.org/PalladioComponentModel/\1/5.2", text)
    text = text.replace("StochasticExpressions/1.0", "StochasticExpressions/2.2")
    text = text.replace("seff:DistributedCallAction", "seff:ExternalCallAction")
    text = re.sub(r"<(total|simultaneous)ForkCount_DistributedAction[^>]*/>", "", text)
    cluster = "clusterResourceSpecification_ResourceContainer"
    return re.sub(rf"<{cluster}.*?</{cluster}>", "", text, flags=re.DOTALL)


@pytest.fixture(scope="module")
def validator():
    if not (PCM / "validate_pcm.py").is_file():
        pytest.skip("the validator of PCM models (../shared/pcm) is not there")
    spec = importlib.util.spec_from_file_location("validate_pcm", PCM / "validate_pcm.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["validate_pcm"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", MODELS)
def test_the_files_are_valid_pcm_apart_from_the_extension(
    validator, tmp_path: Path, capsys, name: str
) -> None:
    for file, content in extended.files(MODELS[name]).items():
        (tmp_path / file).write_text(as_stock(content), encoding="utf-8")
    status = validator.main([str(path) for path in sorted(tmp_path.iterdir())])
    assert status == 0, capsys.readouterr().out
