"""``[console]``: the first user, sessions, language."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from connector.settings import Settings

BASE = """
[shops.main]
seller_auth_key = "x"
[console]
"""
PASSWORD = "correct horse battery"


def test_without_a_word_nobody_is_made_and_pages_are_japanese(load: Callable[..., Settings]) -> None:
    console = load(BASE).console

    assert (console.first_user, console.first_password.get_secret_value(), console.language) == ("", "", "ja")
    assert (console.session_idle, console.session_lasts) == (timedelta(hours=12), timedelta(days=14))


def test_the_first_password_can_come_from_a_file_or_the_environment(
    load: Callable[..., Settings], tmp_path: Path
) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    by_file = load(f'{BASE}first_user = "admin"\nfirst_password_file = "{tmp_path}/password"').console
    by_environment = load(BASE, {"CONSOLE__FIRST_USER": "admin", "CONSOLE__FIRST_PASSWORD": PASSWORD}).console

    assert by_file.first_password.get_secret_value() == PASSWORD
    assert by_environment.first_password.get_secret_value() == PASSWORD
    assert PASSWORD not in repr(by_file) + by_file.model_dump_json()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('first_user = "admin"', "first_user and first_password (or first_password_file) go together"),
        (f'first_password = "{PASSWORD}"', "first_user and first_password (or first_password_file) go together"),
        ('first_user = "admin"\nfirst_password = "short"', "The password is too short"),
        ('first_user = "a@example.com"\nfirst_password = "correct horse"', "This name cannot be used"),
        ('first_user = "warehouse-2"\nfirst_password = "Warehouse-2"', "The password is the name"),
        ("session_idle_hours = 0", "greater than 0"),
        ("session_days = 400", "less than or equal to 365"),
        ('language = "fr"', "'ja' or 'en'"),
    ],
)
def test_a_mistake_names_the_setting(problems: Callable[..., list[str]], text: str, expected: str) -> None:
    (problem,) = problems(BASE + text)

    assert problem.startswith("console")
    assert expected in problem
    assert PASSWORD not in problem
