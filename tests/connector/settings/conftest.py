"""How the tests of the settings load a text as ``config.toml``."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from connector.settings import Settings, load_settings
from connector.settings_input import ENV_PREFIX, ConfigurationError


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in os.environ:
        if variable.upper().startswith(ENV_PREFIX):
            monkeypatch.delenv(variable)


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Settings from a text in ``config.toml`` and variables, which are written without their prefix."""

    def from_text(text: str, variables: Mapping[str, str] | None = None) -> Settings:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        for name, value in (variables or {}).items():
            monkeypatch.setenv(ENV_PREFIX + name, value)
        return load_settings(path)

    return from_text


@pytest.fixture
def problems(load: Callable[..., Settings]) -> Callable[..., list[str]]:
    """What is wrong with a configuration, without the path of the file in front."""

    def of(text: str, variables: Mapping[str, str] | None = None) -> list[str]:
        with pytest.raises(ConfigurationError) as raised:
            load(text, variables)
        return [problem.partition("config.toml: ")[2] or problem for problem in raised.value.problems]

    return of
