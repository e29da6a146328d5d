"""How often a password may be tried: by the address that it comes from, and by the name that it is for. No clock."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

WINDOW_S = 3600.0
"""What is longer ago is forgotten."""
_LONGEST_LIST = 32
"""Tries remembered of one key: the wait is at its longest long before."""
_BITS_OF_A_HOME = 64
"""Whoever has one IPv6 address has all that share so many bits."""


@dataclass(frozen=True, slots=True)
class Rule:
    """So many failed tries are free; then each doubles the wait, from ``first_wait_s`` up to ``longest_wait_s``."""

    free: int
    first_wait_s: float
    longest_wait_s: float


PER_NAME = Rule(free=5, first_wait_s=4, longest_wait_s=300)
PER_ADDRESS = Rule(free=20, first_wait_s=4, longest_wait_s=900)
"""More are free than of a name: a whole warehouse may come from one address."""


def wait_s(tries: Sequence[float], now: float, rule: Rule) -> float:
    """How long to wait before the next try, given when those of the window were, the oldest first; 0 for not at all."""
    beyond = len(tries) - rule.free
    if beyond < 0 or not tries:
        return 0.0
    wait = min(rule.first_wait_s * 2.0 ** min(beyond, _LONGEST_LIST), rule.longest_wait_s)
    return max(0.0, tries[-1] + wait - now)


class _Tries:
    """The tries of each key, of a bounded number of keys: the one that was quiet for longest is forgotten first."""

    def __init__(self, rule: Rule, most_keys: int) -> None:
        self._rule = rule
        self._most_keys = most_keys
        self._by_key: OrderedDict[str, tuple[float, ...]] = OrderedDict()

    def wait_s(self, key: str, now: float) -> float:
        return wait_s(self._recent(key, now), now, self._rule)

    def add(self, key: str, now: float) -> None:
        self._by_key[key] = (*self._recent(key, now), now)[-_LONGEST_LIST:]
        self._by_key.move_to_end(key)
        if len(self._by_key) > self._most_keys:
            self._by_key.popitem(last=False)

    def forget(self, key: str) -> None:
        self._by_key.pop(key, None)

    def take_back(self, key: str) -> None:
        left = self._by_key.get(key, ())[:-1]
        if left:
            self._by_key[key] = left
        else:
            self.forget(key)

    def _recent(self, key: str, now: float) -> tuple[float, ...]:
        return tuple(at for at in self._by_key.get(key, ()) if at > now - WINDOW_S)


class LoginLimits:
    """Counts tries before they are looked at, so that many at once are no way around. Times are in seconds."""

    def __init__(self, *, most_keys: int = 10_000) -> None:
        self._names = _Tries(PER_NAME, most_keys)
        self._addresses = _Tries(PER_ADDRESS, most_keys)

    def begin(self, address: str, name: str, now: float) -> float:
        """0 when the password may be looked at: it counts as failed then, until it is said to be right.

        Else the seconds to wait; such a try is not counted.
        """
        home = home_of(address)
        wait = max(self._names.wait_s(name, now), self._addresses.wait_s(home, now))
        if wait == 0:
            self._names.add(name, now)
            self._addresses.add(home, now)
        return wait

    def was_right(self, address: str, name: str) -> None:
        """The password that was tried is right. The address stays known for what else it tried."""
        self._names.forget(name)
        self._addresses.take_back(home_of(address))


def home_of(address: str) -> str:
    """What an address is counted as: of IPv6 the network that one customer has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Address(int(parsed) >> _BITS_OF_A_HOME << _BITS_OF_A_HOME))
    return str(parsed)
