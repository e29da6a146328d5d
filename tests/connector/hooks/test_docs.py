"""docs/webhooks.md is held to the code: its example runs, its tables are whole."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.domain.hooks import RETRIES, TEST, HookEvent, Trouble
from connector.hooks.bodies import ConflictOpened
from connector.hooks.signing import signed_headers

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")
SECRET, OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_b3RoZXI="


@pytest.fixture
def example() -> dict[str, Any]:
    """What the page's Python says."""
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL):
        exec(block, names)  # noqa: S102 - the page is ours
    return names


def test_the_example_accepts_what_we_sign_and_nothing_else(example: dict[str, Any]) -> None:
    """With either of two secrets; not when body, id or secret is another, or when it is old."""
    is_genuine = example["is_genuine"]
    headers = signed_headers("msg_1", b'{"a": 1}', datetime.now(UTC), [OTHER, SECRET])
    old = signed_headers("msg_1", b'{"a": 1}', datetime.fromtimestamp(time.time() - 301, UTC), [SECRET])

    assert is_genuine(headers, b'{"a": 1}', SECRET)
    assert is_genuine(headers, b'{"a": 1}', OTHER)
    assert not is_genuine(headers, b'{"a": 2}', SECRET)
    assert not is_genuine(headers | {"webhook-id": "msg_2"}, b'{"a": 1}', SECRET)
    assert not is_genuine(headers, b'{"a": 1}', "whsec_bm9ib2R5")
    assert not is_genuine(old, b'{"a": 1}', SECRET)


def test_the_receiver_of_the_example_stops_a_parcel(example: dict[str, Any]) -> None:
    stopped: dict[str, bool] = {}
    example["set_stop"] = lambda number, stop: stopped.update({number: stop})

    example["on_message"]({"type": "conflict.opened", "data": {"tracking_no": "1", "stop_parcel": True}})
    example["on_message"]({"type": "conflict.closed", "data": {"tracking_no": "1", "stop_parcel": False}})
    example["on_message"]({"type": "entry.entered", "data": {}})

    assert stopped == {"1": False}


def test_the_body_on_the_page_is_one_of_ours() -> None:
    (body,) = re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)

    assert ConflictOpened.model_validate_json(body).data.stop_parcel


def test_the_tables_are_whole() -> None:
    """Every type and every trouble has its row."""
    rows = re.findall(r"^\| `([\w.]+)` \|", PAGE, flags=re.MULTILINE)

    assert rows == ["type", *HookEvent, TEST, "trouble", *(each for each in Trouble if each)]


def test_the_pauses_are_those_of_the_code() -> None:
    (said,) = re.findall(r"tried again after (.*?), a\n", PAGE)
    units = {"s": 1, "min": 60, "h": 3600}

    pauses = [int(number) * units[unit] for number, unit in re.findall(r"(\d+) (s|min|h)", said)]
    assert pauses == [each.total_seconds() for each in RETRIES]
