"""Synthetic people. No value belongs to anybody, and each is easy to search for, so that a leak can be found."""

from dataclasses import dataclass

CANARIES = ("架空", "カクウ", "+81-00-", "@example.invalid", "999-99")
"""Every personal value of the sandbox holds one of these; a store, a log or a page that holds one has leaked."""


@dataclass(frozen=True, slots=True)
class Person:
    """A buyer or a receiver who does not exist."""

    name: str
    kana: str
    tel: str
    mobile: str
    email: str
    zip_code: str
    address1: str
    address2: str

    @property
    def address(self) -> str:
        """Both parts of the address in one line."""
        return f"{self.address1} {self.address2}"


def person(order_no: str, role: str) -> Person:
    """The person of this order line in this role (``buyer``, ``receiver``, ``sender``); the same on every call."""
    tail = order_no[-4:].zfill(4)
    return Person(
        name=f"架空 {role}{tail}",
        kana=f"カクウ {role}{tail}",
        tel=f"+81-00-1111-{tail}",
        mobile=f"+81-00-9999-{tail}",
        email=f"{role}{order_no}@example.invalid",
        zip_code=f"999-99{tail[-2:]}",
        address1="架空県見本市",
        address2=f"架空町{tail}番地",
    )
