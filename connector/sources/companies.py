"""Delivery companies and their services as rows for people: number, name at Qoo10, codes of a kind of source."""

from dataclasses import dataclass

from carriers.companies import COMPANIES, Company, CompanyService, codes_of, default_name


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company (``service_id`` is then empty) or one of its services.

    ``name`` is the built-in name at Qoo10; where it is empty, ``setting`` is the line that the seller must write under
    ``[sources.<name>.carriers]``. ``codes`` are what the asked kind of source calls it.
    """

    company_id: str
    service_id: str
    ja: str
    number: str
    name: str
    setting: str
    codes: tuple[str, ...]


def company_rows(kind: str) -> list[CompanyRow]:
    """Every company with its services. ``kind`` is the kind of source whose codes are wanted; empty for none."""
    words: dict[CompanyService, list[str]] = {}
    for code, meaning in codes_of(kind):
        words.setdefault(meaning, []).append(code)
    rows = []
    for company in COMPANIES.values():
        rows.append(_row(company, "", company.ja, words))
        rows += [_row(company, service.id, service.ja, words) for service in company.services.values()]
    return rows


def _row(company: Company, service_id: str, ja: str, words: dict[CompanyService, list[str]]) -> CompanyRow:
    codes = tuple(words.get(CompanyService(company.id, service_id), ()))
    service = company.services.get(service_id)
    name = default_name(company.id, service_id) or ""
    code = codes[0] if codes else f"{company.id}.{service_id}" if service_id else company.id
    untracked = service is not None and service.untracked
    return CompanyRow(
        company_id=company.id,
        service_id=service_id,
        ja=ja,
        number=_rule(company) if not service_id else "no number" if untracked else "",
        name=name,
        setting="" if name or untracked else f'"{code}" = "..."',
        codes=codes,
    )


def _rule(company: Company) -> str:
    if company.number is None:
        return "not known"
    checks = ", ".join(sorted(set(company.checks.values())))
    return company.number.pattern + (f", check digit {checks}" if checks else "")
