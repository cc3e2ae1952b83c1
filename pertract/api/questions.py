"""From what callers write to the what-if question that is simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..simulate import Companion, Options
from .files import load
from .pools import ALLOCATION_FILE, read_pools

if TYPE_CHECKING:
    from ..catalogue import Offer

_USUAL = {field.name: field.default for field in fields(Options)}


class Asking:
    """Turns fields of `Options` into questions, reading each file that they name once.

    Parameters
    ----------
    catalogue
        A file of node types, beside the user's and the built-in one.
    """

    def __init__(self, catalogue: str | Path | None = None) -> None:
        self._catalogue = catalogue
        self._offers: dict[str, Offer] = {}
        self._pools: dict[str, Any] = {}
        self._companions: dict[str, Companion] = {}

    def options(self, given: Mapping[str, Any]) -> Options:
        """Return the question in fields of `Options`.

        A ``node_type`` stands for what the catalogue says of it, where other fields do not say otherwise.

        Raises
        ------
        UsageError
            If fields are unknown, or no catalogue has the node type.
        SourceError
            If a file cannot be read.
        """
        if unknown := sorted(set(given) - set(_USUAL)):
            raise UsageError(
                f"no option is called '{unknown[0]}'", hint=f"Options are {', '.join(sorted(_USUAL))}."
            )
        options = dict(given)
        if options.get("settings"):
            options["settings"] = {key: _text(value) for key, value in options["settings"].items()}
        path = (options.get("settings") or {}).get(ALLOCATION_FILE)
        if path is not None and options.get("pools") is None:
            if path not in self._pools:
                self._pools[path] = read_pools(path)
            options["pools"] = self._pools[path]
        options["company"] = tuple(self._companion(path) for path in options.get("company") or ())
        if options.get("node_type") is not None:
            options = self._with_node_type(options)
        elif self._catalogue is not None:
            raise UsageError("--catalogue has no effect without --node-type", hint="Name a node type of it.")
        return Options(**options)

    def offer(self, node_type: str) -> Offer:
        """Return what the catalogue says of a node type, and who offers it.

        Raises
        ------
        UsageError
            If no catalogue has it.
        """
        from ..catalogue import find_offer

        if node_type not in self._offers:
            self._offers[node_type] = find_offer(node_type, self._catalogue)
        return self._offers[node_type]

    def _companion(self, given: str | Path | Companion) -> Companion:
        """Return an application that shares the cluster, from its file."""
        if isinstance(given, Companion):
            return given
        name = str(given)
        if name not in self._companions:
            self._companions[name] = Companion(name, load(name))
        return self._companions[name]

    def _with_node_type(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the options with what the catalogue says of their node type; what is given besides holds."""
        said = self.offer(options["node_type"]).node_type.options()
        for rate, bandwidth in (("drive_rate", "drive_bytes_per_s"), ("network_rate", "network_bytes_per_s")):
            if options.get(rate, 1.0) != 1.0:  # a rate given by hand is relative to measured times
                said.pop(bandwidth, None)
        given = {key: value for key, value in options.items() if value is not None and value != _USUAL[key]}
        return options | said | given


def _text(value: Any) -> str:
    """Return the value of a setting as Spark reads it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
