"""What all elements of the language share."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

T = TypeVar("T")

Identifier = Annotated[str, Field(min_length=1, max_length=200)]
"""Name of an element, unique among its kind within one document."""
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""A finite number that is not negative; the unit is in the field's name."""
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
"""A finite number above zero; the unit is in the field's name."""
Finite = Annotated[float, Field(allow_inf_nan=False)]
"""A finite number of either sign; the unit is in the field's name."""
Share = Annotated[float, Field(ge=0, le=1)]
"""A part of a whole, from 0 to 1."""
PositiveShare = Annotated[float, Field(gt=0, le=1)]
"""A part of a whole, above 0 up to 1."""
Count = Annotated[int, Field(ge=0)]
"""How many of something."""
PositiveCount = Annotated[int, Field(ge=1)]
"""How many of something, at least one."""
LimitedCount = Annotated[int, Field(ge=1, le=1_000_000)]
"""How many of something that a simulation makes one by one, from 1 to a million."""
SchedulingMode = Literal["FIFO", "FAIR"]
"""How work that is ready at the same time shares the slots: in order, or by weights."""


class RefersTo(NamedTuple):
    """Mark of an identifier that names another element."""

    element: str
    """Kind of the element that has the identifier; ``Node`` for jobs, stages and delays alike."""


class Inconsistent(ValueError):
    """Raise when fields of an element do not fit together.

    Parameters
    ----------
    field
        Path in the element to the field that is to be changed.
    message
        What is wrong with it.
    hint
        What to do.
    """

    def __init__(self, field: tuple[str | int, ...], message: str, hint: str) -> None:
        super().__init__(f"{'.'.join(map(str, field))}: {message}")
        self.field = field
        self.message = message
        self.hint = hint


def _not_empty(items: tuple[T, ...]) -> tuple[T, ...]:
    if not items:
        raise ValueError("must have at least 1 item")
    return items


# Checked after the items, so that a wrong item is not also reported as a missing one.
NonEmpty = Annotated[tuple[T, ...], AfterValidator(_not_empty), Field(json_schema_extra={"minItems": 1})]
"""A list of at least one item."""


class Element(BaseModel):
    """Base of every element: immutable, and unknown fields are errors rather than typing mistakes."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        populate_by_name=True,
        serialize_by_alias=True,
    )
