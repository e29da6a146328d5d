"""A keeper shows that it moves, also in a turn that takes longer than a dead one would be waited for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from connector.assembly.shops import note_call
from connector.domain.alarm_facts import AlarmKind
from connector.domain.entry import EntryState
from connector.domain.patience import PATIENCE
from connector.health import Health
from connector.keeper.pulse import moved, works_for
from connector.metrics import Metrics
from connector.now.calls import CallBook
from connector.qoo10.transport import CallRecord
from connector.settings import ShopSettings

if TYPE_CHECKING:
    from tests.connector.keeper.conftest import Rig

PATIENT = PATIENCE[AlarmKind.KEEPER_STUCK]


async def test_a_turn_whose_calls_are_slow_moves_with_each_of_them(rig: Rig) -> None:
    stood = list[timedelta]()

    def slow_call(_record: object) -> None:
        rig.clock.forward(seconds=100)
        assert rig.keeper.moved_at is not None
        stood.append(rig.clock() - rig.keeper.moved_at)
        moved()

    rig.transport._on_call = slow_call
    for _ in range(3):
        (order_no,) = rig.cart()
        await rig.hear(order_no)

    await asyncio.create_task(rig.run(minutes=30))

    assert {state for _, state, _ in await rig.ends()} == {EntryState.CONFIRMED}
    assert sum(stood, timedelta()) > PATIENT
    assert max(stood) < PATIENT


async def test_calls_of_others_are_no_sign_of_it(rig: Rig) -> None:
    rig.transport._on_call = lambda _record: moved()
    await asyncio.create_task(rig.run(minutes=1))
    at = rig.keeper.moved_at
    rig.clock.forward(minutes=9)

    await rig.lines.list_open()

    assert rig.keeper.moved_at == at


async def test_whatever_works_for_it_in_parallel_moves_it() -> None:
    moves: list[str] = []

    async def call() -> None:
        moved()

    async def keeper(name: str) -> None:
        works_for(lambda: moves.append(name))
        await asyncio.gather(call(), call())

    await asyncio.gather(keeper("main"), call(), keeper("second"))

    assert sorted(moves) == ["main", "main", "second", "second"]


async def test_every_call_that_the_program_measures_is_a_sign() -> None:
    moves: list[str] = []

    async def keeper() -> None:
        works_for(lambda: moves.append("main"))
        record = CallRecord("GetX", 0.0, 0.1, "LaterError", None, 0, None)
        note_call(Metrics(), CallBook(), Health(), "main", record)

    await asyncio.create_task(keeper())

    assert moves == ["main"]


def test_the_longest_call_is_shorter_than_a_keeper_is_left_alone() -> None:
    """With the longest pause that Qoo10 may ask for before it."""
    (longest,) = [each.le for each in ShopSettings.model_fields["call_timeout_s"].metadata if hasattr(each, "le")]

    assert timedelta(seconds=60 + longest) < PATIENT
