"""One word for a source: the first that is true, whatever else is."""

from itertools import product

import pytest

from connector.sources import words
from connector.sources.desk import SourceState, state_of
from connector.sources.secret_desk import SecretRefusal
from connector.store.refusals import OUTCOMES


@pytest.mark.parametrize(("trouble", "refused", "heard", "in_vain"), list(product([0, 1], repeat=4)))
def test_the_first_that_is_true_is_said(trouble: int, refused: int, heard: int, in_vain: int) -> None:
    said = state_of(trouble=bool(trouble), refused=refused, heard=bool(heard), in_vain=in_vain)

    expected = (
        SourceState.TROUBLED
        if trouble
        else SourceState.REFUSED
        if refused
        else SourceState.NEVER_HEARD
        if not heard
        else SourceState.IN_VAIN
        if in_vain
        else SourceState.FINE
    )
    assert said is expected


def test_everything_has_words_in_both_languages() -> None:
    assert set(words.STATES) == set(SourceState)
    assert set(words.OUTCOMES) == set(OUTCOMES)
    assert set(words.REFUSALS) == set(SecretRefusal)
    every = [*words.STATES.values(), *words.REFUSALS.values()]
    assert all(said.ja and said.en and said.next_ja and said.next_en for said in every)
