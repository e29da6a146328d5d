"""``config.toml`` and the environment, read into typed settings. Every mistake names the setting to mend."""

import difflib
import os
import re
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
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from carriers import SOURCES
from carriers.kinds import FiledKind, PolledKind, PushedKind, SourceKind
from carriers.signatures import standard_webhook_key
from connector.domain.decision import GapPolicy
from connector.domain.parcel import EnterOn
from connector.domain.references import ReferenceKind
from connector.settings_input import (
    ENV_PREFIX,
    ConfigurationError,
    names_too_alike,
    nearest,
    read_environment,
    read_toml,
    spelling,
)
from connector.tokens import HOW_TO_MAKE_A_KEY, check_key

QOO10_HOST = "api.qoo10.jp"
TRY_OUT_SECRET = "whsec_dHJ5LW91dC1zZWNyZXQtbm90LWZvci1yZWFsLXNob3Bz"  # noqa: S105 - public on purpose, see config.toml

SHORTEST_TOKEN = 32
HOW_TO_MAKE_A_TOKEN = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"  # noqa: S105 - a command

_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{SHORTEST_TOKEN},200}}", re.ASCII)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_NOT_IN_URLS = re.compile(r"[^\x21-\x7e]|[\\@]")
"""Readers of addresses differ in what they make of these; ``@`` would also put a secret into the address."""


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
    if not (genuine or rehearsal) or _NOT_IN_URLS.search(url) or parts.query or parts.fragment:
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
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"is no regular expression: {error}") from error
    if pattern and "ref" not in compiled.groupindex:
        raise ValueError("needs a group named ref, for example (?P<ref>[0-9]+)")
    return pattern


def _file_database(url: str) -> str:
    path = url.removeprefix("sqlite:///")
    if path == url or not path or path == ":memory:" or "?" in path:
        raise ValueError("must be sqlite:///relative/path.db or sqlite:////absolute/path.db, and nothing else")
    return url


def _listed(value: object) -> object:
    """A list as environment variables give it when it has a single value."""
    return [value] if isinstance(value, str) else value


def _read_secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig").strip()  # editors on Windows write a byte order mark
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the file {path} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None


def _from_files(credentials: object) -> object:
    """``NAME_file`` beside ``NAME``, in a table whose names the kind of source decides."""
    if not isinstance(credentials, dict):
        return credentials
    values: dict[str, object] = {}
    for name, value in credentials.items():
        in_file = name.endswith("_file") and isinstance(value, str)
        short = name.removesuffix("_file") if in_file else name
        if not value:
            continue
        if short in values:
            raise ValueError(f"set either {short} or {short}_file, not both")
        values[short] = _read_secret(Path(value)) if in_file else value
    return values


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


_LISTS = ("secrets", "tokens")
"""Secrets of which several are valid together; in a file each has a line of its own."""


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
            values[name] = [line.strip() for line in text.splitlines() if line.strip()] if name in _LISTS else text
        return values


class ServerSettings(_Section):
    """Where the daemon listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    body_timeout_s: float = Field(default=10, gt=0, le=120)


class StoreSettings(_WithSecrets):
    """Where the daemon keeps what it acknowledged, and the key that seals the tokens of polled sources there."""

    url: Annotated[str, AfterValidator(_file_database)] = "sqlite:///var/connector.db"
    token_key: SecretStr = Field(default=SecretStr(""), exclude=True)
    token_key_file: Path | None = None

    @model_validator(mode="after")
    def _usable_key(self) -> Self:
        key = self.token_key.get_secret_value()
        if key and (problem := check_key(key)):
            raise ValueError(f"token_key {problem}")
        return self


class LogSettings(_Section):
    """How the daemon logs: ``auto`` is readable on a terminal and JSON elsewhere."""

    level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    format: str = Field(default="auto", pattern="^(auto|json|text)$")


class ConflictSettings(_Section):
    """The conflict log: where hashes of its end are kept, apart from the database. Without a file only in the log."""

    anchor_file: Path | None = None

    @model_validator(mode="after")
    def _usable_file(self) -> Self:
        if self.anchor_file is not None and (self.anchor_file.name == "" or self.anchor_file.is_dir()):
            raise ValueError("anchor_file is a folder; it must name a file")
        return self


class ApiSettings(_WithSecrets):
    """The HTTP API: whoever has one of these tokens may read conflicts and act on them. Without any it is off."""

    tokens: Annotated[tuple[SecretStr, ...], BeforeValidator(_listed)] = Field(default=(), exclude=True)
    tokens_file: Path | None = None

    @model_validator(mode="after")
    def _usable_tokens(self) -> Self:
        for position, token in enumerate(self.tokens, start=1):
            if not _TOKEN.fullmatch(token.get_secret_value()):
                raise ValueError(
                    f"token number {position} must be {SHORTEST_TOKEN} or more letters, digits, - and _; make one "
                    f"with: {HOW_TO_MAKE_A_TOKEN}"
                )
        return self


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
    made_to_order: tuple[str, ...] = ()
    orders_every_s: float = Field(default=300, ge=5, le=86_400)
    claims_every_s: float = Field(default=30, ge=1, le=86_400)
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
    ``every_s`` is the pause between two rounds of a polled source (None means its kind's own), or between two looks
    into a network share. ``folder`` is watched for a filed source, for files whose names fit ``files``.
    """

    kind: Annotated[str, AfterValidator(_known_kind)]
    shop: str
    secrets: Annotated[tuple[SecretStr, ...], BeforeValidator(_listed)] = Field(default=(), exclude=True)
    secrets_file: Path | None = None
    credentials: Annotated[dict[str, SecretStr], BeforeValidator(_from_files)] = Field(default={}, exclude=True)
    options: dict[str, str] = Field(default_factory=dict)
    api_url: str = ""
    every_s: int | None = Field(default=None, ge=5, le=86_400)
    folder: Path | None = None
    files: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ("*.csv", "*.txt", "*.tsv")
    network_share: bool = False
    order_reference: ReferenceKind = ReferenceKind.AUTO
    reference_pattern: Annotated[str, AfterValidator(_usable_pattern)] = ""
    enter_on: EnterOn = EnterOn.PRINTED
    hold_s: int = Field(default=0, ge=0, le=7 * 86_400)
    carriers: dict[str, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        kind = SOURCES[self.kind]
        if isinstance(kind, PushedKind):
            self._check_secrets(kind)
        if self.api_url:
            _check_api_url(self.api_url, kind)
        self._check_way(kind)
        for name in sorted(kind.credentials - self.credentials.keys()):
            raise ValueError(f"needs credentials.{name} (or credentials.{name}_file)")
        for name in sorted(self.credentials.keys() - kind.credentials):
            raise ValueError(f"credentials.{name}: unknown setting{nearest(name, dict.fromkeys(kind.credentials))}")
        self._check_options(kind)
        return self

    def _check_way(self, kind: SourceKind) -> None:
        if self.folder is not None and not isinstance(kind, FiledKind):
            raise ValueError(f"folder: a source of the kind {kind.kind!r} has no files; remove it")
        if self.network_share and self.folder is None:
            raise ValueError("network_share: there is no folder; set folder, or remove it")
        if self.every_s is not None and not isinstance(kind, PolledKind) and not self.network_share:
            raise ValueError(f"every_s: a source of the kind {kind.kind!r} is not polled; remove it")

    def _check_options(self, kind: SourceKind) -> None:
        for name in sorted(kind.needed_options - self.options.keys()):
            raise ValueError(f"needs options.{name}")
        for name, value in self.options.items():
            if name not in kind.options:
                raise ValueError(f"options.{name}: unknown setting{nearest(name, kind.options)}")
            if (allowed := kind.options[name]) and value not in allowed:
                raise ValueError(f"options.{name}: must be one of {', '.join(allowed)}")
        if isinstance(kind, FiledKind) and (problem := kind.check_options(self.options)):
            raise ValueError(problem)

    def _check_secrets(self, kind: PushedKind) -> None:
        if not self.secrets and kind.key_set is None:
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


def _check_api_url(url: str, kind: SourceKind) -> None:
    hosts = sorted(kind.hosts) if isinstance(kind, PushedKind | PolledKind) else []
    if not hosts:
        raise ValueError(f"api_url: a source of the kind {kind.kind!r} fetches nothing; remove it")
    try:
        _allowed_url(url, host=hosts[0])
    except ValueError as error:
        raise ValueError(f"api_url: {error}") from None


class Settings(BaseSettings):
    """Everything that can be configured."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    in_file: ClassVar[Mapping[str, Any]] = {}
    in_environment: ClassVar[Mapping[str, Any]] = {}

    server: ServerSettings = ServerSettings()
    store: StoreSettings = StoreSettings()
    log: LogSettings = LogSettings()
    conflicts: ConflictSettings = ConflictSettings()
    api: ApiSettings = ApiSettings()
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
        """The environment, before the file; nothing else."""
        del env_settings, dotenv_settings, file_secret_settings
        environment = InitSettingsSource(settings_cls, dict(cls.in_environment))
        return init_settings, environment, InitSettingsSource(settings_cls, dict(cls.in_file))

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problems = [
            f"{section}: the name {name!r} may hold only a-z, 0-9, - and _, at most 63 of them"
            for section, names in (("shops", self.shops), ("sources", self.sources))
            for name in names
            if not _NAME.fullmatch(name)
        ]
        public = standard_webhook_key(TRY_OUT_SECRET)
        problems += self._without_token_key()
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

    try:
        settings = FromHere()
    except ValidationError as error:
        problems += [line for problem in error.errors() for line in _sentences(path, problem)]
    else:
        if not problems:
            return settings
    raise ConfigurationError(problems)


_SECTIONS: dict[str, type[BaseModel]] = {
    "server": ServerSettings,
    "store": StoreSettings,
    "log": LogSettings,
    "conflicts": ConflictSettings,
    "api": ApiSettings,
    "shops": ShopSettings,
    "sources": SourceSettings,
}


def _sentences(path: Path, problem: Any) -> list[str]:
    location = [str(part) for part in problem["loc"]]
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        known = _SECTIONS[location[0]].model_fields if location[0] in _SECTIONS else Settings.model_fields
        message = f"unknown setting{nearest(location[-1], known)}"
    variable = ENV_PREFIX + spelling("__".join(location)).upper()
    where = variable if variable in os.environ else ": ".join([str(path), *([".".join(location)] if location else [])])
    return [f"{where}: {line}" for line in message.splitlines()]
