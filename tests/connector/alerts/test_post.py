"""One target behind apprise: what it is sent, what comes of it, and that its address is told nobody."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import pytest

from connector.alerts.post import Outcome, Post
from connector.domain.alert_facts import Occasion
from connector.domain.alert_words import Text

if TYPE_CHECKING:
    from tests.connector.alerts.conftest import Service

TEXT = Text("【至急】荷物を止めてください 注文1062428737", "状況: <キャンセル> & 印刷\nショップ: main")


async def test_a_message_arrives_as_it_was_written(service: Service) -> None:
    post = Post("office", service.json_url)

    assert await post.send(TEXT, Occasion.NEW) is Outcome.SENT
    (message,) = service.messages
    assert (message["title"], message["message"], message["type"]) == (TEXT.title, TEXT.body, "warning")
    assert message["attachments"] == []


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
async def test_what_a_service_does_not_take_has_failed(service: Service, status: int) -> None:
    service.status = status

    assert await Post("office", service.json_url).send(TEXT, Occasion.NEW) is Outcome.FAILED


async def test_a_service_that_cannot_be_reached_has_failed() -> None:
    assert await Post("office", "json://127.0.0.1:1/x").send(TEXT, Occasion.NEW) is Outcome.FAILED


async def test_no_redirect_is_followed(service: Service) -> None:
    """Only the address of the settings is contacted."""
    service.status, service.headers = 307, {"Location": f"{service.url}/elsewhere"}

    assert await Post("office", service.json_url).send(TEXT, Occasion.NEW) is Outcome.FAILED
    assert service.requests == []


@pytest.mark.parametrize("url", ["nonsense://x", "slack://", "json://", "://"])
async def test_an_address_that_apprise_does_not_know_is_unusable(url: str) -> None:
    post = Post("office", url)

    assert await post.send(TEXT, Occasion.NEW) is Outcome.UNUSABLE
    assert not post.is_usable()


async def test_one_that_hangs_is_given_up_and_not_called_again_meanwhile(service: Service) -> None:
    service.gate.clear()
    post = Post("office", service.json_url, send_within_s=0.2)

    assert await post.send(TEXT, Occasion.NEW) is Outcome.TIMEOUT
    assert await post.send(TEXT, Occasion.NEW) is Outcome.HANGING
    service.gate.set()
    while post._in_use.locked():
        threading.Event().wait(0.01)
    assert post.send_now(TEXT, Occasion.NEW) is Outcome.SENT


async def test_sending_leaves_no_thread_that_the_end_of_the_program_would_wait_for(service: Service) -> None:
    await Post("office", service.json_url).send(TEXT, Occasion.NEW)

    assert [thread for thread in threading.enumerate() if "ThreadPool" in thread.name and not thread.daemon] == []


@pytest.mark.parametrize("status", [200, 500])
async def test_its_address_is_told_nobody(
    service: Service, status: int, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither apprise nor the libraries below it log anything, however much is asked for."""
    service.status = status
    with caplog.at_level(logging.DEBUG):
        post = Post("office", service.json_url)
        await post.send(TEXT, Occasion.NEW)
        await Post("office", "json://127.0.0.1:1/secret-path-0815").send(TEXT, Occasion.NEW)
        await Post("office", "slack://secret-path-0815").send(TEXT, Occasion.NEW)

    out, err = capsys.readouterr()
    assert "secret-path-0815" not in caplog.text + out + err + repr(post)


def test_a_defect_of_a_service_is_a_failure(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post("office", service.json_url)
    post.send_now(TEXT, Occasion.TEST)

    def broken(*_args: object, **_named: object) -> None:
        raise RuntimeError("json://secret")

    monkeypatch.setattr(post._service, "notify", broken)
    assert post.send_now(TEXT, Occasion.TEST) is Outcome.FAILED
