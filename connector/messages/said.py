"""What became of a message, in words for whoever sent it. Pure."""

from dataclasses import replace

from connector.domain.messages import LOOKED_IN_QSM, MessageOutcome
from connector.domain.reasons import Wording
from connector.messages.desk import Sent

_SAID = {
    MessageOutcome.SENT: Wording(
        "Qoo10がメッセージを受け付けました。",
        "Qoo10 took the message.",
        "この件の記録に残しました。",
        "It is in the conflict's log.",
    ),
    MessageOutcome.REFUSED: Wording(
        "Qoo10がメッセージを受け付けませんでした。何も送られていません。",
        "Qoo10 refused the message; nothing was sent.",
        "文面をコピーしてQSMで送ってください。",
        "Copy the text and send it in QSM, or mend what Qoo10 objects to.",
    ),
    MessageOutcome.NOT_SENT: Wording(
        "Qoo10につながらないか混み合っているため、何も送られていません。",
        "Nothing was sent: Qoo10 cannot be reached or is busy.",
        "しばらくして、もう一度送ってください。",
        "Send it again later.",
    ),
    MessageOutcome.UNCLEAR: Wording(
        "送信された可能性があります。Qoo10の応答からは判断できません。",
        "The message may have been sent; Qoo10's answer tells nothing.",
        "QSMで届いているか確かめてください。自動では送り直しません。届いていなければ、確認の印を付けて送り直してください。",
        f"Look into QSM. It is not sent again by itself; to send it anew, confirm with {LOOKED_IN_QSM}.",
    ),
}


def in_words(sent: Sent) -> Wording:
    """What happened, and what to do next."""
    said = _SAID[sent.outcome]
    if sent.logged:
        return said
    return replace(
        said,
        next_ja=f"{said.next_ja}結果は記録に残せませんでした。送ろうとしたことだけが記録にあります。",
        next_en=f"{said.next_en} The outcome could not be kept in the log, only that the message was being sent.",
    )


def technical(sent: Sent) -> str:
    """What Qoo10 or the connection to it said; empty where the message was sent."""
    code = "" if sent.code is None else f"code {sent.code}: "
    return f"{code}{sent.detail}" if sent.detail else ""


def in_english(sent: Sent) -> tuple[str, str]:
    """What happened, with what Qoo10 said, and what to do next: for programs and the terminal."""
    said, detail = in_words(sent), technical(sent)
    return f"{said.en} ({detail})" if detail else said.en, said.next_en
