"""When a number goes out, under which name, and which numbers do not."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.model import EventKind
from connector.domain.entry import EntryState
from connector.domain.parcel import Parcel, ParcelKey, ParcelState, Times
from connector.domain.reasons import Reason
from connector.keeper.naming import setting_to_write
from connector.sandbox import NewLine

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Clock, Rig

CONFIRMED = (EntryState.CONFIRMED, Reason.SHOWN)
WAITING = (EntryState.WAITING, Reason.BEFORE_ITS_MOMENT)


@pytest.mark.parametrize(
    ("enter_on", "before", "moment"),
    [
        ("packed", [EventKind.PRINTED], EventKind.PACKED),
        ("packed", [EventKind.PRINTED], EventKind.HANDED_OVER),
        ("handed_over", [EventKind.PRINTED, EventKind.PACKED], EventKind.HANDED_OVER),
        ("handed_over", [EventKind.PRINTED], EventKind.SCANNED),
        ("scanned", [EventKind.PRINTED, EventKind.HANDED_OVER], EventKind.SCANNED),
    ],
)
async def test_a_number_waits_for_its_moment(
    rig: Rig, enter_on: str, before: list[EventKind], moment: EventKind
) -> None:
    """A later stage includes the earlier ones: messages get lost."""
    rig.configure(packing_table={"enter_on": enter_on})
    (order_no,) = rig.cart()
    tracking_no = await rig.hear(order_no, kind=before[0])
    for kind in before[1:]:
        await rig.hear(order_no, tracking_no, kind=kind)
    await rig.wait(days=2)
    assert await rig.ends() == [(order_no, *WAITING)]
    assert rig.writes() == []

    await rig.hear(order_no, tracking_no, kind=moment)
    await rig.work()

    assert await rig.ends() == [(order_no, *CONFIRMED)]


async def test_hold_s_counts_from_the_moment(rig: Rig, clock: Clock) -> None:
    rig.configure(packing_table={"hold_s": 300})
    (order_no,) = rig.cart()
    await rig.hear(order_no)
    started_at = clock()

    await rig.wait(seconds=299)
    assert await rig.ends() == [(order_no, *WAITING)]
    await rig.wait(seconds=60)

    (entry,) = await rig.entries()
    assert (entry.state, entry.reason) == CONFIRMED
    assert entry.accepted_at is not None
    assert 300 <= (entry.accepted_at - started_at).total_seconds() < 302


async def test_a_number_with_a_wrong_check_digit_is_held(rig: Rig) -> None:
    (order_no,) = rig.cart()

    entry = await rig.enter(order_no, "444413758702")

    assert (entry.state, entry.reason) == (EntryState.HELD, Reason.CHECK_DIGIT)
    assert rig.writes() == []


async def test_an_odd_number_of_another_company_is_entered_all_the_same(rig: Rig) -> None:
    (order_no,) = rig.cart()

    entry = await rig.enter(order_no, "12345678", carrier="seino", service="")

    assert (entry.state, rig.stands(order_no)) == (EntryState.CONFIRMED, "12345678")


@pytest.mark.parametrize("tracking_no", ["4.44414E+11", "0" * 12, "=1+1", "4" * 60, "４４４４/１"])
async def test_a_number_that_cannot_be_repaired_is_held(rig: Rig, tracking_no: str) -> None:
    (order_no,) = rig.cart()

    entry = await rig.enter(order_no, tracking_no)

    assert (entry.state, entry.reason) == (EntryState.HELD, Reason.NUMBER_UNREADABLE)
    assert rig.writes() == []


async def test_an_unknown_carrier_is_held_with_the_setting_to_write_and_entered_after_it(rig: Rig) -> None:
    (order_no,) = rig.cart()
    entry = await rig.enter(order_no, "ABC123", carrier="pigeon", service="express")
    assert (entry.state, entry.reason) == (EntryState.HELD, Reason.NAME_UNKNOWN)
    (row,) = await rig.rows("entry")
    assert row.detail == '[sources.packing-table.carriers]\n"pigeon.express" = "..."'

    rig.configure(packing_table={"carriers": {"pigeon": "その他"}})
    await rig.keeper._begin()
    await rig.work()

    assert await rig.ends() == [(order_no, *CONFIRMED)]
    assert rig.market.line(order_no).shipping.company == "その他"


@given(carrier=st.text(min_size=1), service=st.text())
def test_whatever_a_carrier_calls_itself_the_lines_to_write_are_toml(carrier: str, service: str) -> None:
    parcel = Parcel(1, ParcelKey("main", "1", "2"), "packing-table", carrier, service, Times(), ParcelState.RESOLVED)

    written = tomllib.loads(setting_to_write(parcel))

    code = f"{carrier}.{service}" if service else carrier
    assert written == {"sources": {"packing-table": {"carriers": {code: "..."}}}}


@pytest.mark.parametrize(
    ("names", "carriers", "expected"),
    [
        (("佐川急便",), {}, "ヤマト宅急便"),
        (("ヤマト宅急便", "クロネコヤマト"), {}, "ヤマト宅急便"),
        (("ヤマト 宅急便",), {}, "ヤマト 宅急便"),
        (("ヤマト 宅急便",), {"yamato": "うちのヤマト"}, "うちのヤマト"),
        (("ヤマト 宅急便",), {"yamato": "A", "yamato.takkyubin": "B"}, "B"),
        (("ヤマト 宅急便",), {"YAMATO.Takkyubin": "C"}, "C"),
    ],
)
async def test_the_sellers_name_goes_before_a_learnt_one_and_that_before_the_built_in(
    rig: Rig, names: tuple[str, ...], carriers: dict[str, str], expected: str
) -> None:
    rig.configure(packing_table={"carriers": carriers})
    rig.market.shop("main").delivery_names = names
    await rig.keeper.learn_names()
    (order_no,) = rig.cart(NewLine(delivery_company=""))

    await rig.enter(order_no)

    assert rig.market.line(order_no).shipping.company == expected


async def test_a_name_learnt_later_releases_what_was_held_for_it(rig: Rig) -> None:
    """Bare Yamato has no built-in name: it may be 宅急便 or ネコポス."""
    (order_no,) = rig.cart()
    entry = await rig.enter(order_no, service="compact_special")
    assert (entry.state, entry.reason) == (EntryState.HELD, Reason.NAME_UNKNOWN)

    rig.configure(packing_table={"carriers": {"yamato": "ヤマト宅急便"}})
    await rig.keeper.learn_names()
    await rig.work()

    assert await rig.ends() == [(order_no, *CONFIRMED)]
