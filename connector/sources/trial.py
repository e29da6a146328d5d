"""What a payload, a page or a file would become, worked out by the same code as the intake, without a store."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from carriers import SOURCES
from carriers.errors import BadSignature, PollFailed, UnknownKey, UnreadablePayload
from carriers.kinds import FiledKind, PolledKind, PushedKind
from carriers.model import Delivery, Ignored, Reading
from carriers.polling import UNREADABLE_ROW
from connector.domain.language import Said
from connector.domain.parcel import Parcel, ParcelState
from connector.domain.reasons import Reason, Wording
from connector.domain.references import candidates
from connector.intake.body import MAX_BODY
from connector.intake.decoding import FileRefused, inspect
from connector.intake.labels import new_delivery
from connector.intake.rows import read_chunks
from connector.keeper.naming import Ready, prepare
from connector.settings import SourceSettings
from connector.store.deliveries import NewLabel


class Proof(StrEnum):
    """Whether a payload proves who sent it."""

    NO_QUESTION = "no_question"
    PROVEN = "proven"
    NEEDS_HEADERS = "needs_headers"
    NEEDS_KEYS = "needs_keys"
    WRONG = "wrong"


PROOFS: Mapping[Proof, Wording] = {
    Proof.NO_QUESTION: Wording("", "", "", ""),
    Proof.PROVEN: Wording("正しい", "proven", "", ""),
    Proof.NEEDS_HEADERS: Wording(
        "未確認", "not checked", "一緒に届いたヘッダーが必要です。", "that needs the headers that came with it"
    ),
    Proof.NEEDS_KEYS: Wording(
        "未確認",
        "not checked",
        "連携先が公開する鍵が必要ですが、ここでは取得しません。",
        "that needs the vendor's published keys, and nothing is asked here",
    ),
    Proof.WRONG: Wording("合いません", "wrong", "届いても401で断ります。", "this would be answered with 401"),
}


@dataclass(frozen=True, slots=True)
class TrialError:
    """What cannot be taken: in words for people, and in those of whoever reads the payload."""

    said: Said
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.said.en}: {self.detail}" if self.detail else self.said.en


@dataclass(frozen=True, slots=True)
class TriedEvent:
    """A label event as it would be kept. ``name`` is the carrier at Qoo10; ``held`` says why it would not go out.

    ``reason`` and ``detail`` are the two parts of it; None and empty where it would.
    """

    kind: str
    order_ref: str
    numbers: tuple[str, ...]
    carrier: str
    service: str
    tracking_number: str
    occurred_at: str
    name: str
    reason: Reason | None
    detail: str

    @property
    def held(self) -> str:
        """Why it would not go out; empty where it would."""
        return "" if self.reason is None else f"{self.reason}: {self.detail}"


@dataclass(slots=True)
class Trial:
    """All that would become of it.

    ``ignored`` counts what would be left out. ``fetches`` are requests that would be made first. ``bad_reason`` is the
    code of what is wrong with a signature. ``errors`` are what cannot be read, with the place in the payload or the row
    of the file.
    """

    events: list[TriedEvent] = field(default_factory=list)
    ignored: Counter[Ignored] = field(default_factory=Counter)
    fetches: list[str] = field(default_factory=list)
    proof: Proof = Proof.NO_QUESTION
    bad_reason: str = ""
    errors: list[TrialError] = field(default_factory=list)

    @property
    def reasons(self) -> dict[str, int]:
        """How often each reason for leaving something out was met, in the words of the adapter."""
        return {f"{one.reason} ({one.detail})" if one.detail else one.reason: n for one, n in self.ignored.items()}

    @property
    def signature(self) -> str:
        """Whether the sender is proven, in English; empty where that is no question."""
        words = PROOFS[self.proof]
        said = f"{words.en}: {words.next_en}" if words.next_en else words.en
        return f"{said} ({self.bad_reason})" if self.bad_reason else said

    @property
    def signature_is_wrong(self) -> bool:
        """Whether it would be refused for its signature."""
        return self.proof is Proof.WRONG

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
            trial.errors.append(TrialError(_NO_PAYLOADS))
            return trial
    except (UnreadablePayload, PollFailed) as unreadable:
        trial.errors.append(TrialError(_NOT_OURS, unreadable.problem))
        return trial
    _note(trial, name, source, reading, now)
    return trial


_NO_PAYLOADS = Said(
    "この連携元からは何も送られてきません。「スキャン」のページで試してください。",
    "a source of this kind has no payloads: try it on the scan page",
)
_NOT_OURS = Said("この連携元の知らせとして読み取れません。", "it cannot be read as what this source sends")
_TOO_LARGE = Said(
    "{most}バイトを超えているため、届いても413で断ります。",
    "it has more than {most} bytes and would be refused with 413",
)
_ROW = Said("{row}行目: {why}", "row {row}: {why}")
_UNREADABLE_ROW = Said("読み取れない行があります。", "a row cannot be read")


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
        trial.errors.append(TrialError(_TOO_LARGE.filled(most=MAX_BODY)))
    if headers is None:
        trial.proof = Proof.NEEDS_HEADERS
    else:
        try:
            kind.authenticate(delivery, secrets)
            trial.proof = Proof.PROVEN
        except UnknownKey:
            trial.proof = Proof.NEEDS_KEYS
        except BadSignature as bad:
            trial.proof, trial.bad_reason = Proof.WRONG, bad.reason
    return kind.parse(delivery)


def _try_file(trial: Trial, name: str, source: SourceSettings, kind: FiledKind, path: Path, now: datetime) -> None:
    try:
        text = inspect(path)
        for chunk in read_chunks(path, text, kind, source.kind_options):
            trial.ignored.update({Ignored(reason): count for reason, count in chunk.ignored.items()})
            trial.errors += [
                TrialError(_ROW.filled(row=each.row, why=Said(each.why.ja, f"{each.why.problem}. {each.why.mend}")))
                for each in chunk.refused
            ]
            _note(trial, name, source, Reading(events=chunk.events), now)
    except FileRefused as refused:
        trial.errors.append(TrialError(Said(refused.ja, refused.mend), refused.problem))


def _note(trial: Trial, name: str, source: SourceSettings, reading: Reading, now: datetime) -> None:
    new = new_delivery(name, source.shop, Delivery("", "", {}, b"", now), reading)
    trial.events += [_tried(name, source, label) for label in new.labels]
    for one in reading.ignored:
        if one.reason == UNREADABLE_ROW:
            trial.errors.append(TrialError(_UNREADABLE_ROW, one.detail))
            continue
        trial.ignored[one] += 1
    trial.fetches += [f"https://{fetch.host}{fetch.path}, with credentials.{fetch.credential}" for fetch in new.fetches]


def _tried(name: str, source: SourceSettings, label: NewLabel) -> TriedEvent:
    event, key = label.event, label.parcel
    parcel = Parcel(0, key, name, event.carrier, event.service, label.times, ParcelState.UNRESOLVED)
    prepared = prepare(parcel, source, ())
    numbers = candidates(key.order_ref, source.pattern)
    reason, detail = (None, "") if isinstance(prepared, Ready) else (prepared.reason, prepared.detail)
    if reason is None and key.order_ref and not numbers:
        reason, detail = Reason.REFERENCE_UNREADABLE, "see reference_pattern"
    return TriedEvent(
        kind=event.kind,
        order_ref=key.order_ref,
        numbers=numbers,
        carrier=event.carrier,
        service=event.service,
        tracking_number=key.tracking_number,
        occurred_at=event.occurred_at.isoformat() if event.occurred_at else "",
        name=prepared.shipping_corp if isinstance(prepared, Ready) else "",
        reason=reason,
        detail=detail,
    )
