"""A Qoo10 to rehearse against: orders, claims, QAPI with its quirks, faults on demand, and an admin API.

It shares nothing with ``connector.qoo10``: it judges what that package sends, so it must not be built from it.
"""

from connector.sandbox.faults import Fault, FaultKind
from connector.sandbox.model import Market, MarketError
from connector.sandbox.records import Effect, NewLine
from connector.sandbox.server import Sandbox, create_app, serve
from connector.sandbox.switches import Switches

__all__ = [
    "Effect",
    "Fault",
    "FaultKind",
    "Market",
    "MarketError",
    "NewLine",
    "Sandbox",
    "Switches",
    "create_app",
    "serve",
]
