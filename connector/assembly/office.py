"""How what the office looks after is put together: sources and their secrets, settings, the check."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from connector.assembly.sources import open_keyring
from connector.check.desk import CheckDesk
from connector.check.gather import examine
from connector.clock import utc_now
from connector.health import Health
from connector.intake.keyring import Keyring
from connector.probes import AttendedSource
from connector.settings import Settings
from connector.sources.desk import SourceDesk
from connector.sources.secret_desk import SecretDesk
from connector.store.store import Store


@dataclass(frozen=True, slots=True)
class Office:
    """What webhooks, pages and the API share about sources, and the check."""

    keyring: Keyring
    sources: SourceDesk
    secrets: SecretDesk
    checks: CheckDesk


async def open_office(
    settings: Settings, store: Store, health: Health, attended: Mapping[str, AttendedSource]
) -> Office:
    """Builds it.

    Raises:
        StoreUnavailable: the secrets that were added could not be read.
    """
    keyring = await open_keyring(settings, store)
    return Office(
        keyring,
        SourceDesk(settings.sources, store, utc_now, keyring=keyring, health=health, attended=attended),
        SecretDesk(settings.sources, settings.shops, keyring),
        CheckDesk(partial(examine, settings, settings.file), utc_now),
    )
