"""The dossier says what the log says, in Japanese, on one page, and nothing about persons."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from connector.domain.acts import ASKS, NEEDS, Act, ActKind, ActRefused, checked
from connector.domain.conflict import Clock, What
from connector.domain.decision import RULES, Action, ConflictKind
from connector.domain.reasons import Reason
from connector.proof import words
from connector.proof.dossier import dossier, skew_ja, until_ja
from connector.proof.html import as_html
from connector.proof.page import ending, judgement, particulars, rows
from connector.proof.pdf import as_pdf, wrapped
from connector.proof.timeline import HEIGHT, WIDTH, Box, Dot, Words, between_ja, timeline
from connector.proof.views import CSV_COLUMNS, as_csv, as_jsonl, in_full, most_urgent_first

if TYPE_CHECKING:
    from tests.connector.proof.conftest import Dossiers

NOW = datetime(2026, 11, 24, 0, 25, tzinfo=UTC)
LONG = "配送会社に電話で確認した。集荷済みのため引き返しはできず、購入者には受取後の返品要請を案内した。" * 10


def test_every_word_of_the_log_has_its_japanese() -> None:
    for table, names in (
        (words.WHAT, What),
        (words.CLOCK, Clock),
        (words.KIND, ConflictKind),
        (words.ACTION, Action),
        (words.ACT, ActKind),
        (words.REASON, Reason),
    ):
        assert set(names) <= set(table)
    assert set(NEEDS.values()) <= set(words.CONFIRMED)


def test_every_act_says_in_both_languages_what_is_confirmed() -> None:
    assert set(ASKS) == set(ActKind)
    assert {kind for kind, ask in ASKS.items() if ask.confirm_ja and ask.confirm_en} == set(NEEDS)
    for kind, needed in NEEDS.items():
        with pytest.raises(ActRefused, match=needed) as refused:
            checked(Act(kind, 1, "佐藤", "理由", NOW))
        assert ASKS[kind].confirm_ja in refused.value.said.ja
        assert ASKS[kind].confirm_en in str(refused.value)


@pytest.mark.parametrize("who", ["", " ", "a\nb", "sato@example.com", "03-1234-5678", "x" * 61])
def test_a_name_is_a_plain_name(who: str) -> None:
    """It stands on a page that is handed over."""
    with pytest.raises(ActRefused, match="name"):
        checked(Act(ActKind.NOTE, 1, who, "理由", NOW))


def test_every_rule_says_where_it_comes_from_and_how_sure_that_is() -> None:
    """A section of docs/qoo10.md that a rule names is explained to somebody who does not have that page."""
    for rule in RULES:
        named = re.findall(r"\b[AB][0-9]\b", rule.source)
        assert set(named) <= set(words.SECTIONS), rule.source
        assert words.rule_source_ja(rule.source).count("〔") == len(named)


def test_it_says_which_order_and_parcel(dossiers: Dossiers) -> None:
    assert dict(particulars(dossiers.of())) == {
        "注文番号": "1062428737",
        "カート番号": "300123456",
        "配送会社": "ヤマト宅急便",
        "送り状番号": "444413758703",
        "種別": "送り状ラベル印刷後、番号入力前のキャンセル要請",
        "状態": "対応中",
        "記録開始": "2026/11/24 09:15:07.412",
        "記録終了": "—",
    }


def test_it_says_verdict_rule_deadline_and_who_did_what(dossiers: Dossiers) -> None:
    said = dict(judgement(dossiers.of(dossiers.act(100, "QSMで拒否した"))))

    assert said["判定"].startswith("ラベル印刷後にキャンセル要請が届きました。番号を入力する。")
    assert said["規則の出典"] == "販売者が要請を拒否できる条件と、拒否当日の番号入力〔第三者資料〕"
    assert said["期限"] == "定めなし"
    assert said["担当者の処理"] == "2026/11/24 09:16:43.412 担当者 佐藤: メモ: QSMで拒否した"
    assert said["時計の差"] == "当方 − Qoo10 = +0.4秒(測定の精度±1秒の範囲内で一致)"


def test_a_closed_conflict_asks_for_nothing(dossiers: Dossiers) -> None:
    said = dict(judgement(dossiers.of(closed=True)))

    assert not {"必要な対応", "期限"} & set(said)
    assert dict(particulars(dossiers.of(closed=True)))["状態"] == "担当者が対応を完了"


def test_a_deadline_at_midnight_is_the_end_of_its_day() -> None:
    midnight = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)

    assert until_ja(midnight) == "2026/11/24 24:00"
    assert until_ja(midnight + timedelta(minutes=90)) == "2026/11/25 01:30"


@pytest.mark.parametrize(
    ("skew_s", "said"),
    [(None, "未計測"), (-0.9, "-0.9秒(測定"), (7.2, "+7.2秒(当方がQoo10より進み"), (-90, "より遅れ")],
)
def test_the_clocks_difference_is_said(skew_s: float | None, said: str) -> None:
    assert said in skew_ja(skew_s)


def test_facts_stand_in_the_order_of_time_with_both_clocks(dossiers: Dossiers) -> None:
    """What is late to be learned stands where it happened."""
    table = rows(dossiers.of())

    assert [row.cells[0] for row in table[:2]] == ["送り状ラベルを印刷", "キャンセル要請"]
    assert table[1].cells == (
        "キャンセル要請",
        "2026/11/24 09:15:05",
        "2026/11/24 09:15:07.412",
        "Qoo10",
        "QAPI GetClaimInfo_V3",
        "確認時の時計の差 +0.4秒",
    )


def test_a_row_that_was_changed_is_said_on_the_page(dossiers: Dossiers) -> None:
    changed = dossiers.rows()
    changed[2] = replace(changed[2], body=changed[2].body.replace("0.4", "0.5"))

    of = dossier(dossiers.case(), changed, NOW)

    assert not of.intact
    assert "警告" in as_html([of])
    assert dossiers.of().intact
    assert "警告" not in as_html([dossiers.of()])


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"detail":{},"happened_at":"x"}', "[" * 100_000])
def test_a_row_that_cannot_be_read_is_named(dossiers: Dossiers, body: str) -> None:
    broken = [replace(row, body=body) for row in dossiers.rows()]

    with pytest.raises(ValueError, match="row 1 of the conflict log"):
        dossier(dossiers.case(), broken, NOW)


def test_words_of_a_later_version_stand_as_they_are(dossiers: Dossiers) -> None:
    rows_ = [replace(row, what="new_thing") for row in dossiers.rows()]

    assert {each.what_ja for each in dossier(dossiers.case(), rows_, NOW).facts} == {"new_thing"}


class TestTimeline:
    def test_it_shows_the_gap_and_what_fell_into_it(self, dossiers: Dossiers) -> None:
        drawing = timeline(dossiers.of())
        texts = [shape.text for shape in drawing.shapes if isinstance(shape, Words)]
        (gap,) = (shape for shape in drawing.shapes if isinstance(shape, Box))
        dots = [shape.x for shape in drawing.shapes if isinstance(shape, Dot)]

        assert "印刷から番号の受付まで 7.3秒" in texts
        assert [text for text in texts if re.fullmatch(r"\d\d:\d\d:\d\d", text)] == [
            "09:15:00",
            "09:15:05",
            "09:15:07",
            "09:15:07",
            "09:15:08",
        ]
        assert (gap.x, gap.x + gap.width) == pytest.approx((dots[0], dots[3]))

    def test_everything_at_once_stays_inside(self, dossiers: Dossiers) -> None:
        more = [
            dossiers.fact(what, None if index % 2 else 86_400.0 * index, 86_400.0 * index, Clock.OURS)
            for index, what in enumerate(What, start=1)
        ]
        drawing = timeline(dossiers.of(*more))

        for shape in drawing.shapes:
            if isinstance(shape, Words | Dot):
                assert 0 <= shape.x <= WIDTH
                assert 0 <= shape.y <= HEIGHT
        assert any(isinstance(shape, Dot) and shape.hollow for shape in drawing.shapes)

    def test_nothing_is_drawn_of_nothing(self, dossiers: Dossiers) -> None:
        drawing = timeline(dossier(dossiers.case(), [], NOW))

        assert not [shape for shape in drawing.shapes if isinstance(shape, Dot | Box)]

    @pytest.mark.parametrize(
        ("seconds", "said"),
        [(0.04, "0.0秒"), (9.94, "9.9秒"), (59.6, "1分"), (61, "1分1秒"), (7200, "2時間"), (90_000, "1日1時間")],
    )
    def test_lengths_of_time(self, seconds: float, said: str) -> None:
        assert between_ja(timedelta(seconds=seconds)) == said


class TestPdf:
    @pytest.mark.parametrize("notes", [0, 3, 200])
    def test_a_conflict_is_one_page_however_much_there_is(self, dossiers: Dossiers, notes: int) -> None:
        of = dossiers.of(*(dossiers.act(100 + index, LONG) for index in range(notes)), closed=True)

        written = as_pdf([of, dossiers.of()])

        assert written.startswith(b"%PDF-")
        assert len(re.findall(rb"/Type /Page\b(?!s)", written)) == 2

    def test_its_font_is_inside(self, dossiers: Dossiers) -> None:
        """And only the letters in use: the font itself has six megabytes."""
        written = as_pdf([dossiers.of()])

        assert b"IPAexGothic" in written
        assert b"/FontFile2" in written
        assert len(written) < 200_000

    @pytest.mark.parametrize(
        "text", ["", "a" * 300, LONG, "2026/11/24 09:15:07.412", "😀\x00\u202e", "、" * 50, "a b " * 90]
    )
    def test_lines_are_no_wider_than_their_column(self, text: str) -> None:
        from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415 - after the font was registered

        as_pdf([])
        lines = wrapped(text, 100, 7)
        widest = max(stringWidth(line.rstrip("、。,."), "IPAexGothic", 7) for line in lines)

        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert widest <= 100.01


class TestHtml:
    def test_it_needs_nothing_else_and_takes_no_text_for_markup(self, dossiers: Dossiers) -> None:
        page = as_html([dossiers.of(dossiers.act(100, "<script>alert(1)</script>&"))])

        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert not re.search(r"(src|href)=|url\(|@import", page)

    def test_the_picture_is_svg(self, dossiers: Dossiers) -> None:
        page = as_html([dossiers.of()])
        (picture,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)

        root = ET.fromstring(picture)  # noqa: S314 - our own

        assert root.attrib["viewBox"] == f"0 0 {WIDTH:g} {HEIGHT:g}"

    def test_several_conflicts_are_pages_of_one_document(self, dossiers: Dossiers) -> None:
        page = as_html([dossiers.of(conflict_id=3), dossiers.of(conflict_id=4)])

        assert re.findall(r'<article id="(.*?)"', page) == ["conflict-3", "conflict-4"]


class TestRows:
    def test_csv_has_every_row_of_the_log_with_its_hash(self, dossiers: Dossiers) -> None:
        of = dossiers.of()
        text = as_csv([of])
        (head, *lines) = csv.reader(io.StringIO(text.removeprefix("\ufeff")))

        assert text.startswith("\ufeff")
        assert tuple(head) == CSV_COLUMNS
        assert [line[CSV_COLUMNS.index("hash")] for line in lines] == [row.hash for row in dossiers.rows()]
        assert lines[2][CSV_COLUMNS.index("happened_at")] == "2026-11-24T09:15:05+09:00"

    @pytest.mark.parametrize("why", ["=HYPERLINK(1)", "+1", "-1", "@x"])
    def test_a_spreadsheet_takes_no_name_for_a_formula(self, dossiers: Dossiers, why: str) -> None:
        lines = list(csv.reader(io.StringIO(as_csv([dossiers.of(dossiers.act(100, "x", who="x"))]))))
        of = dossiers.of()
        odd = replace(of, facts=tuple(replace(each, detail_ja=why) for each in of.facts))

        cells = [line[CSV_COLUMNS.index("detail_ja")] for line in csv.reader(io.StringIO(as_csv([odd])))][1:]

        assert all(cell == f"'{why}" for cell in cells)
        assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)

    def test_json_lines_are_what_the_api_says(self, dossiers: Dossiers) -> None:
        of = dossiers.of()

        assert [json.loads(line) for line in as_jsonl([of, of]).splitlines()] == [in_full(of)] * 2

    def test_the_most_urgent_stand_first(self, dossiers: Dossiers) -> None:
        """What can still be saved, then age; closed ones last, newest first."""
        cases = [
            dossiers.case(conflict_id=1, closed=True),
            dossiers.case(conflict_id=2, kind=ConflictKind.ANOTHER_NUMBER),
            dossiers.case(conflict_id=3),
            dossiers.case(conflict_id=4, kind=ConflictKind.CANCELLED_PARCEL_EXISTS),
            dossiers.case(conflict_id=5, closed=True),
            dossiers.case(conflict_id=6, kind=ConflictKind.CANCELLED_PARCEL_EXISTS),
        ]

        assert [case.conflict.id for case in most_urgent_first(cases, NOW)] == [4, 6, 3, 2, 5, 1]


def test_nothing_of_a_person_but_the_sellers_own(dossiers: Dossiers) -> None:
    """What a source's message carried beyond numbers and times is not in any of the forms; order_ref is not shown."""
    of = dossiers.of()

    assert "order_ref" not in as_html([of])
    assert any("個人" in line or "氏名" in line for line in ending(of))
