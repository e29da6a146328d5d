"""When to look or try again. Pure: chance is passed in as a number from 0 to 1."""

from datetime import timedelta

_LONGEST_RETRY = timedelta(seconds=60)
_LONGEST_PAUSE = timedelta(seconds=5)
_LONGEST_LOOK = timedelta(seconds=30)
_FIRST_RECHECK = timedelta(seconds=30)
_LONGEST_RECHECK = timedelta(minutes=30)
_FIRST_SEARCH = timedelta(seconds=5)
_LONGEST_SEARCH = timedelta(minutes=10)


def _growing(first: timedelta, longest: timedelta, attempts: int, chance: float) -> timedelta:
    """Doubles with each attempt up to ``longest``; the upper half of each step is left to chance."""
    grown = min(first * (1 << min(attempts, 20)), longest)
    return grown * (0.5 + chance / 2)


def retry_after(attempts: int, chance: float) -> timedelta:
    """Until an entry is tried again that failed because Qoo10 was not there; ends early when Qoo10 is back."""
    return _growing(timedelta(seconds=1), _LONGEST_RETRY, attempts, chance)


def asked_for(seconds: float) -> timedelta:
    """A pause that Qoo10 asked for. Bounded: a mistaken header must not silence a shop for a day."""
    return timedelta(seconds=min(seconds, _LONGEST_RETRY.total_seconds()))


def pause_after(failures: int, chance: float) -> timedelta:
    """Until a shop is called again after failures in a row: short, a new label may be the first to succeed."""
    return _growing(timedelta(seconds=0.5), _LONGEST_PAUSE, failures, chance)


def look_after(attempts: int, chance: float) -> timedelta:
    """Until an order is read again that does not show yet what was written."""
    return _growing(timedelta(seconds=0.5), _LONGEST_LOOK, attempts, chance)


def recheck_after(attempts: int, chance: float) -> timedelta:
    """Until an entry is looked at again that waits for a person or for a change at Qoo10."""
    return _growing(_FIRST_RECHECK, _LONGEST_RECHECK, attempts, chance)


def search_after(attempts: int, chance: float) -> timedelta:
    """Until an order reference is looked up again that Qoo10 did not know; new orders end the wait early."""
    return _growing(_FIRST_SEARCH, _LONGEST_SEARCH, attempts, chance)
