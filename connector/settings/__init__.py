"""``config.toml`` and the environment, read into typed settings. Every mistake names the setting to mend."""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from carriers import SOURCES
from carriers.kinds import PolledKind
from carriers.signatures import standard_webhook_key
from connector.settings.alerts import AlertSettings
from connector.settings.console import ConsoleSettings
from connector.settings.measure import AlarmSettings, ReportSettings
from connector.settings.sections import (
    ApiSettings,
    ConflictSettings,
    LogSettings,
    MessageSettings,
    ServerSettings,
    StoreSettings,
)
from connector.settings.shop import ShopSettings
from connector.settings.source import SourceSettings
from connector.settings.traces import TraceSettings
from connector.settings.webhooks import WebhookSettings
from connector.settings_input import (
    ENV_PREFIX,
    ConfigurationError,
    from_environment_only,
    names_too_alike,
    nearest,
    read_environment,
    read_toml,
    spelling,
)
from connector.tokens import HOW_TO_MAKE_A_KEY

__all__ = [
    "TRY_OUT_SECRET",
    "AlarmSettings",
    "AlertSettings",
    "ApiSettings",
    "ConflictSettings",
    "ConsoleSettings",
    "LogSettings",
    "MessageSettings",
    "ReportSettings",
    "ServerSettings",
    "Settings",
    "ShopSettings",
    "SourceSettings",
    "StoreSettings",
    "TraceSettings",
    "WebhookSettings",
    "load_settings",
]

TRY_OUT_SECRET = "whsec_dHJ5LW91dC1zZWNyZXQtbm90LWZvci1yZWFsLXNob3Bz"  # noqa: S105 - public on purpose, see config.toml

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class Settings(BaseSettings):
    """Everything that can be configured."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    in_file: ClassVar[Mapping[str, Any]] = {}
    in_environment: ClassVar[Mapping[str, Any]] = {}
    file: ClassVar[Path | None] = None

    server: ServerSettings = ServerSettings()
    store: StoreSettings = StoreSettings()
    log: LogSettings = LogSettings()
    conflicts: ConflictSettings = ConflictSettings()
    messages: MessageSettings = MessageSettings()
    api: ApiSettings = ApiSettings()
    console: ConsoleSettings = ConsoleSettings()
    alarms: AlarmSettings = AlarmSettings()
    alerts: AlertSettings = AlertSettings()
    report: ReportSettings = ReportSettings()
    traces: TraceSettings = TraceSettings()
    shops: dict[str, ShopSettings] = Field(min_length=1)
    sources: dict[str, SourceSettings] = Field(default_factory=dict)
    webhooks: dict[str, WebhookSettings] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, before the file; nothing else."""
        del env_settings, dotenv_settings, file_secret_settings
        environment = InitSettingsSource(settings_cls, dict(cls.in_environment))
        return init_settings, environment, InitSettingsSource(settings_cls, dict(cls.in_file))

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problems = [
            f"{section}: the name {name!r} may hold only a-z, 0-9, - and _, at most 63 of them"
            for section, names in (("shops", self.shops), ("sources", self.sources), ("webhooks", self.webhooks))
            for name in names
            if not _NAME.fullmatch(name)
        ]
        public = standard_webhook_key(TRY_OUT_SECRET)
        problems += [
            f"alerts.rules: number {number} names a shop that is not there: {name!r}"
            for number, rule in enumerate(self.alerts.rules, start=1)
            for name in rule.shops
            if name not in self.shops
        ]
        problems += self._without_token_key()
        problems += self._webhooks_about_no_shop()
        problems += self._with_the_same_folder()
        for name, source in self.sources.items():
            shop = self.shops.get(source.shop)
            if shop is None:
                near = difflib.get_close_matches(source.shop, self.shops, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                problems.append(f"sources.{name}.shop: there is no shop {source.shop!r}{hint}")
            elif not shop.rehearsal and public in {
                standard_webhook_key(secret.get_secret_value()) for secret in source.secrets
            }:
                problems.append(
                    f"sources.{name}.secrets: the try-out secret is public; make one of your own before you connect a "
                    "real shop (README, 'Connect a real shop')"
                )
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _webhooks_about_no_shop(self) -> list[str]:
        """Targets that ask for shops that there are none of."""
        return [
            f"webhooks.{name}.shops: there is no shop {shop!r}"
            for name, target in self.webhooks.items()
            for shop in target.shops
            if shop not in self.shops
        ]

    def _with_the_same_folder(self) -> list[str]:
        """Sources that would take each other's files."""
        owners: dict[str, str] = {}
        return [
            f"sources.{name}.folder: {owner} has the same folder; every source needs one of its own"
            for name, source in self.sources.items()
            if source.folder is not None and (owner := owners.setdefault(os.path.realpath(source.folder), name)) != name
        ]

    def _without_token_key(self) -> list[str]:
        """Sources whose tokens would have to be kept, where there is nothing to seal them with."""
        if self.store.token_key.get_secret_value():
            return []
        return [
            f"sources.{name}: the tokens of {kind.title} change by themselves and must be kept, but not in clear: "
            f"set store.token_key (or store.token_key_file). Make one with: {HOW_TO_MAKE_A_KEY}"
            for name, source in self.sources.items()
            if isinstance(kind := SOURCES[source.kind], PolledKind) and kind.rotates_tokens
        ]


def load_settings(path: Path) -> Settings:
    """Reads ``path`` and the environment.

    Raises:
        ConfigurationError: with one sentence for each thing to mend.
    """
    tables = read_toml(path)
    problems = [f"{path}: {problem}" for problem in names_too_alike(tables)]
    environment = read_environment(tables, Settings.model_fields, problems)

    class FromHere(Settings):
        in_file = tables
        in_environment = environment
        file = path

    try:
        settings = FromHere()
    except ValidationError as error:
        problems += [line for problem in error.errors() for line in _sentences(path, tables, problem)]
    else:
        if not problems:
            return settings
    raise ConfigurationError(problems)


_SECTIONS: dict[str, type[BaseModel]] = {
    "server": ServerSettings,
    "store": StoreSettings,
    "log": LogSettings,
    "conflicts": ConflictSettings,
    "messages": MessageSettings,
    "api": ApiSettings,
    "console": ConsoleSettings,
    "alarms": AlarmSettings,
    "alerts": AlertSettings,
    "report": ReportSettings,
    "traces": TraceSettings,
    "shops": ShopSettings,
    "sources": SourceSettings,
    "webhooks": WebhookSettings,
}


def _sentences(path: Path, tables: Mapping[str, Any], problem: Any) -> list[str]:
    location = [str(part) for part in problem["loc"]]
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        known = _SECTIONS[location[0]].model_fields if location[0] in _SECTIONS else Settings.model_fields
        message = f"unknown setting{nearest(location[-1], known)}"
    variable = ENV_PREFIX + spelling("__".join(location)).upper()
    if variable in os.environ:
        where = variable
    elif (named := from_environment_only(tables, location)) is not None:
        where = f"{ENV_PREFIX}{spelling('__'.join(location[:2])).upper()}__... is {'.'.join(location[:2])}{named}"
        message = ": ".join([*location[2:], message])
    else:
        where = ": ".join([str(path), *([".".join(location)] if location else [])])
    return [f"{where}: {line}" for line in message.splitlines()]
