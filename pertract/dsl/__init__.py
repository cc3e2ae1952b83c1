"""PerTract-DSL, the language: execution, profiles, workload and resources in one document.

Immutable pydantic models without file access; `text` turns documents into models and back.
"""

from .execution import (
    AdaptiveExecution,
    ApplicationConfiguration,
    Delay,
    DynamicAllocation,
    Edge,
    ExecutionArchitecture,
    ExecutorGroup,
    Job,
    Locality,
    LocalityWaits,
    Loop,
    Operation,
    Partitions,
    SchedulerPool,
    Stage,
)
from .law import Fit, Law, evaluate
from .profile import (
    Basis,
    CpuUse,
    Demand,
    DriverProfile,
    ExecutorProfile,
    ResourceProfiles,
    StageProfile,
    Volumes,
)
from .resources import Drives, NetworkChannel, NodeGroup, ResourceArchitecture
from .system import (
    SCHEMA_VERSION,
    Completeness,
    OriginalFiles,
    PerformanceModel,
    Provenance,
    Replay,
    Run,
)
from .workload import DataWorkload, FileData, OpenSource, RecordData, SingleSource

__all__ = [
    "SCHEMA_VERSION",
    "AdaptiveExecution",
    "ApplicationConfiguration",
    "Basis",
    "Completeness",
    "CpuUse",
    "DataWorkload",
    "Delay",
    "Demand",
    "DriverProfile",
    "Drives",
    "DynamicAllocation",
    "Edge",
    "ExecutionArchitecture",
    "ExecutorGroup",
    "ExecutorProfile",
    "FileData",
    "Fit",
    "Job",
    "Law",
    "Locality",
    "LocalityWaits",
    "Loop",
    "NetworkChannel",
    "NodeGroup",
    "OpenSource",
    "Operation",
    "OriginalFiles",
    "Partitions",
    "PerformanceModel",
    "Provenance",
    "RecordData",
    "Replay",
    "ResourceArchitecture",
    "ResourceProfiles",
    "Run",
    "SchedulerPool",
    "SingleSource",
    "Stage",
    "StageProfile",
    "Volumes",
    "evaluate",
]
