"""Answers that are named by what they say, and changes that hold only for what was seen."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from connector.api.requests import with_etag
from connector.http import ApiError


def tagged(request: web.Request, view: Mapping[str, Any], version: int) -> web.Response:
    """The view as an answer with its ``ETag``; 304 where whoever asks has it already."""
    return with_etag(request, json.dumps(view, ensure_ascii=False).encode(), tag=_tag(view, version))


def require_match(request: web.Request, view: Mapping[str, Any], version: int) -> int | None:
    """The version that whoever asks has seen, None where they do not say.

    Raises:
        ApiError: 412, what they have seen is no more.
    """
    if request.if_match is None:
        return None
    if not any(each.value in (_tag(view, version), "*") for each in request.if_match):
        message = "Nothing was done: this has changed since it was read."
        raise ApiError(412, "changed", message, "Read it again, and decide anew.")
    return version


def _tag(view: Mapping[str, Any], version: int) -> str:
    """Names all that the view says, but for the age of its gap, which changes by itself."""
    written = json.dumps(_without_age(view), sort_keys=True)
    return f"{version}-{hashlib.sha256(written.encode()).hexdigest()[:24]}"


def _without_age(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_age(each) for key, each in value.items() if key != "gap_s"}
    return [_without_age(each) for each in value] if isinstance(value, list) else value
