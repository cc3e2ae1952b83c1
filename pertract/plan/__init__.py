"""Compare many configurations and say which one to take."""

from .cache import Cache, user_folder
from .comparison import BASE_KINDS, BaseKind
from .cost import Billing, Tariff, parse_billing
from .decisions import Choice, Decision
from .document import what_if_document
from .grid import Axis, Grid, grid
from .point import Point, Refusal
from .result import WhatIf
from .search import Searched
from .standing import Goal
from .study import study
from .sweep import Case

__all__ = [
    "BASE_KINDS",
    "Axis",
    "BaseKind",
    "Billing",
    "Cache",
    "Case",
    "Choice",
    "Decision",
    "Goal",
    "Grid",
    "Point",
    "Refusal",
    "Searched",
    "Tariff",
    "WhatIf",
    "grid",
    "parse_billing",
    "study",
    "user_folder",
    "what_if_document",
]
