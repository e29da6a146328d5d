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
from schemathesis import Case, GenerationMode, HookContext, Response
from schemathesis.core.parameters import ParameterLocation

ASKED = Path(os.environ["ASKED"])
"""What the test says: ids of each operation in turn, words by the name of their field, confirmations by the act."""
ANSWERED = Path(os.environ["ANSWERED"])
"""What the test wants to know: how often each operation was done."""
AS_MADE_UP = 5
"""So many calls of an operation, and one stays as it was made up."""
_GOOD_KEY = re.compile(r"[!-~]{1,200}")

_asked = json.loads(ASKED.read_text(encoding="utf-8"))
_calls: Counter[str] = Counter()
_done: Counter[str] = Counter()


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Puts what there is in place of what was made up."""
    del context, kwargs
    label = case.operation.label
    _calls[label] += 1
    turn, stays = divmod(_calls[label], AS_MADE_UP)
    if not stays:
        return
    if _GOOD_KEY.fullmatch(str(case.headers.get("Idempotency-Key", "-"))):
        case.headers["Idempotency-Key"] = f"{case.method}-{_calls.total()}"
    if _is_right(case, ParameterLocation.PATH) and label in _asked["ids"]:
        ids = _asked["ids"][label]
        case.path_parameters["id"] = ids[(turn * (AS_MADE_UP - 1) + stays - 1) % len(ids)]
    if _is_right(case, ParameterLocation.BODY) and isinstance(case.body, dict):
        act = case.body.get("act", label.rpartition("/")[2])
        words = {**_asked["words"], "confirm": _asked["confirms"].get(act, "")}
        case.body |= {name: word for name, word in words.items() if name in case.body}


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
    """Counts what was done; the file is whole after each call, since nothing says which one is the last."""
    del context
    if 200 <= response.status_code < 300:
        _done[case.operation.label] += 1
        ANSWERED.write_text(json.dumps(_done), encoding="utf-8")


def _is_right(case: Case[Any], where: ParameterLocation) -> bool:
    """Whether this part of the request is not wrong on purpose."""
    part = None if case.meta is None else case.meta.components.get(where)
    return part is not None and part.mode is GenerationMode.POSITIVE
