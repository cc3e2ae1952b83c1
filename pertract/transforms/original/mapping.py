"""Original models and models of the language, one as the other.

What the language has no place for stays out of the model; the files that the model keeps still have it.
"""

from __future__ import annotations

from pydantic import ValidationError

from ... import dsl
from ...dsl.resolve import check
from ...errors import ModelError, TransformError
from .configuration import read_configuration, write_configuration
from .graph_reader import GraphReader
from .graph_writer import GraphWriter
from .metamodel import ApplicationExecutionArchitecture
from .resources import read_resources, write_resources
from .trio import Trio
from .workload import read_workload, write_workload

FRAMEWORKS = {"SPARK": "Spark", "FLINK": "Flink", "MAPREDUCE": "MapReduce", "STORM": "Storm"}
"""What the original calls a framework, and its name in the language."""


def to_model(trio: Trio, file: str) -> dsl.PerformanceModel:
    """Return an original model in the language.

    Parameters
    ----------
    trio
        The original model.
    file
        Name of the application's file for messages.

    Raises
    ------
    TransformError
        If it has no graph, a cycle in it, or a demand that the language cannot say.
    """
    application = trio.application
    configuration = read_configuration(application.application_configuration, trio.resources)
    reader = GraphReader(trio, file)
    try:
        nodes, edges = reader.read()
        return check(
            dsl.PerformanceModel(
                name=application.name or "",
                execution=dsl.ExecutionArchitecture(
                    framework=FRAMEWORKS.get(application.framework or "", application.framework or ""),
                    configuration=configuration,
                    nodes=nodes,
                    edges=edges,
                ),
                profiles=dsl.ResourceProfiles(stages=tuple(reader.profiles)),
                workload=read_workload(trio.workload, application.application_configuration),
                resources=read_resources(trio.resources, configuration.executors[0]),
                completeness=dsl.Completeness(notes=tuple(reader.notes)),
            )
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise TransformError(
            f"{file}: a number is too large for the language: {field}", hint="Correct it in the file."
        ) from error
    except ModelError as error:
        raise TransformError(f"{file}: {error}", hint=error.hint) from error


def from_model(model: dsl.PerformanceModel) -> Trio:
    """Return a model of the language as an original model, without what `limits` names.

    Raises
    ------
    TransformError
        If a demand is too large for the original's numbers.
    """
    framework = {name: literal for literal, name in FRAMEWORKS.items()}
    workload = write_workload(model.workload)
    application = ApplicationExecutionArchitecture(
        name=model.name,
        framework=framework.get(model.execution.framework, model.execution.framework),
        application_configuration=write_configuration(model),
        top_node=GraphWriter(model, workload).top_node(),
    )
    return Trio(application, workload, write_resources(model.resources))
