"""What samples show of a run, for people: tables, a document, flame graphs, folded stacks."""

from .document import difference, profile_document
from .drawing import flame_svg
from .folded import folded_text
from .table import profile_report
from .tree import CallTree, call_tree

__all__ = [
    "CallTree",
    "call_tree",
    "difference",
    "flame_svg",
    "folded_text",
    "profile_document",
    "profile_report",
]
