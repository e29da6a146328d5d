"""A message for one conflict as it would go out, or why there is none. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from connector.domain.chain import LogRow
from connector.domain.messages import misfit
from connector.messages.facts import order_facts
from connector.messages.templates import TemplateError, Templates
from connector.store.cases import Case


class NoDraft(Exception):
    """This template gives no message for this conflict; the text says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What one template makes of one conflict; ``text`` is empty where ``problem`` says why there is no message."""

    template: str
    text: str
    problem: str = ""


def draft(templates: Templates, name: str, case: Case, rows: Sequence[LogRow]) -> str:
    """The text of one message. ``rows`` is the conflict's log.

    Raises:
        NoDraft: the template cannot be used, would say what is not so, or asks for what is not known.
    """
    try:
        template = templates.named(name)
        if wrong := misfit(name, case.conflict.kind, case.entry, case.line):
            raise NoDraft(f"template {name} does not fit conflict {case.conflict.id}: {wrong}")
        return template.fill(order_facts(case, rows))
    except TemplateError as error:
        raise NoDraft(str(error)) from None
    except ValueError as error:
        raise NoDraft(f"{error}: run qoo10-connector conflicts verify") from None


def drafts(templates: Templates, case: Case, rows: Sequence[LogRow]) -> list[Draft]:
    """What every template makes of this conflict."""
    found = []
    for name in sorted({*templates.usable, *templates.problems}):
        try:
            found.append(Draft(name, draft(templates, name, case, rows)))
        except NoDraft as reason:
            found.append(Draft(name, "", str(reason)))
    return found
