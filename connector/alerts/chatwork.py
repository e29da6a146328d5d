"""Chatwork as a service of apprise, which has none of its own: ``chatwork://API_TOKEN/ROOM_ID``.

Messages go to ``POST /v2/rooms/{room_id}/messages`` with the token in a header and the text in a form, as Chatwork's
documentation (https://developer.chatwork.com/reference/post-rooms-room_id-messages, read on 2026-11-23) describes it.
Nobody has tried it with a real room.
"""

from collections.abc import Mapping
from typing import Any

import requests
from apprise.decorators import notify
from apprise.plugins import N_MGR

SCHEMA = "chatwork"
API_URL = "https://api.chatwork.com/v2"
_WITHIN_S = (4.0, 15.0)
"""For the connection, and for the answer."""
_TAKEN = 200


def send(title: str, body: str, token: str, room: str) -> bool:
    """Whether Chatwork took the message. Its own marks in the text would be read as marks, so none are written."""
    text = "\n".join(part for part in (title, body) if part)
    try:
        answer = requests.post(
            f"{API_URL}/rooms/{room}/messages",
            data={"body": text},
            headers={"X-ChatWorkToken": token},
            timeout=_WITHIN_S,
            allow_redirects=False,
        )
    except requests.RequestException:
        return False
    return answer.status_code == _TAKEN


def add_chatwork() -> None:
    """Makes the service known to apprise, once."""
    if SCHEMA not in N_MGR:
        notify(on=SCHEMA, name="Chatwork")(_notify)  # type: ignore[no-untyped-call]  # apprise gives it no types


def is_whole(url: str) -> bool:
    """Whether an address of Chatwork names a token and a room; any other address is not looked at."""
    scheme, _, rest = url.partition("://")
    token, _, room = rest.strip("/").partition("/")
    return scheme.lower() != SCHEMA or (bool(token) and room.isascii() and room.isdecimal())


def _notify(body: str, title: str, _notify_type: Any, *_args: Any, meta: Mapping[str, Any], **_options: Any) -> bool:
    return send(title, body, str(meta["host"]), str(meta["fullpath"]).strip("/"))
