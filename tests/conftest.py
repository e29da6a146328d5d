"""What holds for every test."""

import pytest
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
