"""The carrier's name at Qoo10, and whether a number may go out at all. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from carriers.companies import CompanyService, NumberRefused, Verdict, check_number, clean_number, default_name, find
from carriers.companies import learnt_name as learnt_from
from connector.domain.parcel import Parcel
from connector.domain.reasons import Reason
from connector.settings import SourceSettings


@dataclass(frozen=True, slots=True)
class Ready:
    """A number that may go out, under this name. ``warning`` names a doubt that is no reason to hold it back."""

    shipping_corp: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class NotReady:
    """A number that must not go out as it is, and what to mend."""

    reason: Reason
    detail: str


def prepare(
    parcel: Parcel, source: SourceSettings | None, names: Sequence[str], *, despite_check: bool = False
) -> Ready | NotReady:
    """Whether and under which name the parcel's number may go out.

    ``names`` are the delivery companies' names learnt from the account. The seller's own mapping comes first, then
    these, then the built-in default; otherwise the number is held. ``despite_check`` lets a wrong check digit pass:
    a person has looked at it.
    """
    try:
        number = clean_number(parcel.key.tracking_number)
    except NumberRefused as refused:
        return NotReady(Reason.NUMBER_UNREADABLE, refused.reason)
    meant = find(source.kind if source else "", parcel.carrier, parcel.service)
    mapped = _mapped(parcel, source.carriers if source else {})
    if meant is None and mapped is not None:
        meant = find("standard", mapped, "")  # the seller's name says whose numbers these are
    check = check_number(meant.company_id if meant else None, meant.service_id if meant else "", number)
    if check.verdict is Verdict.WRONG and not despite_check:
        return NotReady(Reason.CHECK_DIGIT, check.reason)
    name = mapped or _known_name(meant, names)
    if name is None:
        return NotReady(Reason.NAME_UNKNOWN, setting_to_write(parcel))
    return Ready(name, "" if check.verdict is Verdict.FINE else check.reason)


def setting_to_write(parcel: Parcel) -> str:
    """The two lines of config.toml that would settle the carrier's name: a table's head, and a key under it."""
    code = f"{parcel.carrier}.{parcel.service}" if parcel.service else parcel.carrier
    # A text of JSON is one of TOML, whatever a source sent, but for this sign.
    key = json.dumps(code, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f'[sources.{parcel.source}.carriers]\n{key} = "..."'


def _mapped(parcel: Parcel, mapping: dict[str, str]) -> str | None:
    """The seller's own name: the entry for carrier and service before the one for the carrier alone."""
    folded = {code.casefold(): name for code, name in mapping.items()}
    carrier = parcel.carrier.casefold()
    return folded.get(f"{carrier}.{parcel.service.casefold()}") or folded.get(carrier)


def _known_name(meant: CompanyService | None, names: Sequence[str]) -> str | None:
    if meant is None:
        return None
    return learnt_from(names, meant.company_id, meant.service_id) or default_name(meant.company_id, meant.service_id)
