"""What can be wrong with a delivery, by whose fault it is and what the sender should do next."""


class DeliveryError(Exception):
    """A delivery that cannot be taken as it is."""


class BadSignature(DeliveryError):
    """The delivery does not prove that it comes from its source: a header is missing, malformed, stale or wrong.

    ``reason`` is a short code for logs and metrics (``missing_header``, ``stale``, ``mismatch``, ...); it never holds
    anything that the sender sent.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownKey(BadSignature):
    """The delivery names a key that is not in the vendor's key set as last fetched; a newer set may have it."""

    def __init__(self) -> None:
        super().__init__("unknown_key")


class UnreadablePayload(DeliveryError):
    """The delivery is authentic, but its body is not what the source's specification describes.

    ``problem`` names the field and what is wrong with it, never its value: the value may be personal data.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class PollFailed(Exception):
    """A polled answer from which nothing can be learnt. ``problem`` is a sentence for people, without secrets."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class PollLater(PollFailed):
    """Not now: the vendor throttles or is not there. ``retry_after_s`` is None where it asked for no pause."""

    def __init__(self, problem: str, retry_after_s: float | None = None) -> None:
        super().__init__(problem)
        self.retry_after_s = retry_after_s


class PollRefused(PollFailed):
    """The vendor does not accept the credentials: a person must mend the setting that ``problem`` names."""
