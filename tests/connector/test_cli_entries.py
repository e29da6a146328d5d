"""``qoo10-connector entries`` and ``deliveries``: what is shown, and what is done beside a daemon and without one."""

import asyncio
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from carriers.model import EventKind, LabelEvent
from connector.cli import main
from connector.domain.conflict import CANCEL_TOPIC, News
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.parcel import ParcelKey, ParcelState, times_of
from connector.domain.reasons import Reason
from connector.store.deliveries import NewDelivery, NewLabel
from connector.store.entries import NewEntry, SettledEntry
from connector.store.parcels import SettledParcel
from connector.store.store import Store
from tests.connector.conftest import daemon_of

COMMAND = Path(sys.executable).with_name("qoo10-connector")
AT = datetime.now(UTC) - timedelta(hours=3, minutes=5)
"""The commands read the real clock."""
WRONG, GOOD = "444413758702", "444413758703"
TOKEN = "t" * 40
SETTING = '[sources.packing-table.carriers]\n"mail" = "..."'


async def label(store: Store, reference: str, number: str, carrier: str = "yamato") -> Any:
    event = LabelEvent(f"msg {reference} {number}", EventKind.PRINTED, reference, carrier, "", number, AT)
    new = NewLabel(event, ParcelKey("main", reference, number), times_of(event, AT))
    await store.record_delivery(NewDelivery("packing-table", "main", event.key, AT, (new,)))
    (parcel,) = await store.due_parcels("main", AT)
    return parcel


async def entries_of(store: Store, parcel: Any, *order_nos: str) -> list[Any]:
    new = tuple(
        NewEntry("main", each, "300123456", parcel.id, parcel.source, parcel.key.tracking_number, None, AT, AT)
        for each in order_nos
    )
    await store.settle_parcels([SettledParcel(parcel, ParcelState.RESOLVED, Reason.OPEN, AT, entries=new)])
    return await store.entries_of_numbers("main", [parcel.key.tracking_number])


async def filled(url: str) -> None:
    store = await Store.open(url)
    (held,) = await entries_of(store, await label(store, "1062428737", WRONG), "1062428737")
    detail = "check_digit"
    await store.settle_entries([SettledEntry(held, EntryState.HELD, Reason.CHECK_DIGIT, AT, detail=detail)])
    cart = await entries_of(store, await label(store, "300123456", GOOD, "mail"), "1062428738", "1062428739")
    news = (News(CANCEL_TOPIC, ConflictKind.IN_THE_GAP),)
    await store.settle_entries(
        [
            SettledEntry(cart[0], EntryState.CONFIRMED, Reason.SHOWN, AT, accepted_at=AT),
            SettledEntry(cart[1], EntryState.HELD, Reason.NAME_UNKNOWN, AT, detail=SETTING, news=news),
        ]
    )
    lost = await label(store, "Q\x1b[31m-?", "111")
    await store.settle_parcels([SettledParcel(lost, ParcelState.UNRESOLVED, Reason.REFERENCE_UNREADABLE, AT)])
    shape = {"data": {"order_ref": "string"}}
    bad = NewDelivery(
        "packing-table", "main", "bad", AT, outcome="unreadable", detail="no tracking number", shape=shape
    )
    await store.record_delivery(bad)
    await store.close()


@pytest.fixture
def config(tmp_path: Path, port: int) -> Path:
    """Settings beside a store with something to do. Nothing answers at its Qoo10."""
    asyncio.run(filled(f"sqlite:///{tmp_path}/connector.db"))
    path = tmp_path / "config.toml"
    path.write_text(
        f"""
        [server]
        port = {port}
        [store]
        url = "sqlite:///{tmp_path}/connector.db"
        [api]
        tokens = ["{TOKEN}"]
        [shops.main]
        qapi_url = "http://127.0.0.1:9/GMKT.INC.Front.QAPIService/ebayjapan.qapi"
        seller_auth_key = "none"
        """,
        encoding="utf-8",
    )
    return path


def run(config: Path, *arguments: str) -> Result:
    runner = CliRunner(env={"COLUMNS": "150", "NO_COLOR": "1", "TERM": "dumb"})
    return runner.invoke(main, [*arguments, "--config", str(config)])


def release(config: Path, *more: str, order_no: str = "1062428737", number: str = "4444-1375-8702") -> Result:
    words = ("--who", "佐藤", "--why", "伝票と同じ", "--confirm", "number_checked")
    return run(config, "entries", "release", order_no, "--number", number, *words, *more)


class TestList:
    def test_it_says_in_japanese_what_waits_and_what_to_do(self, config: Path) -> None:
        shown = run(config, "entries", "list")

        assert shown.exit_code == 0
        for words in ("保留", "注文不明", "カート 300123456", "2行中1行入力済み", "mail", WRONG):
            assert words in shown.output
        assert re.search(r"3時間[0-9]+分", shown.output)
        assert "送り状番号の検査数字が合いません" in shown.output
        assert [line for line in SETTING.splitlines() if line not in shown.output] == []
        assert "1062428738" not in shown.output

    def test_it_says_so_in_english(self, config: Path) -> None:
        shown = run(config, "entries", "list", "--lang", "en").output

        assert "1 of 2 entered" in shown
        assert re.search(r"3 h [0-9]+ min", shown)
        assert "The tracking number fails its check digit" in shown

    def test_what_a_sender_wrote_does_not_command_the_terminal(self, config: Path) -> None:
        assert "\x1b" not in run(config, "entries", "list").output

    def test_as_json_it_can_be_narrowed(self, config: Path) -> None:
        def orders(*arguments: str) -> list[str]:
            found = json.loads(run(config, "entries", "list", "--json", *arguments).stdout)["entries"]
            return [each["order_no"] for each in found]

        assert sorted(orders()) == ["", "1062428737", "1062428739"]
        assert orders("--state", "confirmed") == ["1062428738"]
        assert orders("--state", "unresolved") == [""]
        assert orders("--shop", "other") == orders("--source", "other") == []
        assert len(orders("--state", "all")) == 4

    def test_more_than_the_limit_is_said(self, config: Path) -> None:
        assert "ほかにもあります" in run(config, "entries", "list", "--limit", "1").output
        assert json.loads(run(config, "entries", "list", "--limit", "1", "--json").stdout)["more"] is True

    def test_nothing_to_do_is_said(self, config: Path) -> None:
        assert "該当するものはありません" in run(config, "entries", "list", "--state", "refused").output

    def test_an_unknown_state_is_wrong_use(self, config: Path) -> None:
        shown = run(config, "entries", "list", "--state", "stuck")

        assert (shown.exit_code, "waiting, entering" in shown.stderr) == (2, True)


class TestShow:
    @pytest.mark.parametrize("number", ["1062428739", "4444-1375-8703", "300123456"])
    def test_the_whole_story_is_found_by_every_number(self, config: Path, number: str) -> None:
        shown = run(config, "entries", "show", number)

        assert shown.exit_code == 0
        for words in ("送り状ラベルを印刷", "受信 dlv_", "プログラム", "行き違いの記録を開始"):
            assert words in shown.output
        assert shown.output.index("送り状ラベルを印刷") < shown.output.index("行き違いの記録を開始")

    def test_as_json_the_history_has_both_clocks_and_the_oldest_first(self, config: Path) -> None:
        (story,) = json.loads(run(config, "entries", "show", "1062428739", "--json").stdout)["stories"]

        whats = [each["what"] for each in story["history"]]
        assert whats[0] == "label_printed"
        assert story["history"][0]["clock"] == "source"
        assert story["history"][0]["happened_at"] is not None
        assert "delivery dlv_" in story["history"][0]["from"]
        assert {"resolved", "waiting", "held", "conflict_opened", "opened"} <= set(whats)
        assert [each["at"] for each in story["history"]] == sorted(each["at"] for each in story["history"])

    def test_what_nobody_knows_is_said(self, config: Path) -> None:
        for number in ("1", "  ", "%"):
            shown = run(config, "entries", "show", number)
            assert (shown.exit_code, "Nothing is known" in shown.stderr) == (1, True)


class TestRelease:
    def test_without_a_daemon_it_goes_into_the_store_and_the_history(self, config: Path) -> None:
        done = release(config)
        again = release(config)

        assert (done.exit_code, again.exit_code) == (0, 1)
        assert "The daemon does not run" in done.output
        assert "released already" in again.stderr
        assert "担当者が番号を確かめ" in run(config, "entries", "list").output
        story = run(config, "entries", "show", "1062428737").output
        assert "担当者が入力を許可" in story
        assert "担当者 佐藤" in story
        assert "伝票と同じ" in story

    def test_what_it_lacks_is_wrong_use(self, config: Path) -> None:
        lacking = release(config, "--confirm", "")

        assert (lacking.exit_code, "number_checked" in lacking.stderr) == (2, True)

    def test_another_number_or_order_is_refused(self, config: Path) -> None:
        assert WRONG in release(config, number=GOOD).stderr
        assert "has no entry" in release(config, order_no="1").stderr
        assert "not held for its check digit" in release(config, order_no="1062428739", number=GOOD).stderr

    def test_beside_the_daemon_it_goes_through_its_api(self, config: Path, port: int) -> None:
        """Reading needs none."""
        with daemon_of(config, port):
            done = release(config)
            retried = run(config, "entries", "retry", "1062428739", "--who", "佐藤")
            shown = run(config, "entries", "list")

        assert (done.exit_code, retried.exit_code, shown.exit_code) == (0, 0, 0), done.stderr + retried.stderr
        assert "The daemon goes on with it at once" in done.output
        assert "person 佐藤" in run(config, "entries", "show", "1062428737", "--lang", "en").output


class TestHoldVoidAssign:
    def test_a_number_is_held_and_let_go(self, config: Path) -> None:
        who = ("--who", "佐藤", "--why", "棚卸し")
        held = run(config, "entries", "hold", "1062428737", *who)
        listed = run(config, "entries", "list").output
        let_go = run(config, "entries", "release", "1062428737", *who)
        story = run(config, "entries", "show", "1062428737", "--lang", "en").output

        assert (held.exit_code, let_go.exit_code) == (0, 0), held.stderr + let_go.stderr
        assert "担当者が保留にしました" in listed
        assert "A person has let it go" in story
        assert story.count("person 佐藤") == 2

    def test_what_is_entered_cannot_be_held(self, config: Path) -> None:
        done = run(config, "entries", "hold", "1062428738", "--who", "佐藤", "--why", "x")

        assert (done.exit_code, "Qoo10 has taken the number" in done.stderr) == (1, True)

    def test_a_void_must_be_confirmed_and_is_for_the_whole_label(self, config: Path) -> None:
        words = ("entries", "void", "1062428738", "--who", "佐藤", "--why", "刷り直した")
        lacking = run(config, *words)
        done = run(config, *words, "--confirm", "label_destroyed")
        again = run(config, "entries", "void", "1062428739", *words[3:], "--confirm", "label_destroyed")

        assert (lacking.exit_code, done.exit_code, again.exit_code) == (2, 0, 1), done.stderr
        assert "label_destroyed" in lacking.stderr
        assert "void already" in again.stderr

    def test_a_label_without_an_order_is_assigned_or_void(self, config: Path) -> None:
        words = ("--who", "佐藤", "--why", "出荷リスト")
        both = run(config, "entries", "assign", "111", "--order-no", "1062428740", "--cart", "300123456", *words)
        done = run(config, "entries", "assign", "111", "--order-no", "1062428740", *words)
        void = run(config, "entries", "void", "111", *words, "--confirm", "label_destroyed")
        unknown = run(config, "entries", "assign", "112", "--order-no", "1062428740", *words)

        assert (both.exit_code, done.exit_code, void.exit_code, unknown.exit_code) == (2, 0, 0, 1), done.stderr
        assert "no order, nor a label" in unknown.stderr

    def test_what_a_person_has_looked_at_is_kept(self, config: Path) -> None:
        done = run(config, "entries", "looked-at", "1062428737", "--who", "佐藤", "--why", "確認中")

        assert done.exit_code == 0, done.stderr
        assert "担当者が確認" in run(config, "entries", "show", "1062428737").output


class TestRetry:
    def test_it_makes_what_stands_still_due_and_is_kept(self, config: Path) -> None:
        done = run(config, "entries", "retry", "1062428739")

        assert done.exit_code == 0
        assert "担当者が再試行を指示" in run(config, "entries", "show", "1062428739").output

    def test_what_goes_by_itself_is_not_retried(self, config: Path) -> None:
        done = run(config, "entries", "retry", "1062428738")

        assert (done.exit_code, f"{GOOD} is confirmed" in done.stderr) == (1, True)


class TestDeliveries:
    def test_what_could_not_be_read_is_shown_with_its_shape(self, config: Path) -> None:
        shown = run(config, "deliveries", "list", "--outcome", "unreadable")
        (one,) = json.loads(run(config, "deliveries", "list", "--json").stdout)["deliveries"]

        assert "no tracking number" in shown.output
        assert '{"data": {"order_ref": "string"}}' in shown.output
        assert one["shape"] == {"data": {"order_ref": "string"}}

    def test_an_unknown_outcome_is_wrong_use(self, config: Path) -> None:
        assert run(config, "deliveries", "list", "--outcome", "lost").exit_code == 2


def test_a_store_that_is_not_there_is_said_and_not_made(config: Path, tmp_path: Path) -> None:
    for each in tmp_path.glob("connector.db*"):
        each.unlink()

    for arguments in (("entries", "list"), ("entries", "show", "1"), ("deliveries", "list"), ("entries", "retry", "1")):
        shown = run(config, *arguments)
        assert (shown.exit_code, "is not there yet" in shown.stderr) == (1, True)
    assert not (tmp_path / "connector.db").exists()
