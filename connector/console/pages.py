"""How a page is made: its template, in the reader's language, with what all pages share."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from connector.access.gate import ACTOR
from connector.access.origin import SAFE_METHODS
from connector.console import look
from connector.console.assets import Assets
from connector.domain.language import Language
from connector.domain.roles import Actor, Permission
from connector.listing.words import STATE_JA
from connector.store.errors import StoreUnavailable

LANGUAGE_COOKIE = "language"
_VERSION = version("qoo10-connector")


class Pages:
    """Renders templates. ``waiting_for_a_person`` gives the number that stands beside a page's name in the menu."""

    def __init__(
        self,
        assets: Assets,
        default_language: Language,
        clock: Callable[[], datetime],
        waiting_for_a_person: Callable[[], Awaitable[int]],
    ) -> None:
        self._default_language = default_language
        self._clock = clock
        self._waiting = waiting_for_a_person
        self._templates = Environment(
            loader=PackageLoader("connector.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {
            "asset": assets.url,
            "version": _VERSION,
            "SIGNS": look.SIGNS,
            "STATE_JA": STATE_JA,
            "Permission": Permission,
            "t": _translated,
            "said": _said,
            "length": _length,
        }
        self._templates.filters |= {
            "day_and_time": look.day_and_time,
            "time_of_day": look.time_of_day,
            "full_time": look.full_time,
            "iso": datetime.isoformat,
        }

    def language_of(self, request: web.Request) -> Language:
        """What the reader chose, or else what the settings say."""
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        return Language(chosen) if chosen in set(Language) else self._default_language

    async def html(
        self, request: web.Request, template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any
    ) -> web.Response:
        """An answer with a page that nobody keeps. Its template sees ``values``, ``now``, ``lang`` and ``actor``.

        ``actor`` is None on pages that anybody may see.

        Raises:
            ValueError: a value has the name of something that every page has.
        """
        if taken := self._templates.globals.keys() & values.keys():
            raise ValueError(f"every page has a {', '.join(sorted(taken))} of its own")
        actor: Actor | None = request.get(ACTOR)
        text = self._templates.get_template(template).render(
            lang=self.language_of(request),
            now=self._clock(),
            actor=actor,
            may=partial(_may, actor),
            path=request.path,
            # The answer to a form stands at an address that cannot be read anew.
            address=request.path_qs if request.method in SAFE_METHODS else "/",
            waiting=await self._number_in_the_menu() if actor is not None else 0,
            **values,
        )
        return web.Response(
            text=text, status=status, content_type="text/html", charset="utf-8", headers={"Cache-Control": "no-store"}
        )

    async def _number_in_the_menu(self) -> int:
        """Zero while the store cannot be read: the page that says so has a menu too."""
        try:
            return await self._waiting()
        except StoreUnavailable:
            return 0


def _may(actor: Actor | None, permission: Permission) -> bool:
    return actor is not None and actor.may(permission)


@pass_context
def _translated(context: Context, ja: str, en: str) -> str:
    """``t("入力", "Entries")``: both stand side by side in the template, so none can be missing."""
    return ja if context["lang"] is Language.JA else en


@pass_context
def _said(context: Context, of: Any, name: str = "") -> str:
    """``said(wording)`` or ``said(wording, "next")``: the attribute ``ja`` or ``next_ja`` in the reader's language."""
    text: str = getattr(of, f"{name}_{context['lang']}" if name else str(context["lang"]))
    return text


@pass_context
def _length(context: Context, of: Any) -> str:
    return look.in_words(of, context["lang"])
