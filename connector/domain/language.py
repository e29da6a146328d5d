"""The languages that people are spoken to in."""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """Japanese, the first one, and English."""

    JA = "ja"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Said:
    """The same in both languages."""

    ja: str
    en: str

    def filled(self, **values: object) -> "Said":
        """With values in place of ``{names}``; of a value that is said in both languages, each takes its own."""
        ja = {name: value.ja if isinstance(value, Said) else value for name, value in values.items()}
        en = {name: value.en if isinstance(value, Said) else value for name, value in values.items()}
        return Said(self.ja.format(**ja), self.en.format(**en))
