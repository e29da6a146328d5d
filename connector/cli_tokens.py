"""``tokens``: with which programs use the API. Beside a daemon these commands go through it."""

from typing import Annotated

import typer

from connector.api.people_views import token_view
from connector.cli_people import RoleOption, checked_name, do, say, show, when
from connector.cli_store import CONFIG, ConfigOption, JsonOption, read_store, say_json, settings_or_exit
from connector.clock import utc_now
from connector.domain.roles import Role
from connector.store.api_tokens import all_tokens

tokens = typer.Typer(
    help="Tokens with which programs use the API.\n\nExit codes: see each command.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@tokens.command("add")
def add_token(
    name: Annotated[str, typer.Argument(help="Which program it is for.")],
    config: ConfigOption = CONFIG,
    *,
    role: RoleOption = Role.VIEWER,
    expires_days: Annotated[
        float | None, typer.Option(min=0.01, max=3650, help="Without it, it holds until it is withdrawn.")
    ] = None,
) -> None:
    """Makes a token for a program, and prints it: this once, nobody can show it again.

    Exit codes: 0 done; 1 refused, or nobody to ask; 2 the name or the configuration cannot be used.
    """
    settings = settings_or_exit(config)
    checked_name(name)
    token = do(settings, lambda at: at.add_token(name, role, expires_days))
    typer.echo(token)


@tokens.command("list")
def list_tokens(config: ConfigOption = CONFIG, *, as_json: JsonOption = False) -> None:
    """Shows all tokens that ever were, without the tokens. Those of the settings are not among them.

    Exit codes: 0 done; 1 the store cannot be read; 2 the configuration cannot be used.
    """
    found, now = read_store(settings_or_exit(config), all_tokens), utc_now()
    views = [token_view(each, now) for each in found]
    if as_json:
        say_json({"tokens": views})
        return
    rows = [
        (
            str(each.id),
            each.name,
            each.role,
            "withdrawn" if each.withdrawn_at is not None else "yes" if view["holds"] else "expired",
            when(each.expires_at),
            when(each.last_used_at),
            each.created_by,
        )
        for each, view in zip(found, views, strict=True)
    ]
    head = ("id", "name", "role", "holds", "until", "last used", "made by")
    show(head, rows, "There is no token: qoo10-connector tokens add NAME --role viewer")


@tokens.command("withdraw")
def withdraw(
    token_id: Annotated[int, typer.Argument(metavar="ID", help="As `tokens list` shows it.")],
    config: ConfigOption = CONFIG,
) -> None:
    """Withdraws a token: it opens nothing any more, at once.

    Exit codes: 0 done; 1 there is none that holds, or nobody to ask; 2 the configuration cannot be used.
    """
    do(settings_or_exit(config), lambda at: at.withdraw_token(token_id))
    say("The token is withdrawn.")
