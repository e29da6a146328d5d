"""A polled source says what it needs before anything is asked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from connector.settings import Settings

KEY = "bWFkZS11cC1rZXktZm9yLXRlc3RzLTMyLWJ5dGVzISE="
SHOP = """
[shops.main]
qapi_url = "http://127.0.0.1:8010/GMKT.INC.Front.QAPIService/ebayjapan.qapi"
seller_auth_key = "sandbox-key-main-1"
"""
ROTATING = (
    SHOP
    + """
[sources.ne]
kind = "nextengine"
shop = "main"
[sources.ne.credentials]
access_token = "made-up-access"
refresh_token = "made-up-refresh"
"""
)
STEADY = (
    SHOP
    + """
[sources.tool]
kind = "shipandco"
shop = "main"
[sources.tool.credentials]
token = "made-up-token"
"""
)

Load = Callable[..., Settings]
Problems = Callable[..., list[str]]


def test_rotating_tokens_are_refused_without_a_key(problems: Problems) -> None:
    """The message names the source, the setting, and how to make a key."""
    (problem,) = problems(ROTATING)

    assert "sources.ne" in problem
    assert "store.token_key" in problem
    assert "secrets.token_bytes(32)" in problem
    assert "made-up" not in problem


def test_the_key_comes_from_the_environment_or_from_a_file(load: Load, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY + "\n", encoding="utf-8")

    for variables in ({"STORE__TOKEN_KEY": KEY}, {"STORE__TOKEN_KEY_FILE": str(file), "STORE__TOKEN_KEY": ""}):
        settings = load(ROTATING, variables)
        assert settings.store.token_key.get_secret_value() == KEY
        assert KEY not in repr(settings)
        assert "made-up-access" not in repr(settings)


def test_a_bad_key_is_refused_and_not_repeated(problems: Problems) -> None:
    (problem,) = problems(ROTATING, {"STORE__TOKEN_KEY": "short-and-secret"})

    assert problem.startswith("store: token_key ")
    assert "short-and-secret" not in problem


def test_a_source_whose_token_stays_needs_no_key(load: Load) -> None:
    source = load(STEADY).sources["tool"]

    assert source.kind_options == {"reread_days": "7"}
    assert source.every_s is None
    assert load(STEADY.replace('shop = "main"', 'shop = "main"\nevery_s = 30')).sources["tool"].every_s == 30


@pytest.mark.parametrize("every_s", ["4", "86401", '"often"'])
def test_how_often_it_is_asked_has_bounds(every_s: str, problems: Problems) -> None:
    (problem,) = problems(STEADY.replace('shop = "main"', f'shop = "main"\nevery_s = {every_s}'))

    assert problem.startswith("sources.tool.every_s")


def test_a_source_that_is_not_polled_has_no_pause(problems: Problems) -> None:
    secret = "whsec_" + "bWFkZS11cC1zZWNyZXQtZm9yLXRlc3RzLW9ubHk="
    source = f'[sources.a]\nkind = "standard"\nshop = "main"\nsecrets = ["{secret}"]\nevery_s = 60\n'

    (problem,) = problems(SHOP + source)

    assert "every_s" in problem
    assert "not polled" in problem


def test_the_address_of_a_rehearsal_is_on_this_machine(problems: Problems) -> None:
    (problem,) = problems(STEADY.replace('shop = "main"', 'shop = "main"\napi_url = "https://elsewhere.example"'))

    assert "api_url" in problem
    assert "api.shipandco.com" in problem


def test_what_a_kind_cannot_do_without_is_asked_for(problems: Problems) -> None:
    source = '[sources.ll]\nkind = "logiless"\nshop = "main"\n[sources.ll.credentials]\nclient_id = "a"\n'

    (problem,) = problems(SHOP + source, {"STORE__TOKEN_KEY": KEY})

    assert "credentials.client_secret" in problem
