"""Where a request really comes from: through which proxies, from which address, and from whose page."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

from aiohttp import hdrs, web

Network = IPv4Network | IPv6Network
SAFE_METHODS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
_OWN = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Origin:
    """The client's address, and the scheme and host that it sees of us."""

    address: str
    scheme: str
    host: str


def origin_of(request: web.Request, trusted: Sequence[Network]) -> Origin:
    """What the connection says; or what a trusted proxy says, whose ``X-Forwarded-`` headers are believed then.

    Of a chain of addresses the last one counts that is no trusted proxy: whoever stands before it could have written
    the rest. Where something else stands than an address, whoever passed it on counts: such words could be new ones
    each time.
    """
    peer = request.remote or ""
    if not _is_one_of(peer, trusted):
        return Origin(peer, "http", request.host)
    address = peer
    for each in reversed([part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]):
        if not each:
            continue
        if not _is_address(each):
            break
        address = each
        if not _is_one_of(each, trusted):
            break
    scheme = _last(request, "X-Forwarded-Proto").lower()
    return Origin(address, "https" if scheme == "https" else "http", _last(request, "X-Forwarded-Host") or request.host)


def comes_from_own_page(request: web.Request, seen: Origin) -> bool:
    """Whether a request that changes something was made by a page of this console, as far as the browser tells.

    Browsers send ``Sec-Fetch-Site`` on trustworthy addresses, and ``Origin`` with every request that is no GET. Whoever
    sends neither is no browser of today; it has no business with a session's cookie.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in _OWN:
        return False
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is None:
        return site is not None
    return origin == f"{seen.scheme}://{seen.host}"


def _last(request: web.Request, header: str) -> str:
    return ",".join(request.headers.getall(header, [])).rpartition(",")[2].strip()


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_one_of(address: str, networks: Sequence[Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)
