"""What Qoo10's numbers mean for us: a table, one look-up, and a rule for every number that is not in it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from connector.qoo10.errors import CredentialError, LaterError, QapiError, RefusedError, UnclearError
from connector.qoo10.protocol import (
    CREATE_KEY,
    GET_CLAIM_INFO,
    SET_INQUIRY_MESSAGE,
    SET_SELLER_CHECK,
    SET_SENDING_INFO,
    SET_SENDING_INFO_BULK,
    Call,
)


class Meaning(NamedTuple):
    """What to do after a code, and why."""

    error: type[QapiError]
    says: str


COMMON: Final[Mapping[int, Meaning]] = {
    # Qoo10's guide, except where marked.
    -10000: Meaning(CredentialError, "the seller authorization key is not accepted (or the password was changed)"),
    -90000: Meaning(CredentialError, "no key was sent"),  # observed by clients
    -90001: Meaning(CredentialError, "no such API, or a bad key"),  # the second is observed; we send no nulls
    -90002: Meaning(CredentialError, "the key may not make this call"),
    -90003: Meaning(CredentialError, "the key may not make this call"),
    -90004: Meaning(CredentialError, "the seller authorization key has expired"),
    -90005: Meaning(CredentialError, "the seller authorization key has expired"),
}
"""Codes that every method can answer. In none of them was anything applied."""

SENDING: Final[Mapping[int, Meaning]] = {
    -10001: Meaning(RefusedError, "the order number is malformed"),
    -10002: Meaning(RefusedError, "the delivery company is missing"),
    -10003: Meaning(RefusedError, "the tracking number is missing"),
    -10004: Meaning(RefusedError, "the order belongs to another seller"),
    -10005: Meaning(RefusedError, "the customer number is malformed"),
    -10010: Meaning(UnclearError, "the update failed, cause unknown"),
    -10100: Meaning(UnclearError, "the update failed, cause unknown"),
}
"""Codes for one tracking number on one order line (guide): of SetSendingInfo, and of a row of SetSendingInfoBulk.

That a bulk row uses the same numbers is unverified.
"""

BY_METHOD: Final[Mapping[str, Mapping[int, Meaning]]] = {
    SET_SENDING_INFO: SENDING,
    SET_SENDING_INFO_BULK: {
        # The seller, not a row, is unknown: refusing every row for good would bury a mistake in the set-up.
        -10001: Meaning(CredentialError, "Qoo10 knows no such seller"),
    },
    GET_CLAIM_INFO: {
        -10002: Meaning(RefusedError, "the dates are malformed"),
        -10003: Meaning(RefusedError, "the period is longer than 90 days"),
    },
    SET_SELLER_CHECK: {
        -10001: Meaning(RefusedError, "the order number is malformed"),  # observed by clients
        -10012: Meaning(RefusedError, "the order was already taken"),
        -10013: Meaning(RefusedError, "the order is not in 配送要請"),
        -10016: Meaning(RefusedError, "the ship-by date is missing"),
        -10017: Meaning(RefusedError, "the ship-by date is too late"),
        -10018: Meaning(RefusedError, "the ship-by date is not after today"),
    },
    SET_INQUIRY_MESSAGE: {
        -10001: Meaning(RefusedError, "an argument is malformed"),
        -10002: Meaning(UnclearError, "answering failed, cause unknown"),
    },
}
"""Codes of one method. The same number means different things in different methods."""

STUMBLE: Final = -999
"""Qoo10 tripped over itself, for instance over a missing field (observed on goods methods)."""


def meaning_of(call: Call, code: int) -> Meaning:
    """What a failing code means after this call.

    A number that is not in the table is never taken for a refusal: after a write the order is read before anything is
    repeated, a read is tried again later, and a login that gets no key stops the shop.
    """
    known = BY_METHOD.get(call.method, {}).get(code) or COMMON.get(code)
    if known is not None:
        return known
    says = "Qoo10 stumbled" if code == STUMBLE else "a code that nobody has documented"
    if call.method == CREATE_KEY and code != STUMBLE:
        return Meaning(CredentialError, f"no key was issued: {says}")
    return Meaning(UnclearError if call.writes else LaterError, says)
