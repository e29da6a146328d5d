"""What holds for every test."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

settings.register_profile("house", deadline=None)  # a busy machine is no failure
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--thorough`` plays every case of the sets that are thinned out by default; ``make thorough`` says it."""
    parser.addoption("--thorough", action="store_true", help="play every case of the sets that are usually thinned out")


@pytest.fixture(scope="session")
def thorough(request: pytest.FixtureRequest) -> bool:
    """Whether every case is played, which takes minutes."""
    return bool(request.config.getoption("--thorough"))


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """What one test's commands made of the log is no other test's concern."""
    yield
    structlog.reset_defaults()
