"""Settings as people see them: every one with its value and origin, and nothing of any secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from connector.settings import Settings, load_settings
from connector.settings.shown import SettingOrigin, ShownSetting, shown

CANARY = "canary-Zq7xK2mN9pL4vB8wR3tY6uJ1hG5fD0sA"
CONFIG = f"""
[store]
token_key = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
[console]
first_user = "boss"
first_password = "{CANARY}-first"
[api]
tokens = ["{CANARY}-1", "{CANARY}-2"]
[alerts]
heartbeat_url = "https://hc.example.jp/{CANARY}"
targets.office.url = "json://127.0.0.1/{CANARY}"
[[alerts.rules]]
targets = ["office"]
[webhooks.wms]
url = "https://wms.example.jp/{CANARY}"
secrets = ["whsec_Y2FuYXJ5LW9mLWEtd2ViaG9vaw=="]
[shops.main]
seller_auth_key = "{CANARY}-key"
[sources.table]
kind = "standard"
shop = "main"
secrets = ["whsec_Y2FuYXJ5LW9mLWEtc291cmNl"]
[sources.table.carriers]
yamato = "ヤマト宅急便"
[sources.fetched]
kind = "easypost"
shop = "main"
secrets = ["{CANARY}-easypost"]
credentials.api_key = "{CANARY}-credential"
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("QOO10_CONNECTOR__LOG__LEVEL", "warning")
    config = tmp_path / "config.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return load_settings(config)


def secrets_of(value: Any) -> Iterator[str]:
    """Every secret in the settings, in the clear."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from secrets_of(getattr(value, name))
    elif isinstance(value, dict):
        yield from (secret for item in value.values() for secret in secrets_of(item))
    elif isinstance(value, tuple):
        yield from (secret for item in value for secret in secrets_of(item))


def test_nothing_of_any_secret_is_shown(settings: Settings) -> None:
    secrets = [secret for secret in secrets_of(settings) if secret]
    text = "\n".join(f"{each.name} {each.value}" for each in shown(settings))

    assert len(secrets) >= 10
    assert [secret for secret in secrets if secret in text] == []
    assert CANARY not in text


def test_every_setting_is_shown_once_with_where_it_comes_from(settings: Settings) -> None:
    found = {each.name: each for each in shown(settings)}

    assert len(found) == len(shown(settings))
    assert found["log.level"] == ShownSetting(
        "log.level", "log.level", "warning", SettingOrigin.ENVIRONMENT, secret=False, words=found["log.level"].words
    )
    assert found["alerts.rules.1.targets"].field == "alerts.rules.targets"
    assert found["sources.table.carriers.yamato"].field == "sources.carriers"
    said = {name: (found[name].value, found[name].origin, found[name].secret) for name in found}
    assert said["server.port"] == ("8080", SettingOrigin.DEFAULT, False)
    assert said["api.tokens"] == ("2 set", SettingOrigin.FILE, True)
    assert said["console.first_password"] == ("set", SettingOrigin.FILE, True)
    assert said["alerts.targets.office.url"] == ("set", SettingOrigin.FILE, True)
    assert said["alerts.rules.1.targets"] == ("office", SettingOrigin.FILE, False)
    assert said["sources.table.carriers.yamato"] == ("ヤマト宅急便", SettingOrigin.FILE, False)
    assert said["sources.fetched.credentials.api_key"] == ("set", SettingOrigin.FILE, True)
    assert said["shops.main.password"] == ("", SettingOrigin.DEFAULT, True)


def test_a_secret_in_a_file_of_its_own_comes_from_where_the_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key"
    key.write_text(CANARY, encoding="utf-8")
    monkeypatch.setenv("QOO10_CONNECTOR__SHOPS__MAIN__SELLER_AUTH_KEY_FILE", str(key))
    config = tmp_path / "config.toml"
    config.write_text("[shops.main]\ncalls_per_second = 7\n", encoding="utf-8")

    found = {each.name: each for each in shown(load_settings(config))}

    assert (found["shops.main.seller_auth_key"].value, found["shops.main.seller_auth_key"].origin) == (
        "set",
        SettingOrigin.ENVIRONMENT,
    )
    assert found["shops.main.seller_auth_key_file"].value == str(key)
    assert found["shops.main.calls_per_second"].origin is SettingOrigin.FILE
