"""``/api/v1/now``, ``/settings``, ``/checks``, ``/report``: what an office looks at, to read only."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from carriers.model import Way
from connector.access.routes import Operation, Routes
from connector.api.conflict_shapes import SavingName
from connector.api.office_shapes import (
    ChecksAnswer,
    FindingAnswer,
    MissingName,
    NeedAnswer,
    NowAnswer,
    OpenGapsAnswer,
    ReportAnswer,
    ReportQuestion,
    SaidAnswer,
    SettingAnswer,
    SettingsAnswer,
    ShopNowAnswer,
    SourceNowAnswer,
    TodayAnswer,
)
from connector.api.requests import as_answer, as_json, read_query, with_etag
from connector.check.desk import CheckDesk
from connector.check.findings import Finding, worst
from connector.domain.report import report
from connector.domain.report_facts import Month
from connector.domain.roles import Permission
from connector.http import ApiError
from connector.measure.rules import cancel_rule
from connector.measure.views import report_view
from connector.now.desk import Now, NowDesk
from connector.settings import Settings
from connector.settings.shown import shown
from connector.store.store import Store

_NOW = Operation("office", "The moment", NowAnswer)
_SETTINGS = Operation("office", "The settings that are in effect, without secrets", SettingsAnswer, etag=True)
_CHECKS = Operation("office", "What is right, what to keep an eye on, what to mend", ChecksAnswer)
_REPORT = Operation(
    "office", "What a month was like", ReportAnswer, asks=ReportQuestion, errors=(HTTPStatus.NOT_FOUND,)
)


class OfficeApi:
    """Answers what an office asks."""

    def __init__(
        self, settings: Settings, store: Store, now_desk: NowDesk, check_desk: CheckDesk, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._store = store
        self._now_desk = now_desk
        self._check_desk = check_desk
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        look = Permission.LOOK
        routes.get("/api/v1/now", self._now, needs=look, operation=_NOW)
        routes.get("/api/v1/settings", self._shown, needs=look, operation=_SETTINGS)
        routes.get("/api/v1/checks", self._checks, needs=look, operation=_CHECKS)
        routes.get("/api/v1/report", self._report, needs=look, operation=_REPORT)

    async def _now(self, _request: web.Request) -> web.Response:
        """200 with what the page "今" shows: gaps, the day so far, what needs a person, shops, sources."""
        return as_answer(now_view(await self._now_desk.look()))

    async def _shown(self, request: web.Request) -> web.Response:
        """200 with every setting: its value, or how many secrets are set, and whether file or environment says so.

        `missing_names` are the lines to write for carriers whose name at Qoo10 is not known.
        """
        missing = await self._store.source_log.missing_names()
        answer = SettingsAnswer(
            file=str(self._settings.file or ""),
            settings=[SettingAnswer.model_validate(each) for each in shown(self._settings)],
            missing_names=[MissingName(setting=line, entries=count) for line, count in missing.items()],
        )
        return with_etag(request, answer.model_dump_json().encode())

    async def _checks(self, _request: web.Request) -> web.Response:
        """200 with what `qoo10-connector check` finds now, or found less than a minute ago."""
        checked = await self._check_desk.look()
        return as_answer(
            ChecksAnswer(
                checked_at=checked.at,
                worst=worst(checked.findings),
                findings=[_finding(each) for each in checked.findings],
            )
        )

    async def _report(self, request: web.Request) -> web.Response:
        """200 with a month of all shops, or of one: gaps, conflicts, the cancel rate as far as it can be known.

        `?month=2026-11`, and `shop` for one of them.
        """
        asked, shops = read_query(request, ReportQuestion), tuple(self._settings.shops)
        if asked.shop and asked.shop not in shops:
            raise ApiError(404, "no_shop", "There is no shop of this name.", f"The shops are: {', '.join(shops)}.")
        month, wanted = Month.read(asked.month), (asked.shop,) if asked.shop else shops
        material = await self._store.month_material(month, wanted)
        return as_json(report_view(report(material, month, wanted, cancel_rule(self._settings), self._clock())))


def now_view(now: Now) -> NowAnswer:
    """The moment in the shape of the API."""
    return NowAnswer(
        at=now.at,
        gaps=OpenGapsAnswer.model_validate(now.gaps),
        today=TodayAnswer.model_validate(now.today),
        needs=[
            NeedAnswer(
                saving=SavingName(each.saving.name.lower()),
                until=each.until,
                since=each.since,
                shop=each.shop,
                order_no=each.order_no,
                tracking_no=each.tracking_no,
                happened=SaidAnswer.model_validate(each.happened),
                do=SaidAnswer.model_validate(each.do),
                href=each.href,
            )
            for each in now.needs
        ],
        needs_in_all=now.needs_in_all,
        shops=[ShopNowAnswer.model_validate(each) for each in now.shops],
        sources=[
            SourceNowAnswer(
                name=each.name,
                shop=each.shop,
                title=each.title,
                way=Way(each.way),
                last_at=each.last.received_at if each.last is not None else None,
                last_outcome=each.last.outcome if each.last is not None else "",
                trouble=each.trouble,
            )
            for each in now.sources
        ],
    )


def _finding(found: Finding) -> FindingAnswer:
    return FindingAnswer(
        level=found.level,
        about=found.about.en,
        message=found.message.en,
        mend=found.mend.en,
        about_ja=found.about.ja,
        message_ja=found.message.ja,
        mend_ja=found.mend.ja,
    )
