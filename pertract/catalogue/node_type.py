"""What a catalogue file says: node types, grouped by who offers them where and at which prices."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ..dsl.base import Element, Identifier, NonEmpty, NonNegative, Positive
from ..units import GIB

SCHEMA_VERSION = "pertract/catalogue/1"


class NodeType(Element):
    """One kind of machine."""

    name: Identifier
    """Its name, as ``--node-type`` takes it."""
    cores: Annotated[int, Field(ge=1)]
    """What Spark sees as cores; for most cloud machines these are hyperthreads (vCPUs)."""
    memory_gib: Positive
    """Memory, GiB."""
    network_gbit_per_s: Positive | None = None
    """What its link carries in each direction over hours, Gbit/s; absent where unknown."""
    drive_mb_per_s: Positive | None = None
    """What its drives read, and also write, per second, MB/s; absent where unknown."""
    cpu_rate: Positive = 1.0
    """Speed of a core relative to the cores of the calibration run."""
    price_per_hour: NonNegative | None = None
    """Price of an hour in the currency of its offering; absent where unknown."""

    def options(self) -> dict[str, Any]:
        """Return the fields of `pertract.Options` that the node type says."""
        found: dict[str, Any] = {
            "node_type": self.name,
            "node_cores": self.cores,
            "node_memory_bytes": round(self.memory_gib * GIB),
            "cpu_rate": self.cpu_rate,
        }
        if self.network_gbit_per_s is not None:
            found["network_bytes_per_s"] = self.network_gbit_per_s * 1e9 / 8
        if self.drive_mb_per_s is not None:
            found["drive_bytes_per_s"] = self.drive_mb_per_s * 1e6
        if self.price_per_hour is not None:
            found["price_per_node_hour"] = self.price_per_hour
        return found


class Offering(Element):
    """Node types of one provider in one place, with the origin of their figures."""

    provider: str
    """Who offers them."""
    region: str = ""
    """Where these prices hold."""
    currency: str = "USD"
    """Currency of the prices."""
    price_date: str = ""
    """When the prices were taken, ISO 8601."""
    source: str = ""
    """Where the figures come from."""
    note: str = ""
    """What to know about them."""
    node_types: NonEmpty[NodeType]
    """The node types."""


class Catalogue(Element):
    """A catalogue file."""

    schema_version: Annotated[Literal["pertract/catalogue/1"], Field(alias="schema")]
    """Version of the format."""
    offerings: NonEmpty[Offering]
    """Who offers what."""
