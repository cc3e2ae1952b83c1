"""Interfaces and components of a PCM repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .behaviour import Signature, Target
from .xml import INT, PRIMITIVE, Element, Identifiers, child, link, root, variable


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operation takes and returns: primitive types of `xml` by parameter."""

    parameters: Mapping[str, int] = field(default_factory=dict)
    returns: int | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface that has been written."""

    id: str
    name: str
    operations: Mapping[str, Signature]


@dataclass(frozen=True, slots=True)
class Component:
    """A component under construction."""

    element: Element
    id: str
    name: str
    identifiers: Identifiers
    provided: dict[str, str] = field(default_factory=dict)
    """Provided roles by interface."""

    def provide(self, interface: Interface) -> None:
        """Add a provided role."""
        role = self.identifiers.make(f"{self.id}.provides")
        self.provided[interface.id] = role
        child(
            self.element,
            "providedRoles_InterfaceProvidingEntity",
            "repository:OperationProvidedRole",
            id=role,
            entityName=f"Provided_{interface.name}",
            providedInterface__OperationProvidedRole=interface.id,
        )

    def require(self, interface: Interface, label: str = "") -> Required:
        """Add a required role; a label tells several of the same interface apart."""
        role = self.identifiers.make(f"{self.id}.requires.{label or interface.name}")
        child(
            self.element,
            "requiredRoles_InterfaceRequiringEntity",
            "repository:OperationRequiredRole",
            id=role,
            entityName=f"Required_{interface.name}",
            requiredInterface__OperationRequiredRole=interface.id,
        )
        return Required(role, interface)

    def passive(self, name: str, capacity: str) -> str:
        """Add a passive resource and return its identifier."""
        id = self.identifiers.make(f"{self.id}.{name.replace(' ', '-')}")
        element = child(self.element, "passiveResource_BasicComponent", id=id, entityName=name)
        child(element, "capacity_PassiveResource", specification=capacity)
        return id

    def parameter(self, name: str, expression: str) -> None:
        """Add a component parameter with its default."""
        variable(self.element, "componentParameterUsage_ImplementationComponentType", name, expression)


@dataclass(frozen=True, slots=True)
class Required:
    """A required role of a component."""

    role: str
    interface: Interface

    def to(self, operation: str) -> Target:
        """Return the target of a call of an operation."""
        return Target(self.role, self.interface.operations[operation])


class Repository:
    """The repository under construction.

    Parameters
    ----------
    name
        Name of the repository.
    identifiers
        Identifiers of the whole set of files.
    """

    def __init__(self, name: str, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self.root = root(
            "repository:Repository", "seff", "stoex", id=identifiers.make("repository"), entityName=name
        )
        self._shapes: dict[tuple[object, ...], Interface] = {}

    def component(self, name: str, id: str) -> Component:
        """Add a basic component."""
        made = self._identifiers.make(id)
        element = child(
            self.root, "components__Repository", "repository:BasicComponent", id=made, entityName=name
        )
        return Component(element, made, name, self._identifiers)

    def shared_interface(self, name: str, operations: Mapping[str, Operation]) -> Interface:
        """Return the interface of a shape, which is written once and numbered.

        Parameters
        ----------
        name
            Name without the number.
        operations
            Its operations.
        """
        key = (name, *((n, tuple(o.parameters.items()), o.returns) for n, o in operations.items()))
        if key not in self._shapes:
            numbered = f"{name}{sum(other[0] == name for other in self._shapes) + 1}"
            self._shapes[key] = self.interface(numbered, numbered, operations)
        return self._shapes[key]

    def interface(self, name: str, id: str, operations: Mapping[str, Operation]) -> Interface:
        """Add an interface with its operations."""
        made = self._identifiers.make(id)
        element = child(
            self.root, "interfaces__Repository", "repository:OperationInterface", id=made, entityName=name
        )
        signatures = {}
        for operation, shape in operations.items():
            signature = self._identifiers.make(f"{made}.{operation}")
            written = child(element, "signatures__OperationInterface", id=signature, entityName=operation)
            for parameter, kind in shape.parameters.items():
                argument = child(written, "parameters__OperationSignature", parameterName=parameter)
                _type(argument, "dataType__Parameter", kind)
            if shape.returns is not None:
                _type(written, "returnType__OperationSignature", shape.returns)
            signatures[operation] = Signature(signature, operation)
        return Interface(made, name, signatures)


def _type(parent: Element, feature: str, kind: int) -> None:
    link(parent, feature, f"{PRIMITIVE}{kind}", "repository:PrimitiveDataType")


__all__ = ["INT", "Component", "Interface", "Operation", "Repository", "Required"]
