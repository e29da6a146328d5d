"""Check digits: the worked examples of the public sources, and that a wrong digit is noticed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carriers.check_digits import RULES

REAL = {
    "7dr": [
        *(
            "444413758703",
            "443496171020",
            "444191245470",
            "249724973934",
            "249711710883",
            "203115515466",
            "099723653466",
        ),
        *(
            "512547514334",
            "435075176056",
            "355785862681",
            "514699854874",
            "514699888883",
            "600097281033",
            "600092368315",
        ),
        *(
            "405548424886",
            "193715301010",
            "317426268143",
            "317440458506",
            "317440647543",
            "317440835810",
            "13112383852",
        ),
        *("551107061875", "3318810025", "73891051146", "8487135506", "1099255990", "3821724944"),
    ],
    "s10": [
        *("EG725089303JP", "EN027977320JP", "RB123456785GB", "EB000717618HK"),
        *("EB000717595HK", "LK664578623CN", "RM121546236CN"),
    ],
    "fedex_12": ["986578788855", "477179081230", "799531274483", "790535312317", "974367662710"],
    "fedex_15": ["041441760228964"],
    "ups_1z": [
        "1Z5R89390357567127",
        "1Z879E930346834440",
        "1Z410E7W0392751591",
        "1Z8V92A70367203024",
        "1ZXX3150YW44070023",
    ],
}
FALSE = {
    "7dr": ["012345678901", "123456789012", "000000000001", "987654321098", "3318810010", "3318810034", "3318810011"],
    "s10": ["RB123456786US", "EB000717594HK", "EB000717535HK"],
    "fedex_12": ["996578788855"],
    "fedex_15": ["568283610012732"],
    "ups_1z": ["1Z1111111111111111"],
}
# How many characters before the check digit, and what they are; what follows it.
DIGITS = "0123456789"
FORMS = {
    "7dr": (st.text(DIGITS, min_size=9, max_size=11), ""),
    "s10": (st.from_regex(r"[A-Z]{2}[0-9]{8}", fullmatch=True), "JP"),
    "fedex_12": (st.text(DIGITS, min_size=11, max_size=11), ""),
    "fedex_15": (st.text(DIGITS, min_size=14, max_size=14), ""),
    "ups_1z": (st.from_regex(r"1Z[A-Z0-9]{15}", fullmatch=True), ""),
}
RULE_NAMES = sorted(RULES)


@pytest.mark.parametrize("rule", RULE_NAMES)
def test_real_numbers_pass_and_false_ones_do_not(rule: str) -> None:
    assert [number for number in REAL[rule] if not RULES[rule](number)] == []
    assert [number for number in FALSE[rule] if RULES[rule](number)] == []


@pytest.mark.parametrize("rule", RULE_NAMES)
def test_exactly_one_last_digit_passes(rule: str) -> None:
    start, end = FORMS[rule]

    @settings(max_examples=100, deadline=None)
    @given(start)
    def check(number: str) -> None:
        assert sum(RULES[rule](number + digit + end) for digit in DIGITS) == 1

    check()


@pytest.mark.parametrize(("rule", "misses"), [("7dr", {7}), ("fedex_15", set())])
def test_one_wrong_digit_is_noticed(rule: str, misses: set[int]) -> None:
    """7DR misses exactly the exchanges of digits that are 7 apart (0/7, 1/8, 2/9), FedEx Ground none.

    The rules modulo 11 are left out: they put eleven remainders on ten digits, and so miss a few more.
    """
    for number in REAL[rule]:
        for place, old in enumerate(number):
            for new in DIGITS:
                if old.isdigit() and new != old:
                    passes = RULES[rule](number[:place] + new + number[place + 1 :])
                    missed = abs(int(old) - int(new)) in misses
                    # The check digit itself is never 7, 8 or 9, so there the exchange is noticed too.
                    assert passes == (missed and place < len(number) - 1), (number, place, new)
