"""systemd's notify protocol: ready, stopping, and the watchdog. Silent where there is no systemd."""

import asyncio
import os
import socket


def notify(state: str) -> None:
    """Tells systemd a state, for example ``READY=1``."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagram:
        datagram.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)


async def feed_watchdog() -> None:
    """Tells systemd twice per period that the event loop turns; returns at once where no watchdog is set."""
    period_us = os.environ.get("WATCHDOG_USEC", "")
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()) or not period_us.isdigit():
        return
    while True:
        notify("WATCHDOG=1")
        await asyncio.sleep(int(period_us) / 2e6)
