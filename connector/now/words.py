"""How a call to Qoo10 failed, in words for people."""

from collections.abc import Mapping

from connector.domain.language import Said

FAILURES: Mapping[str, Said] = {
    "CredentialError": Said("キーが受け付けられませんでした", "Qoo10 did not accept the key"),
    "RefusedError": Said("Qoo10が拒否しました", "Qoo10 refused it"),
    "LaterError": Said("つながらないか、混み合っていました", "Qoo10 could not be reached, or was busy"),
    "UnclearError": Said("書き込みの結果がわかりません", "what became of the write is not known"),
    "unfinished": Said("途中で打ち切られました", "it was cut short"),
}
"""By the outcome of the call (``qoo10/transport.py``)."""
