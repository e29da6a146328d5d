"""The settings of a packing table, and the one event that a scan tells."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from carriers.companies import CompanyService
from carriers.model import EventKind, LabelEvent
from carriers.scan.adapter import SOURCE, label_event, offered, words_of

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def test_a_scan_is_no_print_and_no_scan_of_the_delivery_company() -> None:
    event = label_event("an-id-of-the-page", "1062428737", "444413758703", CompanyService("yamato", "nekopos"), AT)

    assert event == LabelEvent(
        "an-id-of-the-page", EventKind.PACKED, "1062428737", "yamato", "nekopos", "444413758703", AT
    )
    assert SOURCE.tells == {EventKind.PACKED}


def test_the_usual_company_comes_first_and_each_once() -> None:
    found = offered({"carrier": "sagawa", "more_carriers": "yamato.nekopos  sagawa ゆうパック"})

    assert words_of(found) == ["sagawa", "yamato.nekopos", "japan_post.yu_pack"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"carrier": "yamato.takkyubin"}, None),
        ({"carrier": "yamato.takkyubin", "pair_within_s": "5", "pause_ms": "0"}, None),
        ({}, "options.carrier: '' is no delivery company; `qoo10-connector carriers` lists them"),
        (
            {"carrier": "yamoto"},
            "options.carrier: 'yamoto' is no delivery company; `qoo10-connector carriers` lists them",
        ),
        (
            {"carrier": "sagawa", "more_carriers": "yamato.nekopoos"},
            "options.carrier: 'yamato.nekopoos' is no delivery company; `qoo10-connector carriers` lists them",
        ),
        ({"carrier": "sagawa", "pair_within_s": "4"}, "options.pair_within_s: must be a number from 5 to 3600"),
        ({"carrier": "sagawa", "pause_ms": "80 ms"}, "options.pause_ms: must be a number from 0 to 2000"),
        ({"carrier": "sagawa", "pause_ms": "9" * 30}, "options.pause_ms: must be a number from 0 to 2000"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(options: dict[str, str], problem: str | None) -> None:
    assert SOURCE.check_options(options) == problem
