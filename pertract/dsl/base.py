"""What all elements of the language share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(min_length=1, max_length=200)]
"""Unique name of an element within one document."""
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""A finite number that is not negative; the unit is in the field's name."""
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
"""A finite number above zero; the unit is in the field's name."""
Count = Annotated[int, Field(ge=0)]
"""How many of something."""


class Element(BaseModel):
    """Base of every element: immutable, and unknown fields are errors rather than typing mistakes."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        populate_by_name=True,
        serialize_by_alias=True,
    )
