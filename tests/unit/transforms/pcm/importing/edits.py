"""Changes of exported files, as people and Palladio make them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
Files = Mapping[str, bytes]


def edited(files: Files, kind: str, change: Callable[[etree._Element], None]) -> dict[str, bytes]:
    """Return files of which one is changed, given its ending and what changes its root element."""
    found = dict(files)
    [name] = [name for name in files if name.endswith(f".{kind}")]
    root = etree.fromstring(files[name])
    change(root)
    found[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    assert found[name] != files[name], "the edit changes nothing"
    return found


def named(root: etree._Element, name: str, tag: str = "*") -> etree._Element:
    """Return the only element of a name."""
    [found] = [e for e in root.iter(tag) if e.get("entityName") == name]
    return found


def action(root: etree._Element, service: str, name: str) -> etree._Element:
    """Return the action of a name in a service."""
    [seff] = [e for e in root.iter("serviceEffectSpecifications__BasicComponent") if e.get("id") == service]
    return next(e for e in seff.iter("steps_Behaviour") if e.get("entityName") == name)


def specify(element: etree._Element, expression: str) -> None:
    """Set the first expression inside of an element."""
    holder = next(e for e in element.iter() if e.get("specification") is not None)
    holder.set("specification", expression)


def specification(element: etree._Element) -> str:
    """Return the first expression inside of an element."""
    return next(e.get("specification") for e in element.iter() if e.get("specification") is not None)


def variable(root: etree._Element, feature: str, name: str) -> etree._Element:
    """Return the usage of a variable in a feature, the first one if there are several."""
    return next(
        usage
        for usage in root.iter(feature)
        if any(r.get("referenceName") == name for r in usage.iter("namedReference__VariableUsage"))
    )


def with_slots(files: Files, slots: int) -> dict[str, bytes]:
    return edited(
        files,
        "system",
        lambda root: specify(
            variable(root, "configParameterUsages__AssemblyContext", "slotCount"), str(slots)
        ),
    )


def with_data(files: Files, size: float) -> dict[str, bytes]:
    return edited(
        files,
        "usagemodel",
        lambda root: specify(
            variable(root, "inputParameterUsages_EntryLevelSystemCall", "dataSize"), f"{size:.1f}"
        ),
    )


def with_processor(files: Files, container: str, **attributes: object) -> dict[str, bytes]:
    """Return files in which the first resource of a container has other attributes or another rate."""

    def change(root: etree._Element) -> None:
        resource = named(root, container)[0]
        for name, value in attributes.items():
            if name == "rate":
                specify(resource, str(value))
            else:
                resource.set(name, str(value))

    return edited(files, "resourceenvironment", change)


def with_tasks(files: Files, stage: str, tasks: str) -> dict[str, bytes]:
    """Return files in which the job calls a stage with another number of tasks."""

    def change(root: etree._Element) -> None:
        [call] = [
            e
            for e in root.iter("steps_Behaviour")
            if e.get("entityName") == stage and e.get(XSI_TYPE) == "seff:ExternalCallAction"
        ]
        specify(variable(call, "inputVariableUsages__CallAction", "tasks"), tasks)

    return edited(files, "repository", change)


def with_demand(files: Files, stage: str, name: str, change: Callable[[str], str]) -> dict[str, bytes]:
    """Return files in which a demand of the tasks of a stage is another expression."""

    def replace(root: etree._Element) -> None:
        found = action(root, f"task.{stage}.run", name)
        specify(found, change(specification(found)))

    return edited(files, "repository", replace)


def with_delay(files: Files, name: str, expression: str) -> dict[str, bytes]:
    """Return files in which the driver works for another time."""

    def change(root: etree._Element) -> None:
        [found] = [
            e
            for e in root.iter("steps_Behaviour")
            if e.get("entityName") == name and e.get(XSI_TYPE) == "seff:InternalAction"
        ]
        specify(found, expression)

    return edited(files, "repository", change)


def with_capacity(files: Files, passive: str, capacity: str) -> dict[str, bytes]:
    """Return files in which a passive resource, given by identifier, has another capacity."""

    def change(root: etree._Element) -> None:
        [found] = [e for e in root.iter("passiveResource_BasicComponent") if e.get("id") == passive]
        specify(found, capacity)

    return edited(files, "repository", change)
