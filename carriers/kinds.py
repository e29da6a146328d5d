"""The forms that kinds of source are written in: pushed, filed, polled, scanned. Pure; ``connector`` has the loops."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from carriers.errors import PollFailed
from carriers.model import Delivery, EventKind, Fetch, FetchAnswer, Ignored, LabelEvent, Reading, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKind:
    """What all kinds have in common: everything the rest of the program needs to know to list and configure one.

    ``spec`` is the address of the specification, ``spec_read_on`` the day it was read. ``tells`` is what it can say of
    a label. ``proved_by`` says which recorded payload or official vector proved the reading; empty where none did.
    ``unverified`` are sentences on what no document settles. ``credentials`` names the settings under
    ``[sources.<name>.credentials]`` that it needs. ``options`` gives the values that each setting under
    ``[sources.<name>.options]`` may have, the default first; no values means free text, with "" as default.
    ``needed_options`` are those that have no honest default and must be set.
    ``authentication`` says in a few words what proves where a message comes from; empty where the form says it all.
    ``unverified`` are the sentences about what nothing proves. Both stand in Japanese too, for the people at work.
    """

    kind: str
    title: str
    way: Way
    spec: str
    spec_read_on: date
    tells: frozenset[EventKind]
    proved_by: str
    unverified: tuple[str, ...] = ()
    unverified_ja: tuple[str, ...] = ()
    credentials: frozenset[str] = frozenset()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needed_options: frozenset[str] = frozenset()
    authentication: str = ""
    authentication_ja: str = ""


def _no_fetches(_fetch: Fetch, _answer: FetchAnswer) -> Reading:
    raise NotImplementedError("this kind of source makes no fetches")


def _no_headers(_credential: str, _value: str) -> Mapping[str, str]:
    return {}


def _no_body(_fetch: Fetch) -> bytes:
    return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedKind(SourceKind):
    """A kind that sends webhooks.

    ``authenticate(delivery, secrets)`` returns None or raises ``BadSignature``; it takes every configured secret, so
    that an old and a new one are valid together. ``parse(delivery)`` gives a ``Reading`` or raises
    ``UnreadablePayload``. ``check_secret`` gives None, or says in one sentence what is wrong with a configured secret
    (without repeating it). ``secret_in_path`` says that the sender can sign nothing: the secret is the last part of the
    address, ``/webhooks/<source>/<secret>``. ``signs_body`` is false where what proves the sender does not cover the
    body: a secret in the address or in a header.

    Where messages only point to something to fetch: ``hosts`` are the only ones that are ever asked,
    ``fetch_headers(credential, value)`` gives the headers that carry a credential, and ``read_answer(fetch, answer)``
    does for the answer what ``parse`` does for a message; it gets 2xx and definite 4xx answers only.
    ``fetch_body(fetch)`` is the JSON to post; where it is empty, the fetch is a GET. ``key_set`` is where the vendor
    publishes the keys that it signs with.
    """

    authenticate: Callable[[Delivery, Sequence[str]], None]
    parse: Callable[[Delivery], Reading]
    check_secret: Callable[[str], str | None]
    secret_in_path: bool = False
    signs_body: bool = True
    hosts: frozenset[str] = frozenset()
    fetch_headers: Callable[[str, str], Mapping[str, str]] = _no_headers
    fetch_body: Callable[[Fetch], bytes] = _no_body
    read_answer: Callable[[Fetch, FetchAnswer], Reading] = _no_fetches
    key_set: Fetch | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a file: where each column that is read stands (0-based), and whether the first row is a header.

    ``words`` are what the options say of every row, for which the file has no column.
    """

    name: str
    columns: Mapping[str, int]
    has_header: bool
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowRefused:
    """A row that cannot be taken: what is wrong with it and how to mend it, without repeating personal data.

    ``ja`` says both in Japanese, for the people at the packing table.
    """

    problem: str
    mend: str
    ja: str


def _no_options(_options: Mapping[str, str]) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledKind(SourceKind):
    """A kind that writes CSV files into a folder.

    ``recognise(rows, options)`` looks at the first rows (already decoded and split) and gives the layout, or raises
    ``UnreadablePayload`` when the file is another program's. ``read_row(layout, row)`` gives what one data row says.
    Both are total: rows may have any number of cells, a cell may hold any text. The ``key`` of an event is the row's
    own identity (all that is read of it but its time), the same whenever the row comes again. A date without a time of
    day is no ``occurred_at``: it would claim a label printed at midnight.

    ``check_options`` gives None, or says in one sentence what is wrong with the configured options. An option named
    ``separator`` (``comma``, ``tab``, ``semicolon``) says what stands between two cells; without it that is a comma.
    """

    recognise: Callable[[Sequence[Sequence[str]], Mapping[str, str]], Layout]
    read_row: Callable[[Layout, Sequence[str]], LabelEvent | Ignored | RowRefused]
    check_options: Callable[[Mapping[str, str]], str | None] = _no_options


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedKind(SourceKind):
    """A kind whose labels a person scans on the console's own page; nothing comes from outside.

    ``check_options`` gives None, or says in one sentence what is wrong with the configured options.
    """

    check_options: Callable[[Mapping[str, str]], str | None]


@dataclass(frozen=True, slots=True)
class PollSetup:
    """What a person has configured for a polled source, every option with its default where nothing is set."""

    credentials: Mapping[str, str] = field(repr=False)
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PollState:
    """What is kept between polls: ``cursor`` as plain text, ``tokens`` encrypted. Empty before the first."""

    cursor: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class PollRequest:
    """A request to make. ``form`` is sent url-encoded where it is not None. ``context`` comes back to ``read``.

    ``path`` holds no query and needs no escaping.
    """

    method: str
    host: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PollResult:
    """What an answer brought: what it says, the state to keep in the same commit, and the next request of this round.

    ``following`` None ends the round. ``trouble`` ends it as a failure, after the state was kept: an answer that is an
    error may still carry the only valid tokens.
    """

    reading: Reading
    state: PollState
    following: PollRequest | None = None
    trouble: PollFailed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledKind(SourceKind):
    """A kind that can only be asked.

    ``start(setup, state, now)`` gives the first request of a round; ``read(setup, request, answer, state)`` reads
    each answer, which has any status. Both are pure, and raise ``PollFailed`` (or ``PollLater``, ``PollRefused``) or
    ``UnreadablePayload`` where nothing can be kept. ``read_page(body, options)`` is the part of ``read`` that
    translates one page of labels; recorded pages prove it. Its reading has no ``delivery_key``: a page is no message,
    and the same things may be read again in other company.

    ``calls_per_minute`` is the vendor's quota, or a cautious guess; ``every_s`` the pause between rounds unless a
    person sets another. ``rotates_tokens`` says that tokens change by themselves and must be kept, so that a key to
    encrypt them with is needed.
    """

    hosts: frozenset[str]
    start: Callable[[PollSetup, PollState, datetime], PollRequest]
    read: Callable[[PollSetup, PollRequest, FetchAnswer, PollState], PollResult]
    read_page: Callable[[bytes, Mapping[str, str]], Reading]
    calls_per_minute: int
    every_s: int = 60
    rotates_tokens: bool = False
