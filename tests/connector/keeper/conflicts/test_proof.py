"""What the keeper logs of a real crossing is proved whole, and makes a dossier that lacks nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from carriers.model import EventKind
from connector.domain.advice import end_of_day
from connector.domain.conflict import What
from connector.domain.orders import ShippingStatus
from connector.proof.dossier import dossier
from connector.proof.html import as_html
from connector.proof.pdf import as_pdf
from connector.proof.verify import verify
from connector.qoo10.transport import CallRecord
from connector.sandbox import NewLine

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Rig


async def test_a_request_in_the_gap_from_the_label_to_the_dossier(rig: Rig) -> None:
    """Label, request, number, first scan: each with its clock, and how far Qoo10's was from ours."""
    (order_no,) = rig.cart(NewLine(status=ShippingStatus.PREPARING))
    rig.metrics.call("main", _answered(rig), rig.clock())
    printed_at = rig.clock() - timedelta(seconds=2)
    number = await rig.hear(order_no, at=printed_at)
    rig.clock.forward(seconds=5)
    rig.market.ask_cancel(order_no)
    rig.clock.forward(seconds=5)
    await rig.work()
    await rig.hear(order_no, number, kind=EventKind.SCANNED, at=rig.clock())
    await rig.work()
    (case,) = await rig.store.cases([1])
    async with rig.store._reader() as connection:
        verified = await verify(connection, {})

    of = dossier(case, await rig.store.log_rows(conflict_id=case.conflict.id), rig.clock())

    assert verified.whole
    assert (of.carrier, of.tracking_no) == ("ヤマト宅急便", number)
    assert of.pack_no
    told = [each.fact.what for each in of.facts]
    assert [told.count(what) for what in (What.LABEL_PRINTED, What.CANCEL_REQUESTED, What.NUMBER_ACCEPTED)] == [1, 1, 1]
    assert told.index(What.LABEL_PRINTED) < told.index(What.CANCEL_REQUESTED) < told.index(What.NUMBER_ACCEPTED)
    assert of.verdict is not None
    assert "A3" in of.verdict.source
    assert of.skew_s == 1.5
    assert of.deadline in (None, end_of_day(rig.clock()))
    assert as_pdf([of]).startswith(b"%PDF")
    assert order_no in as_html([of])


def _answered(rig: Rig) -> CallRecord:
    """An answer whose Date was a second and a half behind."""
    return CallRecord("ShippingBasic.GetShippingInfo_v3", 0, 0.1, "ok", 0, 0, rig.clock() - timedelta(seconds=1.5))
