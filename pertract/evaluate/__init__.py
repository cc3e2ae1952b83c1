"""Comparison of predictions with measured runs, next to baselines, and gates for regression tests."""

from .document import validation_document
from .gates import Gate, Gates
from .junit import junit_xml
from .roles import Case
from .validation import Comparison, Row, Validation, validate

__all__ = [
    "Case",
    "Comparison",
    "Gate",
    "Gates",
    "Row",
    "Validation",
    "junit_xml",
    "validate",
    "validation_document",
]
