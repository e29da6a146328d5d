"""With ``server.webhook_port``: deliveries come in at one port and everything else at the other, never both."""

from __future__ import annotations

from pathlib import Path

import aiohttp

from connector.access.local import socket_path
from connector.access.routes import Route
from connector.app import running
from tests.connector.access.conftest import filled, with_two_ports

TOKEN = "s" * 32


async def answers(http: aiohttp.ClientSession, url: str, routes: list[Route]) -> dict[int, int]:
    """How often each status comes where an administrator asks at all of these addresses."""
    found: dict[int, int] = {}
    for route in routes:
        headers = {"Authorization": f"Bearer {TOKEN}", "Origin": url}
        async with http.request(route.method, url + filled(route), headers=headers) as response:
            found[response.status] = found.get(response.status, 0) + 1
    return found


async def test_every_address_is_served_at_its_own_port_and_at_no_other(
    tmp_path: Path, declared: list[list[Route]]
) -> None:
    """Also by the socket for commands, which is the console's."""
    settings = with_two_ports(tmp_path, [TOKEN])
    async with (
        aiohttp.ClientSession() as http,
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket_path(settings.store.url)))) as by_socket,
        running(settings) as app,
    ):
        main, deliveries = declared
        of_main = await answers(http, app.url, main), await answers(http, app.webhook_url, main)
        of_deliveries = await answers(http, app.webhook_url, deliveries), await answers(http, app.url, deliveries)
        for_commands = await answers(by_socket, app.url, deliveries)

    assert {route.path for route in deliveries} == {"/webhooks/{source}", "/webhooks/{source}/{secret}"}
    assert {"/", "/login", "/api/v1/conflicts", "/metrics", "/healthz"} <= {route.path for route in main}
    assert of_main == ({204: len(main)}, {404: len(main)})
    assert of_deliveries == ({204: len(deliveries)}, {404: len(deliveries)})
    assert for_commands == {404: len(deliveries)}
