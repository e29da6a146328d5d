"""From a reading to what the store keeps: references folded, numbers cleaned."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.companies import clean_number
from carriers.model import Delivery, EventKind, Fetch, Ignored, LabelEvent, Reading
from connector.domain.parcel import ParcelKey, Times, times_of
from connector.intake.labels import digest, new_delivery
from connector.store.deliveries import NewDelivery, NewLabel

AT = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
DELIVERY = Delivery("POST", "/webhooks/packing-table", {}, b"{}", AT)
FETCH = Fetch("evt_1", "api.example.jp", "/x", "api_key")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


def event(
    reference: str = "1062428737", number: str = "4444-1375-8703", kind: EventKind = EventKind.PRINTED
) -> LabelEvent:
    return LabelEvent("msg_1", kind, reference, "yamato", "", number, AT - timedelta(minutes=1))


def test_a_label_is_kept_with_its_parcel_and_its_times() -> None:
    told = event()

    kept = new_delivery("packing-table", "main", DELIVERY, Reading("msg_1", (told,)))

    assert kept == NewDelivery(
        source="packing-table",
        shop="main",
        key="msg_1",
        received_at=AT,
        labels=(NewLabel(told, ParcelKey("main", "1062428737", "444413758703"), times_of(told, AT)),),
    )


@pytest.mark.parametrize(
    ("reading", "outcome", "detail", "ignored"),
    [
        (Reading("k", events=(event(),)), "accepted", "", 0),
        (Reading("k", fetches=(FETCH,)), "accepted", "", 0),
        (Reading("k", events=(event(),), ignored=(Ignored("test_mode"),)), "accepted", "test_mode", 1),
        (Reading("k", ignored=(Ignored("b", "word"), Ignored("a"), Ignored("b"))), "ignored", "a, b", 3),
        (Reading("k"), "ignored", "", 0),
    ],
)
def test_the_outcome_says_whether_anything_was_in_it(reading: Reading, outcome: str, detail: str, ignored: int) -> None:
    kept = new_delivery("s", "main", DELIVERY, reading)

    assert (kept.outcome, kept.detail, kept.ignored) == (outcome, detail, ignored)


def test_without_an_id_of_its_own_a_body_is_its_key() -> None:
    first, again, other = (
        new_delivery("s", "main", Delivery("POST", "/", {}, body, AT), Reading()) for body in (b"a", b"a", b"b")
    )

    assert first.key == again.key == digest(b"a")
    assert first.key != other.key


@pytest.mark.parametrize(
    "spelt", ["4444-1375-8703", "４４４４－１３７５－８７０３", " 444413758703 ", "A444413758703A"]
)
def test_one_number_in_any_spelling_is_one_parcel(spelt: str) -> None:
    kept = new_delivery("s", "main", DELIVERY, Reading("k", (event(number=spelt),)))

    assert kept.labels[0].parcel.tracking_number == "444413758703"


@pytest.mark.parametrize("spelt", ["1062428737", "１０６２４２８７３７", " 1062428737\u3000"])
def test_one_reference_in_any_width_is_one_parcel(spelt: str) -> None:
    kept = new_delivery("s", "main", DELIVERY, Reading("k", (event(reference=spelt),)))

    assert kept.labels[0].parcel.order_ref == "1062428737"


@pytest.mark.parametrize("number", ["4.44414E+11", "未定", "0000-0000", "?"])
def test_a_number_that_cannot_be_read_is_kept_as_it_came(number: str) -> None:
    """It is held later, where a person sees it; the message itself is not refused for it."""
    kept = new_delivery("s", "main", DELIVERY, Reading("k", (event(number=number),)))

    assert kept.labels[0].parcel.tracking_number == number


def test_a_scan_that_knows_no_reference_has_an_empty_one() -> None:
    kept = new_delivery("s", "main", DELIVERY, Reading("k", (event(reference="", kind=EventKind.SCANNED),)))

    assert kept.labels[0].parcel == ParcelKey("main", "", "444413758703")
    assert kept.labels[0].times == Times(
        scanned_at=AT - timedelta(minutes=1),
        heard_printed_at=AT,
        heard_packed_at=AT,
        heard_handed_over_at=AT,
        heard_scanned_at=AT,
    )


@given(reference=TEXT, number=TEXT)
def test_any_words_are_kept(reference: str, number: str) -> None:
    """Never an exception, and what was kept is kept the same when it comes again."""
    kept = new_delivery("s", "main", DELIVERY, Reading("k", (event(reference, number),))).labels[0].parcel
    again = new_delivery("s", "main", DELIVERY, Reading("k", (event(kept.order_ref, kept.tracking_number),)))

    assert again.labels[0].parcel == kept
    assert len(kept.tracking_number) <= 100


@given(st.from_regex(r"[A-Z0-9][A-Z0-9 \-]{0,30}", fullmatch=True))
def test_what_can_be_entered_is_what_the_parcel_is_known_by(number: str) -> None:
    kept = new_delivery("s", "main", DELIVERY, Reading("k", (event(number=number),))).labels[0].parcel

    try:
        clean = clean_number(number)
    except Exception:  # noqa: BLE001 - whatever is refused is the other test's
        return
    assert kept.tracking_number == clean
