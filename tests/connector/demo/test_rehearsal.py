"""The rehearsals stand on the real service, signed messages and nothing of the user's own settings."""

import asyncio
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
from rich.console import Console

from carriers.companies import Verdict, check_number, clean_number
from carriers.model import Delivery
from carriers.standard.adapter import SOURCE
from connector.demo import live, once
from connector.demo.packing import Label, PackingTable, tracking_number
from connector.demo.scenario import SCENARIO, Twist, buy
from connector.demo.stage import demo_settings
from connector.demo.verify import Outcome, differences
from connector.domain.orders import ShippingStatus
from connector.sandbox import Market, Sandbox
from connector.sandbox.writes import enter_by_hand

AT = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)
SECRET = "whsec_" + "c2VjcmV0" * 4


def test_the_scenario_keeps_what_the_command_promises() -> None:
    """At least 20 lines in 12 carts, several carriers, every way to refer to an order, each trouble once."""
    market = Market(lambda: AT)
    orders = [buy(market, cart, serial) for serial, cart in enumerate(SCENARIO)]
    expected = [each for order in orders for each in order.expected()]
    twists = [cart.twist for cart in SCENARIO if cart.twist]

    assert len(orders) >= 12
    assert len(expected) == len(market.lines) >= 20
    assert len({cart.carrier for cart in SCENARIO}) >= 4
    assert sorted(twists) == sorted(twist for twist in Twist if twist)
    assert [each.outcome for each in expected].count(Outcome.REFUSED) == 1
    assert all(line.shipping.status is ShippingStatus.PREPARING for line in market.lines.values())


@pytest.mark.parametrize("serial", range(20))
def test_numbers_pass_the_check_digit_unless_they_are_meant_to_fail(serial: int) -> None:
    """Every one of the three strict companies takes them."""
    right, wrong = clean_number(tracking_number(serial)), clean_number(tracking_number(serial, wrong=True))

    for company, of_it in (("yamato", "takkyubin"), ("sagawa", ""), ("japan_post", "yu_pack")):
        assert check_number(company, of_it, right).verdict is Verdict.FINE
        assert check_number(company, of_it, wrong).verdict is Verdict.WRONG


class Recorder:
    """Stands for the HTTP session; keeps what is posted and answers 202."""

    def __init__(self) -> None:
        self.posted: list[tuple[bytes, dict[str, str]]] = []
        self.status = 202

    def post(self, _url: str, *, data: bytes, headers: dict[str, str]) -> Self:
        self.posted.append((data, headers))
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def json(self) -> dict[str, int]:
        return {"accepted": 1, "duplicates": 0}


async def test_reports_are_signed_as_the_source_asks() -> None:
    """The source's own adapter judges what the packing table sends."""
    recorder: Any = Recorder()
    table = PackingTable(recorder, "http://127.0.0.1/webhooks/packing-table", SECRET)
    now = datetime.now(UTC)

    await table.report(Label("msg_1", "Q-1062428737", "yamato", "takkyubin", "4444-1375-8703", now))

    ((body, headers),) = recorder.posted
    delivery = Delivery("POST", "/webhooks/packing-table", headers, body, now)
    SOURCE.authenticate(delivery, [SECRET])
    (event,) = SOURCE.parse(delivery).events
    assert (event.order_ref, event.tracking_number) == ("Q-1062428737", "4444-1375-8703")


async def test_the_users_own_settings_stay_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the environment nor a config.toml nearby reaches a rehearsal: it could name a real shop."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text('[shops.real]\nseller_auth_key = "real"\n', encoding="utf-8")
    monkeypatch.setenv("QOO10_CONNECTOR__SHOPS__OTHER__SELLER_AUTH_KEY", "real")
    monkeypatch.setenv("QOO10_CONNECTOR__SERVER__HOST", "0.0.0.0")  # noqa: S104 - it must not be used
    async with Sandbox() as sandbox:
        settings = demo_settings(sandbox, tmp_path, 0, SECRET, "made-up-for-this")

        assert list(settings.shops) == ["main"]
        assert settings.shops["main"].rehearsal
        assert list(settings.sources) == ["packing-table", "table-1"]
        assert settings.server.host == "127.0.0.1"
        assert settings.store.url == f"sqlite:///{tmp_path}/connector.db"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scenario of two carts, without pauses."""
    monkeypatch.setattr(once, "SCENARIO", (SCENARIO[0], SCENARIO[3]))
    monkeypatch.setattr(once, "PAUSE_S", 0)


@pytest.mark.usefixtures("quick")
async def test_once_proves_what_it_claims() -> None:
    said = io.StringIO()

    proved = await once.run_once(Console(file=said, width=80), 0)

    assert proved, said.getvalue()
    assert "3 numbers stand, each written once; the other 0 lines have none" in said.getvalue()


@pytest.mark.usefixtures("quick")
async def test_once_does_not_believe_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another number comes to stand at Qoo10 after the service has confirmed its own: the rehearsal has failed."""

    def after_a_change(expected: Sequence[Any], claims: Any, conflicts: Any, market: Market, faults: Any) -> list[str]:
        enter_by_hand(market, expected[0].order_no, "佐川急便", "444413758703")
        return differences(expected, claims, conflicts, market, faults)

    monkeypatch.setattr(once, "differences", after_a_change)
    said = io.StringIO()

    proved = await once.run_once(Console(file=said, width=80), 0)

    assert not proved
    assert "1062400001: Qoo10 shows 444413758703" in said.getvalue()
    assert "does not show what the service claims" in said.getvalue()


class Until(io.StringIO):
    """A terminal or a pipe that rings when a text appears on it."""

    def __init__(self, text: str, bell: asyncio.Event) -> None:
        super().__init__()
        self._text = text
        self._bell = bell

    def write(self, said: str) -> int:
        if self._text in said:
            self._bell.set()
        return super().write(said)


@pytest.mark.parametrize("terminal", [True, False])
async def test_live_shows_what_happens_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> None:
    """On a terminal as a table that is drawn anew, elsewhere as lines."""
    monkeypatch.setattr(live, "LABEL_EVERY_S", 0.05)
    monkeypatch.setattr(live, "LOOK_EVERY_S", 0.05)
    stop = asyncio.Event()
    said = Until("entered", stop)

    await asyncio.wait_for(live.run_live(Console(file=said, width=80, force_terminal=terminal), 0, stop), 30)

    assert "/readyz" in said.getvalue()
    assert "1062400001" in said.getvalue()
    assert ("gap p50" in said.getvalue()) is terminal
