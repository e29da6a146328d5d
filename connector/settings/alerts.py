"""``[alerts]``: who is told of alarms, when, and how."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from connector.domain.advice import Saving
from connector.domain.alarm_facts import AlarmKind
from connector.domain.alert_facts import EVERYTHING, Policy, Rule
from connector.domain.alert_words import Voice
from connector.domain.hours import Hours
from connector.domain.language import Language
from connector.settings.base import Section, WithSecrets, listed

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_URGENCIES = {saving.name.lower(): saving for saving in Saving}


def hours_or_none(text: str) -> str:
    """Hours as a person wrote them, or nothing.

    Raises:
        ValueError: they cannot be read.
    """
    if text:
        Hours.read(text)
    return text


def _urgency(text: str) -> str:
    if text not in _URGENCIES:
        raise ValueError(f"must be one of {', '.join(_URGENCIES)}")
    return text


def _public_url(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("must be an http or https address, without question mark and hash")
    return url.rstrip("/")


def _read_ages(value: object) -> object:
    """In one text, as environment variables have it, they stand with commas between."""
    return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _ages(hours: tuple[float, ...]) -> tuple[float, ...]:
    if any(not 0 < each <= 24 * 30 for each in hours) or list(hours) != sorted(set(hours)):
        raise ValueError("must be hours that grow, each above 0 and at most 720")
    return hours


class AlertTarget(WithSecrets):
    """One place where messages go: an address as apprise writes it, which is a secret."""

    url: SecretStr = Field(default=SecretStr(""), exclude=True)
    """The address, for example slack://..., line://..., mailtos://...; docs/alerts.md has examples."""
    url_file: Path | None = None
    """A file that holds url."""

    @model_validator(mode="after")
    def _looks_like_an_address(self) -> Self:
        if not _SCHEME.fullmatch(self.url.get_secret_value()):
            raise ValueError("needs url (or url_file): an address such as slack://TokenA/TokenB/TokenC")
        return self


class AlertRule(Section):
    """One rule on who is told of what, and when. What is left out restricts nothing; one rule that fits is enough."""

    targets: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Who is told: names from [alerts.targets]."""
    kinds: Annotated[tuple[AlarmKind, ...], BeforeValidator(listed)] = ()
    """Of which alarms; docs/alerts.md describes the kinds."""
    shops: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Of which shops: names from [shops]. What is about no shop, as a full disk, passes."""
    hours: Annotated[str, AfterValidator(hours_or_none)] = ""
    """At which hours of the day in Japan, as 09:00-21:00; what still stands is told when they begin."""
    min_urgency: Annotated[str, AfterValidator(_urgency)] = "nothing"
    """What can still be saved by acting: goods_and_money, order, clarity or nothing; each includes those before it."""

    @property
    def rule(self) -> Rule:
        """The same for whoever decides."""
        return Rule(
            targets=frozenset(self.targets),
            kinds=frozenset(self.kinds),
            shops=frozenset(self.shops),
            hours=Hours.read(self.hours) if self.hours else None,
            least=_URGENCIES[self.min_urgency],
        )


class AlertSettings(WithSecrets):
    """Messages to people about alarms. Without a target nobody is told; alerts are still kept and shown."""

    targets: dict[str, AlertTarget] = Field(default_factory=dict)
    """Where messages go, by a name of yours: tables [alerts.targets.NAME] with a url."""
    rules: tuple[AlertRule, ...] = ()
    """Who is told of what, and when: tables [[alerts.rules]]. Without any, every target is told of everything."""
    quiet_hours: Annotated[str, AfterValidator(hours_or_none)] = ""
    """Hours in Japan, as 22:00-07:00: then only what can still save goods or money, or stops people at work."""
    follow_up_hours: Annotated[tuple[float, ...], BeforeValidator(_read_ages), AfterValidator(_ages)] = (1, 4, 24)
    """At these ages, in hours, something that still stands and that nobody has acknowledged is told again."""
    sender_refused_in_a_row: int = Field(default=5, ge=1, le=1000)
    """So many deliveries of one source in a row with a bad signature are an alarm."""
    language: Language = Language.JA
    """The language of messages."""
    console_url: Annotated[str, AfterValidator(_public_url)] = ""
    """The console's address as people reach it, for links in messages; empty: no links."""
    heartbeat_url: SecretStr = Field(default=SecretStr(""), exclude=True)
    """An outside monitor that is called every minute while all is well, and with /fail and the reason while not."""
    heartbeat_url_file: Path | None = None
    """A file that holds heartbeat_url."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for name in self.targets:
            if not _NAME.fullmatch(name):
                raise ValueError(f"targets: the name {name!r} may hold only a-z, 0-9, - and _, at most 63 of them")
        for number, rule in enumerate(self.rules, start=1):
            for name in rule.targets:
                if name not in self.targets:
                    raise ValueError(f"rules: number {number} names a target that is not there: {name!r}")
        try:
            _public_url(self.heartbeat_url.get_secret_value().partition("?")[0])
        except ValueError as error:
            raise ValueError(f"heartbeat_url {error}") from None
        return self

    @property
    def policy(self) -> Policy:
        """The same for whoever decides."""
        return Policy(
            targets=tuple(self.targets),
            rules=tuple(each.rule for each in self.rules) or EVERYTHING,
            quiet=Hours.read(self.quiet_hours) if self.quiet_hours else None,
            follow_ups=tuple(timedelta(hours=each) for each in self.follow_up_hours),
        )

    @property
    def voice(self) -> Voice:
        """The same for whoever writes."""
        return Voice(self.language, self.console_url)
