"""A file dropped into a folder of the running program ends as numbers at Qoo10, here in the sandbox."""

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from connector.app import running
from connector.sandbox import Sandbox
from connector.settings import load_settings

if TYPE_CHECKING:
    from tests.connector.files.conftest import B2Row, Filed

CONFIG = """
[server]
port = 0
[store]
url = "sqlite:///{folder}/connector.db"
[shops.main]
qapi_url = "{qapi_url}"
seller_auth_key = "{key}"
calls_per_second = 50
[sources.b2]
kind = "b2cloud"
shop = "main"
folder = "{folder}/b2"
[sources.sagawa]
kind = "ehiden3"
shop = "main"
folder = "{folder}/sagawa"
[sources.missing]
kind = "yupack_r"
shop = "main"
folder = "{folder}/missing"
"""
EHIDEN3_HEADER = Path(__file__).parents[3] / "carriers" / "ehiden3" / "fixtures" / "history.csv"


def ehiden3(rows: list[tuple[str, str]]) -> bytes:
    """A shipping history under the header as published."""
    header = EHIDEN3_HEADER.read_bytes().split(b"\r\n")[0]
    text = io.StringIO(newline="")
    for number, order_no in rows:
        cells = [""] * 91
        cells[0], cells[2], cells[13], cells[18] = number, "2026/11/22", "見本 花子", order_no
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return header + b"\r\n" + text.getvalue().encode("cp932")


async def test_files_of_b2cloud_and_ehiden3_end_as_numbers(tmp_path: Path, row: "B2Row", filed: "Filed") -> None:
    for name in ("b2", "sagawa"):
        (tmp_path / name).mkdir()
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        config = tmp_path / "config.toml"
        key = sandbox.key_of("main")
        config.write_text(CONFIG.format(folder=tmp_path, qapi_url=sandbox.base_url, key=key), encoding="utf-8")
        orders = [sandbox.market.add_cart()[0].order_no for _ in range(4)]
        wanted = dict(zip(orders, [row(1)[3], row(2)[3], "514699854874", "514699850011"], strict=True))
        async with running(load_settings(config)) as app:
            (tmp_path / "b2" / "today.csv").write_bytes(
                filed([row(1, ref=orders[0]), row(2, ref=f"{orders[1]}-1", slip="8")])
            )
            (tmp_path / "sagawa" / "today.csv").write_bytes(
                ehiden3([(wanted[orders[2]], orders[2]), (wanted[orders[3]], orders[3])])
            )

            def is_done() -> bool:
                stand = {order_no: sandbox.market.line(order_no).shipping.tracking_no for order_no in orders}
                return stand == wanted and len(list(tmp_path.glob("*/done/today.csv"))) == len(("b2", "sagawa"))

            async with asyncio.timeout(30):
                while not is_done():  # noqa: ASYNC110 - it comes from threads and connections, nobody signals it
                    await asyncio.sleep(0.05)
            async with session.get(f"{app.url}/readyz") as response:
                ready = json.loads(await response.text())

    companies = [sandbox.market.line(order_no).shipping.company for order_no in orders]
    assert companies == ["ヤマト宅急便", "ヤマト宅急便", "佐川急便", "佐川急便"]
    assert ready["status"] == "ready"
    assert ready["warnings"] == [
        f"source missing: the folder {tmp_path}/missing cannot be read: No such file or directory"
    ]
