"""What is answered where an act of a person is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from connector.domain.acts import ActIncomplete, ActOutdated, ActRefused
from connector.http import ApiError


@contextmanager
def act_on(what: str) -> Iterator[None]:
    """Turns the refusal of an act into an answer; ``what`` it is on is a word such as ``entry``.

    Raises:
        ApiError: in place of what was refused.
    """
    try:
        yield
    except ActIncomplete as lacks:
        hint = "Send who and why, and what else this act needs."
        raise ApiError(422, "act_incomplete", f"Nothing was done: {lacks}.", hint) from None
    except ActOutdated as outdated:
        raise ApiError(412, "changed", f"Nothing was done: {outdated}.", "Read it again.") from None
    except ActRefused as refused:
        hint = f"Read the {what} again; its state does not allow this."
        raise ApiError(409, "act_refused", f"Nothing was done: {refused}.", hint) from None
