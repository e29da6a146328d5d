"""How configured sources are put together: pushed, filed, polled."""

from collections.abc import Mapping
from datetime import timedelta

import aiohttp

from carriers import FILED, POLLED, PUSHED, SCANNED
from carriers.kinds import PollSetup
from carriers.scan.adapter import offered, words_of
from connector.assembly.tasks import Tasks
from connector.clock import utc_now
from connector.intake.fetches import FetchingSource
from connector.intake.files import FiledSource, FileIntake
from connector.intake.keyring import Keyring
from connector.intake.pollers import PolledSource, Poller
from connector.intake.scans import ScanDesk, ScanTable
from connector.intake.watching import LOOK_UNWATCHED_S, FolderSettings, WatchedFolder
from connector.intake.webhooks import PushedSource
from connector.metrics import Metrics
from connector.settings import Settings, SourceSettings
from connector.store.store import Store
from connector.tokens import TokenBox


def start_pollers(
    settings: Settings, store: Store, session: aiohttp.ClientSession, metrics: Metrics, tasks: Tasks
) -> dict[str, Poller]:
    """Starts the pollers of all polled sources."""
    box = _token_box(settings)
    pollers = {}
    for name, source in settings.sources.items():
        if (kind := POLLED.get(source.kind)) is None:
            continue
        setup = PollSetup(source.kind_credentials, source.kind_options)
        polled = PolledSource(name, source.shop, kind, setup, source.every_s or kind.every_s, source.api_url)
        poller = Poller(polled, store, session, clock=utc_now, box=box, metrics=metrics)
        pollers[name] = poller
        tasks.start(f"poller {name}", poller.run())
    return pollers


def scanned(settings: Settings) -> dict[str, ScanTable]:
    """The packing tables. A cancel that nobody has looked for in four rounds of the claims might not be known."""
    tables = {}
    for name, source in settings.sources.items():
        if source.kind not in SCANNED:
            continue
        options, companies = source.kind_options, offered(source.kind_options)
        claims_every = timedelta(seconds=settings.shops[source.shop].claims_every_s)
        tables[name] = ScanTable(
            name=name,
            shop=source.shop,
            carriers=dict(zip(words_of(companies), companies, strict=True)),
            kind=source.order_reference,
            fresh_within=max(4 * claims_every, timedelta(minutes=3)),
            pattern=source.pattern,
            readers=source.readers,
            labels_only=options["expects"] == "label",
            pair_within=timedelta(seconds=int(options["pair_within_s"] or 60)),
            pause=timedelta(milliseconds=int(options["pause_ms"] or 0)),
        )
    return tables


def scan_desk(settings: Settings, store: Store) -> ScanDesk:
    """Takes scans; it keeps nothing by itself."""
    return ScanDesk(scanned(settings), store, utc_now)


async def open_keyring(settings: Settings, store: Store) -> Keyring:
    """The secrets of all sources that send webhooks.

    Raises:
        StoreUnavailable: those that were added could not be read.
    """
    configured = {
        name: [secret.get_secret_value() for secret in source.secrets]
        for name, source in settings.sources.items()
        if source.kind in PUSHED
    }
    keyring = Keyring(configured, store, _token_box(settings), utc_now)
    await keyring.load()
    return keyring


def _token_box(settings: Settings) -> TokenBox | None:
    key = settings.store.token_key.get_secret_value()
    return TokenBox(key) if key else None


def filed(name: str, source: SourceSettings) -> FiledSource:
    """A source whose kind is filed, as its reader needs it."""
    return FiledSource(name, source.shop, FILED[source.kind], source.kind_options)


def start_folders(
    sources: Mapping[str, SourceSettings], store: Store, metrics: Metrics, tasks: Tasks
) -> dict[str, WatchedFolder]:
    """Starts watching the folders of all filed sources."""
    folders = {}
    for name, source in sources.items():
        if source.kind not in FILED or source.folder is None:
            continue
        settings = FolderSettings(source.folder, source.files, source.network_share, source.every_s or LOOK_UNWATCHED_S)
        intake = FileIntake(filed(name, source), store, utc_now)
        folders[name] = WatchedFolder(settings, intake, utc_now, metrics)
        tasks.start(f"folder {name}", folders[name].run())
    return folders


def pushed(sources: Mapping[str, SourceSettings]) -> dict[str, PushedSource]:
    """The sources that send webhooks."""
    return {
        name: PushedSource(
            name,
            source.shop,
            PUSHED[source.kind],
            source.kind_options,
            source.api_url,
        )
        for name, source in sources.items()
        if source.kind in PUSHED
    }


def fetching(sources: Mapping[str, SourceSettings]) -> dict[str, FetchingSource]:
    """The sources whose messages only point to something to fetch."""
    return {
        name: FetchingSource(
            name,
            source.shop,
            PUSHED[source.kind],
            source.kind_credentials,
            source.kind_options,
            source.api_url,
        )
        for name, source in sources.items()
        if source.kind in PUSHED and PUSHED[source.kind].hosts
    }
