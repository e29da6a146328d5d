import json
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.qoo10.answers import Answer, read_answer
from connector.qoo10.protocol import Call

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """The bytes of a recorded or published sample, by its file name."""
    return lambda name: (SAMPLES / name).read_bytes()


@pytest.fixture
def read() -> Callable[..., Answer]:
    """An answer to a call with HTTP 200, from bytes, text or anything that JSON can hold."""

    def reader(call: Call, body: object) -> Answer:
        if isinstance(body, str):
            body = body.encode()
        return read_answer(call, 200, {}, body if isinstance(body, bytes) else json.dumps(body).encode())

    return reader
