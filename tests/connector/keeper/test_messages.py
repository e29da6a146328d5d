"""Messages to buyers: what fits a conflict, and what goes out: once, by a person, where a buyer waits for an answer."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.acts import Act, ActKind
from connector.domain.messages import APOLOGY, LOOKED_IN_QSM, RETURN_GUIDE, MessageOutcome
from connector.domain.orders import ShippingStatus
from connector.keeper.inquiries import Inquiries
from connector.messages.desk import MessageDesk, MessageRefused, Postbox, Sent, Wanted
from connector.proof.dossier import dossier
from connector.qoo10.client import QapiClient
from connector.qoo10.keys import ConfiguredKey
from connector.sandbox import FaultKind
from connector.sandbox.records import NewLine
from connector.store.errors import StoreUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from connector.sandbox.records import Inquiry
    from tests.connector.keeper.conftest import Rig

SHOP = "main"
SET = "CSCenter.SetInquiryMessage"
WANTED = Wanted(APOLOGY, "佐藤", "QSMで要請を拒否した")


@dataclass
class Post:
    """A desk on a rig, and the conflict of its one line."""

    rig: Rig
    folder: Path
    may_answer: bool = True
    order_no: str = ""

    @property
    def desk(self) -> MessageDesk:
        client = QapiClient(self.rig.transport, ConfiguredKey(lambda: self.rig.sandbox.key_of(SHOP)))
        box = Postbox(client, Inquiries(SHOP, self.rig.store, client, self.rig.clock), self.may_answer)
        return MessageDesk(self.rig.store, {SHOP: box}, self.folder, self.rig.clock)

    async def in_the_gap(self) -> None:
        self.rig.configure({"in_the_gap": "hold"})
        (self.order_no,) = self.rig.cart(NewLine(status=ShippingStatus.PREPARING))
        await self.rig.hear(self.order_no)
        self.rig.clock.forward(seconds=5)
        self.rig.market.ask_cancel(self.order_no)
        await self.rig.work()

    def asks(self, contents: str = "キャンセルしてください", **how: str) -> Inquiry:
        self.rig.clock.forward(seconds=1)
        return self.rig.market.add_inquiry(self.order_no, contents, **how)

    async def send(self, **instead: str) -> Sent:
        self.rig.clock.forward(seconds=1)
        (case,) = await self.rig.store.cases([1])
        return await self.desk.send(case, replace(WANTED, **instead))

    async def refusal(self, **instead: str) -> str:
        with pytest.raises(MessageRefused) as raised:
            await self.send(**instead)
        return str(raised.value)

    async def log(self) -> list[dict[str, Any]]:
        """What the conflict log tells of messages."""
        rows = [(row.what, json.loads(row.body)) for row in await self.rig.store.log_rows()]
        return [body for what, body in rows if what in ("person", "message")]

    def answers(self) -> list[str]:
        """What every buyer was really told."""
        return [text for inquiry in self.rig.market.shop(SHOP).inquiries for text in inquiry.answers]


@pytest.fixture
async def post(rig: Rig, tmp_path: Path) -> Post:
    folder = tmp_path / "templates"
    folder.mkdir()
    post = Post(rig, folder)
    await post.in_the_gap()
    return post


async def test_a_message_answers_the_open_inquiry_and_stands_in_the_log(post: Post) -> None:
    asked = post.asks()

    sent = await post.send()

    (text,) = post.answers()
    assert (sent.outcome, sent.code, sent.logged) == (MessageOutcome.SENT, 0, True)
    assert sent.inquiry.key == f"MSG {asked.question_no} {asked.seq_no}"
    assert post.order_no in text
    assert "お詫び申し上げます" in text
    act, outcome = await post.log()
    assert act["origin"] == "person 佐藤"
    assert act["detail"] == {
        "act": "message",
        "why": "QSMで要請を拒否した",
        "confirmed": "",
        "template": APOLOGY,
        "inquiry": sent.inquiry.key,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    assert outcome["origin"] == "SetInquiryMessage"
    assert outcome["detail"] == {"outcome": "sent", "code": "0", "template": APOLOGY, "inquiry": sent.inquiry.key}


async def test_the_dossier_tells_of_it_in_japanese(post: Post) -> None:
    post.asks()
    await post.send()

    (case,) = await post.rig.store.cases([1])
    told = dossier(case, await post.rig.store.log_rows(conflict_id=1), post.rig.clock())
    details = [each.detail_ja for each in told.facts]
    assert "問い合わせへの回答を送信「crossing-apology」: QSMで要請を拒否した" in details
    assert "Qoo10が受付、ResultCode 0" in details
    assert "キャンセルに触れる内容(要請としては扱わない)" in details


async def test_sending_decides_nothing(post: Post) -> None:
    post.asks()
    entries, conflicts = await post.rig.entries(), await post.rig.conflicts()

    await post.send()
    assert (await post.rig.entries(), await post.rig.conflicts()) == (entries, conflicts)
    assert post.rig.ours(post.order_no) == []


class TestNothingIsSent:
    """And nothing is asked of Qoo10 that writes."""

    @pytest.fixture(autouse=True)
    def _nothing_goes_out(self, post: Post) -> Any:
        yield
        assert post.answers() == []
        assert post.rig.market.calls.to(SET) == []

    async def test_where_the_seller_has_not_switched_it_on(self, post: Post) -> None:
        post.asks()
        post.may_answer = False

        assert "set shops.main.answer_inquiries = true" in await post.refusal()
        assert await post.log() == []

    async def test_without_an_open_inquiry(self, post: Post) -> None:
        assert f"no open inquiry about the order {post.order_no}" in await post.refusal()
        post.asks().status = "S3"

        assert "no open inquiry" in await post.refusal()
        assert await post.log() == []

    async def test_when_the_inquiry_is_of_another_order(self, post: Post) -> None:
        (other,) = post.rig.cart()
        post.rig.market.add_inquiry(other, "キャンセルしてください")

        assert "no open inquiry" in await post.refusal()

    async def test_when_the_inquiries_cannot_be_read(self, post: Post) -> None:
        post.asks()
        post.rig.fault(FaultKind.THROTTLED, method="CSCenter.GetInquiryMessage")

        assert "cannot be read now" in await post.refusal()

    @pytest.mark.parametrize(
        ("instead", "said"),
        [
            ({"who": " "}, "needs the name"),
            ({"why": ""}, "needs a reason"),
            ({"why": "電話 090-1234-5678 に連絡"}, "telephone number"),
            ({"template": "apology"}, "there is no template 'apology'"),
            ({"confirmed": "dealt_with"}, "only confirmation of a message is looked_in_qsm"),
        ],
    )
    async def test_when_it_lacks_something(self, post: Post, instead: dict[str, str], said: str) -> None:
        post.asks()

        assert said in await post.refusal(**instead)
        assert await post.log() == []

    async def test_when_the_sellers_template_cannot_be_used(self, post: Post) -> None:
        post.asks()
        (post.folder / f"{APOLOGY}.txt").write_text("${buyer_name} 様", encoding="utf-8")

        assert "unknown placeholder ${buyer_name}" in await post.refusal()

    async def test_when_it_would_say_what_is_not_so(self, post: Post) -> None:
        """The parcel was stopped: it is not on its way any more."""
        post.asks()
        now = post.rig.clock()
        await post.rig.store.act_on(Act(ActKind.LEAVE_CANCELLED, 1, "佐藤", "止めた", now, "parcel_stopped"))
        await post.rig.work()

        assert "parcel is on its way" in await post.refusal()
        assert "parcel is on its way" in await post.refusal(template=RETURN_GUIDE)

    async def test_when_the_order_is_cancelled_after_all(self, post: Post) -> None:
        post.asks()
        post.rig.market.accept_cancel(post.order_no)
        await post.rig.claims_watch.look()
        await post.rig.work()

        assert "does not fit conflict 1" in await post.refusal()

    async def test_when_that_it_goes_out_cannot_be_kept(self, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
        post.asks()

        async def full(_message: object) -> None:
            raise StoreUnavailable("disk full")

        monkeypatch.setattr(post.rig.store, "begin_message", full)
        with pytest.raises(StoreUnavailable):
            await post.send()


class TestWhatQoo10MakesOfIt:
    async def test_a_lost_answer_may_have_been_sent_and_is_not_repeated(self, post: Post) -> None:
        post.asks()
        post.rig.fault(FaultKind.LOST_ANSWER, method=SET)

        sent = await post.send()

        assert sent.outcome is MessageOutcome.UNCLEAR
        assert len(post.rig.market.calls.to(SET)) == 1
        assert (await post.log())[-1]["detail"]["outcome"] == "unclear"

    async def test_an_unknown_code_may_have_been_sent(self, post: Post) -> None:
        post.asks()
        post.rig.fault(FaultKind.CODE, method=SET, code=-10002)

        sent = await post.send()

        assert (sent.outcome, sent.code) == (MessageOutcome.UNCLEAR, -10002)
        assert (await post.log())[-1]["detail"]["code"] == "-10002"

    async def test_after_an_unclear_one_a_person_looks_first(self, post: Post) -> None:
        """The inquiry still stands open: the earlier answer did not arrive, or does not show yet."""
        post.asks()
        post.rig.fault(FaultKind.CODE, method=SET, code=-10002)
        await post.send()

        assert "confirm with looked_in_qsm" in await post.refusal()
        assert "confirm with looked_in_qsm" in await post.refusal(template=RETURN_GUIDE)
        assert post.answers() == []
        sent = await post.send(confirmed=LOOKED_IN_QSM)

        assert sent.outcome is MessageOutcome.SENT
        assert len(post.answers()) == 1

    async def test_a_crash_while_it_was_out_counts_as_unclear(
        self, post: Post, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = post.asks()

        async def crash(*_arguments: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(post.rig.store, "settle_message", crash)
            with pytest.raises(KeyboardInterrupt):
                await post.send()
        asked.status = "S2"  # as if Qoo10 had not taken it

        assert "may have been answered before" in await post.refusal()

    async def test_a_message_that_was_certainly_not_sent_may_be_sent_again(self, post: Post) -> None:
        post.asks()
        post.rig.fault(FaultKind.THROTTLED, method=SET)

        first, second = await post.send(), await post.send()

        assert (first.outcome, second.outcome) == (MessageOutcome.NOT_SENT, MessageOutcome.SENT)
        assert len(post.answers()) == 1

    async def test_a_refusal_is_said_with_its_code(self, post: Post) -> None:
        post.asks()
        post.rig.fault(FaultKind.CODE, method=SET, code=-10001)

        sent = await post.send()

        assert (sent.outcome, sent.code) == (MessageOutcome.REFUSED, -10001)
        assert "malformed" in sent.detail

    async def test_an_outcome_that_cannot_be_kept_is_still_said(
        self, post: Post, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        post.asks()

        async def full(*_arguments: object) -> None:
            raise StoreUnavailable("disk full")

        monkeypatch.setattr(post.rig.store, "settle_message", full)
        sent = await post.send()

        assert (sent.outcome, sent.logged) == (MessageOutcome.SENT, False)
        assert [body["detail"]["act"] for body in await post.log()] == ["message"]


async def test_the_same_message_goes_to_an_inquiry_once(post: Post) -> None:
    """Another may follow it, where the buyer's inquiry stays open."""
    asked = post.asks()
    await post.send()
    asked.status = "S2"

    assert "was answered with this before" in await post.refusal()
    assert (await post.send(template=RETURN_GUIDE)).outcome is MessageOutcome.SENT
    assert len(post.answers()) == 2


async def test_of_several_inquiries_the_newest_about_cancelling_is_answered(post: Post) -> None:
    post.asks("キャンセルしたい")
    wanted = post.asks("早くキャンセルしてください", inq_type="HELP")
    post.asks("ところで、色は何色ですか")

    sent = await post.send()
    assert sent.inquiry.key == f"HELP {wanted.question_no} {wanted.seq_no}"


async def test_a_draft_says_for_every_template_what_it_gives(post: Post) -> None:
    (post.folder / "my-own.txt").write_text("${requested_at}のご要請、${entered_at}に登録", encoding="utf-8")
    (post.folder / "broken.txt").write_text("${x}", encoding="utf-8")
    (case,) = await post.rig.store.cases([1])

    drafts = {draft.template: draft for draft in await post.desk.drafts(case)}

    assert set(drafts) == {APOLOGY, RETURN_GUIDE, "my-own", "broken"}
    assert "返品要請" in drafts[RETURN_GUIDE].text
    assert "${entered_at}" in drafts["my-own"].problem
    assert "unknown placeholder" in drafts["broken"].problem
    assert not any(draft.text and draft.problem for draft in drafts.values())


async def test_times_are_japans(post: Post) -> None:
    (post.folder / "my-own.txt").write_text("${requested_at} / ${printed_at}", encoding="utf-8")
    (case,) = await post.rig.store.cases([1])

    (draft,) = [draft for draft in await post.desk.drafts(case) if draft.template == "my-own"]
    assert draft.text == "2026年11月24日 12時00分 / 2026年11月24日 12時00分"
