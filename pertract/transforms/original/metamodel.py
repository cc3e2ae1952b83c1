"""The three packages of the original PerTract-DSL, as immutable elements.

Names of classes are those of the files; fields have the same names in Python's spelling. A reference
holds the place of its target instead of the target itself, see `references`.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Literal

DataType = Literal["EString", "EInt", "ELong", "EDouble", "EBoolean"]
"""Types of attributes; EInt has 32 bit and ELong 64."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the metamodel; a file holds one element of it with all its parts."""

    uri: str
    """Namespace."""
    prefix: str
    """Usual prefix of the namespace in XML."""
    extension: str
    """Of file names."""
    root: str
    """Class of the element in a file."""
    content: str
    """What it describes, for messages."""


_DSL = "http://www.fortiss.org/pmwt/pertract/dsl"
APPLICATION = Package(
    f"{_DSL}/application",
    "org-fortiss-pmwt-pertract-dsl-application",
    "pta",
    "ApplicationExecutionArchitecture",
    "the application",
)
WORKLOAD = Package(
    f"{_DSL}/data/workload",
    "org-fortiss-pmwt-pertract-dsl-data-workload",
    "ptd",
    "DataWorkloadArchitecture",
    "the data workload",
)
RESOURCES = Package(
    f"{_DSL}/resources",
    "org-fortiss-pmwt-pertract-dsl-resources",
    "ptr",
    "ResourceArchitecture",
    "the resources",
)
PACKAGES = (APPLICATION, WORKLOAD, RESOURCES)


@dataclass(frozen=True, slots=True)
class Feature:
    """An attribute or reference of a class."""

    field: str
    """Name in Python."""
    name: str
    """Name in files."""
    kind: Literal["attribute", "containment", "reference"]
    """Whether its values are data, parts of the element, or other elements."""
    type: str
    """`DataType` of an attribute, else name of a class."""
    many: bool
    """Whether it is a list."""
    required: bool
    """Whether the metamodel wants a value; its tools do not check it."""
    default: Any
    """Value that is left out in files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """Base of all classes."""


def _feature(kind: str, type: str, default: Any, *, name: str, many: bool, required: bool) -> Any:
    metadata = {"kind": kind, "type": type, "name": name, "many": many, "required": required}
    return dataclasses.field(default=default, metadata=metadata)


def _attribute(type: DataType, *, required: bool = False, default: Any = None, name: str = "") -> Any:
    defaults = {"EString": None, "EInt": 0, "ELong": 0, "EDouble": 0.0, "EBoolean": False}
    value = defaults[type] if default is None else default
    return _feature("attribute", type, value, name=name, many=False, required=required)


def _part(type: str, *, required: bool = True) -> Any:
    return _feature("containment", type, None, name="", many=False, required=required)


def _parts(type: str, *, required: bool = True) -> Any:
    return _feature("containment", type, (), name="", many=True, required=required)


def _reference(type: str, *, required: bool = False) -> Any:
    return _feature("reference", type, None, name="", many=False, required=required)


# -- application ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationExecutionArchitecture(Element):
    """What runs after what."""

    name: str | None = _attribute("EString", required=True)
    framework: str | None = _attribute("EString", required=True)
    application_configuration: ApplicationConfiguration | None = _part("ApplicationConfiguration")
    top_node: ExecutionNode | None = _part("ExecutionNode")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationConfiguration(Element):
    """Executors and settings; abstract. Memory is in MB."""

    default_parallelism: int = _attribute("EInt", required=True)
    executors: int = _attribute("EInt")
    memory_per_executor: int = _attribute("EInt")
    task_slots_per_executor: int = _attribute("EInt")
    memory_per_task_slot: int = _attribute("EInt")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchConfiguration(ApplicationConfiguration):
    """An application that ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniBatchConfiguration(ApplicationConfiguration):
    """A stream that is processed in batches."""

    mini_batch_interval: int = _attribute("EInt", required=True)
    """Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamConfiguration(ApplicationConfiguration):
    """A stream that is processed record by record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionNode(Element):
    """The application, a job, a stage or a delay."""

    name: str | None = _attribute("EString", required=True)
    operations: tuple[Operation, ...] = _parts("Operation")
    parent: str | None = _reference("ExecutionNode")
    children: tuple[ExecutionNode, ...] = _parts("ExecutionNode", required=False)
    edges_of_children: tuple[DirectedEdge, ...] = _parts("DirectedEdge", required=False)
    resource_profile: ResourceProfile | None = _part("ResourceProfile", required=False)
    parallelism: int = _attribute("EInt", required=True)
    """Tasks; 0 for unset."""
    starting_node: bool = _attribute("EBoolean", required=True)
    spout: bool = _attribute("EBoolean", required=True)
    """Whether it reads the partitions of the data."""
    data_input: str | None = _reference("DataInput")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataInput(Element):
    """What can be read; abstract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Element):
    """An operator of a stage."""

    name: str | None = _attribute("EString", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectedEdge(Element):
    """The head comes after the tail."""

    tail: str | None = _reference("ExecutionNode", required=True)
    head: str | None = _reference("ExecutionNode", required=True)
    data_transmission_factor: float = _attribute("EDouble", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceProfile(Element):
    """What a task needs, in this order."""

    resource_demands: tuple[ResourceDemand, ...] = _parts("ResourceDemand")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDemand(Element):
    """What a task needs of one resource."""

    processing_type: str = _attribute("EString", required=True, default="")
    """Of `PROCESSING_TYPES`, as text."""
    random_variable: str | None = _attribute("EString", required=True)
    """A stochastic expression."""
    parametric_variable_name: str | None = _attribute("EString")


PROCESSING_TYPES = ("CPU", "DRIVE_READ", "DRIVE_WRITE", "MEMORY_ALLOCATED", "DELAY")
"""Literals of the enumeration ProcessingType."""


# -- data workload --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DataWorkloadArchitecture(Element):
    """The data an application reads."""

    name: str | None = _attribute("EString", required=True)
    data_models: tuple[DataModel, ...] = _parts("DataModel")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataModel(DataInput):
    """Data of one kind; abstract."""

    data_source: DataSource | None = _part("DataSource")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDataModel(DataModel):
    """Records."""

    mean_record_size: int = _attribute("ELong")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDataModel(DataModel):
    """Files."""

    files: tuple[FileSpecification, ...] = _parts("FileSpecification")
    partition_size: int = _attribute("EInt", required=True)
    """Most MB of a split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSpecification(Element):
    """A file."""

    size: int = _attribute("ELong")
    """MB."""
    records: int = _attribute("ELong")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource(Element):
    """How data arrive; abstract."""

    partitions: int = _attribute("EInt", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleDataSource(DataSource):
    """Data are there from the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDataSource(DataSource):
    """Records keep arriving."""

    arrival_rate: float = _attribute("EDouble")
    """Records in a second."""


# -- resources ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceArchitecture(Element):
    """The cluster."""

    name: str | None = _attribute("EString", required=True)
    network_channel: NetworkChannel | None = _part("NetworkChannel")
    resource_nodes: tuple[ResourceNode, ...] = _parts("ResourceNode")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkChannel(Element):
    """What joins the nodes."""

    bandwidth: float = _attribute("EDouble", required=True)
    """Bytes per second."""
    latency: float = _attribute("EDouble", required=True)
    """Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceNode(Element):
    """A machine."""

    name: str | None = _attribute("EString", required=True)
    processing_resource_unit: ProcessingResourceUnit | None = _part("ProcessingResourceUnit")
    drive_processing_unit: DriveProcessingUnit | None = _part("DriveProcessingUnit")
    memory_processing_unit: MemoryProcessingUnit | None = _part("MemoryProcessingUnit")
    cluster_specification: ClusterSpecification | None = _part("ClusterSpecification")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceUnit(Element):
    """A part of a machine; abstract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingResourceUnit(ResourceUnit):
    """Cores, and the work each does in a second."""

    replications: int = _attribute("EInt", required=True)
    processing_rate: int = _attribute("EInt", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveProcessingUnit(ResourceUnit):
    """Drives, and the work each does in a second."""

    replications: int = _attribute("EInt", required=True)
    read_rate: int = _attribute("EInt")
    write_rate: int = _attribute("EInt", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryProcessingUnit(ResourceUnit):
    """Memory."""

    capacity: int = _attribute("ELong", required=True)
    """MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSpecification(Element):
    """What a machine does in the cluster."""

    resource_role: str | None = _attribute("EString", required=True, name="ResourceRole")
    """MASTER or WORKER, as text."""
    scheduling_policy: str | None = _attribute("EString", required=True, name="SchedulingPolicy")
    """ROUND_ROBIN, as text."""


# -- the metamodel as data ------------------------------------------------------------------------

CLASSES: dict[Package, tuple[type[Element], ...]] = {
    APPLICATION: (
        ApplicationExecutionArchitecture,
        ApplicationConfiguration,
        BatchConfiguration,
        MiniBatchConfiguration,
        StreamConfiguration,
        ExecutionNode,
        DataInput,
        Operation,
        DirectedEdge,
        ResourceProfile,
        ResourceDemand,
    ),
    WORKLOAD: (
        DataWorkloadArchitecture,
        DataModel,
        DataSource,
        RecordDataModel,
        OpenDataSource,
        FileDataModel,
        FileSpecification,
        SingleDataSource,
    ),
    RESOURCES: (
        ResourceArchitecture,
        NetworkChannel,
        ResourceNode,
        ResourceUnit,
        ProcessingResourceUnit,
        DriveProcessingUnit,
        MemoryProcessingUnit,
        ClusterSpecification,
    ),
}
ABSTRACT = frozenset((ApplicationConfiguration, DataInput, DataModel, DataSource, ResourceUnit))
"""Classes of which there are only special kinds."""
BY_NAME = {cls.__name__: cls for classes in CLASSES.values() for cls in classes}
_PACKAGE_OF = {cls: package for package, classes in CLASSES.items() for cls in classes}


def package_of(cls: type[Element]) -> Package:
    """Return the package of a class."""
    return _PACKAGE_OF[cls]


def _in_files(field: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), field)


_FEATURES = {
    cls: {
        found.name: found
        for found in (
            Feature(
                field=f.name,
                default=f.default,
                **{**f.metadata, "name": f.metadata["name"] or _in_files(f.name)},
            )
            for f in dataclasses.fields(cls)
        )
    }
    for cls in BY_NAME.values()
}


def features(cls: type[Element]) -> tuple[Feature, ...]:
    """Return the features of a class, those it inherits first."""
    return tuple(_FEATURES[cls].values())


def feature(cls: type[Element], name: str) -> Feature | None:
    """Return the feature of a class that has this name in files, or None."""
    return _FEATURES[cls].get(name)
