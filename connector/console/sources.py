"""``/sources``: what each source sent, what of it was in vain and why, its secrets, and trying a payload out."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from carriers import SOURCES
from carriers.model import Way
from connector.access.audit import say_of_deed
from connector.access.gate import actor_of
from connector.access.routes import Routes
from connector.api.requests import id_in
from connector.api.sources import trial_of
from connector.console.forms import read_form, see_other
from connector.console.pages import Pages
from connector.domain.reasons import WORDINGS, Wording
from connector.domain.roles import Permission
from connector.http import ApiError
from connector.intake.body import MAX_BODY
from connector.sources import words
from connector.sources.desk import LATELY, SourceDesk
from connector.sources.facts import TELLS
from connector.sources.secret_desk import SecretDesk, SecretRefused
from connector.sources.trial import PROOFS, Trial
from connector.tokens import HOW_TO_MAKE_A_KEY


@dataclass(frozen=True, slots=True)
class Tried:
    """A payload that was tried out: what was given, as far as a page may show it again, and what would come of it."""

    trial: Trial
    text: str
    headers: str


class SourcePages:
    """The list, and one source with what a person needs to mend it."""

    def __init__(self, pages: Pages, desk: SourceDesk, secrets: SecretDesk) -> None:
        self._pages = pages
        self._desk = desk
        self._secrets = secrets

    def add_to(self, routes: Routes) -> None:
        """Adds the routes."""
        of = "/sources/{name}"
        routes.get("/sources", self._list, needs=Permission.LOOK)
        routes.get(of, self._show, needs=Permission.LOOK)
        routes.post(f"{of}/trial", self._try, needs=Permission.ACT, holds_secret=True)
        routes.post(f"{of}/secrets", self._add, needs=Permission.ADMINISTER, holds_secret=True)
        routes.post(f"{of}/secrets/{{id}}/withdraw", self._withdraw, needs=Permission.ADMINISTER)

    async def _list(self, request: web.Request) -> web.Response:
        """The page "連携"."""
        sources = await self._desk.all()
        return await self._pages.html(request, "sources.html", sources=sources, words=words, ways=_ways())

    async def _show(self, request: web.Request) -> web.Response:
        """The page of one source."""
        return await self._page(request, done=request.query.get("done", ""))

    async def _try(self, request: web.Request) -> web.Response:
        """200 with the page that says what would become of the payload: text, or a file. Nothing of it is kept."""
        name = self._name(request)
        text, headers, file = await _read_trial(request)
        # A browser sends line ends as CRLF, which would change what was signed.
        payload = file or text.replace("\r\n", "\n").encode()
        if not payload:
            return await self._page(request, problem=_NO_PAYLOAD, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        given = _headers(headers) if headers.strip() else None
        trial = await trial_of(self._desk, name, payload, given)
        return await self._page(request, tried=Tried(trial, text, headers))

    async def _add(self, request: web.Request) -> web.Response:
        """200 with the page that shows the new secret, this once; the page with the reason where it was not added."""
        name, form = self._name(request), await read_form(request)
        try:
            added, secret = await self._secrets.add(name, form.get("secret", ""), actor_of(request).name)
        except SecretRefused as refused:
            return await self._page(request, problem=words.REFUSALS[refused.refusal], status=HTTPStatus.CONFLICT)
        say_of_deed(request, f"source {name}", f"secret {added.mark}")
        return await self._page(request, new_secret=secret)

    async def _withdraw(self, request: web.Request) -> web.Response:
        """303 back to the source; the secret proves nothing any more."""
        name = self._name(request)
        try:
            withdrawn = await self._secrets.withdraw(name, id_in(request), actor_of(request).name)
        except SecretRefused as refused:
            return await self._page(request, problem=words.REFUSALS[refused.refusal], status=HTTPStatus.CONFLICT)
        say_of_deed(request, f"source {name}", f"secret {withdrawn.mark}")
        return see_other(f"/sources/{name}?done=withdrawn")

    async def _page(
        self,
        request: web.Request,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        problem: Wording | None = None,
        done: str = "",
        new_secret: str = "",
        tried: Tried | None = None,
    ) -> web.Response:
        of = await self._desk.one(self._name(request))
        return await self._pages.html(
            request,
            "source.html",
            status,
            of=of,
            facts=of.facts,
            words=words,
            proofs=PROOFS,
            reasons=WORDINGS,
            way=Way(of.facts.kind.way),
            tells=[said for told, said in TELLS.items() if told in SOURCES[of.facts.kind.kind].tells],
            hours=LATELY.total_seconds() // 3600,
            can_keep=self._secrets.can_keep,
            how_to_make_a_key=HOW_TO_MAKE_A_KEY,
            problem=problem,
            done=done,
            new_secret=new_secret,
            tried=tried,
        )

    def _name(self, request: web.Request) -> str:
        name = request.match_info["name"]
        if name not in self._desk.sources:
            raise ApiError(404, "no_source", "There is no source of this name.", "The page Sources lists them.")
        return name


_NO_PAYLOAD = Wording(
    "試すものがありません",
    "There is nothing to try",
    "本文を貼り付けるか、ファイルを選んでください。",
    "Paste a body, or choose a file.",
)


def _ways() -> Mapping[str, Wording]:
    return {str(way): said for way, said in words.WAYS.items()}


async def _read_trial(request: web.Request) -> tuple[str, str, bytes]:
    """The form's text, its headers, and its file; read in memory, since a payload may hold a buyer's name.

    Raises:
        ApiError: it is no such form, or too large.
    """
    found = {"payload": b"", "headers": b"", "file": b""}
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name in found:
                found[part.name] = await _bounded(part)
    # What aiohttp raises for bodies that are not well-formed. What it says of them repeats what they hold.
    except (ValueError, AssertionError, HttpProcessingError):
        raise ApiError(400, "no_form", "This is no form that can be read.", "Go back and send it again.") from None
    text, headers = (found[name].decode("utf-8", "replace") for name in ("payload", "headers"))
    return text, headers, found["file"]


async def _bounded(part: BodyPartReader) -> bytes:
    read = bytearray()
    while piece := await part.read_chunk():
        read += piece
        if len(read) > MAX_BODY:
            hint = "For a larger file there is qoo10-connector sources test."
            raise ApiError(413, "too_large", f"A trial takes at most {MAX_BODY // 1024} KiB.", hint)
    return bytes(read)


def _headers(text: str) -> dict[str, str]:
    """Lines of ``Name: value`` as headers, their names in lower case."""
    pairs = [line.partition(":") for line in text.splitlines() if ":" in line]
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
