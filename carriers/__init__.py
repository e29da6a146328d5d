"""What the outside says about labels: one folder per kind of source, pure translation, no I/O and no clock."""

from collections.abc import Mapping
from types import MappingProxyType

from carriers.easypost.adapter import SOURCE as EASYPOST
from carriers.kinds import FiledKind, PolledKind, PushedKind, SourceKind
from carriers.standard.adapter import SOURCE as STANDARD

SOURCES: Mapping[str, SourceKind] = MappingProxyType({kind.kind: kind for kind in (EASYPOST, STANDARD)})
"""Every kind of source that a configuration may name."""

PUSHED: Mapping[str, PushedKind] = {name: kind for name, kind in SOURCES.items() if isinstance(kind, PushedKind)}
"""The kinds that send webhooks."""

FILED: Mapping[str, FiledKind] = {name: kind for name, kind in SOURCES.items() if isinstance(kind, FiledKind)}
"""The kinds that write files."""

POLLED: Mapping[str, PolledKind] = {name: kind for name, kind in SOURCES.items() if isinstance(kind, PolledKind)}
"""The kinds that must be asked."""
