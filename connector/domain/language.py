"""The languages that people are spoken to in."""

from enum import StrEnum


class Language(StrEnum):
    """Japanese, the first one, and English."""

    JA = "ja"
    EN = "en"
