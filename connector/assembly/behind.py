"""What stands behind the addresses, handed to all who put addresses together."""

from collections.abc import Mapping
from dataclasses import dataclass

from connector.alerts.desk import AlertDesk
from connector.assembly.access import Access
from connector.assembly.office import Office
from connector.assembly.tasks import Tasks
from connector.health import Health
from connector.hooks.desk import HookDesk
from connector.intake.key_sets import KeySets
from connector.keeper.keeper import Keeper
from connector.messages.desk import MessageDesk
from connector.metrics import Metrics
from connector.now.desk import NowDesk
from connector.probes import AttendedSource
from connector.settings import Settings
from connector.store.store import Store


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind the addresses."""

    settings: Settings
    store: Store
    access: Access
    metrics: Metrics
    health: Health
    tasks: Tasks
    keepers: Mapping[str, Keeper]
    attended: Mapping[str, AttendedSource]
    key_sets: KeySets
    office: Office
    message_desk: MessageDesk
    hook_desk: HookDesk
    now_desk: NowDesk
    alert_desk: AlertDesk
