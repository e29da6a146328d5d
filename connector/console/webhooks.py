"""``/settings/webhooks``: the targets of outgoing webhooks, how they do, what they were sent, and sending it again.

Not below ``/webhooks``: there labels come in, and proxies let everybody reach what begins so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel

from connector.access.audit import say_of_deed
from connector.access.routes import Routes
from connector.api.requests import number_in
from connector.console.forms import read_form, see_other
from connector.console.pages import Pages
from connector.domain import hook_words
from connector.domain.hooks import TEST, HookEvent, HookState, TargetStanding, Tried, target_standing
from connector.domain.language import Said
from connector.domain.reasons import Wording
from connector.domain.roles import Permission
from connector.hooks.desk import HookDesk
from connector.hooks.views import TargetView, target_view
from connector.http import ApiError
from connector.settings import WebhookSettings
from connector.settings.webhooks import MADE_BY
from connector.store.hook_deliveries import HookDelivery, TargetIsOff
from connector.store.hooks import HookBook

HERE = "/settings/webhooks"
PAGE = 50
HOW_TO_CONFIGURE = """\
[webhooks.wms]
url = "https://wms.example.jp/hooks/qoo10"
secrets_file = "/etc/qoo10-connector/wms-secret"
"""
"""The lines of config.toml that the page shows; the file's content comes from ``MADE_BY``."""
_WORST_FIRST = list(TargetStanding)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which messages are shown: of one target or of all, only those that were given up, those before this one."""

    target: str = ""
    given_up: bool = False
    before: int | None = None

    @property
    def query(self) -> str:
        """It as it stands in an address."""
        words = {"target": self.target, "state": HookState.FAILED if self.given_up else "", "before": self.before or ""}
        given = {name: word for name, word in words.items() if word}
        return f"?{urlencode(given)}" if given else ""


@dataclass(frozen=True, slots=True)
class ShownTarget:
    """A target with how it does, why its last try came to nothing, and when the next is made (None: none waits)."""

    of: TargetView
    standing: TargetStanding
    why: Wording | None
    next_at: datetime | None

    @property
    def wants_all(self) -> bool:
        """Whether it is told everything."""
        return set(self.of.events) == set(HookEvent)


class _Subject(BaseModel):
    """What a body says of what it is about; a test is about nothing."""

    order_no: str = ""
    pack_no: str = ""
    entry: int | None = None
    conflict: int | None = None

    @property
    def href(self) -> str:
        """The page about it; empty where there is none."""
        if self.conflict is not None:
            return f"/conflicts/{self.conflict}"
        return "" if self.entry is None else f"/entries/{self.entry}"


class _Body(BaseModel):
    data: _Subject = _Subject()


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message with what it tells, what it is about, what became of it, and why the last try came to nothing."""

    of: HookDelivery
    tells: Said | None
    about: _Subject
    became: Said
    why: Wording | None
    next_at: datetime | None
    again: bool
    """Whether it can be delivered again."""


class WebhookPages:
    """The one page about outgoing webhooks, and what an administrator does there."""

    def __init__(
        self,
        pages: Pages,
        targets: Mapping[str, WebhookSettings],
        book: HookBook,
        desk: HookDesk,
        clock: Callable[[], datetime],
    ) -> None:
        self._pages = pages
        self._targets = targets
        self._book = book
        self._desk = desk
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        routes.get(HERE, self._show, needs=Permission.LOOK)
        routes.post(f"{HERE}/{{name}}/test", self._test, needs=Permission.ADMINISTER)
        routes.post(f"{HERE}/{{name}}/redeliver", self._redeliver, needs=Permission.ADMINISTER)

    async def _show(self, request: web.Request) -> web.Response:
        """The page "送信Webhook": of one `target`, with `state=failed` what was given up, from `before` on."""
        return await self._page(request, due=number_in(request.query.get("due", "")))

    async def _test(self, request: web.Request) -> web.Response:
        """200 with the page that says what came of a test, which is sent at once, and once."""
        name = self._name(request)
        _, tried = await self._desk.test(name)
        say_of_deed(request, f"webhook {name}", tried.trouble or "taken")
        return await self._page(request, tried=(name, tried))

    async def _redeliver(self, request: web.Request) -> web.Response:
        """303 back once messages are due again: the form's `id`, or without one all that were given up."""
        name, message_id = self._name(request), (await read_form(request)).get("id", "")
        try:
            due = await self._desk.redeliver(name, [message_id] if message_id else [])
        except TargetIsOff:
            return await self._page(request, problem=hook_words.TARGET_IS_OFF, status=HTTPStatus.CONFLICT)
        say_of_deed(request, f"webhook {name}", f"{due} again")
        query = self._asked(request).query
        return see_other(f"{HERE}{query}{'&' if query else '?'}due={due}")

    async def _page(
        self,
        request: web.Request,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        problem: Wording | None = None,
        due: int | None = None,
        tried: tuple[str, Tried] | None = None,
    ) -> web.Response:
        asked, now = self._asked(request), self._clock()
        kept = {each.name: each for each in await self._book.targets()}
        names = sorted(self._targets)
        views = [target_view(name, self._targets[name], kept.get(name)) for name in names if asked.target in ("", name)]
        targets = [_shown_target(view, await self._book.next_due_at(view.name, now)) for view in views]
        on = {view.name for view in views if view.on}
        found = await self._book.deliveries(asked.target, PAGE + 1, asked.before, given_up=asked.given_up)
        return await self._pages.html(
            request,
            "webhooks.html",
            status,
            here=HERE,
            asked=asked,
            names=names,
            targets=sorted(targets, key=lambda each: (_WORST_FIRST.index(each.standing), each.of.name)),
            messages=[_shown_message(each, now, may_go=each.target in on) for each in found[:PAGE]],
            older=replace(asked, before=found[PAGE - 1].seq).query if len(found) > PAGE else "",
            newest=replace(asked, before=None).query,
            words=hook_words,
            how_to_configure=HOW_TO_CONFIGURE,
            how_to_make_a_secret=MADE_BY,
            problem=problem,
            due=due,
            tried=tried,
        )

    def _asked(self, request: web.Request) -> Asked:
        """What the address asks for. Only of one target can be asked what was given up: that is read by an index."""
        query = request.query
        target = self._require(query["target"]) if query.get("target") else ""
        given_up = bool(target) and query.get("state") == HookState.FAILED
        return Asked(target, given_up, number_in(query.get("before", "")))

    def _name(self, request: web.Request) -> str:
        """The target in the address."""
        return self._require(request.match_info["name"])

    def _require(self, name: str) -> str:
        """The name of a target.

        Raises:
            ApiError: there is none of this name.
        """
        if name not in self._targets:
            raise ApiError(404, "no_webhook", "There is no target of this name.", "The page Settings leads to them.")
        return name


def _shown_target(view: TargetView, next_at: datetime | None) -> ShownTarget:
    standing = target_standing(view.off_at, view.failures, view.succeeded_at)
    why = hook_words.TROUBLES.get(view.trouble) if standing is TargetStanding.FAILING else None
    return ShownTarget(view, standing, why, next_at)


def _shown_message(of: HookDelivery, now: datetime, *, may_go: bool) -> ShownMessage:
    """``may_go``: its target takes messages."""
    failed = of.state is HookState.FAILED
    is_test = of.event == TEST
    waits_until = of.due_at if of.due_at is not None and of.due_at > now else None
    return ShownMessage(
        of,
        tells=hook_words.TELLS.get(of.event),
        about=_Body.model_validate_json(of.body).data,
        became=hook_words.TEST_FAILED if is_test and failed else hook_words.STATES[of.state],
        why=hook_words.TROUBLES.get(of.trouble) if failed or of.attempts else None,
        next_at=waits_until if of.attempts else None,
        again=may_go and not is_test and of.state is not HookState.DUE,
    )
