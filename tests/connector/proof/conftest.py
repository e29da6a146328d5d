"""A store with conflicts in it, written by the store itself, and dossiers of made-up ones."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.domain.acts import Act, ActKind
from connector.domain.chain import GENESIS, LogRow, canonical, row_hash
from connector.domain.conflict import CANCEL_TOPIC, Clock, Fact, News, What
from connector.domain.decision import RULES, ConflictKind
from connector.domain.entry import Entry, EntryState
from connector.domain.memory import LineMemory
from connector.domain.reasons import Reason
from connector.proof.dossier import Dossier, dossier
from connector.store.cases import Case
from connector.store.conflicts import ConflictRow, _body
from connector.store.entries import SettledEntry
from connector.store.store import Store
from tests.connector.domain.conftest import made_entry

AT = datetime(2026, 11, 24, 0, 15, 3, 412_000, tzinfo=UTC)
NUMBER = "444413758703"
BY_LINE = "GetShippingAndClaimInfoByOrderNo_V2"


def at(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def entry_for(order_no: str) -> Entry:
    return made_entry(
        AT,
        order_no=order_no,
        pack_no="300123456",
        shipping_corp="ヤマト宅急便",
        state=EntryState.CONFIRMED,
        reason=Reason.SHOWN,
        written_at=at(4.02),
        accepted_at=at(4.31),
        confirmed_at=at(4.6),
    )


def fact(what: What, happened: float | None, learned: float, clock: Clock, origin: str, **detail: str) -> Fact:
    happened_at = None if happened is None else at(happened)
    return Fact(what, f"{what} {learned}", happened_at, at(learned), clock, origin, detail)


def verdict(learned: float, reason: Reason = Reason.IN_THE_GAP) -> Fact:
    rule = next(rule for rule in RULES if rule.verdict.reason is reason)
    detail = {"action": rule.verdict.action, "reason": reason, "why": rule.why, "source": rule.source}
    key = f"{rule.verdict.action} {reason}"
    return Fact(What.VERDICT, key, at(learned), at(learned), Clock.OURS, "decision table", detail)


def the_gap() -> list[Fact]:
    """A cancel request that came 4.6 s after the label was printed, and a number that was accepted 2.7 s later."""
    number = {"tracking_no": NUMBER, "shipping_corp": "ヤマト宅急便"}
    label = {"source": "packing-table", "tracking_no": NUMBER, "order_ref": "1062428737"}
    opened = {"kind": "in_the_gap", "topic": CANCEL_TOPIC, "tracking_no": NUMBER}
    return [
        fact(What.OPENED, 4, 4, Clock.OURS, "decision table", **opened),
        fact(What.LABEL_PRINTED, -3, 0, Clock.SOURCE, "delivery dlv_01JDFW0V5Q7W0Y3Y1M9C8F6Z2K", **label),
        fact(What.CANCEL_REQUESTED, 1.588, 4, Clock.QOO10, "GetClaimInfo_V3", clock_skew_s="+0.4"),
        verdict(4),
        fact(What.NUMBER_SENT, 4.02, 4.02, Clock.OURS, "SetSendingInfo", **number),
        fact(What.NUMBER_ACCEPTED, 4.31, 4.31, Clock.OURS, "SetSendingInfo", code="0", **number),
        fact(What.NUMBER_SHOWN, 4.6, 4.6, Clock.OURS, BY_LINE, **number),
    ]


def logged(facts: list[Fact], conflict_id: int = 12) -> list[LogRow]:
    """These facts as a log of their own."""
    rows: list[LogRow] = []
    before = GENESIS
    for seq, each in enumerate(facts, start=1):
        body = canonical(_body(each))
        row = LogRow(seq, conflict_id, "main", "1062428737", each.learned_at, each.what, each.key, body, before)
        before = row_hash(row)
        rows.append(replace(row, hash=before))
    return rows


@dataclass(frozen=True)
class Dossiers:
    """Makes dossiers: of the gap, with whatever else is given."""

    def of(
        self, *more: Fact, kind: ConflictKind = ConflictKind.IN_THE_GAP, closed: bool = False, conflict_id: int = 12
    ) -> Dossier:
        return dossier(self.case(kind=kind, closed=closed, conflict_id=conflict_id), self.rows(*more), at(600))

    def rows(self, *more: Fact) -> list[LogRow]:
        return logged([*the_gap(), *more])

    def case(
        self, *, kind: ConflictKind = ConflictKind.IN_THE_GAP, closed: bool = False, conflict_id: int = 12
    ) -> Case:
        closed_at, outcome = (at(500), "closed_by_person") if closed else (None, "")
        row = ConflictRow(conflict_id, "main", "1062428737", "cancel", kind, NUMBER, at(4), closed_at, outcome, "")
        return Case(row, entry_for("1062428737"), LineMemory("main", "1062428737", pack_no="300123456"))

    def act(self, seconds: float, why: str, who: str = "佐藤") -> Fact:
        return fact(What.PERSON, seconds, seconds, Clock.OURS, f"person {who}", act="note", why=why, confirmed="")

    def fact(self, what: What, happened: float | None, learned: float, clock: Clock, **detail: str) -> Fact:
        return fact(what, happened, learned, clock, BY_LINE, **detail)


@pytest.fixture
def dossiers() -> Dossiers:
    return Dossiers()


async def fill(store: Store, conflicts: int) -> None:
    """Conflicts as the keeper and persons make them: opened, changed, judged, closed, reopened."""
    gap = the_gap()
    for index in range(conflicts):
        entry = entry_for(str(1062428737 + index))
        for seconds, kind, ended in (
            (4, ConflictKind.IN_THE_GAP, ""),
            (60, ConflictKind.CANCELLED_PARCEL_EXISTS, ""),
            (90, None, "request_ended" if index % 3 == 0 else ""),
        ):
            said = verdict(seconds, Reason.CANCELLED if seconds == 60 else Reason.IN_THE_GAP)
            news = (News(CANCEL_TOPIC, kind, tuple(gap[1:3]), said, ended),)
            moment = at(seconds + index)
            await store.settle_entries([SettledEntry(entry, EntryState.CONFLICT, Reason.CANCELLED, moment, news=news)])
        if index % 3 == 1:
            await store.act_on(Act(ActKind.CLOSE, index + 1, "sato", "発送済み", at(200 + index), "dealt_with"))
        if index % 6 == 1:
            await store.act_on(Act(ActKind.REOPEN, index + 1, "sato", "返品の連絡", at(300 + index)))


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed database with 12 conflicts."""
    path = tmp_path_factory.mktemp("proof") / "connector.db"

    async def make() -> None:
        store = await Store.open(f"sqlite:///{path}")
        await fill(store, 12)
        await store.close()

    asyncio.run(make())
    return path


@pytest.fixture
def database(filled: Path, tmp_path: Path) -> Path:
    """A copy of it, to be tampered with."""
    return Path(shutil.copy(filled, tmp_path / "connector.db"))


@pytest.fixture
def fill_store() -> Callable[[Store, int], object]:
    return fill
