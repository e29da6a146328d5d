"""From when on a part that shows no life is taken for dead: one table, made so that people hear within five minutes.

What the settings draw a line for (working hours without a message, a key's days, refusals in a row) has crossed it when
it is found: there is no patience beyond the setting. Everything else is bounded here, far above what a part that works
ever needs: long work shows signs of life on its way. ``tests/connector/domain/test_told_in_time.py`` adds it all up.
"""

from collections.abc import Mapping
from datetime import timedelta

from connector.domain.alarm_facts import AlarmKind

TOLD_WITHIN = timedelta(minutes=5)
"""From the death of a part, or from the line in the settings, to the message that is sent."""
LOOK_AT_LEAST_EVERY = timedelta(minutes=1)
"""The longest ``alarms.every_s``."""
SEND_WITHIN = timedelta(seconds=30)
"""How long one send may take."""

_AT_ONCE = timedelta()
PATIENCE: Mapping[AlarmKind, timedelta] = {
    # The keeper itself says it.
    AlarmKind.SHOP_STOPPED: _AT_ONCE,
    # Claims are asked for every half minute: three minutes are six rounds, several calls each, without an answer.
    AlarmKind.QOO10_SILENT: timedelta(minutes=3),
    # A keeper begins a turn at least once a minute, and each of its calls shows that it moves: one takes its place in
    # the queue (a minute where Qoo10 asked for a pause) and shop.call_timeout_s, which is bounded.
    AlarmKind.KEEPER_STUCK: timedelta(minutes=3),
    AlarmKind.TASK_ENDED: _AT_ONCE,
    AlarmKind.SOURCE_SILENT: _AT_ONCE,
    # A poller shows a sign with every answer, which takes half a minute at most; a folder with every file, and every
    # piece of one. A share or a vendor that was away for three minutes failed several tries.
    AlarmKind.SOURCE_TROUBLE: timedelta(minutes=3),
    AlarmKind.SENDER_REFUSED: _AT_ONCE,
    AlarmKind.KEY_ENDS: _AT_ONCE,
    AlarmKind.DISK_NEARLY_FULL: _AT_ONCE,
    AlarmKind.CLOCK_OFF: _AT_ONCE,
    # The store counts its failed tries.
    AlarmKind.TARGET_FAILING: _AT_ONCE,
}
"""For every kind of alarm about a part that works no more: how long nobody is told."""

SILENT_DEATHS = frozenset(PATIENCE)

STOPS_WORK = SILENT_DEATHS - {AlarmKind.KEY_ENDS}
"""By these a label that is printed now may leave without its number, or a parcel that should have been stopped."""

STANDS_AFTER = timedelta(minutes=2)
"""So long after a sign of life was due the guard takes the loop, the alerts or a sender for dead."""
