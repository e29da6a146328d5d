"""``[webhooks.<name>]``: where messages go is judged before anything is sent, and never repeated in a complaint."""

from collections.abc import Callable
from pathlib import Path

import pytest

from connector.domain.hooks import HookEvent
from connector.settings import Settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SHOP = """
[shops.main]
qapi_url = "http://127.0.0.1:8010/x"
seller_auth_key = "k"
"""


def text(url: str = "https://wms.example.jp/hooks/hidden", more: str = "") -> str:
    return f'{SHOP}\n[webhooks.wms]\nurl = "{url}"\nsecrets = ["{SECRET}"]\n{more}'


def test_a_target_is_told_everything_unless_it_says_otherwise(load: Callable[..., Settings]) -> None:
    target = load(text()).webhooks["wms"]

    assert (target.events, target.shops, target.allow_private) == (tuple(HookEvent), (), False)
    assert (target.host, target.may_be_private) == ("https://wms.example.jp", False)


def test_lists_come_from_the_environment_too(load: Callable[..., Settings]) -> None:
    events = {"WEBHOOKS__WMS__EVENTS": '["conflict.opened", "conflict.closed"]', "WEBHOOKS__WMS__SHOPS": "main"}

    target = load(text(), events).webhooks["wms"]

    assert (target.events, target.shops) == ((HookEvent.OPENED, HookEvent.CLOSED), ("main",))


def test_its_address_may_stand_in_a_file(load: Callable[..., Settings], tmp_path: Path) -> None:
    (tmp_path / "url").write_text("https://wms.example.jp/hooks/hidden\n")

    settings = load(f'{SHOP}\n[webhooks.wms]\nurl_file = "{tmp_path}/url"\nsecrets = ["{SECRET}"]')

    assert settings.webhooks["wms"].url.get_secret_value() == "https://wms.example.jp/hooks/hidden"


def test_nothing_that_shows_settings_shows_the_address(load: Callable[..., Settings]) -> None:
    """Whoever has the address of many services can write there."""
    settings = load(text())

    assert "hidden" not in f"{settings!r}{settings.model_dump_json()}"
    assert SECRET not in f"{settings!r}{settings.model_dump_json()}"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/x", "http://localhost/x", "http://[::1]:1/x"])
def test_this_machine_needs_no_tls(load: Callable[..., Settings], url: str) -> None:
    assert load(text(url)).webhooks["wms"].may_be_private


PLAIN = "webhooks.wms: url: must be a plain address without a login, blanks and #"
TLS = "webhooks.wms: url: must be https://..., or http:// to this machine (127.0.0.1, localhost)"
PRIVATE = "webhooks.wms: url: is an address of a private network; set allow_private = true if that is meant"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "webhooks.wms: url: must be set (or url_file)"),
        ("http://wms.example.jp/hidden", TLS),
        ("ftp://wms.example.jp/hidden", TLS),
        ("http://10.0.0.1/hidden", TLS),
        ("http://127.0.0.1.example.jp/hidden", TLS),
        ("https://10.0.0.1/hidden", PRIVATE),
        ("https://[fd00::1]/hidden", PRIVATE),
        ("https://169.254.169.254/hidden", PRIVATE),
        ("https://user:hidden@wms.example.jp/", PLAIN),
        ("https://wms.example.jp/#hidden", PLAIN),
        ("https://wms.example.jp/hid den", PLAIN),
        ("https://wms.example.jp:port/hidden", "webhooks.wms: url: is no address"),
        ("hidden", PLAIN),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(problems: Callable[..., list[str]], url: str, problem: str) -> None:
    assert problems(text(url)) == [problem]


def test_a_private_address_is_taken_where_that_is_said(load: Callable[..., Settings]) -> None:
    assert load(text("https://10.0.0.1/x", "allow_private = true")).webhooks["wms"].may_be_private


def test_a_message_that_nobody_can_prove_is_not_sent(problems: Callable[..., list[str]]) -> None:
    (problem,) = problems(f'{SHOP}\n[webhooks.wms]\nurl = "https://wms.example.jp/"')
    (other,) = problems(text().replace(SECRET, "whpk_abc"))

    assert problem.startswith("webhooks.wms: needs at least one secret in secrets (or secrets_file); make one with: ")
    assert other.startswith("webhooks.wms: secret number 1 is no whsec_ secret; make one with: ")


def test_what_it_asks_for_exists(problems: Callable[..., list[str]]) -> None:
    assert problems(text(more='shops = ["mian"]')) == ["webhooks.wms.shops: there is no shop 'mian'"]
    (problem,) = problems(text(more='events = ["entry.entered", "entry.gone"]'))
    assert problem.startswith("webhooks.wms.events.1: Input should be 'entry.entered', 'entry.held'")
