"""What every section of the settings shares: nothing unknown is taken, and secrets may stand in files."""

import re
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, model_validator

_NOT_IN_URLS = re.compile(r"[^\x21-\x7e]|[\\@]")
"""Readers of addresses differ in what they make of these; ``@`` would also put a secret into the address."""


def on_loopback(host: str) -> bool:
    """Whether this is an address of this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def allowed_url(url: str, *, host: str) -> str:
    """Only the service itself over TLS, or a rehearsal on this machine."""
    parts = urlsplit(url)
    genuine = parts.scheme == "https" and parts.hostname == host and parts.port in (None, 443)
    rehearsal = parts.scheme in ("http", "https") and parts.hostname is not None and on_loopback(parts.hostname)
    if not (genuine or rehearsal) or _NOT_IN_URLS.search(url) or parts.query or parts.fragment:
        raise ValueError(f"must be https://{host}/... or an address on this machine (127.0.0.1, localhost)")
    return url.rstrip("/")


def listed(value: object) -> object:
    """A list as environment variables give it when it has a single value."""
    return [value] if isinstance(value, str) else value


def read_secret(path: Path) -> str:
    """The secret that stands in a file, without the blanks around it.

    Raises:
        ValueError: the file cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig").strip()  # editors on Windows write a byte order mark
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the file {path} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None


class Section(BaseModel):
    """A table of the settings. The words below a setting are its description in docs/reference.md."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


_LISTS = ("secrets", "tokens")
"""Secrets of which several are valid together; in a file each has a line of its own."""


class WithSecrets(Section):
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
            text = read_secret(Path(path))
            values[name] = [line.strip() for line in text.splitlines() if line.strip()] if name in _LISTS else text
        return values
