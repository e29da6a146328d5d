"""What a payload, a page or a file would become, worked out by the same code as the intake, without a store."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from carriers import SOURCES
from carriers.errors import BadSignature, PollFailed, UnknownKey, UnreadablePayload
from carriers.kinds import FiledKind, PolledKind, PushedKind
from carriers.model import Delivery, Reading
from carriers.polling import UNREADABLE_ROW
from connector.domain.parcel import Parcel, ParcelState
from connector.domain.references import candidates
from connector.intake.body import MAX_BODY
from connector.intake.decoding import FileRefused, inspect
from connector.intake.labels import new_delivery
from connector.intake.rows import read_chunks
from connector.keeper.naming import Ready, prepare
from connector.settings import SourceSettings
from connector.store.deliveries import NewLabel


@dataclass(frozen=True, slots=True)
class TriedEvent:
    """A label event as it would be kept. ``name`` is the carrier at Qoo10; ``held`` says why it would not go out."""

    kind: str
    order_ref: str
    numbers: tuple[str, ...]
    carrier: str
    service: str
    tracking_number: str
    occurred_at: str
    name: str
    held: str


@dataclass(slots=True)
class Trial:
    """All that would become of it.

    ``ignored`` counts reasons. ``fetches`` are requests that would be made first. ``signature`` says in words whether
    the sender is proven. ``errors`` are what cannot be read, with the place in the payload or the row of the file.
    """

    events: list[TriedEvent] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    fetches: list[str] = field(default_factory=list)
    signature: str = ""
    signature_is_wrong: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def is_fine(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.errors and not self.signature_is_wrong


def try_out(
    name: str,
    source: SourceSettings,
    path: Path,
    headers: Mapping[str, str] | None,
    now: datetime,
    secrets: Sequence[str] | None = None,
) -> Trial:
    """What the file at ``path`` would become if the source ``name`` brought it at ``now``.

    ``headers``, in lower case, are those that came with a webhook; None where they are not known. ``secrets`` are those
    that hold, where they are not the settings' alone.

    Raises:
        OSError: it cannot be read.
    """
    trial = Trial()
    kind = SOURCES[source.kind]
    if isinstance(kind, FiledKind):
        _try_file(trial, name, source, kind, path, now)
        return trial
    body = path.read_bytes()
    if secrets is None:
        secrets = [secret.get_secret_value() for secret in source.secrets]
    try:
        if isinstance(kind, PushedKind):
            reading = _try_webhook(trial, name, source, kind, body, headers, now, secrets)
        elif isinstance(kind, PolledKind):
            reading = kind.read_page(body, source.kind_options)
        else:
            trial.errors.append(f"a source of the kind {source.kind} has no payloads: try it on the scan page")
            return trial
    except (UnreadablePayload, PollFailed) as unreadable:
        trial.errors.append(unreadable.problem)
        return trial
    _note(trial, name, source, reading, now)
    return trial


def _try_webhook(
    trial: Trial,
    name: str,
    source: SourceSettings,
    kind: PushedKind,
    body: bytes,
    headers: Mapping[str, str] | None,
    now: datetime,
    secrets: Sequence[str],
) -> Reading:
    in_path = f"/{secrets[0]}" if kind.secret_in_path and secrets else ""
    delivery = Delivery("POST", f"/webhooks/{name}{in_path}", headers or {}, body, now, source.kind_options)
    if len(body) > MAX_BODY:
        trial.errors.append(f"it has more than {MAX_BODY} bytes and would be refused with 413")
    if headers is None:
        trial.signature = "not checked: that needs the headers that came with it"
    else:
        try:
            kind.authenticate(delivery, secrets)
            trial.signature = "proven"
        except UnknownKey:
            trial.signature = "not checked: that needs the vendor's published keys, and nothing is asked here"
        except BadSignature as bad:
            trial.signature = f"wrong ({bad.reason}): this would be answered with 401"
            trial.signature_is_wrong = True
    return kind.parse(delivery)


def _try_file(trial: Trial, name: str, source: SourceSettings, kind: FiledKind, path: Path, now: datetime) -> None:
    try:
        text = inspect(path)
        for chunk in read_chunks(path, text, kind, source.kind_options):
            trial.ignored.update(chunk.ignored)
            trial.errors += [
                f"row {refused.row}: {refused.why.problem}. {refused.why.mend}" for refused in chunk.refused
            ]
            _note(trial, name, source, Reading(events=chunk.events), now)
    except FileRefused as refused:
        trial.errors.append(f"{refused.problem}. {refused.mend}")


def _note(trial: Trial, name: str, source: SourceSettings, reading: Reading, now: datetime) -> None:
    new = new_delivery(name, source.shop, Delivery("", "", {}, b"", now), reading)
    trial.events += [_tried(name, source, label) for label in new.labels]
    for one in reading.ignored:
        if one.reason == UNREADABLE_ROW:
            trial.errors.append(f"a row cannot be read: {one.detail}")
            continue
        trial.ignored[f"{one.reason} ({one.detail})" if one.detail else one.reason] += 1
    trial.fetches += [f"https://{fetch.host}{fetch.path}, with credentials.{fetch.credential}" for fetch in new.fetches]


def _tried(name: str, source: SourceSettings, label: NewLabel) -> TriedEvent:
    event, key = label.event, label.parcel
    parcel = Parcel(0, key, name, event.carrier, event.service, label.times, ParcelState.UNRESOLVED)
    prepared = prepare(parcel, source, ())
    held = "" if isinstance(prepared, Ready) else f"{prepared.reason}: {prepared.detail}"
    numbers = candidates(key.order_ref, source.pattern)
    if not numbers and key.order_ref:
        held = held or "no order number can be found in its reference: see reference_pattern"
    return TriedEvent(
        kind=event.kind,
        order_ref=key.order_ref,
        numbers=numbers,
        carrier=event.carrier,
        service=event.service,
        tracking_number=key.tracking_number,
        occurred_at=event.occurred_at.isoformat() if event.occurred_at else "",
        name=prepared.shipping_corp if isinstance(prepared, Ready) else "",
        held=held,
    )
