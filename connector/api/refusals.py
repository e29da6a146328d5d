"""What is answered where something about users, sessions or tokens is refused."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from connector.access.passwords import TooManyAtOnce
from connector.access.people import TriedTooOften
from connector.domain.people import WORDINGS, PeopleRefused, Refusal
from connector.http import RETRY_AFTER_S, ApiError

STATUS: Mapping[Refusal, int] = {
    Refusal.NAME_UNUSABLE: 422,
    Refusal.NAME_TAKEN: 409,
    Refusal.PASSWORD_SHORT: 422,
    Refusal.PASSWORD_LONG: 422,
    Refusal.PASSWORD_IS_NAME: 422,
    Refusal.PASSWORD_WRONG: 422,
    Refusal.LAST_ADMIN: 409,
    Refusal.NO_USER: 404,
    Refusal.NO_SESSION: 404,
    Refusal.NO_TOKEN: 404,
    Refusal.NOT_A_PERSON: 409,
}


@contextmanager
def as_answers() -> Iterator[None]:
    """Turns refusals into answers.

    Raises:
        ApiError: in place of what was refused.
    """
    try:
        yield
    except PeopleRefused as refused:
        said = WORDINGS[refused.refusal]
        code = str(refused.refusal)
        raise ApiError(STATUS[refused.refusal], code, f"{said.en}; nothing was done.", said.next_en) from None
    except TriedTooOften as tried:
        wait_s = int(tried.wait_s) + 1
        hint = f"Wait {wait_s} seconds. An administrator can set a new password for whoever forgot theirs."
        raise ApiError(
            429, "tried_too_often", "Too many wrong passwords; nothing was done.", hint, {"Retry-After": str(wait_s)}
        ) from None
    except TooManyAtOnce:
        message = "Too many log in at this moment; nothing was done."
        raise ApiError(
            429, "too_many_at_once", message, "Try again in some seconds.", {"Retry-After": str(RETRY_AFTER_S)}
        ) from None
