"""Addresses to fetch: one plain form gets through, and every trick to be sent elsewhere is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.errors import UnreadablePayload
from carriers.model import Fetch
from carriers.resource_urls import Page, ResourceUrl, first_page, next_page, read_resource_url

HOSTS = frozenset({"api.shipstation.com", "api.shipengine.com"})
PATHS = frozenset({"/v2/labels"})
GOOD = "https://api.shipstation.com/v2/labels"


def test_a_plain_address_is_read() -> None:
    read = read_resource_url(f"{GOOD}?batch_id=se-1&from=2026-11-22T00%3A15%3A00Z&empty=", HOSTS, PATHS)

    query = {"batch_id": "se-1", "from": "2026-11-22T00:15:00Z", "empty": ""}
    assert read == ResourceUrl("api.shipstation.com", "/v2/labels", query)


@pytest.mark.parametrize(
    "address",
    [
        *("", " ", "null", "/v2/labels", "//api.shipstation.com/v2/labels", "http://api.shipstation.com/v2/labels"),
        *("HTTPS://api.shipstation.com/v2/labels", "https:api.shipstation.com/v2/labels", "file:///etc/passwd"),
        "https://api.shipstation.com.example.net/v2/labels",
        "https://example.net/api.shipstation.com/v2/labels",
        "https://api-shipstation.com/v2/labels",
        "https://xapi.shipstation.com/v2/labels",
        "https://shipstation.com/v2/labels",
        "https://API.shipstation.com/v2/labels",
        "https://api.shipstation.com./v2/labels",
        "https://api.shipstation.com:443/v2/labels",
        "https://api.shipstation.com:8080/v2/labels",
        "https://user@api.shipstation.com/v2/labels",
        "https://api.shipstation.com@example.net/v2/labels",
        "https://api.shipstation.com%40example.net/v2/labels",
        "https://example.net#api.shipstation.com/v2/labels",
        "https://example.net\\@api.shipstation.com/v2/labels",
        "https://api.shipstation.com\\.example.net/v2/labels",
        "https://аpi.shipstation.com/v2/labels",  # a Cyrillic letter
        "https://api。shipstation.com/v2/labels",
        "https://xn--pi-6kc.shipstation.com/v2/labels",
        "https://127.0.0.1/v2/labels",
        "https://[::1]/v2/labels",
        "https://169.254.169.254/v2/labels",
        "https://2130706433/v2/labels",
        *(
            f"{GOOD}{end}"
            for end in ("/", "/..", "/../shipments", "//", "%2f..", ";x", "#x", "\n", " ", "\x00", "?a=b#c")
        ),
        *("https://api.shipstation.com/v2/../v2/labels", "https://api.shipstation.com//v2/labels"),
        "https://api.shipstation.com/v2/shipments",
        *(
            f"{GOOD}?{query}"
            for query in ("a=1&a=2", "a=%00", "a=%0d%0aHost:x", "a=%ff", "a=%E3%81%82", "a=b c", "a=" + "x" * 201)
        ),
        f"{GOOD}?" + "&".join(f"a{number}=1" for number in range(30)),
        f"{GOOD}?a=" + "x" * 5000,
        *(f"\t{GOOD}", f" {GOOD}", f"{GOOD}\ud800"),
    ],
)
def test_every_other_address_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(UnreadablePayload) as refused:
        read_resource_url(address, HOSTS, PATHS)
    assert refused.value.problem.startswith("resource_url: ")
    assert len(refused.value.problem) < 60


@given(st.text(st.characters(exclude_categories=())) | st.text("htps:/.@\\#?%[]apistoncmv2lebrg-_0"))
def test_any_text_is_an_allowed_host_or_refused(text: str) -> None:
    for address in (text, f"https://{text}", f"https://api.shipstation.com{text}", f"{GOOD}{text}"):
        try:
            read = read_resource_url(address, HOSTS, PATHS)
        except UnreadablePayload:
            continue
        assert (read.host, read.path) == ("api.shipstation.com", "/v2/labels")


def start(address: str = f"{GOOD}?batch_id=se-1&page=7&page_size=25") -> Fetch:
    return first_page("key", read_resource_url(address, HOSTS, PATHS), "api_key", {"event": "X"})


def test_pages_follow_each_other_to_the_last_one_with_keys_of_their_own() -> None:
    fetches = [start()]
    while following := next_page(fetches[-1], Page(page=len(fetches), pages=3)):
        fetches += following

    assert [fetch.key for fetch in fetches] == ["key", "key:page 2", "key:page 3"]
    assert [fetch.query.get("page") for fetch in fetches] == [None, "2", "3"]
    assert {(fetch.host, fetch.path, fetch.credential) for fetch in fetches} == {
        ("api.shipstation.com", "/v2/labels", "api_key")
    }
    assert all(fetch.query["page_size"] == "25" and fetch.context["event"] == "X" for fetch in fetches)


@pytest.mark.parametrize("page", [Page(), Page(page=1), Page(page=1, pages=0), Page(page=1, pages=-1), Page(pages=1)])
def test_a_list_without_more_pages_ends(page: Page) -> None:
    assert next_page(start(), page) == ()


@pytest.mark.parametrize(
    ("page", "problem"), [(Page(page=2, pages=2), "page: "), (Page(page=1, pages=10**9), "pages: ")]
)
def test_pages_that_do_not_add_up_are_unreadable(page: Page, problem: str) -> None:
    with pytest.raises(UnreadablePayload, match=f"^{problem}"):
        next_page(start(), page)
