"""One entry or one label in full as JSON: what stands, what can be done about it, and how it came about. Pure."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from connector.domain.calendar import iso_in_japan
from connector.domain.decision import Label
from connector.domain.entry_acts import (
    ENTRY_ASKS,
    LABEL_DESTROYED,
    OF_ENTRIES,
    OF_LABELS,
    EntryActKind,
    PersonStep,
    confirmation,
    label_refusal,
    next_act,
    refusal,
)
from connector.domain.language import Said
from connector.domain.parcel import ParcelState
from connector.listing.moments import moments
from connector.listing.numbers import number_on_label
from connector.listing.views import entry_view, story_view
from connector.store.entry_in_full import EntryInFull, LabelInFull
from connector.store.history import Step


def entry_in_full_view(of: EntryInFull, now: datetime) -> dict[str, Any]:
    """An entry with the other entries of its label, the acts with why they are not possible, and its story."""
    asked = [(kind, confirmation(kind, of.standing), refusal(kind, of.standing)) for kind in OF_ENTRIES]
    suggested = next_act(of.standing)
    return {
        "entry": entry_view(of.listed, now),
        **asdict(number_on_label(of.listed)),
        "siblings": [entry_view(each, now) for each in of.siblings],
        "acts": [_act(*each) for each in asked],
        "next_act": None if suggested is None else str(suggested),
        "looked_at": looked_at(of.story.steps, of.listed.entry_id),
        "story": story_view(of.story, moments(of.story, now), now),
    }


def label_in_full_view(of: LabelInFull, now: datetime) -> dict[str, Any]:
    """A label with its entries, where its order is known, the acts, and its story."""
    why_not = label_refusal(ParcelState(of.listed.state), of.parcel.label)
    return {
        "label": entry_view(of.listed, now),
        **asdict(number_on_label(of.listed)),
        "void": of.parcel.label is Label.VOIDED,
        "assigned_order_no": of.parcel.assigned_order_no,
        "assigned_pack_no": of.parcel.assigned_pack_no,
        "entries": [entry_view(each, now) for each in of.entries],
        "acts": [_act(kind, LABEL_DESTROYED if kind is EntryActKind.VOID else "", why_not) for kind in OF_LABELS],
        "story": story_view(of.story, moments(of.story, now), now),
    }


def looked_at(steps: Sequence[Step], entry_id: int | None) -> dict[str, Any] | None:
    """When a person last said to have looked at an entry, and who; None where nobody has since it came to its state."""
    for step in reversed([step for step in steps if step.entry_id == entry_id]):
        if step.what == PersonStep.LOOKED_AT:
            return {"at": iso_in_japan(step.at), "who": step.who.removeprefix("person ")}
        if step.what not in set(PersonStep):
            return None
    return None


def _act(kind: EntryActKind, confirm: str, why_not: Said | None) -> dict[str, Any]:
    ask = ENTRY_ASKS[kind]
    return {
        "act": str(kind),
        "ja": ask.ja,
        "en": ask.en,
        "possible": why_not is None,
        "why_not_ja": "" if why_not is None else why_not.ja,
        "why_not_en": "" if why_not is None else why_not.en,
        "confirm": confirm,
        "confirm_ja": ask.confirm_ja if confirm else "",
        "confirm_en": ask.confirm_en if confirm else "",
    }
