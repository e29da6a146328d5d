"""``/settings``: what is configured and where that comes from, what is missing, and what the check finds."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from connector.access.routes import Routes
from connector.check.desk import CheckDesk
from connector.check.findings import Level
from connector.console.pages import Pages
from connector.console.setting_words import IN_JAPANESE
from connector.domain.roles import Permission
from connector.settings import Settings
from connector.settings.shown import SettingOrigin, ShownSetting, shown
from connector.store.store import Store

_LEVELS = list(Level)
_NAMED = ("shops", "sources")


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the settings. ``changed`` of its settings are not the default."""

    name: str
    settings: tuple[ShownSetting, ...]

    @property
    def changed(self) -> int:
        """How many of them the file or the environment sets."""
        return sum(each.origin is not SettingOrigin.DEFAULT for each in self.settings)


class SettingsPages:
    """Shows the settings; nothing is changed here."""

    def __init__(self, pages: Pages, settings: Settings, store: Store, checks: CheckDesk) -> None:
        self._pages = pages
        self._settings = settings
        self._store = store
        self._checks = checks

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        routes.get("/settings", self._show, needs=Permission.LOOK)
        routes.get("/settings/checks", self._check, needs=Permission.LOOK)

    async def _show(self, request: web.Request) -> web.Response:
        """The page "設定". What the check finds is loaded after it: Qoo10 may take its time to answer."""
        return await self._pages.html(
            request,
            "settings.html",
            file=str(self._settings.file or ""),
            sections=sections(shown(self._settings)),
            missing=await self._store.source_log.missing_names(),
            words=IN_JAPANESE,
        )

    async def _check(self, request: web.Request) -> web.Response:
        """The page "点検": what is right, what to keep an eye on, what to mend."""
        checked = await self._checks.look()
        worst_first = sorted(checked.findings, key=lambda each: -_LEVELS.index(each.level))
        return await self._pages.html(request, "checks.html", checked=checked, findings=worst_first)


def sections(settings: Iterable[ShownSetting]) -> list[Section]:
    """The settings by their tables: ``[server]``, ``[shops.main]``."""
    found: dict[str, list[ShownSetting]] = {}
    for each in settings:
        parts = each.name.split(".")
        name = ".".join(parts[: 2 if parts[0] in _NAMED else 1])
        found.setdefault(name, []).append(each)
    return [Section(name, tuple(some)) for name, some in found.items()]
