"""The configuration as people write it: what it takes, what it refuses, and what it says then."""

import base64
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest
from pydantic import SecretStr

from connector.domain.decision import GapPolicy
from connector.domain.parcel import EnterOn
from connector.domain.references import ReferenceKind
from connector.settings import TRY_OUT_SECRET, Settings, ShopSettings, SourceSettings, load_settings
from connector.settings_input import ENV_PREFIX, ConfigurationError

SHIPPED = Path(__file__).parents[3] / "config.toml"
SECRET = "whsec_" + base64.b64encode(b"made up for tests").decode()
REAL = "https://api.qoo10.jp/GMKT.INC.Front.QAPIService/ebayjapan.qapi"
MINIMAL = f"""
[shops.main]
qapi_url = "http://127.0.0.1:8010/ebayjapan.qapi"
seller_auth_key = "key-in-the-file"

[sources.packing-table]
kind = "standard"
shop = "main"
secrets = ["{SECRET}"]
carriers = {{ yamato = "ヤマト宅急便" }}
"""


class Load(Protocol):
    def __call__(self, text: str, variables: Mapping[str, str] | None = None) -> Settings: ...


class Problems(Protocol):
    def __call__(self, text: str, variables: Mapping[str, str] | None = None) -> list[str]: ...


def test_the_shipped_file_is_a_try_out_that_loads_as_it_is() -> None:
    settings = load_settings(SHIPPED)

    assert list(settings.shops) == ["main"]
    assert settings.shops["main"].rehearsal
    assert settings.sources["packing-table"].secrets == (SecretStr(TRY_OUT_SECRET),)
    assert settings.sources["packing-table"].carriers["yamato"] == "ヤマト宅急便"


def test_the_shipped_file_shows_the_defaults() -> None:
    """Whoever deletes a line of it that is not about addresses, secrets or names changes nothing."""
    shown = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    source = SourceSettings(kind="standard", shop="main", secrets=(SecretStr(SECRET),))
    shop = ShopSettings(seller_auth_key=SecretStr("k"))
    defaults = Settings(shops={"main": shop}).model_dump(mode="json")

    for section in ("server", "store", "log", "alarms", "report"):
        assert shown[section] == {name: defaults[section][name] for name in shown[section]}
    own = {"kind", "shop", "secrets", "carriers"}
    assert {name: value for name, value in shown["sources"]["packing-table"].items() if name not in own} == {
        name: value
        for name, value in source.model_dump(mode="json").items()
        if name in shown["sources"]["packing-table"] and name not in own
    }
    own = {"qapi_url", "seller_auth_key"}
    assert {name: value for name, value in shown["shops"]["main"].items() if name not in own} == {
        name: value
        for name, value in shop.model_dump(mode="json").items()
        if name in shown["shops"]["main"] and name not in own
    }


def test_little_is_needed(load: Load) -> None:
    settings = load(MINIMAL)

    source = settings.sources["packing-table"]
    assert (source.order_reference, source.enter_on, source.hold_s, source.pattern) == (
        ReferenceKind.AUTO,
        EnterOn.PRINTED,
        0,
        None,
    )
    assert settings.shops["main"].in_the_gap is GapPolicy.ENTER


class TestEnvironment:
    """``QOO10_CONNECTOR__SECTION__KEY`` goes over the file."""

    def test_it_goes_over_the_file(self, load: Load) -> None:
        settings = load(MINIMAL, variables={"SERVER__PORT": "0", "SHOPS__MAIN__CALLS_PER_SECOND": "7"})

        assert settings.server.port == 0
        assert settings.shops["main"].calls_per_second == 7

    @pytest.mark.parametrize("spelt", ["PACKING_TABLE", "packing_table", "PACKING-TABLE", "Packing_Table"])
    def test_a_hyphen_may_be_an_underscore_there(self, load: Load, spelt: str) -> None:
        settings = load(MINIMAL, variables={f"SOURCES__{spelt}__HOLD_S": "30"})

        assert {name: source.hold_s for name, source in settings.sources.items()} == {"packing-table": 30}

    def test_one_carrier_more_keeps_those_of_the_file(self, load: Load) -> None:
        settings = load(MINIMAL, variables={"SOURCES__PACKING_TABLE__CARRIERS__SAGAWA": "佐川急便"})

        assert settings.sources["packing-table"].carriers == {"yamato": "ヤマト宅急便", "sagawa": "佐川急便"}

    def test_a_table_may_be_json(self, load: Load) -> None:
        """Variables cannot hold the dot of ``code.service``."""
        settings = load(MINIMAL, variables={"SOURCES__PACKING_TABLE__CARRIERS": '{"yamato.nekopos": "ネコポス"}'})

        assert settings.sources["packing-table"].carriers["yamato.nekopos"] == "ネコポス"

    @pytest.mark.parametrize("written", [SECRET, f'["{SECRET}"]', f' ["{SECRET}"]'])
    def test_secrets_are_one_value_or_a_json_list(self, load: Load, written: str) -> None:
        text = MINIMAL.replace(f'secrets = ["{SECRET}"]', "")

        settings = load(text, {"SOURCES__PACKING_TABLE__SECRETS": written})

        assert settings.sources["packing-table"].secrets == (SecretStr(SECRET),)

    def test_everything_can_come_from_it(self, load: Load) -> None:
        settings = load(
            "",
            {
                "SHOPS__MAIN__SELLER_AUTH_KEY": "from-outside",
                "SOURCES__RAMP__KIND": "standard",
                "SOURCES__RAMP__SHOP": "main",
                "SOURCES__RAMP__SECRETS": SECRET,
                "SOURCES__RAMP__REFERENCE_PATTERN": "[A-Z]+(?P<ref>[0-9]+)",
            },
        )

        assert settings.shops["main"].seller_auth_key.get_secret_value() == "from-outside"
        assert list(settings.sources) == ["ramp"]

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("SHOPS", "main"),
            ("SERVER", "127.0.0.1"),
            ("SHOPS__MAIN", "x"),
            ("SOURCES__PACKING_TABLE", "x"),
            ("SOURCES__PACKING_TABLE__CARRIERS", "yamato"),
            ("SOURCES__PACKING_TABLE__SECRETS", "[oops"),
            ("SHOPS", "[" * 100_000),
        ],
    )
    def test_what_should_be_json_and_is_none_is_named(self, problems: Problems, variable: str, value: str) -> None:
        assert problems(MINIMAL, variables={variable: value}) == [f"{ENV_PREFIX}{variable}: is no JSON"]

    @pytest.mark.parametrize("value", ["5", "null", "[]", '"x"', "true"])
    @pytest.mark.parametrize("variable", ["SHOPS", "SHOPS__MAIN", "SOURCES__PACKING_TABLE", "SERVER"])
    def test_json_of_the_wrong_kind_is_a_problem_and_no_crash(
        self, problems: Problems, variable: str, value: str
    ) -> None:
        assert all(variable in problem for problem in problems(MINIMAL, variables={variable: value}))

    def test_a_value_cannot_be_a_table_too(self, problems: Problems) -> None:
        said = problems(MINIMAL, variables={"SERVER__PORT": "1", "SERVER__PORT__NUMBER": "2"})

        assert said == [f"{ENV_PREFIX}SERVER__PORT__NUMBER: is set inside something that is no table"]

    def test_a_mistake_in_it_is_named_by_its_variable(self, problems: Problems) -> None:
        assert problems(MINIMAL, variables={"SERVER__PORT": "many"}) == [
            f"{ENV_PREFIX}SERVER__PORT: Input should be a valid integer, unable to parse string as an integer"
        ]

    @pytest.mark.parametrize(
        ("variable", "meant"), [("SHOP__MAIN__USER_ID", "shops"), ("SEVER__PORT", "server"), ("", "known: ")]
    )
    def test_an_unknown_section_names_the_nearest(self, problems: Problems, variable: str, meant: str) -> None:
        (problem,) = problems(MINIMAL, variables={variable: "secret-looking"})

        assert problem.startswith(f"{ENV_PREFIX}{variable}: unknown setting")
        assert meant in problem
        assert "secret-looking" not in problem

    def test_an_unknown_key_in_it_is_named(self, problems: Problems) -> None:
        assert problems(MINIMAL, variables={"SERVER__PROT": "1"}) == [
            f"{ENV_PREFIX}SERVER__PROT: unknown setting; did you mean 'port'?"
        ]

    def test_variables_of_others_do_not_matter(self, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
        """Kubernetes makes such names from the name of a service."""
        monkeypatch.setenv("QOO10_CONNECTOR_PORT", "tcp://10.0.0.1:80")

        assert load(MINIMAL).server.port == 8080


class TestUnknownKeys:
    """A key that nobody reads is a mistake, and the nearest known one is named."""

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("[server]\nprot = 1", "server.prot: unknown setting; did you mean 'port'?"),
            ("[shop.main]\nx = 1", "shop: unknown setting; did you mean 'shops'?"),
            ("[log]\nlevl = 'info'", "log.levl: unknown setting; did you mean 'level'?"),
            (
                "[zzz]",
                f"zzz: unknown setting (known: {', '.join(Settings.model_fields)})",
            ),
            (
                '[shops.two]\nseller_auth_key = "x"\ncalls_per_secnd = 1',
                "shops.two.calls_per_secnd: unknown setting; did you mean 'calls_per_second'?",
            ),
            (
                f'[sources.b]\nkind = "standard"\nshop = "main"\nsecrets = ["{SECRET}"]\nenter_onn = "printed"',
                "sources.b.enter_onn: unknown setting; did you mean 'enter_on'?",
            ),
        ],
    )
    def test_the_nearest_is_named(self, problems: Problems, text: str, said: str) -> None:
        assert problems(MINIMAL + "\n" + text) == [said]

    def test_a_mistyped_name_in_a_variable_is_not_blamed_on_the_file(self, problems: Problems) -> None:
        """It is taken for one more source; what that one lacks stands in no line of the file."""
        assert problems(MINIMAL, {"SOURCES__PACKING_TABEL__HOLD_S": "1"}) == [
            f"{ENV_PREFIX}SOURCES__PACKING_TABEL__... is sources.packing_tabel, which the file does not have "
            f"(did you mean 'packing-table'?): {lacks}: Field required"
            for lacks in ("kind", "shop")
        ]

    def test_a_kind_and_a_shop_too(self, problems: Problems) -> None:
        assert problems(MINIMAL.replace('"standard"', '"standart"'))[0].startswith(
            "sources.packing-table.kind: is no kind of source; did you mean 'standard'?"
        )
        assert problems(MINIMAL.replace('shop = "main"', 'shop = "mein"')) == [
            "sources.packing-table.shop: there is no shop 'mein'; did you mean 'main'?"
        ]

    def test_several_problems_are_said_at_once(self, problems: Problems) -> None:
        text = MINIMAL.replace("seller_auth_key", "seller_auth_kye") + "\n[server]\nport = 99999\n[lgo]\n"

        said = problems(text, {"SERVR__PORT": "1"})

        assert sorted(problem.partition(":")[0] for problem in said) == [
            f"{ENV_PREFIX}SERVR__PORT",
            "lgo",
            "server.port",
            "shops.main.seller_auth_kye",
        ]

    def test_what_does_not_fit_together_is_said_all_at_once(self, problems: Problems) -> None:
        """Each on a line of its own: a name, a shop that is not there, and the public secret with a real shop."""
        text = f"""
        [shops.Main]
        seller_auth_key = "k"
        [sources.one]
        kind = "standard"
        shop = "other"
        secrets = ["{SECRET}"]
        [sources.two]
        kind = "standard"
        shop = "Main"
        secrets = ["{TRY_OUT_SECRET}"]
        """

        said = problems(text)

        assert [problem.split(":")[0] for problem in said] == ["shops", "sources.one.shop", "sources.two.secrets"]


class TestFile:
    """The file itself."""

    def test_a_missing_one_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=r"none\.toml: there is no such file; copy config\.toml"):
            load_settings(tmp_path / "none.toml")

    def test_a_folder_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="no such file"):
            load_settings(tmp_path)

    @pytest.mark.parametrize(
        "content",
        [b"[shops", b"\xff\xfe[\x00", b"a = 1\na = 2", b"\x00", "[ｓｈｏｐｓ]".encode(), b"x = " + b"[" * 9999],
    )
    def test_what_is_no_toml_is_said_without_a_traceback(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "config.toml"
        path.write_bytes(content)

        with pytest.raises(ConfigurationError, match=r"config\.toml: is no(t UTF-8| TOML)"):
            load_settings(path)

    def test_one_that_may_not_be_read_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "config.toml"
        path.write_text(MINIMAL)

        def refuse(*_: object, **__: object) -> str:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "read_text", refuse)

        with pytest.raises(ConfigurationError, match="cannot be read: Permission denied"):
            load_settings(path)

    def test_a_byte_order_mark_does_not_matter(self, load: Load) -> None:
        assert load("\ufeff" + MINIMAL).shops

    def test_no_shop_is_a_problem(self, problems: Problems) -> None:
        assert problems("")[0].startswith("shops: Field required")
        assert problems("[shops]")[0].startswith("shops: ")

    @pytest.mark.parametrize("text", ["shops = 5", "shops = [1]", "[shops]\nmain = 1", "sources = 'x'", "server = 1"])
    def test_tables_that_are_none_are_a_problem(self, problems: Problems, text: str) -> None:
        assert problems(text)

    def test_names_that_the_environment_cannot_tell_apart_are_refused(self, problems: Problems) -> None:
        """Otherwise one shop would get the other's key."""
        text = '[shops.a-b]\nseller_auth_key = "k1"\n[shops.a_b]\nseller_auth_key = "k2"\n'

        assert problems(text) == ["shops.a-b and shops.a_b are too much alike; rename one of them"]

    @pytest.mark.parametrize("name", ["Main", "ま", "a b", "-a", "*fetches*", "a" * 64, ""])
    def test_names_stay_plain(self, problems: Problems, name: str) -> None:
        """They stand in addresses, metrics and variables."""
        assert "may hold only" in problems(f'[shops."{name}"]\nseller_auth_key = "k"')[0]


class TestValues:
    """Numbers, words and patterns have bounds."""

    @pytest.mark.parametrize(
        ("section", "line"),
        [
            ("server", "port = 65536"),
            ("server", "port = -1"),
            ("server", "body_timeout_s = 0"),
            ("server", "body_timeout_s = nan"),
            ("log", "level = 'loud'"),
            ("log", "format = 'xml'"),
            ("shops.main", "calls_per_second = 0"),
            ("shops.main", "call_timeout_s = inf"),
            ("shops.main", "call_timeout_s = nan"),
            ("shops.main", "in_the_gap = 'cancel'"),
            ("shops.main", "seller_auth_key_issued_on = 'yesterday'"),
            ("sources.packing-table", "hold_s = -1"),
            ("sources.packing-table", "enter_on = 'voided'"),
            ("sources.packing-table", "order_reference = 'both'"),
            ("sources.packing-table", "reference_pattern = '('"),
            ("sources.packing-table", "reference_pattern = '[0-9]+'"),
            ("sources.packing-table", "reference_pattern = '(?P<ref>a{99999999999})'"),
            ("sources.packing-table", "carriers = { yamato = '' }"),
            ("sources.packing-table", "carriers = { yamato = '  ' }"),
            ("sources.packing-table", "options = { what = 'x' }"),
        ],
    )
    def test_these_are_refused_by_name(self, problems: Problems, section: str, line: str) -> None:
        plain = MINIMAL.replace('carriers = { yamato = "ヤマト宅急便" }', "")
        text = plain.replace(f"[{section}]", f"[{section}]\n{line}")
        text = text if f"[{section}]" in plain else f"{plain}\n[{section}]\n{line}"

        (problem,) = problems(text)

        assert problem.startswith(section)
        assert line.partition(" ")[0] in problem

    def test_the_name_at_qoo10_has_no_blanks_around_it(self, load: Load) -> None:
        settings = load(MINIMAL.replace('"ヤマト宅急便"', '" ヤマト宅急便 "'))

        assert settings.sources["packing-table"].carriers == {"yamato": "ヤマト宅急便"}
