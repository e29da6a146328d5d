"""A label's number as people see it elsewhere: on the label, and on its company's page."""

from datetime import UTC, datetime

import pytest

from connector.domain.decision import Person
from connector.domain.reasons import Reason
from connector.listing.numbers import number_on_label
from connector.store.listing import Listed

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("carrier", "shipping_corp", "tracking_no", "printed", "host"),
    [
        ("yamato", "", "444413758703", "4444-1375-8703", "member.kms.kuronekoyamato.co.jp"),
        ("anything", "ヤマト宅急便", "444413758703", "4444-1375-8703", "member.kms.kuronekoyamato.co.jp"),
        ("yamato", "その他", "444413758703", "4444-1375-8703", "member.kms.kuronekoyamato.co.jp"),
        ("sagawa", "佐川急便", "401234567890", "4012-3456-7890", "k2k.sagawa-exp.co.jp"),
        ("unheard-of", "", "AB-1", "AB-1", ""),
        ("", "", "", "", ""),
    ],
)
def test_it_is_printed_and_followed_as_its_company_does(
    carrier: str, shipping_corp: str, tracking_no: str, printed: str, host: str
) -> None:
    """The company that Qoo10 was told comes first; what Qoo10 files under その他 is told by the source."""
    found = number_on_label(
        Listed(
            entry_id=1,
            parcel_id=1,
            shop="main",
            source="table",
            order_no="1062428737",
            order_ref="1062428737",
            pack_no="300123456",
            carrier=carrier,
            service="",
            shipping_corp=shipping_corp,
            tracking_no=tracking_no,
            state="confirmed",
            reason=Reason.SHOWN,
            detail="",
            heard_at=AT,
            due_at=None,
            overdue_from=None,
            accepted_at=AT,
            person=Person.NONE,
        )
    )

    assert found.printed == printed
    if host:
        assert found.page is not None
        assert found.page.startswith(f"https://{host}/")
        assert tracking_no in found.page
    else:
        assert found.page is None
