"""The application, its resources and its nodes as components with their services.

Names and the forms of expressions are those of the original's generator.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from ...original import flow
from ...original.metamodel import BatchConfiguration, ExecutionNode, FileDataModel, RecordDataModel
from ...original.references import step
from ...original.trio import Trio
from ...stoex import number
from ..xml import Identifiers, child
from .behaviour import Chain, chain
from .expressions import by_records, written_demands
from .repository import INFRASTRUCTURE, Component, Interface, Repository, Required
from .xml import BOOL, INT

_FILES = {
    "delegate": dict.fromkeys(
        ("files", "sizePerFile", "splitsPerFile", "defaultSplitSize", "executors"), INT
    ),
    "execute": {"isDefaultSplit": BOOL, "defaultSplitSize": INT, "remainingSplitSize": INT, "executors": INT},
    "run": {"dataSize": INT, "executors": INT},
}
_RECORDS = {
    "delegate": dict.fromkeys(("records", "partitions", "executors"), INT),
    "execute": {"records": INT},
    "run": {"records": INT},
}
_EXECUTORS = {"executors": "executors.VALUE"}


class NodeWriter:
    """Writes the components of an application.

    Parameters
    ----------
    trio
        The original model.
    identifiers
        Identifiers of the whole set of files.
    """

    def __init__(self, trio: Trio, identifiers: Identifiers) -> None:
        application = trio.application
        self._workload = trio.workload
        self._framework = application.framework or ""
        self._configuration = application.application_configuration or BatchConfiguration()
        first = trio.workload.data_models[0] if trio.workload.data_models else None
        self._files = first if isinstance(first, FileDataModel) else FileDataModel()
        self._of_records = isinstance(first, RecordDataModel)
        self._types = _RECORDS if self._of_records else _FILES
        self.repository = Repository(application.name or "", identifiers)
        self._resources = self._write_resources()
        self.entry = self.repository.interface("Application", self._signatures("delegate"))
        """What users call."""
        self.application = self._write_application(application.top_node or ExecutionNode())
        """The component that offers it."""

    def _signatures(self, *names: str) -> dict[str, dict[str, int]]:
        return {name: self._types[name] for name in names}

    def _write_resources(self) -> Interface:
        """Add the cores of all executors as one pool from which tasks take, and to which they give back."""
        amount = {"amount": INT}
        interface = self.repository.interface(
            "Resources", {"freeCore": amount, "allocCore": amount}, INFRASTRUCTURE
        )
        component = self.repository.component(f"{self._framework}Resources")
        self.repository.provide(component, interface)
        cores = f"cores.{component.id}"
        with _service(component, interface, "freeCore") as steps:
            steps.add("ReleaseAction", "cores", passiveResource_ReleaseAction=cores)
        with _service(component, interface, "allocCore") as steps:
            steps.add("AcquireAction", "cores", passiveresource_AcquireAction=cores)
        passive = child(component.element, "passiveResource_BasicComponent", id=cores, entityName="cores")
        capacity = self._configuration.task_slots_per_executor * self._configuration.executors
        child(passive, "capacity_PassiveResource", specification=str(capacity))
        return interface

    def _write_application(self, top: ExecutionNode) -> Component:
        component = self.repository.component(f"{self._framework}Application")
        self.repository.provide(component, self.entry)
        if top.children:
            self._composite(component, self.entry, top, flow.TOP)
        else:  # an application that is one stage
            roles = self._callee(component, top, flow.TOP)
            with _service(component, self.entry, "delegate") as steps:
                for role in roles:
                    steps.call(role.interface.name[1:], role, "delegate", self._passed(1.0))
        return component

    # -- nodes -----------------------------------------------------------------------------------

    def _callee(self, caller: Component, node: ExecutionNode, place: str) -> list[Required]:
        """Add what a node is and the role in which another calls it; nothing for a node that does nothing."""
        if not node.children and node.resource_profile is None:
            return []
        name = node.name or "node"
        signatures = ("delegate",) if node.children else ("delegate", "execute")
        interface = self.repository.interface(f"I{name}", self._signatures(*signatures))
        component = self.repository.component(name)
        self.repository.provide(component, interface)
        if node.children:
            self._composite(component, interface, node, place)
        else:
            self._leaf(component, interface, node)
        return [self.repository.require(caller, interface)]

    def _composite(self, component: Component, interface: Interface, node: ExecutionNode, place: str) -> None:
        """Let a component call its children, one after the other."""
        calls = [
            (role, share)
            for i, share in flow.visits(node, place)
            for role in self._callee(component, node.children[i], step(place, f"children.{i}"))
        ]
        with _service(component, interface, "delegate") as steps:
            for role, share in calls:
                steps.call(role.interface.name[1:], role, "delegate", self._passed(share))

    def _passed(self, share: float) -> dict[str, str]:
        """Return what a composite passes to a child that gets a share of its data."""
        if self._of_records:
            records = {"records": f"records.VALUE * {number(float(share))}", "partitions": "partitions.VALUE"}
            return records | _EXECUTORS
        return {
            "files": "files.VALUE",
            "defaultSplitSize": f"defaultSplitSize.VALUE * {number(float(share))}",
            "sizePerFile": "sizePerFile.VALUE",
        } | _EXECUTORS

    # -- leaves ----------------------------------------------------------------------------------

    def _leaf(self, component: Component, interface: Interface, node: ExecutionNode) -> None:
        """Let a component distribute its tasks over the workers, each with a core of its own."""
        itself = self.repository.require(component, interface)
        resources = self.repository.require(component, self._resources)
        task = self._task(node)
        run = self.repository.require(component, task)
        with _service(component, interface, "delegate") as steps:
            forks = flow.forks(node, self._workload)
            steps.distribute("distributedCall", itself, "execute", self._distributed(node, forks), forks)
        with _service(component, interface, "execute") as steps:
            steps.infrastructure("alloc", resources, "allocCore")
            self._run_tasks(steps, run, node)
            steps.infrastructure("free", resources, "freeCore")

    def _distributed(self, node: ExecutionNode, forks: int) -> dict[str, str]:
        if self._of_records:
            return {"records": "records.VALUE / partitions.VALUE"}
        splits = flow.splits(self._files)
        is_default = "true"
        if node.spout:
            full = flow.full_ratio(self._files)
            is_default = f"BoolPMF[ (true;{number(full)}) (false;{number(round(1 - full, 4))}) ]"
        return {
            "isDefaultSplit": is_default,
            "defaultSplitSize": f"defaultSplitSize.VALUE * {splits} / {forks}",
            "remainingSplitSize": "sizePerFile.VALUE % defaultSplitSize.VALUE",
        } | _EXECUTORS

    def _run_tasks(self, steps: Chain, run: Required, node: ExecutionNode) -> None:
        if self._of_records:
            steps.call("runTasks", run, "run", {"records": "records.VALUE"})
        elif not node.spout:
            steps.call("runTasks", run, "run", {"dataSize": "defaultSplitSize.VALUE"} | _EXECUTORS)
        else:
            cases = {
                "defaultCase": ("true", "defaultSplitSize.VALUE"),
                "splitFileCase": ("false", "remainingSplitSize.VALUE"),
            }
            conditions = [(name, f"isDefaultSplit.VALUE == {truth}") for name, (truth, _) in cases.items()]
            for inside, (_, size) in zip(steps.branch("Split", conditions), cases.values(), strict=True):
                inside.call("runTasks", run, "run", {"dataSize": size} | _EXECUTORS)

    def _task(self, node: ExecutionNode) -> Interface:
        """Add what a task demands: first all delays, then the work of a core."""
        name = f"taskFor{node.name or 'node'}"
        interface = self.repository.interface(f"I{name}", self._signatures("run"))
        component = self.repository.component(name)
        self.repository.provide(component, interface)
        with _service(component, interface, "run") as steps:
            for kind, text in written_demands(node):
                executors = self._configuration.executors
                of_records = self._of_records
                steps.demand(kind, by_records(text, node.name or "", executors) if of_records else text)
        return interface


def _service(component: Component, interface: Interface, name: str) -> AbstractContextManager[Chain]:
    return chain(component.service(interface.signatures[name], name), f"{name}.{component.id}")
