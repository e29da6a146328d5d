"""States, reasons, conflicts and acts: what each is called, in both languages, and what comes next."""

from datetime import UTC, datetime

from connector.domain.acts import ASKS, NEEDS, ActKind
from connector.domain.advice import advice
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.parcel import ParcelState
from connector.domain.reasons import WORDINGS, Reason, Wording
from tools.reference.markdown import code, table
from tools.reference.source_words import meanings

_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)

_ABOUT_CONFLICTS = (
    "A conflict is kept in a log of its own, whose rows are chained by hashes, and stays open until it has ended or a "
    "person closes it. The words change once the number stands, or the ship-by date is past."
)
_ABOUT_ACTS = (
    "What a person can do about a conflict. Every act is kept with who did it and why; some ask for a confirmation of "
    "what was done before."
)


def lines() -> list[str]:
    """The parts about states, reasons, conflicts and acts."""
    return [
        "## States of a parcel",
        "",
        "A parcel is one label with one tracking number.",
        "",
        *table(("state", "meaning"), [(code(name), words) for name, words in meanings(ParcelState).items()]),
        "",
        "## States of an entry",
        "",
        "An entry is one tracking number to be put on one order line. The reason beside it says why it is there.",
        "",
        *table(("state", "meaning"), [(code(name), words) for name, words in meanings(EntryState).items()]),
        "",
        "## Reasons",
        "",
        *table(
            ("reason", "what it means", "what comes next", "日本語", "次にすること"),
            [(code(reason), said.en, said.next_en, said.ja, said.next_ja) for reason, said in _wordings()],
        ),
        "",
        "## Conflicts",
        "",
        _ABOUT_CONFLICTS,
        "",
        *table(
            ("conflict", "meaning", "what to do", "otherwise", "すること"),
            [(code(kind), words, *_advice(ConflictKind(kind))) for kind, words in meanings(ConflictKind).items()],
        ),
        "",
        "## Acts",
        "",
        _ABOUT_ACTS,
        "",
        *table(
            ("act", "what it does", "must be confirmed with", "which says", "日本語", "確認の文"),
            [
                (code(act.replace("_", "-")), ASKS[act].en, code(NEEDS.get(act, "")), *_confirmation(act))
                for act in ActKind
            ],
        ),
    ]


def _wordings() -> list[tuple[str, Wording]]:
    return [(reason.value, WORDINGS[reason]) for reason in Reason]


def _advice(kind: ConflictKind) -> tuple[str, str, str]:
    said = advice(kind, None, None, _ANY_DAY)
    return said.do_en, said.otherwise_en, said.do_ja


def _confirmation(act: ActKind) -> tuple[str, str, str]:
    ask = ASKS[act]
    return ask.confirm_en, ask.ja, ask.confirm_ja
