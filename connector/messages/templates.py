"""Templates of messages: the built-in ones, the seller's own, and how one is filled. A wrong one is never sent."""

import difflib
import re
import string
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

LONGEST = 4000
"""Characters of an answer to an inquiry (Qoo10's guide). That it counts characters as we do is unverified."""
LARGEST_FILE = 64 * 1024

PLACEHOLDERS: Mapping[str, str] = {
    "order_no": "注文番号",
    "pack_no": "カート番号",
    "carrier": "配送会社(Qoo10での名前)",
    "tracking_no": "送り状番号",
    "printed_at": "送り状ラベルの印刷日時",
    "requested_at": "キャンセル要請の日時(Qoo10の時計)",
    "entered_at": "送り状番号がQoo10に受け付けられた日時",
}
"""What a template may ask for. All of it is about the order; nothing is about the buyer's person."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class TemplateError(ValueError):
    """A template that cannot be used; the message names it, and what is wrong with it."""


class _Text(string.Template):
    """``${name}``; ``$$`` is a dollar sign. Whatever stands in braces is taken for a name, so that it can be named."""

    flags = re.NOFLAG  # string.Template would ignore the case
    idpattern = "(?a:[a-z][a-z0-9_]*)"
    braceidpattern = r"[^{}\n]*"


@dataclass(frozen=True, slots=True)
class Template:
    """A template as it was read. ``path`` is empty for a built-in one."""

    name: str
    text: str
    path: str = ""

    def __str__(self) -> str:
        """How messages name it."""
        return f"template {self.name} ({self.path or 'built in'})"

    def check(self) -> None:
        """Looks for what can be seen without any facts.

        Raises:
            TemplateError: an unknown placeholder, a dollar sign that is none, or a text that is empty or unprintable.
        """
        if not self.text.strip():
            raise TemplateError(f"{self}: it is empty")
        if any(unicodedata.category(char) == "Cc" for char in self.text if char != "\n"):
            raise TemplateError(f"{self}: it holds a control character; only line breaks are allowed")
        for match in _Text.pattern.finditer(self.text):
            line = self.text.count("\n", 0, match.start()) + 1
            name = match["named"] if match["named"] is not None else match["braced"]
            if match["invalid"] is not None:
                raise TemplateError(f"{self}, line {line}: a $ that starts no placeholder; write $$ for a dollar sign")
            if name is not None and name not in PLACEHOLDERS:
                near = difflib.get_close_matches(name, PLACEHOLDERS, n=1, cutoff=0.5)
                hint = f"did you mean ${{{near[0]}}}?" if near else f"known: {', '.join(PLACEHOLDERS)}"
                raise TemplateError(f"{self}, line {line}: unknown placeholder ${{{name}}}; {hint}")

    def fill(self, facts: Mapping[str, str]) -> str:
        """The text with these facts.

        Raises:
            TemplateError: what ``check`` finds; a fact that is asked for is not known; or the text is too long.
        """
        self.check()
        for name in self.asks_for():
            if not facts.get(name):
                known = PLACEHOLDERS[name]
                raise TemplateError(f"{self}: it asks for ${{{name}}} ({known}), which is not known of this conflict")
        filled = _Text(self.text).substitute(facts).strip("\n")
        if len(filled) > LONGEST:
            raise TemplateError(f"{self}: filled it has {len(filled)} characters; Qoo10 takes at most {LONGEST}")
        return filled

    def asks_for(self) -> list[str]:
        """The placeholders in it, each once."""
        names = (match["named"] or match["braced"] for match in _Text.pattern.finditer(self.text))
        return list(dict.fromkeys(name for name in names if name))


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates that can be used, by name, and what is wrong with those that cannot, by name or file name."""

    usable: Mapping[str, Template]
    problems: Mapping[str, str]

    def named(self, name: str) -> Template:
        """The template of this name.

        Raises:
            TemplateError: there is none, or it cannot be used.
        """
        if name in self.problems:
            raise TemplateError(self.problems[name])
        if name not in self.usable:
            near = difflib.get_close_matches(name, self.usable, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(self.usable)}"
            raise TemplateError(f"there is no template {name!r}; {hint}")
        return self.usable[name]


def load_templates(folder: Path | None) -> Templates:
    """The built-in templates, and the files ``*.txt`` of the seller's folder, as they stand now.

    A file replaces the built-in template of its name, or is one of its own. Where it cannot be used there is no
    template of its name: the built-in words would not be the seller's.
    """
    usable = {
        each.name.removesuffix(".txt"): Template(each.name.removesuffix(".txt"), each.read_text(encoding="utf-8"))
        for each in files("connector.messages").joinpath("templates").iterdir()
        if each.name.endswith(".txt")
    }
    problems: dict[str, str] = {}
    try:
        own = sorted(path for path in folder.iterdir() if path.suffix == ".txt") if folder is not None else []
    except OSError as error:
        raise TemplateError(f"the folder {folder} (messages.folder) cannot be read: {error.strerror}") from None
    for path in own:
        usable.pop(path.stem, None)
        try:
            template = Template(path.stem, _read(path), str(path))
            template.check()
        except TemplateError as error:
            problems[path.stem] = str(error)
        else:
            usable[path.stem] = template
    return Templates(dict(sorted(usable.items())), problems)


def _read(path: Path) -> str:
    if not _NAME.fullmatch(path.stem):
        raise TemplateError(f"{path}: a template's name holds only a-z, 0-9, - and _")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise TemplateError(f"{path}: is larger than {LARGEST_FILE // 1024} KiB")
        return path.read_text(encoding="utf-8-sig")  # editors on Windows write a byte order mark
    except OSError as error:
        raise TemplateError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TemplateError(f"{path}: is not UTF-8; save it as UTF-8") from None
