"""Every address of the API, asked in ways that no person thinks of, answers as its own OpenAPI document says."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from argon2 import PasswordHasher
from openapi_spec_validator import OpenAPIV31SpecValidator

from connector.access.passwords import Passwords
from tests.connector.api.busy import Busy, busy_program

if TYPE_CHECKING:
    from tests.connector.api.conftest import Working

SETTINGS = Path(__file__).with_name("schemathesis.toml")
HOOKS = Path(__file__).with_name("questions.py")
ENDS_WITHIN_S = 300.0
"""Much more than it takes on a machine that has nothing else to do: how long is a busy machine's affair."""
OF_PERSONS = {
    "POST /api/v1/me": "a program has no language",
    "POST /api/v1/me/password": "a program has no password",
}
"""Operations that nobody but a person can do: they are asked by a browser."""
NOT_ASKED = {
    "GET /api/v1/openapi.json": "schemathesis never asks for the document that it reads; the first test does",
}


async def test_the_document_is_valid_and_names_every_address_of_the_api(working: Working) -> None:
    """An address that lacks its ``Operation`` makes this fail: give it one where it is declared."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {working.token}"}) as session:
        async with session.get(f"{working.url}/api/v1/openapi.json") as response:
            document, tag = await response.json(content_type=None), response.headers["ETag"]
        async with session.get(f"{working.url}/api/v1/openapi.json", headers={"If-None-Match": tag}) as again:
            repeated = again.status, await again.read()

    OpenAPIV31SpecValidator(document).validate()
    assert repeated == (304, b"")
    assert {path for path in document["paths"] if not path.startswith("/api/v1/")} == set()


@pytest.fixture
async def busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Busy]:
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr("connector.assembly.access.Passwords", lambda: quick)
    async with busy_program(tmp_path) as program:
        yield program


async def test_every_operation_is_done_and_every_answer_is_as_the_document_says(busy: Busy, tmp_path: Path) -> None:
    """Right and wrong questions, with and without a token: no defect, no undocumented status, shape or type.

    And no operation that is never done: one that is not here needs something to be there (``busy.py``) or a word for
    a field of its body.
    """
    async with aiohttp.ClientSession(headers=busy.program) as http, http.get(f"{busy.url}/api/v1/openapi.json") as got:
        operations = operations_of(await got.json(content_type=None))
    asked = {"ids": shared_out(operations, busy.ids), "words": busy.words, "needs": busy.needs}
    (tmp_path / "asked.json").write_text(json.dumps(asked), encoding="utf-8")

    by_browser = await done(busy.url, busy.browser, tmp_path, only=OF_PERSONS)
    by_program = await done(busy.url, busy.program, tmp_path)

    assert set(by_browser) == set(OF_PERSONS)
    assert set(by_program) == set(operations) - set(OF_PERSONS) - set(NOT_ASKED)


def operations_of(document: Mapping[str, Any]) -> list[str]:
    """All operations, as schemathesis calls them."""
    return [f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods]


def shared_out(operations: Iterable[str], ids: Mapping[str, Sequence[int]]) -> dict[str, Sequence[int]]:
    """The ids of each operation. Where it changes something it has its own: what another has ended it finds no more."""
    kinds = {each: match[1] for each in operations if (match := re.search(r"(\w+)/\{id\}", each)) is not None}
    changing = {each: kind for each, kind in kinds.items() if not each.startswith("GET ")}
    found = {each: ids[kind] for each, kind in kinds.items()}
    of_kind = Counter(changing.values())
    turn: Counter[str] = Counter()
    for each, kind in changing.items():
        found[each] = ids[kind][turn[kind] :: of_kind[kind]]
        turn[kind] += 1
    return found


async def done(url: str, shown: Mapping[str, str], folder: Path, only: Iterable[str] = ()) -> dict[str, int]:
    """How often each operation was done, by whoever shows these headers; fails with what schemathesis says."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file",
        str(SETTINGS),
        "run",
        f"{url}/api/v1/openapi.json",
        *(word for name, value in shown.items() for word in ("--header", f"{name}: {value}")),
        *(word for name in only for word in ("--include-name", name)),
        cwd=folder,
        env=os.environ
        | {
            "NO_COLOR": "1",
            "PYTHONWARNINGS": "default",
            "SCHEMATHESIS_HOOKS": str(HOOKS),
            "ASKED": str(folder / "asked.json"),
            "ANSWERED": str(folder / "answered.json"),
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), ENDS_WITHIN_S)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert process.returncode == 0, said.decode()
    counted: dict[str, int] = json.loads((folder / "answered.json").read_text(encoding="utf-8"))
    return counted
