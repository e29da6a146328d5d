"""The sign of life of a keeper in the middle of a turn: whatever is called on its behalf shows that it moves.

A turn may bring hundreds of calls, each as slow as Qoo10 is, and the client is shared with the shop's watches. So who a
call is made for goes along with the task that makes it, and with the tasks that this one starts.
"""

from collections.abc import Callable
from contextvars import ContextVar


def _nobody() -> None:
    """Calls of the watches and of people are no sign of the keeper's life."""


_MOVES: ContextVar[Callable[[], None]] = ContextVar("moves", default=_nobody)


def works_for(moves: Callable[[], None]) -> None:
    """From now on calls of this task are signs of this life."""
    _MOVES.set(moves)


def moved() -> None:
    """A call of this task has ended, however it went."""
    _MOVES.get()()
