"""The harness over every source that is filed: fixtures give their rows, and reading is total whatever a file holds.

Beside each ``NAME.csv`` stand ``NAME.about.json`` (origin, encoding, options) and ``NAME.expected.json`` (what each row
says, in the order of the file).
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import carriers
from carriers import FILED
from carriers.companies import find
from carriers.errors import UnreadablePayload
from carriers.kinds import FiledKind, Layout, RowRefused
from carriers.model import Ignored, LabelEvent, Way

CARRIERS = Path(carriers.__file__).parent
SEPARATORS = {"comma": ",", "tab": "\t", "semicolon": ";"}
CASES = [(kind, path.stem) for kind in FILED for path in sorted((CARRIERS / kind / "fixtures").glob("*.csv"))]
CANARY = "見本"
"""In every fixture's name cells."""


def about(kind: str, name: str) -> dict[str, Any]:
    text = (CARRIERS / kind / "fixtures" / f"{name}.about.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def options(kind: FiledKind, given_options: dict[str, str]) -> dict[str, str]:
    return {name: next(iter(values), "") for name, values in kind.options.items()} | given_options


def rows_of(kind: str, name: str) -> tuple[list[list[str]], dict[str, str]]:
    told = about(kind, name)
    chosen = options(FILED[kind], told["options"])
    text = (CARRIERS / kind / "fixtures" / f"{name}.csv").read_bytes().decode(told["encoding"])
    separator = SEPARATORS[chosen.get("separator", "comma")]
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator)), chosen


def tell(said: LabelEvent | Ignored | RowRefused) -> dict[str, Any]:
    match said:
        case LabelEvent():
            names = ("key", "kind", "order_ref", "carrier", "service", "tracking_number")
            occurred_at = said.occurred_at.isoformat() if said.occurred_at else None
            return {"event": {name: getattr(said, name) for name in names} | {"occurred_at": occurred_at}}
        case Ignored():
            return {"ignored": said.reason}
        case RowRefused():
            return {"refused": said.problem}


@pytest.mark.parametrize("kind", sorted(FILED))
def test_every_fixture_is_complete(kind: str) -> None:
    fixtures = CARRIERS / kind / "fixtures"
    names = {path.name for path in fixtures.iterdir()}
    bodies = {path.stem for path in fixtures.glob("*.csv")}

    assert bodies, f"carriers/{kind}/fixtures/ holds no file"
    assert names == {f"{name}{ending}" for name in bodies for ending in (".csv", ".about.json", ".expected.json")}
    for name in bodies:
        assert about(kind, name)["origin"], f"carriers/{kind}/fixtures/{name}.about.json must say its origin"


@pytest.mark.parametrize("kind", sorted(FILED))
def test_a_kind_says_how_it_comes_and_what_is_not_certain(kind: str) -> None:
    assert FILED[kind].way is Way.FILED
    assert FILED[kind].unverified


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_fixture_gives_its_rows(kind: str, name: str) -> None:
    rows, chosen = rows_of(kind, name)
    expected = json.loads((CARRIERS / kind / "fixtures" / f"{name}.expected.json").read_text(encoding="utf-8"))

    layout = FILED[kind].recognise(rows, chosen)
    said = [FILED[kind].read_row(layout, row) for row in rows[layout.has_header :]]

    assert {"layout": layout.name, "has_header": layout.has_header, "rows": [tell(one) for one in said]} == expected
    assert {one.kind for one in said if isinstance(one, LabelEvent)} <= FILED[kind].tells


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_what_a_fixture_calls_its_carrier_is_known(kind: str, name: str) -> None:
    rows, chosen = rows_of(kind, name)
    layout = FILED[kind].recognise(rows, chosen)
    events = [said for row in rows if isinstance(said := FILED[kind].read_row(layout, row), LabelEvent)]

    assert events
    assert [event for event in events if find(kind, event.carrier, event.service) is None] == []


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_the_options_of_a_fixture_are_accepted(kind: str, name: str) -> None:
    assert FILED[kind].check_options(about(kind, name)["options"]) is None


@pytest.mark.parametrize(("kind", "name"), CASES)
@pytest.mark.parametrize("other", sorted(FILED.keys() - {"csv"}))
def test_another_programs_file_is_recognised_as_such(kind: str, name: str, other: str) -> None:
    """Only the kind ``csv`` reads what it is told to read."""
    if other == kind:
        return
    rows, _ = rows_of(kind, name)

    with pytest.raises(UnreadablePayload) as refused:
        FILED[other].recognise(rows, options(FILED[other], {}))

    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_people_stay_out(kind: str, name: str) -> None:
    """Every fixture has names and addresses in it; nothing that is kept has."""
    rows, chosen = rows_of(kind, name)
    layout = FILED[kind].recognise(rows, chosen)
    said = [FILED[kind].read_row(layout, row) for row in rows]

    assert not [one for one in said if any(word in repr(one) for word in (CANARY, "東京都", "0000-0000", "@"))]


CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "444413758703", "4.44E+11", "２０２６/11/22", "UMN1", "0" * 12, "1" * 300, "\ud800", "\x00"]),
)


@pytest.mark.parametrize("kind", sorted(FILED))
@given(data=st.data())
def test_whatever_the_rows_are_reading_them_is_total(kind: str, data: st.DataObject) -> None:
    """A layout or one error; an event, a reason or a refusal. Nothing else comes out, and no exception."""
    source = FILED[kind]
    told = about(kind, next(name for at, name in CASES if at == kind))
    rows = data.draw(st.lists(st.lists(CELLS, max_size=6), max_size=4))
    chosen = options(source, told["options"])
    real, real_options = rows_of(kind, next(name for at, name in CASES if at == kind))
    try:
        layout = source.recognise(rows, chosen)
        assert isinstance(layout, Layout)
    except UnreadablePayload:
        layout = source.recognise(real, real_options)
    damaged = data.draw(st.sampled_from(real)).copy()
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=4)):
        damaged[place] = data.draw(CELLS)

    for row in [*rows, damaged, damaged[: len(damaged) // 2]]:
        said = source.read_row(layout, row)
        assert isinstance(said, LabelEvent | Ignored | RowRefused)
        if isinstance(said, LabelEvent):
            assert said.tracking_number
            assert said.key
            assert len(said.order_ref) <= 200
            assert said.occurred_at is None or said.occurred_at.tzinfo is not None
