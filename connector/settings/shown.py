"""The settings as people may see them: every one with its value and where that comes from, and no secret."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, SecretStr

from connector.settings import Settings


class SettingOrigin(StrEnum):
    """Where a setting's value comes from."""

    FILE = "file"
    ENVIRONMENT = "environment"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One setting. ``name`` is its place, as ``shops.main.qapi_url``; ``words`` is its documentation.

    ``field`` is what all settings of its kind share, as ``shops.qapi_url``. The ``value`` of a secret says how many
    there are, and nothing of them.
    """

    name: str
    field: str
    value: str
    origin: SettingOrigin
    secret: bool
    words: str


def shown(settings: Settings) -> list[ShownSetting]:
    """All settings that are in effect, in the order of the file."""
    found: list[ShownSetting] = []
    for section in type(settings).model_fields:
        found += _shown(settings, (section,), section, getattr(settings, section), "", secret=False)
    return found


def _shown(
    settings: Settings, place: tuple[str, ...], field: str, value: object, words: str, *, secret: bool
) -> Iterator[ShownSetting]:
    if isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            hidden = secret or info.exclude is True
            inner = getattr(value, name)
            yield from _shown(settings, (*place, name), f"{field}.{name}", inner, info.description or "", secret=hidden)
    elif isinstance(value, Mapping) and (value or not words):  # a table of tables may be empty, and is no setting
        for name, item in value.items():
            yield from _shown(settings, (*place, str(name)), field, item, words, secret=secret)
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for position, item in enumerate(value, start=1):
            yield from _shown(settings, (*place, str(position)), field, item, words, secret=secret)
    else:
        hidden = secret or _is_secret(value)
        text = _how_many(value) if hidden else _text(value)
        yield ShownSetting(".".join(place), field, text, _origin(settings, place), hidden, words)


def _is_secret(value: object) -> bool:
    return isinstance(value, SecretStr) or (isinstance(value, tuple) and any(map(_is_secret, value)))


def _how_many(value: object) -> str:
    """``set`` or ``2 set``, and empty where none is."""
    if isinstance(value, tuple):
        return f"{len(value)} set" if value else ""
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    return "set" if plain else ""


def _text(value: object) -> str:
    """A value as it may stand in the file, without quotes."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case tuple() | list() | frozenset():
            return ", ".join(_text(item) for item in value)
        case Mapping():
            return ""
        case _:
            return str(value)


def _origin(settings: Settings, place: tuple[str, ...]) -> SettingOrigin:
    """The environment goes before the file. A secret's origin is also that of the file that it stands in."""
    for spelt in (place, (*place[:-1], f"{place[-1]}_file")):
        if _holds(settings.in_environment, spelt):
            return SettingOrigin.ENVIRONMENT
        if _holds(settings.in_file, spelt):
            return SettingOrigin.FILE
    return SettingOrigin.DEFAULT


def _holds(tables: Mapping[str, Any], place: tuple[str, ...]) -> bool:
    at: Any = tables
    for name in place:
        if isinstance(at, list):  # tables of a list are counted from one
            at = dict(enumerate(at, start=1)).get(int(name)) if name.isdigit() else None
        elif isinstance(at, Mapping) and name in at:
            at = at[name]
        else:
            return False
    return at is not None
