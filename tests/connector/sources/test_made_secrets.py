"""A secret that is made here is one that its kind of source takes, whatever the dice say."""

import pytest

from carriers import PUSHED
from connector.sources.secret_desk import made_for

WITHOUT_SECRETS = {name for name, kind in PUSHED.items() if kind.key_set is not None}


@pytest.mark.parametrize("name", sorted(PUSHED.keys() - WITHOUT_SECRETS))
def test_a_made_secret_is_taken_and_is_never_the_same(name: str) -> None:
    made = {made_for(PUSHED[name]) for _ in range(50)}

    assert len(made) == 50
    assert {PUSHED[name].check_secret(secret) for secret in made} == {None}
    assert PUSHED[name].secret_in_path or all(secret.startswith("whsec_") for secret in made)
