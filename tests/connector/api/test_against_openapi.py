"""Every address of the API, asked in ways that no person thinks of, answers as its own OpenAPI document says."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
from openapi_spec_validator import OpenAPIV31SpecValidator

if TYPE_CHECKING:
    from tests.connector.api.conftest import Working

SETTINGS = Path(__file__).with_name("schemathesis.toml")
ENDS_WITHIN_S = 300.0
"""Much more than it takes on a machine that has nothing else to do: how long is a busy machine's affair."""


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


async def test_every_answer_is_as_the_document_says(working: Working, tmp_path: Path) -> None:
    """Right and wrong questions, with and without a token: no defect, no undocumented status, shape or type."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file",
        str(SETTINGS),
        "run",
        f"{working.url}/api/v1/openapi.json",
        "--header",
        f"Authorization: Bearer {working.token}",
        cwd=tmp_path,
        env=os.environ | {"NO_COLOR": "1", "PYTHONWARNINGS": "default"},
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
