"""``qoo10-connector import``: a file taken by hand, what is said, and what it costs."""

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from bench.files import import_file as import_in_a_process
from bench.files import write_file
from connector.cli_import import import_file
from connector.settings import load_settings
from connector.store.store import Store

if TYPE_CHECKING:
    from tests.connector.files.conftest import B2Row, Filed

MANY = 4_000
MOST_MB = 150


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(
        f"""
        [store]
        url = "sqlite:///{tmp_path}/connector.db"
        [shops.main]
        qapi_url = "http://127.0.0.1:1/qapi"
        seller_auth_key = "unused"
        [sources.b2]
        kind = "b2cloud"
        shop = "main"
        folder = "{tmp_path}/in"
        [sources.sagawa]
        kind = "ehiden3"
        shop = "main"
        """,
        encoding="utf-8",
    )
    return path


async def call(config: Path, file: Path, source: str = "b2") -> tuple[int, str]:
    """The command without its process; gives the exit code and what was said on both streams."""
    said = io.StringIO()
    console = Console(file=said, width=120)
    code = await import_file(load_settings(config), file, source, console, console)
    return code, said.getvalue()


async def test_it_says_what_became_of_the_rows(config: Path, tmp_path: Path, row: "B2Row", filed: "Filed") -> None:
    """The file stays where it is; refused rows make the exit code 1."""
    path = tmp_path / "a.csv"
    path.write_bytes(filed([row(1), row(2), row(3, ref=""), row(4, number="4.44E+11")]))

    code, said = await call(config, path)

    assert code == 1
    for text in ("2    │ taken", "nothing for us: no_order_reference", "Rows / 行: 4", "Excel", "rows a second"):
        assert text in said
    assert "見本" not in said
    assert path.exists()


async def test_a_file_that_was_taken_before_is_known(
    config: Path, tmp_path: Path, row: "B2Row", filed: "Filed"
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(filed([row(1)]))

    assert (await call(config, path))[0] == 0
    assert await call(config, path) == (0, "Every row of this file was taken before; there is nothing to do.\n")


async def test_beside_the_daemon_it_says_where_to_put_the_file(
    config: Path, tmp_path: Path, row: "B2Row", filed: "Filed"
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(filed([row(1)]))
    daemon = await Store.open(f"sqlite:///{tmp_path}/connector.db")
    try:
        ran = [await call(config, path, source) for source in ("b2", "sagawa")]
    finally:
        await daemon.close()

    assert [code for code, _ in ran] == [1, 1]
    assert "is in use by process" in ran[0][1]
    assert f"put the file into {tmp_path}/in instead" in ran[0][1]
    assert "give the source a folder (sources.sagawa.folder)" in ran[1][1]


@pytest.mark.parametrize(
    ("source", "code", "text"),
    [
        ("b3", 2, "'b3' is no source for files; there are: b2, sagawa"),
        ("sagaw", 2, "did you mean 'sagawa'?"),
        ("sagawa", 1, "no shipping history of e飛伝III"),
    ],
)
async def test_a_wrong_source_is_said(
    config: Path, tmp_path: Path, row: "B2Row", filed: "Filed", source: str, code: int, text: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(filed([row(1)]))

    ended, said = await call(config, path, source)

    assert ended == code
    assert text in said


async def test_memory_stays_flat_however_long_the_file_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``bench.files`` does the same with 100,000 rows."""
    write_file(tmp_path / "a.csv", MANY)

    done = await import_in_a_process(tmp_path, tmp_path / "a.csv")

    with capsys.disabled():
        sys.stdout.write(f" [{done.said}, peak {done.peak_mb:.0f} MB]")
    assert done.said.startswith(f"{MANY} rows in ")
    assert done.peak_mb < MOST_MB
