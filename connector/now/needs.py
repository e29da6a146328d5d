"""What needs a person, whatever it is about, ordered by what can still be saved. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from connector.domain.advice import Saving
from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.alarm_words import CONFLICT
from connector.domain.calendar import END_OF_TIME
from connector.domain.hooks import target_about
from connector.domain.language import Said
from connector.listing.words import wording
from connector.proof.dossier import standing_advice
from connector.store.cases import Case
from connector.store.listing import Listed


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for a person: what happened, what to do, until when, and where to do it."""

    saving: Saving
    until: datetime | None
    since: datetime
    shop: str
    order_no: str
    tracking_no: str
    happened: Said
    do: Said
    href: str


def needs(cases: Iterable[Case], standing: Iterable[Listed], alarms: Sequence[Alarm], now: datetime) -> list[Need]:
    """Open conflicts, what stands still, and the alarms about anything else; one for each thing."""
    found: list[Need] = []
    told: set[tuple[str, str]] = set()
    for case in cases:
        said = standing_advice(case, now)
        if said is not None:
            of = case.conflict
            do = Said(said.do_ja, said.do_en)
            found.append(
                Need(
                    said.saving,
                    said.until,
                    of.opened_at,
                    of.shop,
                    of.order_no,
                    of.tracking_no,
                    CONFLICT[of.kind],
                    do,
                    f"/conflicts/{of.id}",
                )
            )
            told.add((of.shop, of.order_no))
    for each in standing:
        if (each.shop, each.order_no) not in told:
            found.append(_standing(each, now))
            told.add((each.shop, each.order_no or each.order_ref))
    found += [_alarm(alarm) for alarm in alarms if not alarm.order_no or (alarm.shop, alarm.order_no) not in told]
    return sorted(found, key=lambda need: (need.saving, need.until or END_OF_TIME, need.since))


def _standing(of: Listed, now: datetime) -> Need:
    said = wording(of)
    return Need(
        Saving.ORDER if of.is_overdue(now) else Saving.CLARITY,
        of.overdue_from,
        of.heard_at,
        of.shop,
        of.order_no or of.order_ref,
        of.tracking_no,
        Said(said.ja, said.en),
        Said(said.next_ja, said.next_en),
        f"/parcels/{of.parcel_id}" if of.entry_id is None else f"/entries/{of.entry_id}",
    )


def _alarm(alarm: Alarm) -> Need:
    return Need(
        alarm.saving,
        alarm.until,
        alarm.since,
        alarm.shop,
        alarm.order_no,
        alarm.tracking_no,
        alarm.happened,
        alarm.do,
        where_to_act(alarm),
    )


def where_to_act(alarm: Alarm) -> str:
    """The page on which something can be done about an alarm."""
    if alarm.conflict_id is not None:
        return f"/conflicts/{alarm.conflict_id}"
    if alarm.order_no:
        return f"/entries?q={alarm.order_no}"
    if alarm.kind is AlarmKind.NOT_ENTERED:
        return f"/entries?state=unresolved&source={quote(alarm.source)}"
    if alarm.source:
        return f"/sources/{quote(alarm.source)}"
    if alarm.kind is AlarmKind.TARGET_FAILING:
        webhook = target_about(alarm.about)
        return "/alerts" if webhook is None else f"/settings/webhooks?target={quote(webhook)}"
    return "/settings"
