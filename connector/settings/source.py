"""``[sources.<name>]``: one configured origin of label messages."""

import difflib
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints, model_validator

from carriers import SOURCES
from carriers.kinds import FiledKind, PolledKind, PushedKind, ScannedKind, SourceKind
from connector.domain.parcel import EnterOn
from connector.domain.references import ReferenceKind
from connector.settings.base import WithSecrets, allowed_url, listed, read_secret
from connector.settings_input import nearest


def _known_kind(kind: str) -> str:
    if kind not in SOURCES:
        near = difflib.get_close_matches(kind, SOURCES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"is no kind of source{hint} (known: {', '.join(sorted(SOURCES))})")
    return kind


def _usable_pattern(pattern: str) -> str:
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"is no regular expression: {error}") from error
    if pattern and "ref" not in compiled.groupindex:
        raise ValueError("needs a group named ref, for example (?P<ref>[0-9]+)")
    return pattern


def _usable_prefix(prefix: str) -> str:
    """A prefix is folded as what the reader sends is; one that is part of a number could not be told from it."""
    if not re.fullmatch(r"[!-/:-@\[-`{-~][!-~]{0,4}", prefix) or prefix.startswith("-"):
        raise ValueError(
            "must be 1 to 5 visible ASCII characters, beginning with a sign other than a hyphen, such as !1"
        )
    return prefix


def _usable_lane(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,19}", name):
        raise ValueError("must be a short name of a-z, 0-9, - and _, such as left")
    return name


def _from_files(credentials: object) -> object:
    """``NAME_file`` beside ``NAME``, in a table whose names the kind of source decides."""
    if not isinstance(credentials, dict):
        return credentials
    values: dict[str, object] = {}
    for name, value in credentials.items():
        in_file = name.endswith("_file") and isinstance(value, str)
        short = name.removesuffix("_file") if in_file else name
        if not value:
            continue
        if short in values:
            raise ValueError(f"set either {short} or {short}_file, not both")
        values[short] = read_secret(Path(value)) if in_file else value
    return values


class SourceSettings(WithSecrets):
    """One configured origin of label messages. The name is the end of its address: `POST /webhooks/<name>`."""

    kind: Annotated[str, AfterValidator(_known_kind)]
    """What sends the labels; `qoo10-connector sources list` names the kinds."""
    shop: str
    """The shop that its labels are for: a name from [shops]."""
    secrets: Annotated[tuple[SecretStr, ...], BeforeValidator(listed)] = Field(default=(), exclude=True)
    """What its deliveries are proved with. All are valid at once, so that they can be changed without a gap."""
    secrets_file: Path | None = None
    """A file that holds secrets, one on each line."""
    credentials: Annotated[dict[str, SecretStr], BeforeValidator(_from_files)] = Field(default={}, exclude=True)
    """What its kind needs to ask the vendor, as NAME or NAME_file; the kind's page names them."""
    options: dict[str, str] = Field(default_factory=dict)
    """What its kind can be told besides; the kind's page names them."""
    api_url: str = ""
    """Replaces the vendor's address; only for rehearsals on this machine."""
    every_s: int | None = Field(default=None, ge=5, le=86_400)
    """The pause between two rounds of a polled source (its kind has a default), or two looks into a network share."""
    folder: Path | None = None
    """The folder that is watched for files, for kinds that are filed. One of its own for each source."""
    files: Annotated[tuple[str, ...], BeforeValidator(listed)] = ("*.csv", "*.txt", "*.tsv")
    """Which files in the folder are taken, by name."""
    network_share: bool = False
    """Whether the folder is another machine's: it is then looked into, since nobody reports changes there."""
    readers: dict[Annotated[str, AfterValidator(_usable_prefix)], Annotated[str, AfterValidator(_usable_lane)]] = Field(
        default_factory=dict
    )
    """The prefix that a barcode reader sends -> a name for its lane, where several readers type on one scan page."""
    order_reference: ReferenceKind = ReferenceKind.AUTO
    """What its labels carry: the order number (注文番号), the cart number (カート番号), or either."""
    reference_pattern: Annotated[str, AfterValidator(_usable_pattern)] = ""
    """A regular expression that finds the number in what the label carries; its group is named ref."""
    enter_on: EnterOn = EnterOn.PRINTED
    """The moment at which a number is entered. Later moments need a source that tells them."""
    hold_s: int = Field(default=0, ge=0, le=7 * 86_400)
    """How long the number then waits; a label that is voided meanwhile is never entered."""
    silent_after_hours: float = Field(default=18, ge=0, le=500)
    """A source that sent before and is silent for so many of its shop's working hours is an alarm; 0 never is."""
    carriers: dict[str, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]] = Field(
        default_factory=dict
    )
    """The source's code -> the name at Qoo10 (ShippingCorp). "code.service" comes before "code"."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        kind = SOURCES[self.kind]
        if isinstance(kind, PushedKind):
            self._check_secrets(kind)
        if self.api_url:
            _check_api_url(self.api_url, kind)
        self._check_way(kind)
        for name in sorted(kind.credentials - self.credentials.keys()):
            raise ValueError(f"needs credentials.{name} (or credentials.{name}_file)")
        for name in sorted(self.credentials.keys() - kind.credentials):
            raise ValueError(f"credentials.{name}: unknown setting{nearest(name, dict.fromkeys(kind.credentials))}")
        self._check_options(kind)
        return self

    def _check_way(self, kind: SourceKind) -> None:
        if self.folder is not None and not isinstance(kind, FiledKind):
            raise ValueError(f"folder: a source of the kind {kind.kind!r} has no files; remove it")
        if self.readers and not isinstance(kind, ScannedKind):
            raise ValueError(f"readers: a source of the kind {kind.kind!r} is not scanned; remove it")
        if self.network_share and self.folder is None:
            raise ValueError("network_share: there is no folder; set folder, or remove it")
        if self.every_s is not None and not isinstance(kind, PolledKind) and not self.network_share:
            raise ValueError(f"every_s: a source of the kind {kind.kind!r} is not polled; remove it")

    def _check_options(self, kind: SourceKind) -> None:
        for name in sorted(kind.needed_options - self.options.keys()):
            raise ValueError(f"needs options.{name}")
        for name, value in self.options.items():
            if name not in kind.options:
                raise ValueError(f"options.{name}: unknown setting{nearest(name, kind.options)}")
            if (allowed := kind.options[name]) and value not in allowed:
                raise ValueError(f"options.{name}: must be one of {', '.join(allowed)}")
        if isinstance(kind, FiledKind | ScannedKind) and (problem := kind.check_options(self.options)):
            raise ValueError(problem)

    def _check_secrets(self, kind: PushedKind) -> None:
        if not self.secrets and kind.key_set is None:
            raise ValueError("needs at least one secret in secrets (or secrets_file)")
        for position, secret in enumerate(self.secrets, start=1):
            if problem := kind.check_secret(secret.get_secret_value()):
                raise ValueError(f"secret number {position} cannot be used: {problem}")

    @property
    def kind_options(self) -> dict[str, str]:
        """Every option that the kind knows, with the kind's default where nothing is set."""
        defaults = {name: next(iter(values), "") for name, values in SOURCES[self.kind].options.items()}
        return defaults | self.options

    @property
    def kind_credentials(self) -> dict[str, str]:
        """The credentials in the clear; for whoever builds the parts that use them."""
        return {name: secret.get_secret_value() for name, secret in self.credentials.items()}

    @property
    def hold(self) -> timedelta:
        """How long a number waits after its moment."""
        return timedelta(seconds=self.hold_s)

    @property
    def silent_after(self) -> timedelta | None:
        """How much working time without a message is too much; None where no silence is."""
        return timedelta(hours=self.silent_after_hours) if self.silent_after_hours else None

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """The compiled reference pattern, if there is one."""
        return re.compile(self.reference_pattern) if self.reference_pattern else None


def _check_api_url(url: str, kind: SourceKind) -> None:
    hosts = sorted(kind.hosts) if isinstance(kind, PushedKind | PolledKind) else []
    if not hosts:
        raise ValueError(f"api_url: a source of the kind {kind.kind!r} fetches nothing; remove it")
    try:
        allowed_url(url, host=hosts[0])
    except ValueError as error:
        raise ValueError(f"api_url: {error}") from None
