"""The log of calls received: bounded in number and size, with counters that are never cut."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

MOST_CALLS = 100_000
MOST_CHARACTERS = 64_000_000


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call received. ``params`` never hold a key or a password; ``applied`` are the order lines that it changed.

    ``code`` is the ResultCode or ErrorCode that Qoo10 meant, even where a fault kept it from the caller; None where
    the answer has none (routing errors, failures before the call). ``http_status`` is None when no answer was sent.
    """

    seq: int
    at: datetime
    transport: str
    method: str
    shop: str
    params: Mapping[str, str]
    code: int | None
    applied: tuple[str, ...]
    faults: tuple[str, ...]
    http_status: int | None


class Calls:
    """The last calls, oldest first, and how many there were."""

    def __init__(self) -> None:
        self._kept: deque[CallRecord] = deque()
        self._characters = 0
        self.seq = 0
        self.by_method: Counter[str] = Counter()
        self.by_code: Counter[int | None] = Counter()

    def add(self, record: CallRecord) -> None:
        """Keep one more call; drop the oldest beyond the bounds."""
        self.seq = record.seq
        self.by_method[record.method] += 1
        self.by_code[record.code] += 1
        self._kept.append(record)
        self._characters += _size(record)
        while len(self._kept) > MOST_CALLS or (self._characters > MOST_CHARACTERS and len(self._kept) > 1):
            self._characters -= _size(self._kept.popleft())

    def since(self, seq: int = 0) -> Iterator[CallRecord]:
        """The kept calls after number ``seq``, oldest first."""
        return (record for record in self._kept if record.seq > seq)

    def to(self, method: str) -> list[CallRecord]:
        """The kept calls of one method (any case)."""
        return [record for record in self._kept if record.method.lower() == method.lower()]

    def clear(self) -> None:
        """Forget the calls and the counters; the numbering goes on."""
        self._kept.clear()
        self._characters = 0
        self.by_method.clear()
        self.by_code.clear()

    def __len__(self) -> int:
        return len(self._kept)


def _size(record: CallRecord) -> int:
    return sum(len(value) for value in record.params.values())
