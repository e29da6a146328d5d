"""People who log in and tokens of programs: what their names and passwords must be, and why something is refused."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connector.domain.acts import ActRefused, check_who
from connector.domain.language import Language
from connector.domain.reasons import Wording
from connector.domain.roles import Role

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000
"""Characters. The upper bound is for the machine: a password is hashed before anything else is known of a log-in."""


class Refusal(StrEnum):
    """Why nothing was done about a user, a session or a token."""

    NAME_UNUSABLE = "name_unusable"
    NAME_TAKEN = "name_taken"
    PASSWORD_SHORT = "password_short"  # noqa: S105 - a word, no secret
    PASSWORD_LONG = "password_long"  # noqa: S105 - a word, no secret
    PASSWORD_IS_NAME = "password_is_name"  # noqa: S105 - a word, no secret
    PASSWORD_WRONG = "password_wrong"  # noqa: S105 - a word, no secret
    LAST_ADMIN = "last_admin"
    NO_USER = "no_user"
    NO_SESSION = "no_session"
    NO_TOKEN = "no_token"  # noqa: S105 - a word, no secret
    NOT_A_PERSON = "not_a_person"


WORDINGS: Mapping[Refusal, Wording] = {
    Refusal.NAME_UNUSABLE: Wording(
        "この名前は使えません",
        "This name cannot be used",
        "1行、60文字以内で、メールアドレスや電話番号でない名前にしてください。",
        "A name is one line of at most 60 characters, and neither mail nor a telephone number.",
    ),
    Refusal.NAME_TAKEN: Wording(
        "この名前はすでに使われています",
        "This name is taken",
        "別の名前にしてください。大文字と小文字は区別しません。",
        "Choose another; upper and lower case are the same.",
    ),
    Refusal.PASSWORD_SHORT: Wording(
        "パスワードが短すぎます",
        "The password is too short",
        f"{SHORTEST_PASSWORD}文字以上にしてください。単語をいくつか並べると覚えやすくなります。",
        f"It needs {SHORTEST_PASSWORD} characters or more; some words in a row are easy to remember.",
    ),
    Refusal.PASSWORD_LONG: Wording(
        "パスワードが長すぎます",
        "The password is too long",
        f"{LONGEST_PASSWORD}文字以内にしてください。",
        f"It may have {LONGEST_PASSWORD} characters at most.",
    ),
    Refusal.PASSWORD_IS_NAME: Wording(
        "パスワードが名前と同じです",
        "The password is the name",
        "名前とは違うパスワードにしてください。",
        "Choose one that is not the name.",
    ),
    Refusal.PASSWORD_WRONG: Wording(
        "いまのパスワードが違います",
        "The present password is another",
        "もう一度入力してください。忘れたときは管理者が新しく設定できます。",
        "Type it again. An administrator can set a new one for whoever forgot theirs.",
    ),
    Refusal.LAST_ADMIN: Wording(
        "管理者がほかにいません",
        "There is no other administrator",
        "先に別のユーザーを管理者にしてください。",
        "Make another user an administrator first.",
    ),
    Refusal.NO_USER: Wording(
        "このユーザーはいません", "There is no such user", "一覧で確認してください。", "Look at the list of users."
    ),
    Refusal.NO_SESSION: Wording(
        "このログインはもうありません",
        "There is no such session",
        "一覧を読み直してください。",
        "It has ended, or it is somebody else's. Look at the list again.",
    ),
    Refusal.NO_TOKEN: Wording(
        "このトークンはないか、すでに取り消されています",
        "There is no such token, or it was withdrawn before",
        "一覧で確認してください。",
        "Look at the list of tokens.",
    ),
    Refusal.NOT_A_PERSON: Wording(
        "プログラムにはパスワードもログインもありません",
        "A program has neither a password nor sessions",
        "ユーザーとしてログインしてください。",
        "Log in as a user.",
    ),
}
"""What happened, and what to do."""


class PeopleRefused(Exception):
    """Nothing was done; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{WORDINGS[refusal].en}. {WORDINGS[refusal].next_en}")
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class User:
    """A person who may log in, as kept. ``disabled_at`` is None for whoever may."""

    id: int
    name: str
    role: Role
    language: Language
    created_at: datetime
    password_changed_at: datetime
    disabled_at: datetime | None = None
    password_hash: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that somebody logged in with. ``agent`` is its family, such as ``Firefox on Windows``."""

    id: int
    user_id: int
    user_name: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token of a program, without the token. ``expires_at`` is None for one that holds until it is withdrawn."""

    id: int
    name: str
    role: Role
    created_by: str
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    withdrawn_at: datetime | None = None


def usable_name(name: str) -> str:
    """The name as it is kept.

    Raises:
        PeopleRefused: it cannot be used.
    """
    tidy = unicodedata.normalize("NFC", name).strip()
    try:
        check_who(tidy)
    except ActRefused:
        raise PeopleRefused(Refusal.NAME_UNUSABLE) from None
    return tidy


def name_key(name: str) -> str:
    """What names are compared by: neither case nor the width of letters tells two of them apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def normal_password(password: str) -> str:
    """The password as it is hashed: what looks the same is the same, on whatever keyboard it was typed."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, name: str) -> None:
    """Looks whether somebody of this name may choose this password.

    Raises:
        PeopleRefused: they may not, and why.
    """
    length = len(normal_password(password))
    if length < SHORTEST_PASSWORD:
        raise PeopleRefused(Refusal.PASSWORD_SHORT)
    if length > LONGEST_PASSWORD:
        raise PeopleRefused(Refusal.PASSWORD_LONG)
    if name_key(password) == name_key(name):
        raise PeopleRefused(Refusal.PASSWORD_IS_NAME)
