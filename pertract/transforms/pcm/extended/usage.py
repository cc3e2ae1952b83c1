"""How the application is used: data that are there once, or records that keep arriving."""

from __future__ import annotations

import math

from ....errors import TransformError
from ...original.metamodel import (
    ApplicationConfiguration,
    BatchConfiguration,
    DataModel,
    FileDataModel,
    MiniBatchConfiguration,
    OpenDataSource,
    RecordDataModel,
    SingleDataSource,
    StreamConfiguration,
)
from ...original.trio import Trio
from ...original.workload import arrivals
from ...stoex import number
from ..xml import Element, Identifiers, child, link
from .xml import in_file, inputs, root


def usage_model(trio: Trio, role: str, signature: str, identifiers: Identifiers) -> Element:
    """Return the usage model.

    Parameters
    ----------
    trio
        The original model, of which the first data model counts.
    role, signature
        Identifiers of what is called.
    identifiers
        Identifiers of the whole set of files.

    Raises
    ------
    TransformError
        If data and configuration are none of the three combinations that the original knows.
    """
    model = root("usagemodel:UsageModel", "stoex")
    scenario = child(
        model, "usageScenario_UsageModel", id=identifiers.make("scenario"), entityName="Scenario"
    )
    behaviour = child(
        scenario, "scenarioBehaviour_UsageScenario", id=identifiers.make("behaviour"), entityName="Behavior"
    )
    ids = [identifiers.make(f"usage.{name}") for name in ("start", "call", "stop")]
    feature = "actions_ScenarioBehaviour"
    child(behaviour, feature, "usagemodel:Start", id=ids[0], entityName="Start", successor=ids[1])
    call = child(
        behaviour,
        feature,
        "usagemodel:EntryLevelSystemCall",
        id=ids[1],
        entityName="entryLevelSystemCall",
        predecessor=ids[0],
        successor=ids[2],
    )
    link(call, "providedRole_EntryLevelSystemCall", in_file("system", role))
    link(call, "operationSignature__EntryLevelSystemCall", in_file("repository", signature))
    child(behaviour, feature, "usagemodel:Stop", id=ids[2], entityName="Stop", predecessor=ids[1])
    configuration = trio.application.application_configuration or BatchConfiguration()
    data = trio.workload.data_models[0] if trio.workload.data_models else None
    values = _workload(scenario, data, configuration)
    inputs(
        call,
        "inputParameterUsages_EntryLevelSystemCall",
        values | {"executors": str(configuration.executors)},
    )
    return model


def _workload(
    scenario: Element, data: DataModel | None, configuration: ApplicationConfiguration
) -> dict[str, str]:
    """Append the workload and return what is passed to the application."""
    source = data.data_source if data else None
    match data, source, configuration:
        case FileDataModel(), SingleDataSource(), BatchConfiguration():
            _closed(scenario, 0.0)
            return {
                "files": str(len(data.files)),
                "defaultSplitSize": str(data.partition_size),
                "sizePerFile": str(data.files[0].size if data.files else 0),
            }
        case RecordDataModel(), OpenDataSource(), MiniBatchConfiguration():
            interval_s = configuration.mini_batch_interval
            _closed(scenario, float(interval_s))
            return _records(arrivals(source) * interval_s, source.partitions)
        case RecordDataModel(), OpenDataSource(), StreamConfiguration() if arrivals(source) > 0:
            workload = child(scenario, "workload_UsageScenario", "usagemodel:OpenWorkload")
            between_s = number(1 / arrivals(source))
            child(workload, "interArrivalTime_OpenWorkload", specification=between_s)
            return _records(1, source.partitions)
    kinds = [type(part).__name__ for part in (data, source, configuration) if part is not None]
    raise TransformError(
        f"the original cannot generate a PCM model for {' with '.join(kinds)}",
        hint="It knows files with a single source as batch, and records with an open source as mini-batch "
        "or stream.",
    )


def _closed(scenario: Element, pause_s: float) -> None:
    workload = child(scenario, "workload_UsageScenario", "usagemodel:ClosedWorkload", population="1")
    child(workload, "thinkTime_ClosedWorkload", specification=number(pause_s))


def _records(records: float, partitions: int) -> dict[str, str]:
    whole = max(1, math.ceil(records))
    return {"records": str(whole), "partitions": str(max(1, partitions))}
