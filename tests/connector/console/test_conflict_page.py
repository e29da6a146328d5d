"""The page of a conflict: its acts hold for what was shown, and what was written is not lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from connector.domain.acts import Act, ActKind
from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.reasons import Reason
from connector.store.entries import SettledEntry
from tests.connector.domain.conftest import made_entry

if TYPE_CHECKING:
    from tests.connector.console.conftest import Place

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ENTER = {"act": "enter_now", "why": "QSMで拒否した", "confirm": "refused_in_qsm"}
OUTDATED = "表示した後に状態が変わりました"


async def becomes(place: Place, kind: ConflictKind | None, ended: str = "") -> None:
    """The keeper finds the line's conflict to be of this kind, or ended."""
    news = (News(CANCEL_TOPIC, kind, ended=ended),)
    settled = SettledEntry(made_entry(AT), EntryState.CONFLICT, Reason.IN_THE_GAP, AT, news=news)
    await place.app.store.settle_entries([settled])


async def shown(place: Place) -> str:
    async with place.session.get(f"{place.url}/conflicts/1") as answer:
        assert answer.status == 200
        return await answer.text()


async def send(place: Place, **form: str) -> tuple[int, str]:
    """The status and the page."""
    async with place.session.post(f"{place.url}/conflicts/1/acts", data=form, allow_redirects=False) as answer:
        return answer.status, await answer.text()


def form_of(page: str, act: str) -> str:
    (found,) = re.findall(rf'<details class="act" id="act-{act}".*?</details>', page, re.DOTALL)
    return str(found)


def seen_in(page: str, act: str) -> str:
    return "".join(re.findall(r'name="seen" value="(\d+)"', form_of(page, act)))


@pytest.fixture
async def gap(place: Place) -> Place:
    """With one conflict, in the gap."""
    await becomes(place, ConflictKind.IN_THE_GAP)
    return place


async def test_an_act_is_done_for_what_was_shown(gap: Place) -> None:
    page = await shown(gap)

    status, _ = await send(gap, **ENTER, seen=seen_in(page, "enter_now"))

    assert status == 303
    assert (await gap.app.store.log_rows(conflict_id=1))[-1].what == "person"


async def test_an_act_for_what_is_no_more_is_not_done_and_the_page_says_what_is_new(gap: Place) -> None:
    """It shows how it stands now, and keeps what was written: for an act that fits no more, as a note."""
    before = await shown(gap)
    await becomes(gap, ConflictKind.CANCELLED_PARCEL_EXISTS)

    status, page = await send(gap, **ENTER, seen=seen_in(before, "enter_now"))

    assert status == 409
    assert f"何も行われませんでした: {OUTDATED}" in page
    (new,) = re.findall(r'aria-labelledby="news-title">.*?</section>', page, re.DOTALL)
    assert ("種別を変更" in new, "記録を開始" in new) == (True, False)
    assert "引き返し" in page
    assert 'id="act-enter_now"' not in page
    assert 'value="QSMで拒否した"' in form_of(page, "note")
    assert [row.what for row in await gap.app.store.log_rows(conflict_id=1)] == ["opened", "kind_changed"]


async def test_what_was_written_for_an_act_that_still_fits_stands_in_its_form(gap: Place) -> None:
    before = await shown(gap)
    await gap.app.store.act_on(Act(ActKind.NOTE, 1, "鈴木", "倉庫に確認中", AT))

    status, page = await send(gap, **ENTER, seen=seen_in(before, "enter_now"))

    assert (status, 'value="QSMで拒否した"' in form_of(page, "enter_now")) == (409, True)
    assert "倉庫に確認中" in page
    assert "checked" not in form_of(page, "enter_now")
    assert (await send(gap, **ENTER, seen=seen_in(page, "enter_now")))[0] == 303


async def test_a_note_is_true_whatever_has_happened(gap: Place) -> None:
    page = await shown(gap)
    await becomes(gap, ConflictKind.CANCELLED_PARCEL_EXISTS)

    assert seen_in(page, "note") == ""
    assert (await send(gap, act="note", why="配送会社に電話した"))[0] == 303


async def test_an_act_that_lacks_something_keeps_what_was_written(gap: Place) -> None:
    """What lacks something is no news: nothing is said to be new."""
    page = await shown(gap)

    status, answer = await send(gap, act="enter_now", why="拒否した", seen=seen_in(page, "enter_now"))

    assert (status, "news-title" in answer) == (409, False)
    assert 'value="拒否した"' in form_of(answer, "enter_now")


async def test_a_closed_conflict_has_the_place_of_its_advice_and_nothing_in_it(gap: Place) -> None:
    """It opens again at times, and the page follows."""
    await becomes(gap, None, ended="request_ended")

    page = await shown(gap)

    (advice,) = re.findall(r'<section class="panel" id="advice".*?</section>', page, re.DOTALL)
    assert " hidden>" in advice
    assert "<ol" not in advice
    assert "次にすること" not in advice
