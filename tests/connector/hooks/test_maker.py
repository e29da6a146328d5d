"""What is committed becomes messages: each thing once, for whom it concerns, from when on a target is there."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from connector.domain.alarm_facts import Alarm, AlarmKind
from connector.domain.conflict import CANCEL_TOPIC, Fact, News, What
from connector.domain.conflict import Clock as FactClock
from connector.domain.decision import ConflictKind
from connector.domain.entry import Entry, EntryState
from connector.domain.hooks import HookEvent
from connector.domain.language import Said
from connector.domain.reasons import Reason
from connector.hooks.bodies import MESSAGES
from connector.hooks.maker import BEHIND, HookMaker
from connector.hooks.making import Subscription
from connector.store.entries import SettledEntry
from connector.store.history import Step
from connector.store.hook_targets import WantedTarget
from connector.store.store import Store
from tests.connector.hooks.conftest import AT, Clock, confirmed, entries_for

ALL = frozenset(HookEvent)
CONSOLE = "https://console.example.jp"


def maker_of(store: Store, clock: Clock, *subscriptions: Subscription, alarms: Sequence[Alarm] = ()) -> HookMaker:
    found = subscriptions or (Subscription("wms", ALL),)
    wanted = [WantedTarget(each.target, "") for each in found]
    return HookMaker(wanted, found, store, clock, lambda: alarms, CONSOLE)


async def sent(store: Store, target: str = "wms") -> list[dict[str, Any]]:
    """What a target is told, in order."""
    return [json.loads(each.body) for each in reversed(await store.hooks.deliveries(target, 10_000))]


async def types(store: Store, target: str = "wms") -> list[str]:
    return [each["type"] for each in await sent(store, target)]


def verdict(action: str, reason: str) -> Fact:
    return Fact(What.VERDICT, f"{action} {reason}", AT, AT, FactClock.OURS, "decision table")


async def settle(store: Store, entry: Entry, state: EntryState, reason: Reason, clock: Clock, *news: News) -> None:
    clock.forward(seconds=1)
    await store.settle_entries([SettledEntry(entry, state, reason, clock(), news=news)])


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (EntryState.WAITING, []),
        (EntryState.ACCEPTED, []),
        (EntryState.UNCLEAR, []),
        (EntryState.CONFIRMED, ["entry.entered"]),
        (EntryState.HELD, ["entry.held"]),
        (EntryState.REFUSED, ["entry.held"]),
        (EntryState.CONFLICT, []),
        (EntryState.DROPPED, []),
    ],
)
async def test_what_a_step_is_told_as(store: Store, clock: Clock, state: EntryState, told: list[str]) -> None:
    maker = maker_of(store, clock)
    await maker.look()
    (entry,) = await entries_for(store, 1, AT)

    await settle(store, entry, state, Reason.CHECK_DIGIT, clock)
    await maker.look()

    assert await types(store) == told


async def test_the_body_of_a_hold(store: Store, clock: Clock) -> None:
    maker = maker_of(store, clock)
    await maker.look()
    (entry,) = await entries_for(store, 1, AT)

    await settle(store, entry, EntryState.HELD, Reason.UNPAID, clock)
    await maker.look()

    assert await sent(store) == [
        {
            "timestamp": "2026-11-24T12:00:01+09:00",
            "type": "entry.held",
            "data": {
                "shop": "main",
                "order_no": "1000000000",
                "pack_no": "300123456",
                "tracking_no": "4444137587",
                "carrier": "",
                "console_url": f"{CONSOLE}/entries/{entry.id}",
                "entry": entry.id,
                "state": "held",
                "reason": "unpaid",
                "reason_ja": "未入金の注文です(入金待ち)",
                "reason_en": "The order is not paid yet",
                "do_ja": "発送しないでください。入金を確認でき次第、自動で入力します。",
                "do_en": "Do not ship. The number is entered by itself once Qoo10 shows the payment.",
                "heard_at": "2026-11-24T12:00:00+09:00",
                "accepted_at": None,
            },
        }
    ]


async def test_a_parcel_to_stop_says_so_until_it_need_not_be_stopped(store: Store, clock: Clock) -> None:
    maker = maker_of(store, clock)
    await maker.look()
    (entry,) = await entries_for(store, 1, AT)
    after, cancelled = ConflictKind.PRINTED_AFTER_REQUEST, ConflictKind.CANCELLED_PARCEL_EXISTS

    hold, stop = verdict("hold", "printed_after_request"), verdict("stop", "cancelled")
    for news in (
        News(CANCEL_TOPIC, after, verdict=hold),
        News(CANCEL_TOPIC, cancelled, verdict=stop),
        News(CANCEL_TOPIC, None, ended="request_ended"),
    ):
        await settle(store, entry, EntryState.CONFLICT, Reason.PRINTED_AFTER_REQUEST, clock, news)
        await maker.look()

    opened, changed, closed = await sent(store)
    assert opened == {
        "timestamp": "2026-11-24T12:00:01+09:00",
        "type": "conflict.opened",
        "data": {
            "shop": "main",
            "order_no": "1000000000",
            "pack_no": "300123456",
            "tracking_no": "4444137587",
            "carrier": "yamato",
            "console_url": f"{CONSOLE}/conflicts/1",
            "conflict": 1,
            "kind": "printed_after_request",
            "stop_parcel": True,
            "verdict": "hold",
            "verdict_reason": "printed_after_request",
            "advice": {
                "saving": "goods_and_money",
                "do_ja": "荷物を抜き取り、QSMでキャンセル要請に対応してください。在庫品の未発送は拒否できません。",
                "do_en": "Pull the parcel and answer the request in QSM: unshipped stock gives no right to refuse.",
                "otherwise_ja": "発送すると、返金と配達が重なるおそれがあります。",
                "otherwise_en": "If it is shipped, refund and delivery may cross.",
            },
            "deadline": None,
            "outcome": "",
            "opened_at": "2026-11-24T12:00:01+09:00",
        },
    }
    about = [(each["type"], each["data"]["kind"], each["data"]["stop_parcel"]) for each in (changed, closed)]
    assert about == [("conflict.changed", cancelled, True), ("conflict.closed", cancelled, False)]
    assert closed["data"]["advice"] is None


async def test_what_is_over_before_it_is_told_stops_no_parcel(store: Store, clock: Clock) -> None:
    """Whoever comes back after an hour gets no order to pull a parcel whose request has ended."""
    maker = maker_of(store, clock)
    await maker.look()
    (entry,) = await entries_for(store, 1, AT)
    opens, ends = (News(CANCEL_TOPIC, ConflictKind.PRINTED_AFTER_REQUEST), News(CANCEL_TOPIC, None, ended="settled"))

    await settle(store, entry, EntryState.CONFLICT, Reason.PRINTED_AFTER_REQUEST, clock, opens)
    await settle(store, entry, EntryState.WAITING, Reason.REQUEST_ENDED, clock, ends)
    await maker.look()

    stops = [(each["type"], each["data"]["stop_parcel"], each["data"]["outcome"]) for each in await sent(store)]
    assert stops == [("conflict.opened", False, "settled"), ("conflict.closed", False, "settled")]


async def test_the_gap_has_todays_deadline_in_japan(store: Store, clock: Clock) -> None:
    """Also seconds before midnight there, which is afternoon in UTC."""
    maker = maker_of(store, clock)
    await maker.look()
    (entry,) = await entries_for(store, 1, AT)
    clock.time = AT.replace(hour=14, minute=59, second=50)

    await settle(
        store, entry, EntryState.CONFLICT, Reason.IN_THE_GAP, clock, News(CANCEL_TOPIC, ConflictKind.IN_THE_GAP)
    )
    await maker.look()

    (opened,) = await sent(store)
    assert (opened["timestamp"], opened["data"]["deadline"]) == (
        "2026-11-24T23:59:51+09:00",
        "2026-11-25T00:00:00+09:00",
    )
    assert opened["data"]["stop_parcel"] is False


async def test_an_entry_is_entered_once(store: Store, clock: Clock) -> None:
    """However often its number is confirmed anew."""
    maker = maker_of(store, clock)
    await maker.look()
    (entry,) = await entries_for(store, 1, AT)

    for state in (EntryState.CONFIRMED, EntryState.CONFLICT, EntryState.CONFIRMED):
        await settle(store, entry, state, Reason.SHOWN, clock)
        (entry,) = await store.entries_of_numbers("main", [entry.tracking_no])
    await maker.look()

    assert await types(store) == ["entry.entered"]


async def test_each_target_gets_what_it_asked_for(store: Store, clock: Clock) -> None:
    everything, holds = Subscription("wms", ALL), Subscription("erp", frozenset({HookEvent.HELD}))
    elsewhere = Subscription("other", ALL, frozenset({"second"}))
    maker = maker_of(store, clock, everything, holds, elsewhere)
    await maker.look()
    one, two = await entries_for(store, 2, AT)

    await settle(store, one, EntryState.HELD, Reason.UNPAID, clock)
    await settle(store, two, EntryState.CONFIRMED, Reason.SHOWN, clock)
    await maker.look()

    assert [await types(store, name) for name in ("wms", "erp", "other")] == [
        ["entry.held", "entry.entered"],
        ["entry.held"],
        [],
    ]


async def test_a_new_target_hears_nothing_of_the_past(store: Store, clock: Clock) -> None:
    """But one that was there does, also what happened while the program stood."""
    wms, erp = Subscription("wms", ALL), Subscription("erp", ALL)
    await maker_of(store, clock, wms).look()
    one, two = await entries_for(store, 2, AT)
    await settle(store, one, EntryState.HELD, Reason.UNPAID, clock)

    later = maker_of(store, clock, wms, erp)
    while await later.look():
        pass
    await settle(store, two, EntryState.HELD, Reason.UNPAID, clock)
    await later.look()

    assert [await types(store, name) for name in ("wms", "erp")] == [["entry.held"] * 2, ["entry.held"]]


async def test_a_restart_tells_nothing_twice(store: Store, clock: Clock) -> None:
    await maker_of(store, clock).look()
    (entry,) = await entries_for(store, 1, AT)
    await settle(store, entry, EntryState.HELD, Reason.UNPAID, clock)

    for _ in range(3):
        await maker_of(store, clock).look()

    assert await types(store) == ["entry.held"]


async def test_a_flood_is_told_whole_and_in_order(store: Store, clock: Clock) -> None:
    """More rows than are read at once; and what tells nothing moves the cursors on the disk all the same."""
    maker = maker_of(store, clock)
    await maker.look()
    entries = [entry for start in range(0, 1200, 400) for entry in await entries_for(store, 400, AT, first=start)]
    await store.settle_entries([SettledEntry(entry, EntryState.ACCEPTED, Reason.ACCEPTED, AT) for entry in entries])
    while await maker.look():
        pass
    (silent,) = await store.hooks.targets()

    await store.settle_entries([confirmed(entry, AT) for entry in entries])
    while await maker.look():
        pass

    assert silent.history_id > BEHIND
    assert [each["data"]["entry"] for each in await sent(store)] == [entry.id for entry in entries]


async def test_commits_wake_it(store: Store, clock: Clock) -> None:
    """From the commit to the message it takes less than a second."""
    working = asyncio.create_task(maker_of(store, clock).run())
    (entry,) = await entries_for(store, 1, AT)
    async with asyncio.timeout(10):
        while not await store.hooks.targets():  # noqa: ASYNC110 - the store tells of no beginning
            await asyncio.sleep(0.01)
    wake = store.hooks.wake("wms")

    started = asyncio.get_running_loop().time()
    await store.settle_entries([confirmed(entry, AT)])
    async with asyncio.timeout(10):
        await wake.wait()
    took_s = asyncio.get_running_loop().time() - started

    working.cancel()
    assert took_s < 1
    assert await types(store) == ["entry.entered"]


async def test_a_row_that_nobody_understands_holds_up_nothing(store: Store, clock: Clock) -> None:
    """Another version wrote it, or somebody changed it: it is in the log, and the others are told."""
    maker = maker_of(store, clock)
    await maker.look()
    one, two = await entries_for(store, 2, AT)
    await store.add_step(Step(AT, "main", "held", "of_another_version", "keeper", entry_id=one.id))
    await store.add_step(Step(AT, "main", "held", "unpaid", "keeper", entry_id=99))

    await settle(store, two, EntryState.HELD, Reason.UNPAID, clock)
    with capture_logs() as logged:
        await maker.look()

    assert [each["data"]["entry"] for each in await sent(store)] == [two.id]
    assert [line["of"] for line in logged if line["event"] == "webhook_not_made"] == [
        "row 5 of history",
        "row 6 of history",
    ]


class TestGaps:
    def alarm(self, entry: Entry, kind: AlarmKind = AlarmKind.NOT_ENTERED) -> Alarm:
        said = Said("起きたこと", "what happened"), Said("すること", "what to do")
        return Alarm(kind, entry.shop, entry.order_no, entry.tracking_no, AT, None, *said)

    async def test_an_entry_is_told_of_once_whatever_the_limit(self, store: Store, clock: Clock) -> None:
        maker = maker_of(store, clock)
        await maker.look()
        (entry,) = await entries_for(store, 1, AT)
        late, past = self.alarm(entry), self.alarm(entry, AlarmKind.SHIP_BY_PAST)

        for standing in ([late], [late], [late, past], [], [past]):
            await maker.heed(standing, clock())

        (message,) = await sent(store)
        assert (message["type"], message["data"]["why"], message["data"]["entry"]) == (
            "gap.too_long",
            "not_entered",
            entry.id,
        )

    async def test_what_is_about_no_number_is_no_gap(self, store: Store, clock: Clock) -> None:
        """A line without a label; labels without an order; a held number; a number that nobody here entered."""
        maker = maker_of(store, clock)
        await maker.look()
        (entry,) = await entries_for(store, 1, AT)
        late = self.alarm(entry)
        others = [
            replace(late, kind=AlarmKind.SHIP_BY_PAST, tracking_no=""),
            replace(late, order_no="", tracking_no=""),
            replace(late, kind=AlarmKind.NOT_LOOKED_AT),
            replace(late, tracking_no="1"),
        ]

        await maker.heed(others, clock())

        assert await sent(store) == []

    async def test_a_restart_does_not_repeat_it(self, store: Store, clock: Clock) -> None:
        (entry,) = await entries_for(store, 1, AT)
        for _ in range(2):
            maker = maker_of(store, clock)
            await maker.heed([self.alarm(entry)], clock())
            await maker.look()
            await maker.heed([self.alarm(entry)], clock())
            clock.forward(days=1)

        assert await types(store) == ["gap.too_long"]


def test_no_shape_has_room_for_a_person() -> None:
    """Bodies refuse what is not declared, and nothing that is declared is about the buyer."""
    names = {name for shape in MESSAGES for name in shape.model_fields["data"].annotation.model_fields}  # type: ignore[union-attr]  # each has data of its own

    assert {"name", "buyer", "address", "tel", "mail", "receiver"} & names == set()
    assert all(shape.model_config["extra"] == "forbid" for shape in MESSAGES)
