"""Where keys and labels may go, and that secrets stay secret."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest
from pydantic import SecretStr, ValidationError

from connector.assembly.shops import read_key
from connector.settings import TRY_OUT_SECRET, Settings, ShopSettings
from connector.settings_input import ConfigurationError

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

REAL = "https://api.qoo10.jp/GMKT.INC.Front.QAPIService/ebayjapan.qapi"


class Load(Protocol):
    def __call__(self, text: str, variables: Mapping[str, str] | None = None) -> Settings: ...


class Problems(Protocol):
    def __call__(self, text: str, variables: Mapping[str, str] | None = None) -> list[str]: ...


def shop_at(url: str) -> str:
    return MINIMAL.replace("http://127.0.0.1:8010/ebayjapan.qapi", url)


class TestAddresses:
    """Keys and labels go to Qoo10 over TLS, or stay on this machine."""

    @pytest.mark.parametrize(
        "url",
        [
            REAL,
            "https://api.qoo10.jp",
            "https://API.QOO10.JP:443/x",
            "http://127.0.0.1:8010/x",
            "http://127.9.9.9/x",
            "http://localhost:1/x",
            "http://[::1]:8010/x",
            "https://localhost/x",
        ],
    )
    def test_these_are_taken(self, load: Load, url: str) -> None:
        assert load(shop_at(url)).shops["main"].qapi_url == url

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "api.qoo10.jp",
            "//api.qoo10.jp/x",
            "http://api.qoo10.jp/x",
            "ftp://api.qoo10.jp/x",
            "file:///etc/passwd",
            "https://api.qoo10.jp:8443/x",
            "https://api.qoo10.jp:99999/x",
            "https://api.qoo10.jp@evil.example/x",
            "https://evil.example@api.qoo10.jp/x",
            "https://:secret@api.qoo10.jp/x",
            "https://@api.qoo10.jp/x",
            "http://user@127.0.0.1/x",
            "https://api.qoo10.jp.evil.example/x",
            "https://evil-api.qoo10.jp/x",
            "https://www.api.qoo10.jp/x",
            "https://qoo10.jp/x",
            "https://api.qoo10.jp./x",
            "https://api.qoo10.jp\\\\@evil.example/x",
            "https://evil.example\\\\api.qoo10.jp/x",
            "https://evil.example#api.qoo10.jp",
            "https://evil.example?api.qoo10.jp",
            "https://api.qoo10.jp/x?key=secret",
            "https://api.qoo10.jp/x#fragment",
            "https://api.qoo10.jp\\t/x",
            "https://api.qoo10.jp/\\nx",
            " https://api.qoo10.jp/x",
            "https://ａｐｉ.qoo10.jp/x",
            "https://api。qoo10.jp/x",
            "https://[::1",
            "https://[::2]/x",
            "http://0.0.0.0/x",
            "http://127.1/x",
            "http://2130706433/x",
            "http://localhost.evil.example/x",
            "http://127.0.0.1.evil.example/x",
            "http://10.0.0.1/x",
        ],
    )
    def test_these_are_refused(self, problems: Problems, url: str) -> None:
        (problem,) = problems(shop_at(url))

        assert problem.startswith("shops.main.qapi_url: ")
        assert "secret" not in problem

    def test_a_source_that_fetches_goes_only_to_its_own_host(self, problems: Problems, load: Load) -> None:
        easypost = MINIMAL.replace('"standard"', '"easypost"') + '\ncredentials = { api_key = "k" }\napi_url = "URL"\n'
        allowed = "must be https://api.easypost.com/... or an address on this machine (127.0.0.1, localhost)"

        assert load(easypost.replace("URL", "http://127.0.0.1:9/x")).sources["packing-table"].api_url
        assert problems(easypost.replace("URL", "https://evil.example")) == [
            f"sources.packing-table: api_url: {allowed}"
        ]

    def test_a_source_that_fetches_nothing_needs_no_address(self, problems: Problems) -> None:
        assert problems(MINIMAL + 'api_url = "http://127.0.0.1"') == [
            "sources.packing-table: api_url: a source of the kind 'standard' fetches nothing; remove it"
        ]

    @pytest.mark.parametrize(
        "url",
        ["", "sqlite://", "sqlite:///", "sqlite:///:memory:", "postgresql://x/y", "sqlite:///a.db?mode=memory", "a.db"],
    )
    def test_the_store_is_a_file(self, problems: Problems, url: str) -> None:
        """In memory, an acknowledged label would be lost with the process."""
        (problem,) = problems(MINIMAL + f'\n[store]\nurl = "{url}"')

        assert problem.startswith("store.url: must be sqlite:///")


class TestSecrets:
    """Secrets come from files too, and never come out again."""

    def test_a_key_file_is_read_at_each_call(self, load: Load, tmp_path: Path) -> None:
        key = tmp_path / "key"
        key.write_text("first\n")
        settings = load(MINIMAL.replace('seller_auth_key = "key-in-the-file"', f'seller_auth_key_file = "{key}"'))
        assert settings.shops["main"].seller_auth_key.get_secret_value() == "first"

        key.write_text("\ufeffsecond\n", encoding="utf-8")

        assert read_key(settings.shops["main"]).strip() == "second"

    def test_the_login_works_in_place_of_a_key(self, load: Load, tmp_path: Path) -> None:
        for name in ("api", "word"):
            (tmp_path / name).write_text(f"{name}-secret\n")
        login = f'user_id = "u"\napi_key_file = "{tmp_path}/api"\npassword_file = "{tmp_path}/word"'

        shop = load(MINIMAL.replace('seller_auth_key = "key-in-the-file"', login)).shops["main"]

        assert shop.api_key.get_secret_value() == "api-secret"
        assert shop.password.get_secret_value() == "word-secret"

    @pytest.mark.parametrize(
        ("keys", "said"),
        [
            ("", "needs seller_auth_key, or api_key with user_id and password"),
            ('user_id = "u"', "needs seller_auth_key, or api_key with user_id and password"),
            ('user_id = "u"\napi_key = "a"', "needs seller_auth_key, or api_key with user_id and password"),
            ('seller_auth_key = ""', "needs seller_auth_key, or api_key with user_id and password"),
            (
                'seller_auth_key = "k"\nuser_id = "u"',
                "set either seller_auth_key, or api_key with user_id and password, not both",
            ),
            (
                'seller_auth_key = "k"\nseller_auth_key_file = "/dev/null"',
                "set either seller_auth_key or seller_auth_key_file, not both",
            ),
            (
                'seller_auth_key_file = "/nowhere/key"',
                "the file /nowhere/key cannot be read: No such file or directory",
            ),
        ],
    )
    def test_one_form_and_the_whole_of_it(self, problems: Problems, keys: str, said: str) -> None:
        assert problems(MINIMAL.replace('seller_auth_key = "key-in-the-file"', keys)) == [f"shops.main: {said}"]

    def test_a_file_of_secrets_has_one_on_each_line(self, load: Load, tmp_path: Path) -> None:
        """Some vendors' secrets may hold blanks."""
        path = tmp_path / "secrets"
        path.write_bytes("\ufefffirst secret\r\n\r\n  second secret \n".encode())
        text = MINIMAL.replace(f'secrets = ["{SECRET}"]', f'secrets_file = "{path}"').replace("standard", "easypost")

        settings = load(text + '\n[sources.packing-table.credentials]\napi_key = "k"')

        assert settings.sources["packing-table"].secrets == (SecretStr("first secret"), SecretStr("second secret"))

    def test_a_file_that_is_no_text_is_said_without_its_content(self, problems: Problems, tmp_path: Path) -> None:
        (tmp_path / "key").write_bytes(b"\xff\xfesecret")

        text = MINIMAL.replace('seller_auth_key = "key-in-the-file"', f'seller_auth_key_file = "{tmp_path}/key"')
        assert problems(text) == [f"shops.main: the file {tmp_path}/key cannot be read: not UTF-8"]

    @pytest.mark.parametrize(
        ("credentials", "said"),
        [
            ("", "needs credentials.api_key (or credentials.api_key_file)"),
            ('api_key = ""', "needs credentials.api_key (or credentials.api_key_file)"),
            ('api_key_file = ""', "needs credentials.api_key (or credentials.api_key_file)"),
            ('api_kye = "x"', "needs credentials.api_key (or credentials.api_key_file)"),
            ('api_key = "k"\nother = "x"', "credentials.other: unknown setting (known: api_key)"),
        ],
    )
    def test_a_kind_gets_the_credentials_that_it_asks_for(
        self, problems: Problems, credentials: str, said: str
    ) -> None:
        text = MINIMAL.replace('"standard"', '"easypost"') + f"\n[sources.packing-table.credentials]\n{credentials}"

        assert problems(text) == [f"sources.packing-table: {said}"]

    def test_a_credential_stands_once(self, problems: Problems, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("in the file")
        text = MINIMAL.replace('"standard"', '"easypost"') + "\n[sources.packing-table.credentials]\n"

        assert problems(text + f'api_key = "k"\napi_key_file = "{tmp_path}/key"') == [
            "sources.packing-table.credentials: set either api_key or api_key_file, not both"
        ]

    @pytest.mark.parametrize(
        "secret", [TRY_OUT_SECRET, TRY_OUT_SECRET.removeprefix("whsec_"), TRY_OUT_SECRET.rstrip("=")]
    )
    def test_the_public_secret_opens_no_real_shop(self, problems: Problems, load: Load, secret: str) -> None:
        public = MINIMAL.replace(SECRET, secret)

        assert load(public).sources
        (problem,) = problems(public.replace("http://127.0.0.1:8010/ebayjapan.qapi", REAL))
        assert problem.startswith("sources.packing-table.secrets: the try-out secret is public")
        assert secret not in problem

    @pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!", "whsk_abc", "日本"])
    def test_a_secret_that_cannot_be_used_is_named_by_its_place(self, problems: Problems, secret: str) -> None:
        (problem,) = problems(MINIMAL.replace(f'["{SECRET}"]', f'["{SECRET}", "{secret}"]'))

        assert problem.startswith("sources.packing-table: secret number 2 cannot be used: ")
        assert not secret or secret == "whsec_" or secret not in problem

    def test_no_secret_ever_shows(self, load: Load, tmp_path: Path) -> None:
        """Neither in text, nor in a dump, nor in an error about something else."""
        (tmp_path / "word").write_text("canary-password")
        text = f"""
        [shops.main]
        qapi_url = "http://127.0.0.1:8010/x"
        api_key = "canary-api-key"
        user_id = "u"
        password_file = "{tmp_path}/word"
        [shops.two]
        seller_auth_key = "canary-seller-key"
        [sources.a]
        kind = "easypost"
        shop = "main"
        secrets = ["canary-source-secret"]
        credentials = {{ api_key = "canary-credential" }}
        """
        settings = load(text)
        shown = [repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()]
        with pytest.raises(ConfigurationError) as raised:
            load(text + "\n[server]\nport = 'x'\n[sources.a.carriers]\nx = ''\n")
        shown += [str(raised.value), repr(raised.value), str(raised.value.__cause__)]

        assert not [text for text in shown if "canary" in text]

    @pytest.mark.parametrize("name", ["seller_auth_key", "api_key", "password", "secrets", "credentials"])
    @pytest.mark.parametrize("wrong", ["['canary']", "{ canary_x = 'canary' }", "[['canary']]"])
    def test_a_secret_in_the_wrong_form_does_not_show_either(self, problems: Problems, name: str, wrong: str) -> None:
        section = "sources.z" if name in ("secrets", "credentials") else "shops.z"
        text = MINIMAL + f"\n[{section}]\n{name} = {wrong}\n"

        assert not [problem for problem in problems(text) if "'canary'" in problem]

    def test_a_shop_with_two_keys_says_so_without_them(self) -> None:
        with pytest.raises(ValidationError) as raised:
            ShopSettings(seller_auth_key=SecretStr("canary"), user_id="canary-user")

        assert "canary" not in str(raised.value)
