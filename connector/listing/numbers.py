"""The number of a label as its company prints it, and the company's public page about the parcel. Pure."""

from dataclasses import dataclass

from carriers.companies import display_number, find, tracking_page
from connector.store.listing import Listed


@dataclass(frozen=True, slots=True)
class NumberOnLabel:
    """``page`` is None where the company is not known, or has no page that a plain link reaches."""

    printed: str
    page: str | None


def number_on_label(of: Listed) -> NumberOnLabel:
    """The company is the one that Qoo10 was told, or else the one that the source named."""
    meant = find("standard", of.shipping_corp, "") or find("standard", of.carrier, of.service)
    company_id = meant.company_id if meant is not None else None
    return NumberOnLabel(display_number(company_id, of.tracking_no), tracking_page(company_id, of.tracking_no))
