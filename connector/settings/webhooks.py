"""``[webhooks.<name>]``: one of a warehouse's own systems that is told what happens."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from carriers.signatures import standard_webhook_key
from connector.domain.hooks import HookEvent
from connector.settings.base import WithSecrets, listed, on_loopback

_PRINTABLE = re.compile(r"[\x21-\x7e]+")
MADE_BY = "python3 -c 'import base64, secrets; print(\"whsec_\" + base64.b64encode(secrets.token_bytes(32)).decode())'"
"""A line for a shell that prints a secret."""


class WebhookSettings(WithSecrets):
    """A target of outgoing webhooks: where messages go, how they are signed, and which ones. docs/webhooks.md."""

    url: SecretStr = Field(default=SecretStr(""), exclude=True)
    """Where messages are posted: https, or http to this machine. Treated as a secret, for many such are one."""
    url_file: Path | None = None
    """A file that holds url."""
    secrets: Annotated[tuple[SecretStr, ...], BeforeValidator(listed)] = Field(default=(), exclude=True)
    """What messages are signed with (whsec_...): with all of them, so that they can be changed without a gap."""
    secrets_file: Path | None = None
    """A file that holds secrets, one on each line."""
    events: Annotated[tuple[HookEvent, ...], BeforeValidator(listed)] = Field(default=tuple(HookEvent), min_length=1)
    """What it is told; without this line everything."""
    shops: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """The shops that it is told of; without any all of them."""
    allow_private: bool = False
    """Whether the host's name may lead into a private network, which is refused otherwise."""

    @model_validator(mode="after")
    def _usable(self) -> Self:
        self._check_url()
        if not self.secrets:
            raise ValueError(f"needs at least one secret in secrets (or secrets_file); make one with: {MADE_BY}")
        for position, secret in enumerate(self.secrets, start=1):
            text = secret.get_secret_value()
            if text.startswith(("whsk_", "whpk_")) or standard_webhook_key(text) is None:
                raise ValueError(f"secret number {position} is no whsec_ secret; make one with: {MADE_BY}")
        return self

    def _check_url(self) -> None:
        """Problems are said without the address."""
        url = self.url.get_secret_value()
        if not url:
            raise ValueError("url: must be set (or url_file)")
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise ValueError("url: is no address") from None
        if not host or not _PRINTABLE.fullmatch(url) or "\\" in url or parts.fragment or "@" in parts.netloc:
            raise ValueError("url: must be a plain address without a login, blanks and #")
        if parts.scheme != "https" and not (parts.scheme == "http" and on_loopback(host)):
            raise ValueError("url: must be https://..., or http:// to this machine (127.0.0.1, localhost)")
        if not self.allow_private and not on_loopback(host) and _is_private(host):
            raise ValueError("url: is an address of a private network; set allow_private = true if that is meant")

    @property
    def host(self) -> str:
        """The part of the address that may be shown: scheme, host and port."""
        parts = urlsplit(self.url.get_secret_value())
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def may_be_private(self) -> bool:
        """Whether its host may be in a private network: where that is allowed, and where it is this machine."""
        return self.allow_private or on_loopback(urlsplit(self.url.get_secret_value()).hostname or "")


def _is_private(host: str) -> bool:
    """Whether this is an address, and none of the public internet; what a name leads to shows when it is looked up."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False
