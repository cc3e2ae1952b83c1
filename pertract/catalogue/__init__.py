"""Node types by name: what a machine has and what it costs, from editable files."""

from .files import BUILT_IN, Offer, document, find, find_offer, offers, read, user_file
from .node_type import Catalogue, NodeType, Offering

__all__ = [
    "BUILT_IN",
    "Catalogue",
    "NodeType",
    "Offer",
    "Offering",
    "document",
    "find",
    "find_offer",
    "offers",
    "read",
    "user_file",
]
