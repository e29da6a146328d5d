"""What a person wrote, before it is judged: ``config.toml`` and the environment as plain tables."""

import difflib
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ENV_PREFIX = "QOO10_CONNECTOR__"

_NAMED = ("shops", "sources", "webhooks")
"""Sections that hold tables whose names a person chose."""
_TABLES_OF_A_SOURCE = ("carriers", "credentials", "options", "readers")
_LISTS_OF_A_WEBHOOK = ("secrets", "events", "shops")


class ConfigurationError(Exception):
    """The configuration cannot be used. ``problems`` are sentences, each naming the setting to mend."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables.

    Raises:
        ConfigurationError: there is no such file, it cannot be read, or it is no TOML.
    """
    if not path.is_file():
        raise ConfigurationError([f"{path}: there is no such file; copy config.toml from the distribution"])
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # editors on Windows write a byte order mark
    except OSError as error:
        raise ConfigurationError([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigurationError([f"{path}: is not UTF-8"]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError([f"{path}: is no TOML: {error}"]) from None


def names_too_alike(tables: Mapping[str, Any]) -> list[str]:
    """A sentence for each two names in the file that the environment cannot tell apart."""
    problems: list[str] = []
    for section in _NAMED:
        names = tables[section] if isinstance(tables.get(section), dict) else ()
        first: dict[str, str] = {}
        problems += [
            f"{section}.{first[spelling(name)]} and {section}.{name} are too much alike; rename one of them"
            for name in names
            if first.setdefault(spelling(name), name) != name
        ]
    return problems


def spelling(name: str) -> str:
    """A name as environment variables can hold it, which know neither case nor hyphens."""
    return name.lower().replace("-", "_")


def read_environment(in_file: Mapping[str, Any], sections: Mapping[str, object], problems: list[str]) -> dict[str, Any]:
    """What the environment says, as tables like the file's; what is wrong with it is added to ``problems``.

    ``PACKING_TABLE`` speaks of the file's ``packing-table``. A table, and a list of secrets or tokens, may be given
    whole as JSON.
    """
    found: dict[str, Any] = {}
    for variable in sorted(os.environ):
        if not variable.upper().startswith(ENV_PREFIX):
            continue
        parts = variable[len(ENV_PREFIX) :].lower().split("__")
        if parts[0] not in sections:
            problems.append(f"{variable}: unknown setting{nearest(parts[0], sections)}")
            continue
        if len(parts) > 1 and parts[0] in _NAMED and isinstance(in_file.get(parts[0]), dict):
            written = {spelling(name): name for name in in_file[parts[0]]}
            parts[1] = written.get(spelling(parts[1]), parts[1])
        value: Any = os.environ[variable]
        if _may_be_json(parts, value):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                problems.append(f"{variable}: is no JSON")
                continue
        if not _put(found, parts, value):
            problems.append(f"{variable}: is set inside something that is no table")
    return found


def from_environment_only(in_file: Mapping[str, Any], location: Sequence[str]) -> str | None:
    """For a shop or a source that only the environment names: what the file's are called, as part of a sentence.

    None for everything else.
    """
    if len(location) < 2 or location[0] not in _NAMED:  # noqa: PLR2004 - a section and a name in it
        return None
    names = in_file.get(location[0], {})
    if not isinstance(names, dict) or location[1] in names:
        return None
    near = difflib.get_close_matches(location[1], names, n=1, cutoff=0.5)
    return f", which the file does not have (did you mean {near[0]!r}?)" if near else ", which the file does not have"


def nearest(name: str, known: Mapping[str, object]) -> str:
    """The known name that was probably meant, or all of them, as the end of a sentence."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f" (known: {', '.join(known)})"


def _may_be_json(parts: list[str], value: str) -> bool:
    if len(parts) == 1 or (len(parts) == 2 and parts[0] in _NAMED):  # noqa: PLR2004 - a section; a table in it
        return True
    if parts in (["api", "tokens"], ["alerts", "rules"]):
        return value.lstrip().startswith("[")
    if parts[0] == "sources" and len(parts) == 3:  # noqa: PLR2004 - a setting of a source
        return parts[2] in _TABLES_OF_A_SOURCE or (parts[2] == "secrets" and value.lstrip().startswith("["))
    if parts[0] == "webhooks" and len(parts) == 3:  # noqa: PLR2004 - a setting of a target
        return parts[2] in _LISTS_OF_A_WEBHOOK and value.lstrip().startswith("[")
    return False


def _put(tables: dict[str, Any], parts: list[str], value: Any) -> bool:
    *path, last = parts
    table: Any = tables
    for part in path:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return False
    table[last] = value
    return True
