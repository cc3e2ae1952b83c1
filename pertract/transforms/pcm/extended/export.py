"""An original model as the five files of its generator."""

from __future__ import annotations

from ...original.trio import Trio
from ..xml import Identifiers, to_bytes
from .environment import Environment
from .nodes import NodeWriter
from .system import System
from .usage import usage_model
from .xml import STEM


def files(trio: Trio) -> dict[str, bytes]:
    """Return the files of the extended PCM model by name.

    The same model gives the same bytes; identifiers are made of names.

    Parameters
    ----------
    trio
        An original model, see `transforms.original.trio_of`.

    Raises
    ------
    TransformError
        If data and configuration are none of the combinations that the original knows.
    """
    identifiers = Identifiers()
    name = trio.application.name or ""
    nodes = NodeWriter(trio, identifiers)
    environment = Environment(trio.resources, identifiers)
    system = System(
        name,
        nodes.repository.components,
        nodes.application,
        nodes.entry,
        environment.master,
        identifiers,
    )
    usage = usage_model(trio, system.role, nodes.entry.signatures["delegate"], identifiers)
    roots = {
        "repository": nodes.repository.root,
        "system": system.root,
        "resourceenvironment": environment.root,
        "allocation": system.allocation,
        "usagemodel": usage,
    }
    comment = f"{name}, exported by pertract for the extended PCM 5.0"
    return {f"{STEM}.{extension}": to_bytes(element, comment) for extension, element in roots.items()}
