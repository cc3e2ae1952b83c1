"""Stochastic expressions (StoEx), the formula language of Palladio and of original PerTract models.

`parse` makes a tree of a text, `write` a text of a tree and `number` one of a number. `evaluate` gives
the value of an expression without random parts, `mean` and `outcomes` what one with random parts gives.
"""

from .means import mean, outcomes
from .parser import parse
from .tree import (
    Binary,
    Call,
    Choice,
    Distribution,
    Expression,
    ExpressionProblem,
    Literal,
    Unary,
    Value,
    Variable,
    is_random,
)
from .values import evaluate
from .writer import number, write

__all__ = [
    "Binary",
    "Call",
    "Choice",
    "Distribution",
    "Expression",
    "ExpressionProblem",
    "Literal",
    "Unary",
    "Value",
    "Variable",
    "evaluate",
    "is_random",
    "mean",
    "number",
    "outcomes",
    "parse",
    "write",
]
