"""Chatwork, which apprise does not know by itself: what its rooms are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from connector.alerts import chatwork
from connector.alerts.post import Outcome, Post
from connector.domain.alert_facts import Occasion
from connector.domain.alert_words import Text

if TYPE_CHECKING:
    from tests.connector.alerts.conftest import Service

TEXT = Text("【至急】荷物を止めてください 注文1062428737", "状況: <キャンセル> & 印刷\nショップ: main")
URL = "chatwork://AbC123dEf456/98765"


@pytest.fixture
def rooms(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(chatwork, "API_URL", f"{service.url}/v2")
    return service


async def test_a_room_is_sent_the_message_as_it_was_written(rooms: Service) -> None:
    assert await Post("office", URL).send(TEXT, Occasion.NEW) is Outcome.SENT

    ((method, path, body),) = rooms.requests
    assert (method, path) == ("POST", "/v2/rooms/98765/messages")
    assert parse_qs(body) == {"body": [f"{TEXT.title}\n{TEXT.body}"]}


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
async def test_what_the_room_does_not_take_has_failed(rooms: Service, status: int) -> None:
    rooms.status = status

    assert await Post("office", URL).send(TEXT, Occasion.NEW) is Outcome.FAILED


async def test_no_redirect_takes_the_token_elsewhere(rooms: Service) -> None:
    rooms.status, rooms.headers = 307, {"Location": f"{rooms.url}/elsewhere"}

    assert await Post("office", URL).send(TEXT, Occasion.NEW) is Outcome.FAILED
    assert rooms.requests == []


@pytest.mark.parametrize("url", ["chatwork://", "chatwork://token", "chatwork://token/", "chatwork://token/room"])
def test_an_address_without_token_and_room_is_unusable(url: str) -> None:
    assert not Post("office", url).is_usable()


def test_an_address_with_both_is_usable() -> None:
    assert Post("office", URL).is_usable()
