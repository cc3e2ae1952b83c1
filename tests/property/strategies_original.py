"""Original models: any that the metamodel allows, and those that the language can say."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from hypothesis import strategies as st

from pertract.transforms.original import metamodel as mm
from pertract.transforms.original.references import step, walk
from pertract.transforms.original.trio import Trio

TEXT = st.one_of(
    st.sampled_from(["", "stage0", 'a "quoted" <name> & more', "Zähler/ß", "line\nbreak", " blank ", "#//x"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=0xD7FF, exclude_characters="\x7f"), max_size=6),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "EString": st.none() | TEXT,
    "EInt": st.sampled_from([0, 1, -1, 2**31 - 1, -(2**31)]) | st.integers(0, 1000),
    "ELong": st.sampled_from([0, -1, 2**63 - 1]) | st.integers(0, 10**6),
    "EDouble": st.floats(allow_nan=False) | st.sampled_from([0.25, 1.0, math.inf, -math.inf, math.nan]),
    "EBoolean": st.booleans(),
}


@st.composite
def elements(draw: st.DrawFn, cls: type[mm.Element], depth: int = 0) -> mm.Element:
    """An element of a class or of one of its kinds, without references."""
    kinds = [c for c in mm.BY_NAME.values() if issubclass(c, cls) and c not in mm.ABSTRACT]
    cls = draw(st.sampled_from(kinds))
    values: dict[str, Any] = {}
    for feature in mm.features(cls):
        if feature.kind == "attribute":
            value = draw(st.just(feature.default) | VALUES[feature.type])
            values[feature.field] = feature.default if value is None else value
        elif feature.kind == "containment":
            inner = mm.BY_NAME[feature.type]
            most = 0 if inner is mm.ExecutionNode and depth >= 3 else 2
            if feature.many:
                count = draw(st.integers(0, most))
                values[feature.field] = tuple(draw(elements(inner, depth + 1)) for _ in range(count))
            elif draw(st.booleans()) and most:
                values[feature.field] = draw(elements(inner, depth + 1))
    return cls(**values)


def with_references(draw: st.DrawFn, element: Any, nodes: list[str], data: list[str]) -> Any:
    changes: dict[str, Any] = {}
    for feature in mm.features(type(element)):
        value = getattr(element, feature.field)
        if feature.kind == "containment" and value is not None:
            changes[feature.field] = (
                tuple(with_references(draw, item, nodes, data) for item in value)
                if feature.many
                else with_references(draw, value, nodes, data)
            )
        elif feature.kind == "reference":
            targets = nodes if feature.type == "ExecutionNode" else data
            changes[feature.field] = draw(st.sampled_from([None, *targets]))
    return dataclasses.replace(element, **changes)


@st.composite
def trios(draw: st.DrawFn) -> Trio:
    """Three files of any content whose references lead somewhere."""
    application = draw(elements(mm.ApplicationExecutionArchitecture))
    workload = draw(elements(mm.DataWorkloadArchitecture))
    resources = draw(elements(mm.ResourceArchitecture))
    nodes = [place for place, e in walk(application) if isinstance(e, mm.ExecutionNode)]
    data = [f"ptd#{place}" for place, e in walk(workload) if isinstance(e, mm.DataModel)]
    return Trio(with_references(draw, application, nodes, data), workload, resources)


# -- models that can be read ------------------------------------------------------------------------

EXPRESSIONS = st.sampled_from(
    [
        None,
        "0",
        "3",
        "15",
        "dataSize.VALUE * 12",
        "dataSize.VALUE*0.5+3",
        " 3 * ( dataSize.BYTESIZE ) ",
        "DoublePDF[(1.0;0.05)(4.0;0.5)(9.0;0.45)] * executors.BYTESIZE",
        "2 * executors.BYTESIZE",
        "IntPMF[(1;0.5)(3;0.5)] + dataSize.VALUE / 4",
        "DoublePMF[(0.5;0.25)(2;0.75)] * (dataSize.VALUE * 7 + 2)",
        "100 / 7",
        "true ? 4 : dataSize.VALUE * 3",
        "Max(3, 4) * dataSize.VALUE",
        "1.0E-5 * dataSize.VALUE",
    ]
)
TYPES = st.sampled_from(
    ["CPU", "CPU", "DELAY", "DELAY", "DRIVE_READ", "DRIVE_WRITE", "MEMORY_ALLOCATED", "GPU"]
)
FACTORS = st.sampled_from([1.0, 0.25, 3.5, 0.0, -1.0, math.nan, math.inf])


def demands() -> st.SearchStrategy[mm.ResourceDemand]:
    return st.builds(
        mm.ResourceDemand,
        processing_type=TYPES,
        random_variable=EXPRESSIONS,
        parametric_variable_name=st.sampled_from([None, "dataSize.VALUE", "executors.BYTESIZE"]),
    )


def several(of: st.SearchStrategy[Any], least: int = 0, most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, min_size=least, max_size=most).map(tuple)


OPERATIONS = several(
    st.builds(mm.Operation, name=st.sampled_from([None, "", "map", "textFile at X.scala:10"]))
)


@st.composite
def nodes(draw: st.DrawFn, place: str, depth: int, data: int) -> mm.ExecutionNode:
    """A node with what is in it; edges lead from earlier to later children."""
    count = draw(st.integers(0 if depth else 1, 3)) if depth < 3 else 0
    places = [step(place, f"children.{i}") for i in range(count)]
    children = tuple(draw(nodes(where, depth + 1, data)) for where in places)
    pairs = [(a, b) for i, a in enumerate(places) for b in places[i + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True)) if pairs else []
    edges = tuple(mm.DirectedEdge(tail=a, head=b, data_transmission_factor=draw(FACTORS)) for a, b in chosen)
    inputs = [None, "other.ptd#//@dataModels.0", *(f"ptd#//@dataModels.{i}" for i in range(data))]
    profile = st.none() | st.builds(mm.ResourceProfile, resource_demands=several(demands()))
    return mm.ExecutionNode(
        name=draw(st.sampled_from([None, "", "job0", "stage0", "stage1", "hiddenTopNode", 'a/b "c" ü'])),
        operations=draw(OPERATIONS),
        parent=draw(st.sampled_from([None, "//@topNode", place])),
        children=children,
        edges_of_children=edges,
        resource_profile=draw(profile),
        parallelism=draw(st.sampled_from([0, 0, 1, 16, -3])),
        starting_node=draw(st.booleans()),
        spout=draw(st.booleans()),
        data_input=draw(st.sampled_from(inputs)),
    )


def _any(cls: type[mm.Element], **given: Any) -> st.SearchStrategy[Any]:
    """An element with any values of the attributes that are not given."""
    free = {
        f.field: VALUES[f.type] for f in mm.features(cls) if f.kind == "attribute" and f.field not in given
    }
    return st.builds(cls, **free, **given)


def _maybe(cls: type[mm.Element], **given: Any) -> st.SearchStrategy[Any]:
    return st.none() | _any(cls, **given)


SOURCES = st.none() | _any(mm.SingleDataSource) | _any(mm.OpenDataSource)
SIZES = st.integers(-1, 3000)
DATA = _any(
    mm.FileDataModel,
    data_source=SOURCES,
    files=several(st.builds(mm.FileSpecification, size=SIZES, records=SIZES)),
    partition_size=st.sampled_from([0, 64, 128]),
) | _any(mm.RecordDataModel, data_source=SOURCES)
SMALL = st.integers(-1, 40)
CONFIGURATIONS = st.one_of(
    [st.none()]
    + [
        _any(cls, executors=SMALL, task_slots_per_executor=SMALL)
        for cls in (mm.BatchConfiguration, mm.MiniBatchConfiguration, mm.StreamConfiguration)
    ]
)
RESOURCE_NODES = _any(
    mm.ResourceNode,
    name=st.sampled_from([None, "MASTER", "host-1", "host-2", "w"]),
    processing_resource_unit=_maybe(mm.ProcessingResourceUnit, replications=SMALL),
    drive_processing_unit=_maybe(mm.DriveProcessingUnit),
    memory_processing_unit=_maybe(mm.MemoryProcessingUnit, capacity=st.integers(0, 2**40)),
    cluster_specification=_maybe(
        mm.ClusterSpecification,
        resource_role=st.sampled_from([None, "MASTER", "WORKER", "worker", "OTHER"]),
        scheduling_policy=st.sampled_from([None, "ROUND_ROBIN", "FIFO"]),
    ),
)


@st.composite
def originals(draw: st.DrawFn) -> Trio:
    """Original models with a graph and readable demands, and all else as the metamodel allows."""
    data = draw(several(DATA, most=2))
    application = mm.ApplicationExecutionArchitecture(
        name=draw(st.none() | TEXT),
        framework=draw(st.sampled_from([None, "SPARK", "FLINK", "Mine"])),
        application_configuration=draw(CONFIGURATIONS),
        top_node=draw(nodes("//@topNode", 0, len(data))),
    )
    workload = mm.DataWorkloadArchitecture(name=draw(st.none() | TEXT), data_models=data)
    resources = mm.ResourceArchitecture(
        name=draw(st.none() | TEXT),
        network_channel=draw(_maybe(mm.NetworkChannel)),
        resource_nodes=draw(several(RESOURCE_NODES, most=4)),
    )
    return Trio(application, workload, resources)
