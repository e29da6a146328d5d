"""Messages are signed as Standard Webhooks says: shown by its own vector, and by a check that is not ours."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.signatures import verify_standard_webhook
from connector.hooks.signing import signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = datetime.fromtimestamp(1614265330, UTC)


def test_the_vector_of_the_reference_libraries() -> None:
    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', AT, [SECRET])

    assert headers == {
        "content-type": "application/json",
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.binary(), st.lists(st.binary(min_size=1, max_size=64), min_size=1, max_size=3))
def test_every_secret_alone_proves_a_message(body: bytes, keys: list[bytes]) -> None:
    """Whoever has changed to the new secret, and whoever has not, can both check."""
    secrets = [f"whsec_{base64.b64encode(key).decode()}" for key in keys]

    headers = signed_headers("msg_1", body, AT, secrets)

    signed = b"msg_1.1614265330." + body
    by_hand = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in keys]
    assert headers["webhook-signature"] == " ".join(f"v1,{each}" for each in by_hand)
    for secret in secrets:
        verify_standard_webhook(headers, body, AT, [secret])


def test_a_secret_without_a_key_signs_nothing() -> None:
    with pytest.raises(ValueError, match="holds no key"):
        signed_headers("msg_1", b"{}", AT, [SECRET, "whsec_"])
