"""What can go wrong in a call to Qoo10, by what has to be done next."""

import unicodedata
from typing import Final

MAX_DETAIL: Final = 200
"""How many characters of a foreign text an error keeps."""

EXPIRED: Final = frozenset({-90004, -90005})
"""The seller authorization key has expired (Qoo10's guide)."""

CURED_BY_A_NEW_KEY: Final = EXPIRED | {-10000}
"""-10000 says "check the key"; a changed password is one of its causes, and a new key cures that one."""


def printable(text: str) -> str:
    """The text without control characters and lone surrogates, which neither logs nor stores can hold."""
    if text.isprintable():
        return text
    return "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cs"})


def one_line(text: str) -> str:
    """A foreign text as an error or an outcome may keep it: printable and bounded."""
    return printable(text)[:MAX_DETAIL]


class QapiError(Exception):
    """A call to Qoo10 that did not end well.

    ``method`` is QAPI's name of the call, empty where none was made. ``code`` is Qoo10's number, None where there was
    none. ``detail`` is one bounded line without control characters; whoever raises keeps secrets and bodies out of it.
    """

    def __init__(self, method: str, detail: str, code: int | None = None) -> None:
        self.method = method
        self.code = code
        self.detail = one_line(detail)
        super().__init__(self.method, self.detail, self.code)

    def __str__(self) -> str:
        said = self.detail if self.code is None else f"code {self.code}: {self.detail}"
        return f"{self.method}: {said}" if self.method else said


class CredentialError(QapiError):
    """Qoo10 does not accept the key, or the key may not do this. Nothing was applied. Stop the shop and say so."""

    @property
    def expired(self) -> bool:
        """Whether Qoo10 said that the key has run out."""
        return self.code in EXPIRED

    @property
    def may_reissue(self) -> bool:
        """Whether a newly issued key can mend it."""
        return self.code in CURED_BY_A_NEW_KEY


class RefusedError(QapiError):
    """Qoo10 refused the call for a documented reason. Nothing was applied. Never repeat it by itself."""


class LaterError(QapiError):
    """Not now: repeating the call later does no harm, because nothing was sent, or because it only reads.

    ``retry_after_s`` is the pause Qoo10 asked for, None where it asked for none. ``blip`` says that a second try within
    the same attempt may already help.
    """

    def __init__(
        self,
        method: str,
        detail: str,
        code: int | None = None,
        *,
        retry_after_s: float | None = None,
        throttled: bool = False,
        blip: bool = False,
    ) -> None:
        super().__init__(method, detail, code)
        self.retry_after_s = retry_after_s
        self.throttled = throttled
        self.blip = blip


class UnclearError(QapiError):
    """A write that may or may not have been applied. Read the order before anything is repeated."""
