"""Components and interfaces: the application, its resources, and every node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..xml import Element, Identifiers, child
from .xml import primitive, root

OPERATION, INFRASTRUCTURE = "Operation", "Infrastructure"


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface that has been written."""

    id: str
    name: str
    kind: str
    signatures: Mapping[str, str]
    """Identifiers by name."""


@dataclass(frozen=True, slots=True)
class Required:
    """A required role of a component."""

    id: str
    interface: Interface


@dataclass(slots=True)
class Component:
    """A basic component under construction."""

    element: Element
    id: str
    name: str
    provided: dict[str, str] = field(default_factory=dict)
    """Provided roles by identifier of the interface."""
    required: list[Required] = field(default_factory=list)
    """Required roles in their order."""

    def service(self, signature: str, name: str) -> Element:
        """Add the SEFF of a signature."""
        return child(
            self.element,
            "serviceEffectSpecifications__BasicComponent",
            "seff:ResourceDemandingSEFF",
            id=f"{name}.{self.id}",
            describedService__SEFF=signature,
        )


class Repository:
    """The repository under construction.

    Parameters
    ----------
    name
        Name of the application.
    identifiers
        Identifiers of the whole set of files.
    """

    def __init__(self, name: str, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self.root = root(
            "repository:Repository", "seff", "stoex", id=identifiers.make("repository"), entityName=name
        )
        self.components: list[Component] = []
        """All components in their order."""

    def component(self, name: str) -> Component:
        """Add a basic component."""
        id = self._identifiers.make(f"component.{name}")
        element = child(
            self.root, "components__Repository", "repository:BasicComponent", id=id, entityName=name
        )
        self.components.append(Component(element, id, name))
        return self.components[-1]

    def interface(
        self, name: str, signatures: Mapping[str, Mapping[str, int]], kind: str = OPERATION
    ) -> Interface:
        """Add an interface.

        Parameters
        ----------
        name
            Its name.
        signatures
            Types of the parameters of each signature, of `xml`.
        kind
            ``Operation`` or ``Infrastructure``.
        """
        id = self._identifiers.make(f"interface.{name}")
        element = child(
            self.root, "interfaces__Repository", f"repository:{kind}Interface", id=id, entityName=name
        )
        made = {}
        prefix = "signatures" if kind == OPERATION else "infrastructureSignatures"
        for signature, parameters in signatures.items():
            made[signature] = f"{signature}.{id}"
            written = child(element, f"{prefix}__{kind}Interface", id=made[signature], entityName=signature)
            for parameter, type in parameters.items():
                argument = child(written, f"parameters__{kind}Signature", parameterName=parameter)
                primitive(argument, type)
        return Interface(id, name, kind, made)

    def provide(self, component: Component, interface: Interface) -> None:
        """Add a provided role."""
        component.provided[interface.id] = f"provides.{component.id}"
        child(
            component.element,
            "providedRoles_InterfaceProvidingEntity",
            f"repository:{interface.kind}ProvidedRole",
            id=component.provided[interface.id],
            entityName=f"Provided_{interface.name}",
            **{f"providedInterface__{interface.kind}ProvidedRole": interface.id},
        )

    def require(self, component: Component, interface: Interface) -> Required:
        """Add a required role."""
        id = self._identifiers.make(f"requires.{interface.name}.{component.id}")
        child(
            component.element,
            "requiredRoles_InterfaceRequiringEntity",
            f"repository:{interface.kind}RequiredRole",
            id=id,
            entityName=f"Required_{interface.name}",
            **{f"requiredInterface__{interface.kind}RequiredRole": interface.id},
        )
        component.required.append(Required(id, interface))
        return component.required[-1]
