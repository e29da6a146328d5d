"""How schemathesis asks in test_against_openapi.py: its hooks, loaded by schemathesis.toml into its own process.

By itself it makes up every word, so that most requests end before the handler has anything to do: an
``Idempotency-Key`` that was used, a thing that is not there, nobody who decides. Most calls get real ones here; some
stay as they were made up, and so does all that is wrong on purpose.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, GenerationMode, HookContext, Response
from schemathesis.core.parameters import ParameterLocation

ASKED = Path(os.environ["ASKED"])
"""What the test says: ids of each operation in turn, words by the name of their field, and what acts need beside."""
ANSWERED = Path(os.environ["ANSWERED"])
"""What the test wants to know: how often each operation was done."""
AS_MADE_UP = 5
"""So many calls of an operation, and one stays as it was made up."""
_GOOD_KEY = re.compile(r"[!-~]{1,200}")

_asked = json.loads(ASKED.read_text(encoding="utf-8"))
_calls: Counter[str] = Counter()
_done: Counter[str] = Counter()
_real: set[str] = set()


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Puts what there is in place of what was made up."""
    del context, kwargs
    label = case.operation.label
    _calls[label] += 1
    turn, stays = divmod(_calls[label], AS_MADE_UP)
    if not stays:
        return
    _real.add(case.id)
    if _GOOD_KEY.fullmatch(str(case.headers.get("Idempotency-Key", "-"))):
        case.headers["Idempotency-Key"] = f"{case.method}-{_calls.total()}"
    if _is_right(case, ParameterLocation.PATH) and label in _asked["ids"]:
        ids = _asked["ids"][label]
        case.path_parameters["id"] = ids[(turn * (AS_MADE_UP - 1) + stays - 1) % len(ids)]
    if _is_right(case, ParameterLocation.BODY) and isinstance(case.body, dict):
        words = {**_asked["words"], "name": f"name {_calls.total()}"}
        case.body |= {name: word for name, word in words.items() if name in case.body}
        case.body |= _asked["needs"].get(case.body.get("act", label.rpartition("/")[2]), {})


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
    """Counts what was done; the file is whole after each call, since nothing says which one is the last."""
    del context
    if 200 <= response.status_code < 300:
        _done[case.operation.label] += 1
        ANSWERED.write_text(json.dumps(_done), encoding="utf-8")


@schemathesis.check
def what_is_right_is_understood(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """To a real and right request the answer is neither that nothing is there (404) nor that it says too little (422).

    What a body needs beside what the document says of it stands in the test, as ``needs``.
    """
    del ctx
    is_right = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    if case.id in _real and is_right:
        assert response.status_code != 422, response.text
        # What was ended is there no more.
        assert response.status_code != 404 or case.method == "DELETE" or "{id}" not in case.path, response.text


def _is_right(case: Case[Any], where: ParameterLocation) -> bool:
    """Whether this part of the request is not wrong on purpose."""
    part = None if case.meta is None else case.meta.components.get(where)
    return part is not None and part.mode is GenerationMode.POSITIVE
