"""One try to deliver a message: to the configured host and nowhere else, bounded in time, without redirects."""

import ssl
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import AddressFamily

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from connector.domain.hooks import Tried, Trouble, judged

ANSWER_WITHIN_S = 15.0
"""From the begin of a try to the answer's headers; its body does not matter and is not read."""
CONNECT_WITHIN_S = 5.0
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""Where networks of version 6 put the addresses of version 4 (RFC 6052)."""
_LONGEST_RETRY_AFTER = 9
"""Digits: more would be no number of seconds that anybody waits."""


class PrivateAddress(OSError):
    """The host's name leads to an address that is not in the public internet."""


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet; one of version 4 in the clothes of version 6 is unpacked."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in _TRANSLATED:
            inner = IPv4Address(found.packed[-4:])
        found = inner or found
    return found.is_global and not found.is_multicast


class PublicOnly(AbstractResolver):
    """Resolves names as ever, and refuses those that lead into a private network, even with one of their addresses.

    The connection goes to what was resolved here: a name that changes its mind afterwards gains nothing.
    """

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host.

        Raises:
            PrivateAddress: one of them is not public.
            OSError: there are none.
        """
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise PrivateAddress(f"{host} leads into a private network")
        return found

    async def close(self) -> None:
        """Lets go."""
        await self._resolver.close()


def new_session(*, allow_private: bool) -> aiohttp.ClientSession:
    """A session for one target: no cookies, no proxy from the environment, public addresses only unless allowed."""
    resolver: AbstractResolver = aiohttp.ThreadedResolver()
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=resolver if allow_private else PublicOnly(resolver), ttl_dns_cache=30, keepalive_timeout=15
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S, connect=CONNECT_WITHIN_S),
        headers={"user-agent": "qoo10-connector"},
    )


async def post(session: aiohttp.ClientSession, url: str, headers: dict[str, str], body: bytes) -> Tried:
    """Sends a message once, to the address as it is written, which appears in no error; says what came of it."""
    try:
        async with session.post(URL(url, encoded=True), data=body, headers=headers, allow_redirects=False) as response:
            return judged(response.status, _retry_after_s(response.headers.get("retry-after", "")))
    except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as error:
        return Tried(_trouble(error))


def _trouble(error: Exception) -> Trouble:
    """The kind of a failure, for there was no answer."""
    match error:
        case TimeoutError():
            return Trouble.TIMEOUT
        case aiohttp.ClientConnectorDNSError(os_error=PrivateAddress()):
            return Trouble.PRIVATE_ADDRESS
        case aiohttp.ClientConnectorDNSError():
            return Trouble.NO_ADDRESS
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return Trouble.TLS
        case aiohttp.ClientResponseError() | HttpProcessingError() | ValueError():
            return Trouble.NO_HTTP
        case _:
            return Trouble.CONNECTION


def _retry_after_s(text: str) -> float | None:
    """The seconds that an answer asks for; a date is left out of account, the schedule does as well."""
    return float(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_RETRY_AFTER else None
