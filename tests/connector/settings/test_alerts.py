"""``[alerts]``, and what silence is counted by."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from connector.domain.advice import Saving
from connector.domain.alarm_facts import AlarmKind
from connector.domain.alert_facts import Policy, Rule
from connector.domain.alert_words import Voice
from connector.domain.hours import Hours
from connector.domain.language import Language
from connector.settings import AlertSettings, Settings, SourceSettings, load_settings

Problems = Callable[[str], list[str]]
SHOP = '[shops.main]\nseller_auth_key = "made-up"\n'
TARGET = '[alerts.targets.office]\nurl = "json://127.0.0.1:9/secret-path"\n'


def test_without_anything_nobody_is_told_and_everything_is_kept() -> None:
    assert AlertSettings().policy == Policy()
    assert AlertSettings().voice == Voice(Language.JA, "")


def test_everything_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("slack://a/b/c\n", encoding="utf-8")
    config = tmp_path / "config.toml"
    config.write_text(
        SHOP
        + f"""
        [alerts]
        quiet_hours = "22:00-07:00"
        follow_up_hours = [0.5, 2]
        language = "en"
        console_url = "https://console.example/"
        heartbeat_url = "https://hc.example/uuid?create=1"
        [alerts.targets.office]
        url_file = "{tmp_path / "url"}"
        [[alerts.rules]]
        targets = ["office"]
        kinds = ["not_looked_at"]
        shops = "main"
        hours = "09:00-21:00"
        min_urgency = "order"
        """,
        encoding="utf-8",
    )

    found = load_settings(config).alerts

    assert found.targets["office"].url.get_secret_value() == "slack://a/b/c"
    assert found.voice == Voice(Language.EN, "https://console.example")
    assert found.policy == Policy(
        targets=("office",),
        rules=(
            Rule(
                targets=frozenset({"office"}),
                kinds=frozenset({AlarmKind.NOT_LOOKED_AT}),
                shops=frozenset({"main"}),
                hours=Hours.read("09:00-21:00"),
                least=Saving.ORDER,
            ),
        ),
        quiet=Hours.read("22:00-07:00"),
        follow_ups=(timedelta(minutes=30), timedelta(hours=2)),
    )


def test_the_environment_can_set_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config.toml"
    config.write_text(SHOP, encoding="utf-8")
    monkeypatch.setenv("QOO10_CONNECTOR__ALERTS__TARGETS__OFFICE__URL", "slack://a/b/c")
    monkeypatch.setenv("QOO10_CONNECTOR__ALERTS__FOLLOW_UP_HOURS", "2, 8")
    monkeypatch.setenv("QOO10_CONNECTOR__ALERTS__RULES", json.dumps([{"targets": ["office"], "hours": "09:00-18:00"}]))

    found = load_settings(config).alerts.policy

    assert (found.targets, found.follow_ups) == (("office",), (timedelta(hours=2), timedelta(hours=8)))
    assert found.rules[0].hours == Hours.read("09:00-18:00")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[alerts.targets.office]",
            "alerts.targets.office: needs url (or url_file): an address such as slack://TokenA/TokenB/TokenC",
        ),
        (
            '[alerts.targets.office]\nurl = "no-address"',
            "alerts.targets.office: needs url (or url_file): an address such as slack://TokenA/TokenB/TokenC",
        ),
        (
            '[alerts.targets."Office 1"]\nurl = "json://x"',
            "alerts: targets: the name 'Office 1' may hold only a-z, 0-9, - and _, at most 63 of them",
        ),
        (
            TARGET + '[[alerts.rules]]\ntargets = ["ofice"]',
            "alerts: rules: number 1 names a target that is not there: 'ofice'",
        ),
        ('[[alerts.rules]]\nshops = ["man"]', "alerts.rules: number 1 names a shop that is not there: 'man'"),
        (
            '[alerts]\nquiet_hours = "22-7"',
            "alerts.quiet_hours: cannot read '22-7': write hours in Japan as 09:00-21:00",
        ),
        (
            "[alerts]\nfollow_up_hours = [4, 1]",
            "alerts.follow_up_hours: must be hours that grow, each above 0 and at most 720",
        ),
        (
            '[alerts]\nconsole_url = "console.example"',
            "alerts.console_url: must be an http or https address, without question mark and hash",
        ),
        (
            '[alerts]\nheartbeat_url = "ftp://x/secret"',
            "alerts: heartbeat_url must be an http or https address, without question mark and hash",
        ),
        (
            '[[alerts.rules]]\nmin_urgency = "high"',
            "alerts.rules.0.min_urgency: must be one of goods_and_money, order, clarity, nothing",
        ),
    ],
)
def test_a_mistake_names_the_setting_and_repeats_no_address(problems: Problems, text: str, said: str) -> None:
    assert problems(SHOP + text) == [said]


def test_an_address_is_shown_nowhere() -> None:
    settings = Settings.model_validate(
        {
            "shops": {"main": {"seller_auth_key": "made-up"}},
            "alerts": {"targets": {"office": {"url": "json://x/secret"}}, "heartbeat_url": "https://x/secret"},
        }
    )

    assert "secret" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()


@pytest.mark.parametrize(("hours", "after"), [(18, timedelta(hours=18)), (0, None)])
def test_silence_can_be_switched_off(hours: float, after: timedelta | None) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    source = SourceSettings.model_validate(
        {"kind": "standard", "shop": "main", "secrets": [secret], "silent_after_hours": hours}
    )

    assert source.silent_after == after
