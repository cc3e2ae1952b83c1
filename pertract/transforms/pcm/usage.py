"""Usage model: the application is submitted, once and again when it has ended."""

from __future__ import annotations

from collections.abc import Mapping

from . import expressions
from .behaviour import Signature
from .xml import Element, Identifiers, child, link, root, variable


def usage_model(
    stem: str,
    role: str,
    signature: Signature,
    inputs: Mapping[str, str],
    pause_s: float,
    identifiers: Identifiers,
) -> tuple[Element, str]:
    """Return the usage model and the identifier of its scenario.

    Parameters
    ----------
    stem
        Name of the files without the ending.
    role, signature
        What is called: a provided role of the system.
    inputs
        Expressions by parameter.
    pause_s
        Time between the end of one run and the start of the next.
    identifiers
        Identifiers of the whole set of files.
    """
    model = root("usagemodel:UsageModel", "stoex")
    scenario = child(
        model,
        "usageScenario_UsageModel",
        id=identifiers.make("scenario"),
        entityName="submit the application",
    )
    behaviour = child(
        scenario,
        "scenarioBehaviour_UsageScenario",
        id=identifiers.make("scenario.behaviour"),
        entityName="submit once",
    )
    start, run, stop = (identifiers.make(f"scenario.{name}") for name in ("start", "run", "stop"))
    feature = "actions_ScenarioBehaviour"
    child(behaviour, feature, "usagemodel:Start", id=start, entityName="start", successor=run)
    call = child(
        behaviour,
        feature,
        "usagemodel:EntryLevelSystemCall",
        id=run,
        entityName="run",
        predecessor=start,
        successor=stop,
    )
    link(call, "providedRole_EntryLevelSystemCall", f"{stem}.system#{role}")
    link(call, "operationSignature__EntryLevelSystemCall", f"{stem}.repository#{signature.id}")
    for name, expression in inputs.items():
        variable(call, "inputParameterUsages_EntryLevelSystemCall", name, expression)
    child(behaviour, feature, "usagemodel:Stop", id=stop, entityName="stop", predecessor=run)
    workload = child(scenario, "workload_UsageScenario", "usagemodel:ClosedWorkload", population="1")
    child(workload, "thinkTime_ClosedWorkload", specification=expressions.number(pause_s))
    return model, str(scenario.get("id"))
