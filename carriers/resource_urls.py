"""Messages that only point to a list: the address to fetch, read strictly, and all pages of what it gives."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict

from carriers.errors import UnreadablePayload
from carriers.model import Fetch

_ADDRESS = re.compile(r"https://(?P<host>[a-z0-9.-]+)(?P<path>/[A-Za-z0-9/_-]*)(\?(?P<query>[A-Za-z0-9_.~%+&=:,-]*))?")
_LONGEST = 2000
_MOST_PARAMETERS = 20
_PARAMETER = re.compile(r"[\x20-\x7e]{0,200}")
_MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class ResourceUrl:
    """An address that may be fetched: a known host, a known path, the parameters decoded."""

    host: str
    path: str
    query: Mapping[str, str]


def read_resource_url(address: str, hosts: frozenset[str], paths: frozenset[str]) -> ResourceUrl:
    """An ``https`` address whose host is exactly one of ``hosts`` and whose path one of ``paths``.

    The whole address must fit one pattern: no user, port, fragment, backslash, other alphabet or trailing dot gets
    through, since whatever could be read in two ways is refused.

    Raises:
        UnreadablePayload: it is anything else; the address itself is not repeated.
    """
    match = _ADDRESS.fullmatch(address) if len(address) <= _LONGEST else None
    if match is None:
        raise UnreadablePayload("resource_url: is not a plain https address")
    if match["host"] not in hosts:
        raise UnreadablePayload("resource_url: is at a host that is never asked")
    if match["path"] not in paths:
        raise UnreadablePayload("resource_url: is of a resource that is not known here")
    try:
        pairs = parse_qsl(match["query"] or "", keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise UnreadablePayload("resource_url: has too many parameters") from None
    query = dict(pairs)
    if len(query) != len(pairs) or not all(_PARAMETER.fullmatch(part) for pair in pairs for part in pair):
        raise UnreadablePayload("resource_url: has parameters that are not plain")
    return ResourceUrl(match["host"], match["path"], query)


class Page(BaseModel):
    """What a page of a list says about the list; both are counted from 1."""

    model_config = ConfigDict(frozen=True)
    page: int | None = None
    pages: int | None = None


def first_page(key: str, url: ResourceUrl, credential: str, context: Mapping[str, str]) -> Fetch:
    """The request for the first page of a list. ``context`` is given to every page."""
    query = {name: value for name, value in url.query.items() if name != "page"}
    return Fetch(key, url.host, url.path, credential, query, {**context, "list": key, "page": "1"})


def next_page(fetch: Fetch, page: Page) -> tuple[Fetch, ...]:
    """The request for the page after the one that ``fetch`` brought; none after the last.

    Raises:
        UnreadablePayload: it is not the page that was asked for, or there is no end of pages.
    """
    asked = int(fetch.context["page"])
    if page.page not in {None, asked}:
        raise UnreadablePayload("page: is not the one that was asked for")
    if (page.pages or 0) > _MOST_PAGES:
        raise UnreadablePayload(f"pages: are more than {_MOST_PAGES}")
    if (page.pages or 0) <= asked:
        return ()
    following = str(asked + 1)
    return (
        Fetch(
            f"{fetch.context['list']}:page {following}",
            fetch.host,
            fetch.path,
            fetch.credential,
            {**fetch.query, "page": following},
            {**fetch.context, "page": following},
        ),
    )
