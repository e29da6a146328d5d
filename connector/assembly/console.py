"""How the console is put together: its pages, and what all of them share."""

from aiohttp import web

from connector.access.routes import Routes
from connector.assembly.behind import Behind
from connector.assembly.sources import scan_desk
from connector.clock import utc_now
from connector.console.account import AccountPages
from connector.console.alerts import AlertPages
from connector.console.assets import Assets
from connector.console.conflicts import ConflictPages
from connector.console.entries import EntryPages
from connector.console.language import LanguageChoice
from connector.console.login import LoginPages
from connector.console.now import NowPage
from connector.console.pages import Pages
from connector.console.safety import add_headers, errors_as_pages
from connector.console.scan import ScanPage
from connector.console.settings import SettingsPages
from connector.console.sources import SourcePages
from connector.console.stream import Stream
from connector.console.users import UsersPages
from connector.console.webhooks import WebhookPages


def add_console(app: web.Application, routes: Routes, behind: Behind) -> Pages:
    """Adds the pages; before the gate is added, so that its refusals are shown as pages too."""
    assets = Assets()
    access, language = behind.access, behind.settings.console.language
    pages = Pages(assets, language, utc_now, behind.store.count_open_conflicts)
    app.middlewares.append(errors_as_pages(pages))
    app.on_response_prepare.append(add_headers)
    stream = Stream(behind.store.changes)
    app.on_shutdown.append(stream.close)
    for part in (
        assets,
        stream,
        LanguageChoice(),
        NowPage(pages, behind.now_desk),
        ScanPage(pages, scan_desk(behind.settings, behind.store)),
        EntryPages(pages, behind.store, utc_now, tuple(behind.settings.shops), tuple(behind.settings.sources)),
        ConflictPages(pages, behind.store, behind.message_desk, utc_now),
        AlertPages(pages, behind.store.alerts, behind.alert_desk, utc_now),
        LoginPages(pages, behind.store, access.desk, access.sessions, access.identify, utc_now),
        AccountPages(pages, behind.store, access.desk, access.sessions, utc_now),
        SourcePages(pages, behind.office.sources, behind.office.secrets),
        SettingsPages(pages, behind.settings, behind.store, behind.office.checks),
        WebhookPages(pages, behind.settings.webhooks, behind.store.hooks, behind.hook_desk, utc_now),
        UsersPages(pages, behind.store, access.desk, access.sessions, language, utc_now),
    ):
        part.add_to(routes)
    return pages
