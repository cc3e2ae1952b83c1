"""What tasks demand in the generated model."""

from __future__ import annotations

from ....errors import TransformError
from ... import stoex
from ...original.metamodel import ExecutionNode
from ...stoex import Binary, Expression, ExpressionProblem, Literal, Unary
from ...stoex.tree import Call, Choice, Variable, walk

_WRITTEN_AS = {"DELAY": "DELAY", "DRIVE_READ": "DELAY", "DRIVE_WRITE": "DELAY", "CPU": "CPU"}


def written_demands(node: ExecutionNode) -> list[tuple[str, str]]:
    """Return the demands of a leaf: first all of DELAY, then all of CPU, each with its expression as it is.

    The original's generator leaves drives out; time on drives is a delay here. Memory has no resource in PCM.
    """
    demands = node.resource_profile.resource_demands if node.resource_profile else ()
    found = [
        (_WRITTEN_AS[demand.processing_type], demand.random_variable or "0")
        for demand in demands
        if demand.processing_type in _WRITTEN_AS
    ]
    return sorted(found, key=lambda demand: demand[0] != "DELAY")


def by_records(text: str, node: str, executors: int) -> str:
    """Return an expression for tasks of records, to which nothing but their records is passed.

    Raises
    ------
    TransformError
        If it is none, or depends on something else than records and executors.
    """
    try:
        expression = stoex.parse(text)
    except ExpressionProblem as error:
        raise TransformError(f"a demand of '{node}': {error}", hint="Correct the expression.") from error
    names = {part.name for part in walk(expression) if isinstance(part, Variable)}
    if not names:
        return text
    unknown = sorted(name for name in names if name.partition(".")[0] not in ("records", "executors"))
    if unknown:
        raise TransformError(
            f"a demand of '{node}' depends on {unknown[0]}, which tasks of records do not know",
            hint="Express it by records.VALUE.",
        )
    return stoex.write(_with_executors(expression, executors))


def _with_executors(expression: Expression, executors: int) -> Expression:
    match expression:
        case Variable(name) if name.startswith("executors."):
            return Literal(executors)
        case Unary(operator, operand):
            return Unary(operator, _with_executors(operand, executors))
        case Binary(operator, left, right):
            return Binary(operator, _with_executors(left, executors), _with_executors(right, executors))
        case Choice(condition, then, otherwise):
            return Choice(*(_with_executors(part, executors) for part in (condition, then, otherwise)))
        case Call(function, arguments):
            return Call(function, tuple(_with_executors(argument, executors) for argument in arguments))
    return expression
