"""What the tests of decisions make up, and others with them: an entry."""

from dataclasses import replace
from datetime import datetime

from connector.domain.entry import Entry, EntryState
from connector.domain.reasons import Reason


def made_entry(heard_at: datetime, **more: object) -> Entry:
    """A number that waits since its label was heard of, but for what a test says."""
    plain = Entry(
        id=1,
        shop="main",
        order_no="1062428737",
        pack_no="",
        parcel_id=1,
        tracking_no="444413758703",
        shipping_corp="",
        state=EntryState.WAITING,
        reason=Reason.NEW,
        due_at=None,
        attempts=0,
        overdue_from=None,
        heard_at=heard_at,
        created_at=heard_at,
        written_at=None,
        accepted_at=None,
        confirmed_at=None,
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # a test names fields of an entry
