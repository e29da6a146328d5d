"""What bodies, questions and answers of the API have in common."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from connector.domain.acts import LONGEST_WHO, LONGEST_WHY
from connector.domain.calendar import iso_in_japan

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


At = Annotated[
    datetime,
    PlainSerializer(iso_in_japan, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""A moment, told in Japan's time with its offset."""


def _written_out(value: object) -> object:
    """Pydantic takes a number for a day too, as seconds since 1970."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("write a day as 2026-11-23")
    return value


Day = Annotated[date, BeforeValidator(_written_out)]
"""A day in Japan, as a question names it."""

RowCursor = Annotated[str, Field(pattern="^[0-9]{0,18}$")]
"""The number of the last row of the page before, as a question names it; empty for the first page."""

WHO: Any = Field(
    default="",
    description="The person who decided it, where a program asks; a user's log-in says that by itself.",
    json_schema_extra={"maxLength": LONGEST_WHO},
)
WHY: Any = Field(
    description="The reason in words, without personal data of a buyer.",
    json_schema_extra={"minLength": 1, "maxLength": LONGEST_WHY},
)


class Answer(BaseModel):
    """A part of an answer, as the OpenAPI document describes it; tests hold real answers to it.

    ``model_validate`` takes what has attributes of the same names.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, from_attributes=True)


class Body(BaseModel):
    """The body of a request: nothing unknown is taken, and nothing is taken for something else."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


class Question(BaseModel):
    """The question in an address, after the ``?``: text that is read as what it should be."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
