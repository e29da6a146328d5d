"""Delivery companies: cleaning and checking their numbers, and finding what Qoo10 calls them.

The facts are in ``companies.toml`` and ``codes.toml``, with their grades. Two rules hold everywhere: a company is never
guessed from a number (Yamato, Sagawa and Yu-Pack numbers look the same), and what is not known is None, never a guess.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from carriers.check_digits import RULES

MAX_NUMBER_CHARS = 50
"""Longest ``TrackingNo``; Qoo10's guide."""

UNKNOWN_SERVICE = "unknown"
"""Service id of a service that was named, but not in a word that we know. "" means that none was named."""

_DOMESTIC_DIGITS = 12
_GRADES_TO_TRUST = frozenset({"high", "medium"})
_NEVER_IN_NUMBERS = re.compile(r"[\s\-\u2010-\u2015\u2212\u30fc]")  # white space; hyphens and what is typed for them
_NOT_IN_WORDS = re.compile(r"[\s_.\-\u2010-\u2015\u2212]")
_SPREADSHEET = re.compile(r"[0-9]+([.,][0-9]+)?E\+[0-9]+|[0-9]+[.,][0-9]+E[0-9]+|[0-9]+[.,]0+", re.IGNORECASE)
_CODABAR = re.compile(r"[A-D]([0-9]{12})[A-D]")
_CLEAN = re.compile(r"[A-Z0-9]+")


class NumberRefused(Exception):
    """A tracking number that cannot be repaired.

    ``reason`` is ``empty``, ``spreadsheet`` (a spreadsheet has destroyed it), ``zeros``, ``too_long`` or
    ``characters``. The number itself is not repeated.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Verdict(StrEnum):
    """What a number's shape and check digit say about it, given its company."""

    FINE = "fine"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """``reason`` is ``passes`` or ``no_rule`` (fine), ``shape`` or ``check_digit`` (doubtful or wrong)."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class CompanyService:
    """A company and one of its services. ``service_id`` may also be "" or ``UNKNOWN_SERVICE``."""

    company_id: str
    service_id: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a company.

    ``untracked`` is true where there is no number to write. ``wrong`` overrides the company's, None does not.
    """

    id: str
    ja: str
    words: tuple[str, ...] = ()
    name: str | None = None
    grade: str = ""
    untracked: bool = False
    wrong: bool | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """A delivery company as ``companies.toml`` describes it; ``checks`` and ``display`` are keyed by length."""

    id: str
    ja: str
    en: str
    words: tuple[str, ...] = ()
    number: re.Pattern[str] | None = None
    checks: Mapping[int, str] = field(default_factory=dict)
    display: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    wrong: bool = False
    page: str | None = None
    name: str | None = None
    grade: str = ""
    services: Mapping[str, Service] = field(default_factory=dict)


def clean_number(raw: str) -> str:
    """The number as it is written to Qoo10: upper-case letters and digits only, leading zeros kept.

    Cleaning what is clean changes nothing.

    Raises:
        NumberRefused: there is nothing left, or it is not certain what the number was.
    """
    if len(raw) > MAX_NUMBER_CHARS * 4:  # no number is, however it was spaced; NFKC need not be tried on it
        raise NumberRefused("too_long")
    number = _NEVER_IN_NUMBERS.sub("", unicodedata.normalize("NFKC", raw))
    if not number:
        raise NumberRefused("empty")
    if _SPREADSHEET.fullmatch(number):
        raise NumberRefused("spreadsheet")
    number = number.upper() if number.isascii() else number  # "ß".upper() would become two letters
    if pair := _CODABAR.fullmatch(number):
        number = pair.group(1)
    if not _CLEAN.fullmatch(number):
        raise NumberRefused("characters")
    if len(number) > MAX_NUMBER_CHARS:
        raise NumberRefused("too_long")
    if not number.strip("0"):
        raise NumberRefused("zeros")  # passes 7DR, and is what an empty field of a fixed width looks like
    return number


def check_number(company_id: str | None, service_id: str, number: str) -> NumberCheck:
    """What can be said against a cleaned ``number`` of this company and service.

    ``WRONG`` is said only of 12-digit Yamato, Sagawa and Yu-Pack numbers that fail 7DR, which every real number of
    theirs passes; for 飛脚ゆうパケット便 and the other services of Japan Post that is unverified. Everything else
    that looks odd is ``DOUBTFUL``. An unknown company has no rule.
    """
    company = COMPANIES.get(company_id or "")
    if company is None or company.number is None:
        return NumberCheck(Verdict.FINE, "no_rule")
    if not company.number.fullmatch(number):
        return NumberCheck(Verdict.DOUBTFUL, "shape")
    rule = company.checks.get(len(number))
    if rule is None:
        return NumberCheck(Verdict.FINE, "no_rule")
    if RULES[rule](number):
        return NumberCheck(Verdict.FINE, "passes")
    service = company.services.get(service_id)
    wrong = company.wrong if service is None or service.wrong is None else service.wrong
    certain = wrong and len(number) == _DOMESTIC_DIGITS
    return NumberCheck(Verdict.WRONG if certain else Verdict.DOUBTFUL, "check_digit")


def find(kind: str, carrier: str, service: str) -> CompanyService | None:
    """The company and service that a source of this kind means by these words; None if the company is not known.

    Asked in this order: the kind's own codes; ids, names and Qoo10's names of companies and services in any spelling
    of case, blanks, ``_``, ``-`` and dots. A company's code leaves the service open ("") unless the word names one.
    """
    carrier_word, service_word = _loose(carrier), _loose(service)
    if carrier_word in _DO_NOT_MAP.get(kind, ()):
        return None
    services = _SERVICE_CODES.get(kind, {})
    if not carrier_word:
        return services.get(service_word) or _WORDS.get(service_word)
    found = _CARRIER_CODES.get(kind, {}).get(carrier_word) or _WORDS.get(carrier_word)
    if found is None or not service_word:
        return found
    meanings = (
        services.get(service_word),
        _WORDS.get(_loose(found.company_id) + service_word),
        _WORDS.get(service_word),
    )
    for meaning in meanings:
        if meaning and meaning.company_id == found.company_id and meaning.service_id:
            return meaning
    if found.service_id or not COMPANIES[found.company_id].services:
        return found
    return CompanyService(found.company_id, UNKNOWN_SERVICE)


def codes_of(kind: str) -> list[tuple[str, CompanyService]]:
    """What a kind of source calls companies and services, in its own spelling."""
    tables = [_CODE_FACTS[name].get(kind, {}) for name in ("codes", "services")]
    return [(code, _target(text)) for table in tables for code, text in table.items()]


def default_name(company_id: str, service_id: str) -> str | None:
    """The built-in ``ShippingCorp`` of grade high or medium; None where the seller must choose.

    A company with services has one for "no service named" only where Qoo10's name is the company's own (佐川急便): a
    bare Yamato may be ヤマト宅急便 or ネコポス. A service that was named but is unknown has none there.
    """
    company = COMPANIES.get(company_id)
    if company is None:
        return None
    if service_id and company.services:
        service = company.services.get(service_id)
        return service.name if service and service.grade in _GRADES_TO_TRUST else None
    return company.name if company.grade in _GRADES_TO_TRUST else None


def learnt_name(names: Sequence[str], company_id: str, service_id: str) -> str | None:
    """The account's own name for this service, exactly as spelt there, if exactly one of ``names`` is known to mean it.

    Where none means the service itself, one that means what its built-in default means will do.
    """
    meanings = {name: _WORDS.get(_loose(name)) for name in names}
    default = default_name(company_id, service_id)
    wanted = [CompanyService(company_id, service_id), _WORDS.get(_loose(default)) if default else None]
    for meaning in wanted:
        found = [name for name, meant in meanings.items() if meant and meant == meaning]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def display_number(company_id: str | None, number: str) -> str:
    """A cleaned ``number`` as its company prints it, such as 4444-1375-8703; unchanged where that is not known."""
    company = COMPANIES.get(company_id or "")
    sizes = company.display.get(len(number)) if company and number.isdigit() else None
    if not sizes:
        return number
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    return "-".join(number[start : start + size] for start, size in zip(starts, sizes, strict=True))


def tracking_page(company_id: str | None, number: str) -> str | None:
    """The address of the company's public page about a cleaned ``number``; None where there is no plain link."""
    company = COMPANIES.get(company_id or "")
    if company is None or company.page is None or not _CLEAN.fullmatch(number):
        return None
    return company.page.replace("{number}", number)


def _loose(word: str) -> str:
    return _NOT_IN_WORDS.sub("", unicodedata.normalize("NFKC", word).casefold())


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(files("carriers").joinpath(name).read_text(encoding="utf-8"))


def _company(company_id: str, table: Mapping[str, Any]) -> Company:
    facts = dict(table)
    services = facts.pop("services", {})
    number = facts.pop("number", None)
    return Company(
        id=company_id,
        words=tuple(facts.pop("words", ())),
        number=re.compile(number) if number else None,
        checks={int(length): rule for length, rule in facts.pop("checks", {}).items()},
        display={int(n): tuple(map(int, sizes.split("-"))) for n, sizes in facts.pop("display", {}).items()},
        services={key: Service(id=key, words=tuple(one.pop("words", ())), **one) for key, one in services.items()},
        **facts,
    )


def _target(text: str) -> CompanyService:
    company_id, _, service_id = text.partition(".")
    if service_id and service_id not in COMPANIES[company_id].services:
        raise ValueError(f"companies.toml has no service {text}")
    return CompanyService(COMPANIES[company_id].id, service_id)


def _own_words(names_at_qoo10: Mapping[str, str]) -> Mapping[str, CompanyService]:
    """Every word of ours and of Qoo10's, loosely spelt, and the one thing it means."""
    words: dict[str, CompanyService] = {}

    def add(word: str, meaning: CompanyService) -> None:
        if words.setdefault(_loose(word), meaning) != meaning:
            raise ValueError(f"companies.toml gives {word} two meanings")

    for company in COMPANIES.values():
        company_words = (company.id, company.ja, company.en, *company.words)
        for word in company_words:
            add(word, CompanyService(company.id))
        for service in company.services.values():
            meaning = CompanyService(company.id, service.id)
            for word in (service.ja, *service.words):
                add(word, meaning)
            for word in (service.id, service.ja, *service.words):
                for company_word in company_words:
                    add(company_word + word, meaning)
    for name, target in names_at_qoo10.items():
        add(name, _target(target))
    return MappingProxyType(words)


def _codes(tables: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, CompanyService]]:
    return {kind: {_loose(code): _target(text) for code, text in table.items()} for kind, table in tables.items()}


_COMPANY_FACTS = _load("companies.toml")
_CODE_FACTS = _load("codes.toml")

COMPANIES: Mapping[str, Company] = MappingProxyType(
    {key: _company(key, table) for key, table in _COMPANY_FACTS["companies"].items()}
)
"""Every company that we know anything about, by its id."""

_WORDS = _own_words(_COMPANY_FACTS["names_at_qoo10"])
_CARRIER_CODES = _codes(_CODE_FACTS["codes"])
_SERVICE_CODES = _codes(_CODE_FACTS["services"])
_DO_NOT_MAP = {kind: frozenset(map(_loose, codes)) for kind, codes in _CODE_FACTS["do_not_map"].items()}
