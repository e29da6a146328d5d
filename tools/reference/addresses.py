"""The HTTP addresses: what each answers, and the errors in their one shape."""

import inspect

from connector.api.refusals import STATUS
from connector.assembly import web
from connector.domain.people import WORDINGS
from connector.http import _OF_THE_FRAMEWORK
from tools.reference.markdown import code, table
from tools.reference.source_words import ErrorAnswer, Route, errors_everywhere, errors_of, routes

_HEAD = ("status", "code", "message", "hint")


def parts() -> list[type]:
    """The parts of the program that answer at addresses, as it is put together."""
    return [part for part in vars(web).values() if inspect.isclass(part) and hasattr(part, "add_to")]


def lines() -> list[str]:
    """The part about addresses."""
    written = [
        "## HTTP addresses",
        "",
        "Every error of every address has one shape; `code` is for programs, `message` and `hint` are for people:",
        "",
        "```json",
        '{"error": {"code": "unknown_source", "message": "There is no source of this name.", "hint": "..."}}',
        "```",
    ]
    for part in parts():
        for handler, answered in _by_handler(routes(part)).items():
            said = inspect.getdoc(getattr(part, handler))
            if not said:
                raise ValueError(f"say in the docstring of {part.__name__}.{handler} what {answered[0].path} answers")
            heading = ", ".join(code(f"{route.method} {route.path}") for route in answered)
            written += ["", f"### {heading}", "", said]
        if errors := errors_of(part.__module__):
            of = ", ".join(f"`{route.path}`" for route in routes(part))
            written += ["", f"Errors of {of}:", "", *_table(errors)]
    written += ["", "### Errors about users, sessions and tokens", "", *_table(_refusals())]
    return [*written, "", "### Errors of every address", "", *_table([*errors_everywhere(), *_framework()])]


def _by_handler(found: list[Route]) -> dict[str, list[Route]]:
    answered: dict[str, list[Route]] = {}
    for route in found:
        answered.setdefault(route.handler, []).append(route)
    return answered


def _framework() -> list[ErrorAnswer]:
    """What is answered before a request reaches any part."""
    return [ErrorAnswer(str(status), *words) for status, words in _OF_THE_FRAMEWORK.items()]


def _refusals() -> list[ErrorAnswer]:
    """What is refused about people, wherever somebody asks for it."""
    return [
        ErrorAnswer(str(STATUS[each]), str(each), f"{said.en}; nothing was done.", said.next_en)
        for each, said in WORDINGS.items()
    ]


def _table(errors: list[ErrorAnswer]) -> list[str]:
    return table(_HEAD, [(each.status, code(each.code), each.message, each.hint) for each in sorted(set(errors))])
