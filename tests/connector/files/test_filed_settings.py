"""The settings of a source of files: every mistake is said before a file is touched."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connector.settings import Settings, SourceSettings, load_settings
from connector.settings_input import ConfigurationError

SHOP: Any = {"seller_auth_key": "k", "qapi_url": "http://127.0.0.1:1/qapi"}
BY_NAME = {"order_ref": "注文番号", "tracking_number": "伝票番号", "carrier": "配送会社"}


def source(**given: Any) -> SourceSettings:
    return SourceSettings.model_validate({"kind": "b2cloud", "shop": "main"} | given)


def test_a_folder_is_not_needed_for_imports_by_hand() -> None:
    assert source().folder is None


def test_what_is_set_is_what_is_used() -> None:
    given = source(folder="/srv/labels/b2", network_share=True, every_s=30, files="*.dat")

    assert (given.folder, given.network_share, given.every_s, given.files) == (
        Path("/srv/labels/b2"),
        True,
        30,
        ("*.dat",),
    )


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"kind": "standard", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "folder": "/x"}, "has no files"),
        ({"network_share": True}, "there is no folder"),
        ({"folder": "/x", "every_s": 30}, "is not polled"),
        ({"options": {"separator": "comma"}}, "options.separator: unknown setting"),
        ({"kind": "csv"}, "needs options.tracking_number"),
        ({"kind": "csv", "options": {"tracking_number": "#2", "carrier_is": "yamato"}}, "needs options.order_ref"),
        ({"kind": "csv", "options": {"order_ref": "#1", "tracking_number": "#2"}}, "needs options.carrier"),
        ({"kind": "csv", "options": BY_NAME | {"carrier_is": "yamato"}}, "not both"),
        ({"kind": "csv", "options": BY_NAME | {"header": "no"}}, "names a column"),
        ({"kind": "csv", "options": BY_NAME | {"separator": ";"}}, "must be one of comma, tab, semicolon"),
        ({"kind": "clickpost", "options": {"pattern": "[0-9"}}, "is no regular expression"),
        ({"kind": "clickpost", "options": {"pattern": "[0-9]+"}}, "needs a group named ref"),
    ],
)
def test_a_mistake_is_said(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError) as refused:
        source(**given)

    assert problem in str(refused.value)


def test_a_scan_file_needs_no_order_reference() -> None:
    options = {"tracking_number": "#1", "carrier_is": "yamato", "moment": "scanned"}

    assert source(kind="csv", options=options).kind_options["moment"] == "scanned"


def test_two_sources_must_not_take_each_others_files(tmp_path: Path) -> None:
    """However the folder is spelt."""
    (tmp_path / "link").symlink_to(tmp_path)

    with pytest.raises(ValidationError, match="a has the same folder"):
        Settings(
            shops={"main": SHOP},
            sources={"a": source(folder=tmp_path), "b": source(folder=tmp_path / "link" / ".." / tmp_path.name)},
        )


def test_the_operators_pages_show_settings_that_load(tmp_path: Path) -> None:
    """The TOML of each page, under a shop, is a configuration that can be used."""
    pages = Path(__file__).parents[3] / "carriers"
    kinds = ("b2cloud", "clickpost", "csv", "ehiden2", "ehiden3", "hikyaku_yupacket", "kangaroo_magic2", "yupack_r")
    for kind in kinds:
        page = (pages / kind / "README.md").read_text(encoding="utf-8")
        shown = page.partition("```toml\n")[2].partition("```")[0]
        config = tmp_path / f"{kind}.toml"
        shop = '[shops.main]\nqapi_url = "http://127.0.0.1:1/qapi"\nseller_auth_key = "k"\n'
        config.write_text(shop + shown, encoding="utf-8")

        try:
            (loaded,) = load_settings(config).sources.values()
        except ConfigurationError as error:
            pytest.fail(f"{kind}: {error}")
        assert loaded.kind == kind
        assert loaded.folder is not None
