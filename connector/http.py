"""What every HTTP answer of this program has in common: one error shape, and no surprise for whoever calls."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from connector.store.errors import StoreUnavailable

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

RETRY_AFTER_S = 5
_SERVER_ERROR = 500

log = structlog.get_logger()


class ApiError(Exception):
    """An answer that is an error: its status, a code for programs, a message and a hint for people."""

    def __init__(self, status: int, code: str, message: str, hint: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.headers = headers or {}

    def response(self) -> web.Response:
        """The answer in the one shape that all errors have."""
        body = {"error": {"code": self.code, "message": self.message, "hint": self.hint}}
        return web.json_response(body, status=self.status, headers=self.headers)


_OF_THE_FRAMEWORK = {
    404: ("not_found", "There is nothing at this address.", "Check the path; webhooks go to /webhooks/<source>."),
    405: (
        "method_not_allowed",
        "This address does not take that method.",
        "The Allow header says which ones it takes.",
    ),
    413: ("too_large", "The body is too large.", "A label message has at most 256 KiB."),
    417: ("expectation_failed", "This expectation cannot be met.", "Send no Expect header but 100-continue."),
}


@web.middleware
async def one_error_shape(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns whatever went wrong into the one error shape."""
    try:
        return await handler(request)
    except ApiError as error:
        return error.response()
    except StoreUnavailable as error:
        log.error("store_unavailable", route=_route(request), error=str(error))
        return ApiError(
            503,
            "store_unavailable",
            "Nothing can be kept right now, so nothing was taken.",
            "Send it again after the time in Retry-After.",
            {"Retry-After": str(RETRY_AFTER_S)},
        ).response()
    except web.HTTPException as error:
        return of_the_framework(error).response()
    except Exception:
        log.exception("request_failed", route=_route(request))
        return _defect().response()


def of_the_framework(error: web.HTTPException) -> ApiError:
    """The same error in our words."""
    code, message, hint = _OF_THE_FRAMEWORK.get(error.status, ("bad_request", error.reason, "Check the request."))
    allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return ApiError(error.status, code, message, hint, allow)


def _defect() -> ApiError:
    return ApiError(500, "internal_error", "This program has a defect.", "It is in the log; sending again is safe.")


def _route(request: web.Request) -> str:
    """The address as a pattern: the address itself may carry a secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else ""


class _Connection(web.RequestHandler):
    """A connection that answers in the one error shape even what is no HTTP.

    aiohttp would repeat the sender's bytes in its answer and in its log; they may hold a secret.
    """

    __slots__ = ()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """The answer to what went wrong outside of every handler."""
        del message
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was begun already")
        if status >= _SERVER_ERROR:
            log.error("request_failed", exc_info=exc)
            error = _defect()
        else:
            log.warning("no_http", remote=request.remote, error=type(exc).__name__)
            hint = "Check the client; TLS has to end before this program."
            error = ApiError(status, "no_http", "This cannot be understood as an HTTP request.", hint)
        response = error.response()
        response.force_close()
        return response


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs an application whose connections are ours. aiohttp has no public hook for them."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            loop=made._loop,  # noqa: SLF001 - see above
            **made._kwargs,  # noqa: SLF001
        )

    async def cleanup(self) -> None:
        """Ends every connection, also one that is accepted at the very moment of the stop.

        asyncio accepts in one turn of the loop, makes the connection in the next, and lets it begin in a third. What a
        closing server has only accepted it forgets without closing it, and whoever connected waits for an answer that
        never comes; for what has only been made the stop waits as for a request. So first it accepts nothing more.
        """
        loop = asyncio.get_running_loop()
        for site in self.sites:
            if isinstance(server := site._server, asyncio.Server):  # noqa: SLF001 - see above
                for listening in server.sockets:
                    loop.remove_reader(listening.fileno())
        for _ in ("made", "begun"):
            await asyncio.sleep(0)
        await super().cleanup()
