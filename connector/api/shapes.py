"""What bodies, questions and answers of the API have in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from connector.domain.acts import LONGEST_WHO, LONGEST_WHY

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
    """A part of an answer, as the OpenAPI document describes it; tests hold real answers to it."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Body(BaseModel):
    """The body of a request: nothing unknown is taken, and nothing is taken for something else."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


class Question(BaseModel):
    """The question in an address, after the ``?``: text that is read as what it should be."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
