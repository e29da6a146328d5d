"""What the outside says about labels: one folder per kind of source, pure translation, no I/O and no clock."""

from collections.abc import Mapping
from types import MappingProxyType

from carriers.easypost.adapter import SOURCE as EASYPOST
from carriers.model import SourceKind
from carriers.standard.adapter import SOURCE as STANDARD

SOURCES: Mapping[str, SourceKind] = MappingProxyType({kind.kind: kind for kind in (EASYPOST, STANDARD)})
"""Every kind of source that a configuration may name."""
