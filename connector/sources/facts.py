"""The kinds of source in words, for the list on the terminal and for docs/sources.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carriers import SOURCES
from carriers.kinds import FiledKind, PolledKind, PushedKind, ScannedKind, SourceKind
from carriers.model import EventKind, Way
from connector.domain.language import Said

WAYS = {
    Way.PUSHED: "sends webhooks",
    Way.FILED: "writes CSV files into a folder",
    Way.POLLED: "is asked, again and again",
    Way.SCANNED: "is scanned by a person",
}
"""Every way in, in words."""

TELLS: Mapping[EventKind, Said] = {
    EventKind.PRINTED: Said("印刷", "printed"),
    EventKind.PACKED: Said("検品", "packed"),
    EventKind.HANDED_OVER: Said("引き渡し", "handed over"),
    EventKind.SCANNED: Said("配送会社の読み取り", "scanned"),
    EventKind.VOIDED: Said("取り消し", "voided"),
}
"""What a source may tell of a label."""


@dataclass(frozen=True, slots=True)
class KindFacts:
    """One kind of source in words. ``proof`` is empty where no recording proves the reading."""

    kind: str
    title: str
    way: str
    authentication: Said
    tells: tuple[str, ...]
    proof: str
    unverified: tuple[Said, ...]
    spec: str
    spec_read_on: str
    settings: tuple[str, ...]


def all_kinds() -> list[KindFacts]:
    """Every kind that a configuration may name, by way in and name."""
    order = list(Way)
    return [facts_of(kind) for kind in sorted(SOURCES.values(), key=lambda one: (order.index(one.way), one.kind))]


def facts_of(kind: SourceKind) -> KindFacts:
    """One kind."""
    options = [
        f"options.{name}" + (f" ({' | '.join(values)})" if values else "") for name, values in kind.options.items()
    ]
    return KindFacts(
        kind=kind.kind,
        title=kind.title,
        way=str(kind.way),
        authentication=Said(kind.authentication_ja, kind.authentication) if kind.authentication else _by_its_form(kind),
        tells=tuple(said.en for told, said in TELLS.items() if told in kind.tells),
        proof=kind.proved_by,
        unverified=tuple(map(Said, kind.unverified_ja, kind.unverified)),
        spec=kind.spec,
        spec_read_on=kind.spec_read_on.isoformat(),
        settings=(*_settings(kind), *(f"credentials.{name}" for name in sorted(kind.credentials)), *options),
    )


def _by_its_form(kind: SourceKind) -> Said:
    match kind:
        case PolledKind():
            credentials = ", ".join(f"credentials.{name}" for name in sorted(kind.credentials))
            return Said(f"こちらからログイン: {credentials}", f"we log in: {credentials}")
        case FiledKind():
            return Said("フォルダーに書き込める人", "whoever may write into the folder")
        case PushedKind(secret_in_path=True):
            return Said("アドレス中のシークレット", "a secret in the address")
        case PushedKind(key_set=None):
            return Said("連携のシークレットで作った署名", "a signature made with the source's secret")
        case _:
            return Said("サービスの公開鍵で確かめる署名", "a signature that the vendor's published keys verify")


def _settings(kind: SourceKind) -> Sequence[str]:
    match kind:
        case PushedKind():
            return ("secrets",)
        case FiledKind():
            return ("folder", "files", "network_share")
        case ScannedKind():
            return ("readers",)
        case PolledKind(rotates_tokens=True):
            return ("every_s", "store.token_key")
        case PolledKind():
            return ("every_s",)
        case _:
            return ()
