"""What the outside says about labels: one folder per kind of source, pure translation, no I/O and no clock."""

from collections.abc import Mapping
from types import MappingProxyType

from carriers.aftership.adapter import SOURCE as AFTERSHIP
from carriers.b2cloud.adapter import SOURCE as B2CLOUD
from carriers.clickpost.adapter import SOURCE as CLICKPOST
from carriers.csv.adapter import SOURCE as CSV
from carriers.easypost.adapter import SOURCE as EASYPOST
from carriers.easyship.adapter import SOURCE as EASYSHIP
from carriers.ehiden2.adapter import SOURCE as EHIDEN2
from carriers.ehiden3.adapter import SOURCE as EHIDEN3
from carriers.hikyaku_yupacket.adapter import SOURCE as HIKYAKU_YUPACKET
from carriers.kangaroo_magic2.adapter import SOURCE as KANGAROO_MAGIC2
from carriers.karrio.adapter import SOURCE as KARRIO
from carriers.kinds import FiledKind, PolledKind, PushedKind, ScannedKind, SourceKind
from carriers.logiless.adapter import SOURCE as LOGILESS
from carriers.nextengine.adapter import SOURCE as NEXTENGINE
from carriers.openlogi.adapter import SOURCE as OPENLOGI
from carriers.printio.adapter import SOURCE as PRINTIO
from carriers.scan.adapter import SOURCE as SCAN
from carriers.sendcloud.adapter import SOURCE as SENDCLOUD
from carriers.seventeentrack.adapter import SOURCE as SEVENTEENTRACK
from carriers.shipandco.adapter import SOURCE as SHIPANDCO
from carriers.shipbob.adapter import SOURCE as SHIPBOB
from carriers.shippit.adapter import SOURCE as SHIPPIT
from carriers.shippo.adapter import SOURCE as SHIPPO
from carriers.shippsys.adapter import SOURCE as SHIPPSYS
from carriers.shipstation.adapter import SOURCE as SHIPSTATION
from carriers.shipstation_v1.adapter import SOURCE as SHIPSTATION_V1
from carriers.shopify.adapter import SOURCE as SHOPIFY
from carriers.smaregi.adapter import SOURCE as SMAREGI
from carriers.standard.adapter import SOURCE as STANDARD
from carriers.yupack_r.adapter import SOURCE as YUPACK_R

SOURCES: Mapping[str, SourceKind] = MappingProxyType(
    {
        kind.kind: kind
        for kind in (
            AFTERSHIP,
            B2CLOUD,
            CLICKPOST,
            CSV,
            EASYPOST,
            EASYSHIP,
            EHIDEN2,
            EHIDEN3,
            HIKYAKU_YUPACKET,
            KANGAROO_MAGIC2,
            KARRIO,
            LOGILESS,
            NEXTENGINE,
            OPENLOGI,
            PRINTIO,
            SCAN,
            SENDCLOUD,
            SEVENTEENTRACK,
            SHIPANDCO,
            SHIPBOB,
            SHIPPIT,
            SHIPPO,
            SHIPPSYS,
            SHIPSTATION,
            SHIPSTATION_V1,
            SHOPIFY,
            SMAREGI,
            STANDARD,
            YUPACK_R,
        )
    }
)
"""Every kind of source that a configuration may name."""

PUSHED: Mapping[str, PushedKind] = {name: kind for name, kind in SOURCES.items() if isinstance(kind, PushedKind)}
"""The kinds that send webhooks."""

FILED: Mapping[str, FiledKind] = {name: kind for name, kind in SOURCES.items() if isinstance(kind, FiledKind)}
"""The kinds that write files."""

POLLED: Mapping[str, PolledKind] = {name: kind for name, kind in SOURCES.items() if isinstance(kind, PolledKind)}
"""The kinds that must be asked."""

SCANNED: Mapping[str, ScannedKind] = {name: kind for name, kind in SOURCES.items() if isinstance(kind, ScannedKind)}
"""The kinds that a person scans."""
