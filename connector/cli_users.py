"""``users``: people who may log in. Beside a daemon these commands go through it."""

import sys
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from connector.access.sessions import SessionRules, has_ended
from connector.api.people_views import session_view, user_view
from connector.cli_people import RoleOption, checked_name, do, say, show, when
from connector.cli_store import (
    CONFIG,
    EXIT_WRONG_USE,
    ConfigOption,
    JsonOption,
    fail,
    read_store,
    say_json,
    settings_or_exit,
)
from connector.clock import utc_now
from connector.console.look import full_time
from connector.domain.language import Language
from connector.domain.people import PeopleRefused, User, check_password, name_key
from connector.domain.roles import Role
from connector.settings import Settings
from connector.store.sessions import all_sessions
from connector.store.users import all_users

users = typer.Typer(
    help="People who may log in to the console.\n\nExit codes: see each command.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

NameArgument = Annotated[str, typer.Argument(help="The user's name; upper or lower case.")]
RoleArgument = Annotated[Role, typer.Argument(help="viewer looks; packer scans too; operator decides too; admin all.")]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the standard input instead of asking.")
]
"""Never an argument: other users of the machine see those, and the shell keeps them."""


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="What they log in with: one line, neither mail nor a telephone number.")],
    config: ConfigOption = CONFIG,
    *,
    role: RoleOption = Role.PACKER,
    lang: Annotated[
        Language | None, typer.Option(help="The language of their pages; without it the one of the settings.")
    ] = None,
    password_stdin: StdinOption = False,
) -> None:
    """Adds a user. Their password is asked for, or read with --password-stdin; they can change it themselves.

    Exit codes: 0 added; 1 refused, or nobody to ask; 2 the name or the password, or the configuration, cannot be used.
    """
    settings = settings_or_exit(config)
    password = _password(name, stdin=password_stdin)
    language = settings.console.language if lang is None else lang
    do(settings, lambda at: at.add_user(name, password, role, language))
    say(f"{name.strip()} may log in now, as {role}.")


@users.command("list")
def list_users(config: ConfigOption = CONFIG, *, as_json: JsonOption = False) -> None:
    """Shows all users.

    Exit codes: 0 done; 1 the store cannot be read; 2 the configuration cannot be used.
    """
    found = read_store(settings_or_exit(config), all_users)
    if as_json:
        say_json({"users": [user_view(each) for each in found]})
        return
    rows = [
        (each.name, each.role, each.language, full_time(each.password_changed_at), when(each.disabled_at))
        for each in found
    ]
    head = ("name", "role", "language", "password changed", "disabled")
    show(head, rows, "There is no user yet: qoo10-connector users add NAME --role admin")


@users.command("role")
def change_role(name: NameArgument, role: RoleArgument, config: ConfigOption = CONFIG) -> None:
    """Gives a user another role, at once.

    Exit codes: 0 done; 1 refused (the last administrator stays one), or nobody to ask; 2 the configuration cannot be
    used.
    """
    settings = settings_or_exit(config)
    user = _user(settings, name)
    do(settings, lambda at: at.change_user(user.id, role=role))
    say(f"{user.name} is {role} now.")


@users.command("password")
def set_password(name: NameArgument, config: ConfigOption = CONFIG, *, password_stdin: StdinOption = False) -> None:
    """Sets a user's password, and logs them out everywhere.

    Exit codes: 0 done; 1 refused, or nobody to ask; 2 the password or the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    user = _user(settings, name)
    password = _password(user.name, stdin=password_stdin)
    do(settings, lambda at: at.set_password(user.id, password))
    say(f"{user.name} has a new password, and is logged out everywhere.")


@users.command("disable")
def disable(name: NameArgument, config: ConfigOption = CONFIG) -> None:
    """Logs a user out everywhere, and lets them log in no more. Tokens that they made go on; see `tokens list`.

    Exit codes: 0 done; 1 refused (the last administrator stays), or nobody to ask; 2 the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    user = _user(settings, name)
    do(settings, lambda at: at.change_user(user.id, disabled=True))
    say(f"{user.name} is disabled.")


@users.command("enable")
def enable(name: NameArgument, config: ConfigOption = CONFIG) -> None:
    """Lets a disabled user log in again.

    Exit codes: 0 done; 1 refused, or nobody to ask; 2 the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    user = _user(settings, name)
    do(settings, lambda at: at.change_user(user.id, disabled=False))
    say(f"{user.name} may log in.")


@users.command("sessions")
def sessions(
    name: Annotated[str, typer.Argument(help="One user; without it all.")] = "",
    config: ConfigOption = CONFIG,
    *,
    end: Annotated[int | None, typer.Option(help="Log the browser of this id out.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Shows the browsers that are logged in, or logs one of them out.

    Exit codes: 0 done; 1 refused, or nobody to ask, or the store cannot be read; 2 the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    if end is not None:
        do(settings, lambda at: at.end_session(end))
        say("That browser is logged out.")
        return
    of = _user(settings, name).id if name else None
    rules, now = SessionRules(settings.console.session_idle, settings.console.session_lasts), utc_now()
    kept = read_store(settings, lambda connection: all_sessions(connection, of))
    found = [each for each in kept if not has_ended(each, now, rules)]
    if as_json:
        say_json({"sessions": [session_view(each, None) for each in found]})
        return
    rows = [
        (
            str(each.id),
            each.user_name,
            each.agent or "unknown",
            each.address,
            full_time(each.created_at),
            full_time(each.seen_at),
        )
        for each in found
    ]
    show(("id", "name", "browser", "address", "logged in", "last seen"), rows, "Nobody is logged in.")


def _user(settings: Settings, name: str) -> User:
    """The user of a name; exit code 1 where there is none."""

    async def find(connection: AsyncConnection) -> list[User]:
        return [each for each in await all_users(connection) if name_key(each.name) == name_key(name)]

    found = read_store(settings, find)
    if not found:
        fail(f"There is no user {name!r}: qoo10-connector users list shows all.")
    return found[0]


def _password(name: str, *, stdin: bool) -> str:
    """The password that somebody types twice, or sends; exit code 2 where it cannot be used."""
    tidy = checked_name(name)
    if stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt(f"Password of {tidy}", hide_input=True, confirmation_prompt=True)
    try:
        check_password(password, tidy)
    except PeopleRefused as refused:
        fail(f"Nothing was done: {refused}", EXIT_WRONG_USE)
    return password
