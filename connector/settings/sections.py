"""The sections that are there once: where it listens, what it keeps, how it logs, who may use its API."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from connector.domain.keeping import LONGEST_DAYS, SHORTEST_DAYS, Term
from connector.settings.base import Section, WithSecrets, listed
from connector.tokens import check_key

SHORTEST_TOKEN = 32
HOW_TO_MAKE_A_TOKEN = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"  # noqa: S105 - a command

_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{SHORTEST_TOKEN},200}}", re.ASCII)


def _file_database(url: str) -> str:
    path = url.removeprefix("sqlite:///")
    if path == url or not path or path == ":memory:" or "?" in path:
        raise ValueError("must be sqlite:///relative/path.db or sqlite:////absolute/path.db, and nothing else")
    return url


class ServerSettings(Section):
    """Where the daemon listens."""

    host: str = "127.0.0.1"
    """The address to listen on. Stay on loopback and let a proxy with TLS in front face the network."""
    port: int = Field(default=8080, ge=0, le=65535)
    """The port to listen on; 0 takes a free one, which the log names."""
    webhook_port: int | None = Field(default=None, ge=0, le=65535)
    """A port of its own for /webhooks, and for nothing else: then only this one needs to be reached from outside."""
    body_timeout_s: float = Field(default=10, gt=0, le=120)
    """How long a sender may take for the body of one delivery; after that it is answered 408."""
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(listed)] = ()
    """Addresses or networks of proxies whose X-Forwarded-For, -Proto and -Host headers are believed."""


class StoreSettings(WithSecrets):
    """Where the daemon keeps what it acknowledged, and the key that seals the tokens of polled sources there."""

    url: Annotated[str, AfterValidator(_file_database)] = "sqlite:///var/connector.db"
    """The SQLite file, relative to where the program is started or, with four slashes, absolute. On a local disk."""
    token_key: SecretStr = Field(default=SecretStr(""), exclude=True)
    """Seals the tokens of polled sources that change by themselves (logiless, nextengine); 32 bytes in base64."""
    token_key_file: Path | None = None
    """A file that holds token_key."""
    keep_audit_days: int = Field(default=400, ge=SHORTEST_DAYS, le=LONGEST_DAYS)
    """The audit, and who scanned what, is kept so long. Entries, conflicts and what proves them stay for ever."""
    keep_days: int = Field(default=90, ge=SHORTEST_DAYS, le=LONGEST_DAYS)
    """What is over is kept so long: alerts, messages about them, outgoing webhooks, deliveries that were unreadable."""

    @property
    def days(self) -> Mapping[Term, int]:
        """The days by their setting."""
        return {Term.AUDIT: self.keep_audit_days, Term.TOLD: self.keep_days}

    @model_validator(mode="after")
    def _usable_key(self) -> Self:
        key = self.token_key.get_secret_value()
        if key and (problem := check_key(key)):
            raise ValueError(f"token_key {problem}")
        return self


class LogSettings(Section):
    """How the daemon logs: ``auto`` is readable on a terminal and JSON elsewhere."""

    level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    """The least serious of the messages that are logged."""
    format: str = Field(default="auto", pattern="^(auto|json|text)$")
    """How a line looks: auto is text on a terminal and JSON elsewhere."""


class ConflictSettings(Section):
    """The conflict log: where hashes of its end are kept, apart from the database. Without a file only in the log."""

    anchor_file: Path | None = None
    """Takes hashes of the conflict log's end, a line a minute at most; best where nobody with the store can write."""

    @model_validator(mode="after")
    def _usable_file(self) -> Self:
        if self.anchor_file is not None and (self.anchor_file.name == "" or self.anchor_file.is_dir()):
            raise ValueError("anchor_file is a folder; it must name a file")
        return self


class MessageSettings(Section):
    """Messages for buyers: where the seller's own templates lie."""

    folder: Path | None = None
    """Templates NAME.txt that replace the built-in ones of their names, or are new; `messages list` shows them all."""

    @model_validator(mode="after")
    def _usable_folder(self) -> Self:
        if self.folder is not None and not self.folder.is_dir():
            raise ValueError(f"folder: there is no folder {self.folder}")
        return self


class ApiSettings(WithSecrets):
    """The HTTP API: tokens of administrators. Further ones, with a role and an end, are made by `tokens add`."""

    tokens: Annotated[tuple[SecretStr, ...], BeforeValidator(listed)] = Field(default=(), exclude=True)
    """Each of them may do everything under /api/v1; 32 letters or more. Commands take the first where no socket is."""
    tokens_file: Path | None = None
    """A file that holds tokens, one on each line."""

    @model_validator(mode="after")
    def _usable_tokens(self) -> Self:
        for position, token in enumerate(self.tokens, start=1):
            if not _TOKEN.fullmatch(token.get_secret_value()):
                raise ValueError(
                    f"token number {position} must be {SHORTEST_TOKEN} or more letters, digits, - and _; make one "
                    f"with: {HOW_TO_MAKE_A_TOKEN}"
                )
        return self
