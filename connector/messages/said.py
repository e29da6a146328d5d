"""What became of a message, in words for whoever sent it. Pure."""

from connector.domain.messages import LOOKED_IN_QSM, MessageOutcome
from connector.messages.desk import Sent

_SAID = {
    MessageOutcome.SENT: ("Qoo10 took the message.", "It is in the conflict's log."),
    MessageOutcome.REFUSED: (
        "Qoo10 refused the message; nothing was sent.",
        "Copy the text and send it in QSM, or mend what Qoo10 objects to.",
    ),
    MessageOutcome.NOT_SENT: ("Nothing was sent: Qoo10 cannot be reached or is busy.", "Send it again later."),
    MessageOutcome.UNCLEAR: (
        "The message may have been sent; Qoo10's answer tells nothing (送信された可能性があります。QSMでご確認を).",
        f"Look into QSM. It is not sent again by itself; to send it anew, confirm with {LOOKED_IN_QSM}.",
    ),
}


def in_words(sent: Sent) -> tuple[str, str]:
    """What happened, and what to do next."""
    said, hint = _SAID[sent.outcome]
    if sent.detail:
        code = "" if sent.code is None else f"code {sent.code}: "
        said = f"{said} ({code}{sent.detail})"
    if not sent.logged:
        hint = f"{hint} The outcome could not be kept in the log, only that the message was being sent."
    return said, hint
