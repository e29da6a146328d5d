"""``config.toml`` and the environment, read into typed settings. Every mistake names the setting to mend."""

import difflib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from carriers import SOURCES
from carriers.kinds import PushedKind
from connector.domain.decision import GapPolicy
from connector.domain.parcel import EnterOn
from connector.domain.references import ReferenceKind

ENV_PREFIX = "QOO10_CONNECTOR__"
QOO10_HOST = "api.qoo10.jp"
TRY_OUT_SECRET = "whsec_dHJ5LW91dC1zZWNyZXQtbm90LWZvci1yZWFsLXNob3Bz"  # noqa: S105 - public on purpose, see config.toml

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class ConfigurationError(Exception):
    """The configuration cannot be used. ``problems`` are sentences, each naming the setting to mend."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _on_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _allowed_url(url: str, *, host: str) -> str:
    """Only the service itself over TLS, or a rehearsal on this machine."""
    parts = urlsplit(url)
    genuine = parts.scheme == "https" and parts.hostname == host and parts.port in (None, 443)
    rehearsal = parts.scheme in ("http", "https") and parts.hostname is not None and _on_loopback(parts.hostname)
    if not (genuine or rehearsal) or parts.username or parts.query or parts.fragment:
        raise ValueError(f"must be https://{host}/... or an address on this machine (127.0.0.1, localhost)")
    return url.rstrip("/")


def _known_kind(kind: str) -> str:
    if kind not in SOURCES:
        near = difflib.get_close_matches(kind, SOURCES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"is no kind of source{hint} (known: {', '.join(sorted(SOURCES))})")
    return kind


def _usable_pattern(pattern: str) -> str:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
    if pattern and "ref" not in compiled.groupindex:
        raise ValueError("needs a group named ref, for example (?P<ref>[0-9]+)")
    return pattern


def _listed(value: object) -> object:
    """A list as environment variables give it: as JSON, or a single value."""
    if not isinstance(value, str):
        return value
    return json.loads(value) if value.lstrip().startswith("[") else [value]


def _read_secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the file {path} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None


def _from_files(credentials: object) -> object:
    """``NAME_file`` beside ``NAME``, in a table whose names the kind of source decides."""
    if not isinstance(credentials, dict):
        return credentials
    values: dict[str, object] = {}
    for name, value in credentials.items():
        in_file = name.endswith("_file") and isinstance(value, str)
        values[name.removesuffix("_file") if in_file else name] = _read_secret(Path(value)) if in_file else value
    return values


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _WithSecrets(_Section):
    """A section whose secrets may also stand in files: ``NAME_file`` beside ``NAME``."""

    @model_validator(mode="before")
    @classmethod
    def _files_to_values(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        values = dict(data)
        for name, info in cls.model_fields.items():
            path = values.get(f"{name}_file")
            if info.exclude is not True or not isinstance(path, str | Path) or not str(path):
                continue
            if values.get(name):
                raise ValueError(f"set either {name} or {name}_file, not both")
            text = _read_secret(Path(path))
            values[name] = text.split() if name == "secrets" else text
        return values


class ServerSettings(_Section):
    """Where the daemon listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    body_timeout_s: float = Field(default=10, gt=0, le=120)


class StoreSettings(_Section):
    """Where the daemon keeps what it acknowledged."""

    url: str = Field(default="sqlite:///var/connector.db", pattern=r"^sqlite:///.+")


class LogSettings(_Section):
    """How the daemon logs: ``auto`` is readable on a terminal and JSON elsewhere."""

    level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    format: str = Field(default="auto", pattern="^(auto|json|text)$")


class ShopSettings(_WithSecrets):
    """One shop at Qoo10: its key, or the login that a key is issued from."""

    qapi_url: Annotated[str, AfterValidator(partial(_allowed_url, host=QOO10_HOST))] = (
        f"https://{QOO10_HOST}/GMKT.INC.Front.QAPIService/ebayjapan.qapi"
    )
    seller_auth_key: SecretStr = Field(default=SecretStr(""), exclude=True)
    seller_auth_key_file: Path | None = None
    seller_auth_key_issued_on: date | None = None
    api_key: SecretStr = Field(default=SecretStr(""), exclude=True)
    api_key_file: Path | None = None
    user_id: str = ""
    password: SecretStr = Field(default=SecretStr(""), exclude=True)
    password_file: Path | None = None
    calls_per_second: int = Field(default=5, ge=1, le=50)
    connect_timeout_s: float = Field(default=5, gt=0, le=60)
    call_timeout_s: float = Field(default=20, gt=0, le=300)
    in_the_gap: GapPolicy = GapPolicy.ENTER
    orders_every_s: float = Field(default=300, ge=5, le=86_400)
    repeat_unclear_after_s: float = Field(default=3, ge=0, le=3600)
    shown_within_s: float = Field(default=900, ge=1, le=86_400)

    @model_validator(mode="after")
    def _has_one_key(self) -> Self:
        login = (self.api_key.get_secret_value(), self.user_id, self.password.get_secret_value())
        if self.seller_auth_key.get_secret_value():
            if any(login):
                raise ValueError("set either seller_auth_key, or api_key with user_id and password, not both")
        elif not all(login):
            raise ValueError("needs seller_auth_key, or api_key with user_id and password")
        return self

    @property
    def rehearsal(self) -> bool:
        """Whether this shop is a sandbox on this machine."""
        return urlsplit(self.qapi_url).hostname != QOO10_HOST


class SourceSettings(_WithSecrets):
    """One configured origin of label messages.

    ``credentials`` and ``options`` are what the kind asks for; ``api_url`` replaces the vendor's address in rehearsals.
    """

    kind: Annotated[str, AfterValidator(_known_kind)]
    shop: str
    secrets: Annotated[tuple[SecretStr, ...], BeforeValidator(_listed)] = Field(default=(), exclude=True)
    secrets_file: Path | None = None
    credentials: Annotated[dict[str, SecretStr], BeforeValidator(_from_files)] = Field(default={}, exclude=True)
    options: dict[str, str] = Field(default_factory=dict)
    api_url: str = ""
    order_reference: ReferenceKind = ReferenceKind.AUTO
    reference_pattern: Annotated[str, AfterValidator(_usable_pattern)] = ""
    enter_on: EnterOn = EnterOn.PRINTED
    hold_s: int = Field(default=0, ge=0, le=7 * 86_400)
    carriers: dict[str, Annotated[str, Field(min_length=1, max_length=200)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        kind = SOURCES[self.kind]
        if isinstance(kind, PushedKind):
            self._check_secrets(kind)
            if self.api_url:
                _allowed_url(self.api_url, host=next(iter(sorted(kind.hosts)), "(none)"))
        for name in sorted(kind.credentials - self.credentials.keys()):
            raise ValueError(f"needs credentials.{name} (or credentials.{name}_file)")
        for name in sorted(self.credentials.keys() - kind.credentials):
            raise ValueError(f"credentials.{name}: unknown setting{_nearest(name, dict.fromkeys(kind.credentials))}")
        for name, value in self.options.items():
            if name not in kind.options:
                raise ValueError(f"options.{name}: unknown setting{_nearest(name, kind.options)}")
            if (allowed := kind.options[name]) and value not in allowed:
                raise ValueError(f"options.{name}: must be one of {', '.join(allowed)}")
        return self

    def _check_secrets(self, kind: PushedKind) -> None:
        if not self.secrets:
            raise ValueError("needs at least one secret in secrets (or secrets_file)")
        for position, secret in enumerate(self.secrets, start=1):
            if problem := kind.check_secret(secret.get_secret_value()):
                raise ValueError(f"secret number {position} cannot be used: {problem}")

    @property
    def kind_options(self) -> dict[str, str]:
        """Every option that the kind knows, with the kind's default where nothing is set."""
        defaults = {name: next(iter(values), "") for name, values in SOURCES[self.kind].options.items()}
        return defaults | self.options

    @property
    def kind_credentials(self) -> dict[str, str]:
        """The credentials in the clear; for whoever builds the parts that use them."""
        return {name: secret.get_secret_value() for name, secret in self.credentials.items()}

    @property
    def hold(self) -> timedelta:
        """How long a number waits after its moment."""
        return timedelta(seconds=self.hold_s)

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """The compiled reference pattern, if there is one."""
        return re.compile(self.reference_pattern) if self.reference_pattern else None


class Settings(BaseSettings):
    """Everything that can be configured."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )
    config_path: ClassVar[Path] = Path("config.toml")

    server: ServerSettings = ServerSettings()
    store: StoreSettings = StoreSettings()
    log: LogSettings = LogSettings()
    shops: dict[str, ShopSettings] = Field(min_length=1)
    sources: dict[str, SourceSettings] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file; nothing else."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, cls.config_path)

    @model_validator(mode="before")
    @classmethod
    def _one_spelling_of_names(cls, data: object) -> object:
        """Environment variables cannot hold a hyphen: ``PACKING_TABLE`` speaks of the file's ``packing-table``."""
        if not isinstance(data, dict):
            return data
        return {
            key: _joined_spellings(value) if key in ("shops", "sources") and isinstance(value, dict) else value
            for key, value in data.items()
        }

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for name in (*self.shops, *self.sources):
            if not _NAME.fullmatch(name):
                raise ValueError(f"the name {name!r} may hold only a-z, 0-9, - and _, at most 63 of them")
        for name, source in self.sources.items():
            if source.shop not in self.shops:
                near = difflib.get_close_matches(source.shop, self.shops, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ValueError(f"sources.{name}.shop: there is no shop {source.shop!r}{hint}")
            secrets = {secret.get_secret_value() for secret in source.secrets}
            if TRY_OUT_SECRET in secrets and not self.shops[source.shop].rehearsal:
                raise ValueError(
                    f"sources.{name}.secrets: the try-out secret is public; make one of your own before you connect a "
                    "real shop (README, 'Connect a real shop')"
                )
        return self


def _joined_spellings(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The file's spelling is the one with hyphens, if there are two; what the environment says goes over it."""
    spellings: dict[str, list[str]] = {}
    for name in tables:
        spellings.setdefault(name.lower().replace("_", "-"), []).append(name)
    joined: dict[str, Any] = {}
    for names in spellings.values():
        in_file, *overrides = sorted(names, key=lambda name: -name.count("-"))
        table = tables[in_file]
        for override in overrides:
            table = {**table, **tables[override]}
        joined[in_file] = table
    return joined


def load_settings(path: Path) -> Settings:
    """Reads ``path`` and the environment.

    Raises:
        ConfigurationError: with one sentence for each thing to mend.
    """
    if not path.is_file():
        raise ConfigurationError([f"{path}: there is no such file; copy config.toml from the distribution"])
    stray = _stray_variables()

    class FromThisFile(Settings):
        config_path = path

    try:
        settings = FromThisFile()
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([f"{path}: is no TOML: {error}"]) from None
    except ValidationError as error:
        raise ConfigurationError([*stray, *(_sentence(path, problem) for problem in error.errors())]) from None
    if stray:
        raise ConfigurationError(stray)
    return settings


def _stray_variables() -> list[str]:
    problems = []
    for variable in os.environ:
        if not variable.upper().startswith(ENV_PREFIX):
            continue
        section = variable[len(ENV_PREFIX) :].split("__")[0].lower()
        if section not in Settings.model_fields:
            problems.append(f"{variable}: unknown setting{_nearest(section, Settings.model_fields)}")
    return problems


def _nearest(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f" (known: {', '.join(known)})"


_SECTIONS: dict[str, type[BaseModel]] = {
    "server": ServerSettings,
    "store": StoreSettings,
    "log": LogSettings,
    "shops": ShopSettings,
    "sources": SourceSettings,
}


def _sentence(path: Path, problem: Any) -> str:
    location = [str(part) for part in problem["loc"]]
    where = f"{path}: {'.'.join(location)}" if location else str(path)
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        known = _SECTIONS[location[0]].model_fields if location[0] in _SECTIONS else Settings.model_fields
        message = f"unknown setting{_nearest(location[-1], known)}"
    return f"{where}: {message}"
