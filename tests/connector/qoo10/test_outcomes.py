from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.orders import SendingRow
from connector.qoo10 import protocol
from connector.qoo10.answers import Answer
from connector.qoo10.outcomes import RowOutcome, RowState, bulk_outcomes

Read = Callable[..., Answer]

ROWS = [SendingRow("1", "ヤマト宅急便", "4444"), SendingRow("2", "ヤマト宅急便", "4444")]
CALL = protocol.set_sending_info_bulk(ROWS)
DONE = {"contr_no": 1, "result_cd": 0, "transc_nm": "ヤマト宅急便"}


def outcome_of_1(read: Read, *rows: object) -> RowOutcome:
    return bulk_outcomes(read(CALL, {"ResultCode": 0, "ResultObject": list(rows)}), ROWS)["1"]


def test_each_row_is_judged_by_itself(read: Read) -> None:
    answer = read(CALL, {"ResultCode": 0, "ResultObject": [{"contr_no": 2, "result_cd": -10001}, DONE]})

    assert bulk_outcomes(answer, ROWS) == {
        "1": RowOutcome("1", RowState.DONE, 0, recorded_as="ヤマト宅急便"),
        "2": RowOutcome("2", RowState.REFUSED, -10001, "the order number is malformed"),
    }


@pytest.mark.parametrize(
    "row", [{"CONTR_NO": "1", "Result_CD": "0", "transc_nm": 17}, {"contr_no": 1.0, "result_cd": 0.0}]
)
def test_a_row_is_read_in_any_case_and_number_form(read: Read, row: dict[str, object]) -> None:
    assert outcome_of_1(read, row).state is RowState.DONE


@pytest.mark.parametrize("code", [-10001, -10002, -10003, -10004, -10005])
def test_a_documented_permanent_code_refuses_the_row(read: Read, code: int) -> None:
    outcome = outcome_of_1(read, {"contr_no": 1, "result_cd": str(code), "ResultMsg": "why"})

    assert (outcome.state, outcome.code) == (RowState.REFUSED, code)
    assert outcome.detail.endswith("(why)")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([], id="left out"),
        pytest.param([{"contr_no": 9, "result_cd": 0}], id="only an order that was not sent"),
        pytest.param([DONE, DONE], id="twice done"),
        pytest.param([DONE, DONE | {"result_cd": -10001}], id="done and refused"),
        pytest.param([{"contr_no": 1}], id="no code"),
        pytest.param([{"contr_no": 1, "ResultCode": 0}], id="only the wrong code"),
        pytest.param([{"contr_no": 1, "result_cd": None}], id="null"),
        pytest.param([{"contr_no": 1, "result_cd": "ok"}], id="words"),
        pytest.param([{"contr_no": 1, "result_cd": False}], id="false"),
        pytest.param([{"contr_no": 1, "result_cd": [0], "x": 1}], id="a list"),
        pytest.param([DONE | {"RESULT_CD": -1}], id="two codes"),
        pytest.param([DONE | {"ResultCode": -10010}], id="success and failure"),
        pytest.param([{"contr_no": 1, "result_cd": -10010}], id="update failed"),
        pytest.param([{"contr_no": 1, "result_cd": -10100}], id="update failed, too"),
        pytest.param([{"contr_no": 1, "result_cd": -10103}], id="unknown"),
        pytest.param([{"contr_no": 1, "result_cd": 1}], id="positive"),
        pytest.param([DONE, "text"], id="something else in the list"),
        pytest.param([{"contr_no": [1], "result_cd": 0}], id="an order number that is a list"),
    ],
)
def test_what_is_not_plainly_done_or_refused_is_unclear(read: Read, rows: list[object]) -> None:
    outcome = outcome_of_1(read, *rows)

    assert outcome.state is RowState.UNCLEAR
    assert outcome.detail


@pytest.mark.parametrize(
    "body", [{"ResultCode": 0}, {"ResultCode": 0, "ResultObject": "done"}, {"ResultCode": 0, "ResultObject": None}]
)
def test_an_answer_without_rows_makes_every_row_unclear(read: Read, body: object) -> None:
    outcomes = bulk_outcomes(read(CALL, body), ROWS)

    assert [outcome.state for outcome in outcomes.values()] == [RowState.UNCLEAR, RowState.UNCLEAR]


@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2, 3, "1", "2", None]), st.sampled_from([0, "0", -10001, -10103, None])),
        max_size=6,
    )
)
def test_done_needs_exactly_one_row_with_code_0(pairs: list[tuple[object, object]]) -> None:
    """The answer's form aside: a row is done when, and only when, it is named once and that once with 0."""
    result = [
        {"contr_no": None if no is None else str(no), "result_cd": None if cd is None else str(cd)} for no, cd in pairs
    ]

    outcomes = bulk_outcomes(Answer(CALL, result, has_result=True), ROWS)

    for order_no, outcome in outcomes.items():
        codes = [str(cd) for no, cd in pairs if str(no) == order_no]
        assert (outcome.state is RowState.DONE) == (codes == ["0"])
