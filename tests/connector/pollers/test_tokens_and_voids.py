"""What only some vendors do: tokens that rotate, labels that are voided, slips that are merged."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from connector.store.errors import StoreUnavailable
from connector.store.polls import PollRow, SettledPoll

if TYPE_CHECKING:
    from tests.connector.pollers.conftest import Bench, MakeBench

ROTATING = ["logiless", "nextengine"]


class FailingStore:
    """The store, but the first attempts to keep anything fail."""

    def __init__(self, store: Any, failures: int) -> None:
        self._store = store
        self.failures = failures

    async def poll_rows(self) -> list[PollRow]:
        rows: list[PollRow] = await self._store.poll_rows()
        return rows

    async def settle_poll(self, settled: SettledPoll) -> Any:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("the disk is full")
        return await self._store.settle_poll(settled)


async def only_row(bench: "Bench") -> PollRow:
    (row,) = await bench.store.poll_rows()
    return row


async def test_tokens_from_an_error_are_kept_before_anything_else(make_bench: "MakeBench") -> None:
    """NextEngine's errors carry the only valid tokens: the next request, by another process, must use them."""
    bench = await make_bench("nextengine")
    bench.vendor.add(1)
    bench.vendor.faults = [bench.vendor.error, bench.vendor.error]
    poller = await bench.poller()

    await poller.round()
    first = await only_row(bench)
    again = await bench.poller()
    await again.round()
    last = await bench.poller()
    await last.round()

    assert first.failures == 1
    assert "003001" in first.error
    assert "made up" not in first.error
    assert (await only_row(bench)).failures == 0
    assert [reference for _, reference, _ in bench.told()] == ["1062400001"]


@pytest.mark.parametrize("kind", ROTATING)
async def test_a_store_that_fails_for_a_while_loses_no_token(kind: str, make_bench: "MakeBench") -> None:
    """No request goes out with new tokens before they are kept."""
    bench = await make_bench(kind)
    bench.vendor.add(1)
    failing: Any = FailingStore(bench.store, failures=3)
    poller = await bench.poller(store=failing)

    with capture_logs() as logs:
        await poller.round()
    again = await bench.poller()
    await again.round()

    assert [log["event"] for log in logs].count("poll_not_kept") == 3
    assert (await only_row(bench)).error == ""
    assert len(bench.told()) == 1


@pytest.mark.parametrize("kind", ROTATING)
async def test_a_new_login_goes_before_what_was_kept(kind: str, make_bench: "MakeBench") -> None:
    """A person has put new tokens into the settings, because the kept ones are used up."""
    bench = await make_bench(kind)
    bench.vendor.add(1)
    poller = await bench.poller()
    await poller.round()
    bench.vendor.generation = 20

    stale = await bench.poller()
    if kind == "logiless":
        bench.clock.now += timedelta(days=40)  # the access token has expired
    await stale.round()
    refused = await only_row(bench)
    names = {"nextengine": ("access_token", "refresh_token"), "logiless": ("refresh_token",)}[kind]
    fresh = await bench.poller(**{name: f"{name.replace('_', '-')}-20" for name in names})
    await fresh.round()

    assert "credentials.refresh_token" in refused.error
    assert (await only_row(bench)).error == ""


async def test_another_key_is_said_and_does_no_harm(make_bench: "MakeBench") -> None:
    """The settings' tokens are tried instead; what was kept stays readable with the former key."""
    bench = await make_bench("nextengine")
    bench.vendor.add(1)
    await (await bench.poller()).round()

    with capture_logs() as logs:
        mistaken = await bench.poller(key="YW5vdGhlci1tYWRlLXVwLWtleS1vZi0zMi1ieXRlcyE=")
        await mistaken.round()
    refused = await only_row(bench)
    right = await bench.poller()
    await right.round()

    assert "tokens_unreadable" in [log["event"] for log in logs]
    assert "002002" in refused.error
    assert (await only_row(bench)).error == ""


async def test_expiring_tokens_are_renewed_in_time(make_bench: "MakeBench") -> None:
    bench = await make_bench("logiless")
    bench.vendor.add(1)
    poller = await bench.poller()
    await poller.round()

    bench.clock.now += timedelta(days=29, hours=23, minutes=30)
    await poller.round()

    assert [asked.path.rsplit("/", 1)[-1] for asked in bench.vendor.asked] == [
        "token",
        "outbound_deliveries",
        "token",
        "outbound_deliveries",
    ]
    assert bench.vendor.asked[2].query["refresh_token"] == "refresh-token-1"


async def test_a_token_that_was_withdrawn_is_renewed_once(make_bench: "MakeBench") -> None:
    """401 for a token that should be good: renewed and tried again; refused again, it is a failure for a person."""
    bench = await make_bench("logiless")
    bench.vendor.add(1)
    poller = await bench.poller()
    await poller.round()
    denied = [None, lambda: web.Response(status=401)]
    bench.vendor.faults = [lambda: web.Response(status=401)]

    await poller.round()
    healed = await only_row(bench)
    bench.vendor.faults = [lambda: web.Response(status=401), *denied]
    asked = len(bench.vendor.asked)
    await poller.round()

    assert healed.error == ""
    assert len(bench.vendor.asked) == asked + 3
    assert "401" in (await only_row(bench)).error


async def test_a_void_is_seen_on_a_shipment_that_is_known_already(make_bench: "MakeBench") -> None:
    """Quick rounds ask only for what is new; a wide one reads the last days again."""
    bench = await make_bench("shipandco")
    bench.vendor.add(1)
    poller = await bench.poller()
    await poller.round()
    bench.clock.now += timedelta(days=2)
    bench.vendor.rows[0]["state"] = "void"
    bench.vendor.add(2)

    for _ in range(12):
        await bench.next_round(poller)

    told = [(kind, reference) for kind, reference, _ in bench.told()]
    assert sorted(told) == [("printed", "1062400001"), ("printed", "1062400002"), ("voided", "1062400001")]
    after = [asked.query["created_after"] for asked in bench.vendor.asked]
    wide = [time for time in after if time < "2026-11-20"]
    assert len(wide) == 3
    assert len(after) == 13


async def test_a_missed_day_is_made_up_for(make_bench: "MakeBench") -> None:
    """OPENLOGI lists by the day; after a pause every day since the last one is read."""
    bench = await make_bench("openlogi")
    poller = await bench.poller()
    await poller.round()
    for _ in range(4):
        bench.clock.now += timedelta(days=1)
        bench.vendor.add(len(bench.vendor.rows))

    await (await bench.poller()).round()

    assert len(bench.told()) == 4
    assert [asked.path[-10:] for asked in bench.vendor.asked][2:] == [
        f"2026/11/{day}" for day in (21, 22, 23, 24, 25, 26)
    ]


async def test_merged_slips_tell_the_number_of_the_one_they_went_into(make_bench: "MakeBench") -> None:
    """A slip merged into a merged one too; voiding the label voids it for all of them."""
    bench = await make_bench("nextengine")
    for number in (1, 2, 3, 4):
        bench.vendor.add(number)
    _, merged, merged_twice, _ = bench.vendor.rows
    for row, into in ((merged, "1"), (merged_twice, "2")):
        row["receive_order_include_to_order_id"] = into
        row["receive_order_delivery_cut_form_id"] = ""
        row["receive_order_cancel_type_id"] = "3"
    poller = await bench.poller()

    await poller.round()
    printed = bench.told()
    bench.clock.now += timedelta(minutes=5)
    bench.vendor.rows[0]["receive_order_cancel_type_id"] = "1"
    bench.vendor.rows[0]["receive_order_last_modified_date"] = "2026-11-22 12:05:00"
    await poller.round()

    number = bench.vendor.rows[0]["receive_order_delivery_cut_form_id"]
    assert {(kind, reference) for kind, reference, of in printed if of == number} == {
        ("printed", f"106240000{order}") for order in (1, 2, 3)
    }
    voided = {(reference, of) for kind, reference, of in bench.told() if kind == "voided"}
    assert voided == {(f"106240000{order}", number) for order in (1, 2, 3)}


async def test_closing_ends_after_the_answer_in_hand(make_bench: "MakeBench") -> None:
    """A stop between an answer and its commit would lose the tokens in it."""
    bench = await make_bench("nextengine")
    for number in range(450):
        bench.vendor.add(number)
    poller = await bench.poller()

    def closing() -> web.Response:
        poller.close()
        response: web.Response = bench.vendor.answer(bench.vendor.asked[-1])
        return response

    bench.vendor.faults = [None, closing]
    await poller.run()
    asked = len(bench.vendor.asked)
    await (await bench.poller()).round()

    assert asked == 2
    assert len({reference for _, reference, _ in bench.told()}) == 450
    assert (await only_row(bench)).error == ""


async def test_a_round_set_by_a_clock_that_was_wrong_is_not_waited_for(make_bench: "MakeBench") -> None:
    bench = await make_bench("shipandco")
    bench.vendor.add(1)
    await bench.store.settle_poll(SettledPoll(PollRow("tool", next_at=bench.clock.now + timedelta(days=3000))))
    poller = await bench.poller()

    def closing() -> web.Response:
        poller.close()
        response: web.Response = bench.vendor.answer(bench.vendor.asked[-1])
        return response

    bench.vendor.faults = [closing]
    await poller.run()

    assert len(bench.told()) == 1
    assert bench.clock.pauses == []
