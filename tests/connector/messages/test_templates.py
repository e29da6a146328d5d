"""Templates: the built-in ones can be used as they are, and whatever is wrong with a seller's own is named."""

from pathlib import Path

import pytest

from connector.domain.messages import FITS
from connector.messages.templates import LARGEST_FILE, LONGEST, PLACEHOLDERS, TemplateError, load_templates

FACTS = {
    "order_no": "1062428737",
    "pack_no": "300123456",
    "carrier": "ヤマト宅急便",
    "tracking_no": "444413758703",
    "printed_at": "2026年11月24日 12時00分",
    "requested_at": "2026年11月24日 12時03分",
    "entered_at": "2026年11月24日 12時05分",
}


def written(folder: Path, text: str, name: str = "crossing-apology.txt") -> str:
    """What is wrong with a file of this text; empty where nothing is."""
    (folder / name).write_bytes(text.encode())
    return load_templates(folder).problems.get(name.removesuffix(".txt"), "")


def test_the_facts_here_are_all_that_there_are() -> None:
    assert set(FACTS) == set(PLACEHOLDERS)


def test_the_built_in_messages_are_the_two_that_the_code_knows_when_to_use() -> None:
    templates = load_templates(None)

    assert set(templates.usable) == set(FITS)
    assert templates.problems == {}


@pytest.mark.parametrize("name", sorted(FITS))
def test_a_built_in_message_is_whole_japanese_with_the_orders_facts(name: str) -> None:
    text = load_templates(None).named(name).fill(FACTS)

    assert text.startswith("お客様\n")
    assert "$" not in text
    assert all(FACTS[fact] in text for fact in ("order_no", "carrier", "tracking_no"))
    assert len(text) < 1000
    assert "様様" not in text


class TestTheSellersOwn:
    def test_a_file_replaces_the_built_in_template_of_its_name(self, tmp_path: Path) -> None:
        assert written(tmp_path, "\ufeff注文 ${order_no} の件、\r\n費用は$$5です。\r\n") == ""

        template = load_templates(tmp_path).named("crossing-apology")
        assert template.fill(FACTS) == "注文 1062428737 の件、\n費用は$5です。"
        assert template.path == str(tmp_path / "crossing-apology.txt")

    def test_a_file_of_another_name_is_one_more(self, tmp_path: Path) -> None:
        assert written(tmp_path, "$order_noの件", "my-own.txt") == ""

        templates = load_templates(tmp_path)
        assert set(templates.usable) == {*FITS, "my-own"}
        assert templates.named("my-own").fill(FACTS) == "1062428737の件"

    def test_a_value_is_never_read_as_a_template(self, tmp_path: Path) -> None:
        written(tmp_path, "${carrier}")

        text = load_templates(tmp_path).named("crossing-apology").fill({"carrier": "${order_no} $x"})
        assert text == "${order_no} $x"

    def test_an_indent_at_the_beginning_stays(self, tmp_path: Path) -> None:
        written(tmp_path, "\n\u3000お客様\n\n")

        assert load_templates(tmp_path).named("crossing-apology").fill(FACTS) == "\u3000お客様"

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            pytest.param(
                "一\n${order_number}", r"line 2: unknown placeholder \${order_number}; did you mean \${order_no}?"
            ),
            pytest.param("${buyer}", r"unknown placeholder \${buyer}; known: order_no, pack_no"),
            pytest.param("${注文番号}", r"unknown placeholder \${注文番号}"),
            pytest.param("${ order_no }", r"unknown placeholder \${ order_no }"),
            pytest.param("${}", r"unknown placeholder \${}"),
            pytest.param("${Order_no}", r"unknown placeholder \${Order_no}"),
            pytest.param("料金 $5", r"line 1: a \$ that starts no placeholder; write \$\$"),
            pytest.param("${order_no", r"a \$ that starts no placeholder"),
            pytest.param("  \n", "it is empty"),
            pytest.param("a\x00b", "control character"),
        ],
    )
    def test_what_is_wrong_is_named_with_its_file_and_line(self, tmp_path: Path, text: str, said: str) -> None:
        problem = written(tmp_path, text)

        assert problem.startswith(f"template crossing-apology ({tmp_path / 'crossing-apology.txt'})")
        with pytest.raises(TemplateError, match=said):
            load_templates(tmp_path).named("crossing-apology")

    def test_a_broken_file_does_not_bring_the_built_in_words_back(self, tmp_path: Path) -> None:
        """They would not be the seller's."""
        written(tmp_path, "${nothing}")

        assert "crossing-apology" not in load_templates(tmp_path).usable

    def test_what_is_no_template_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "return-guide.txt").write_bytes("返品".encode("shift_jis"))
        (tmp_path / "long.txt").write_text("a" * (LARGEST_FILE + 1))
        (tmp_path / "folder.txt").mkdir()
        (tmp_path / "note.md").write_text("not for buyers")

        problems = load_templates(tmp_path).problems
        assert set(problems) == {"return-guide", "long", "folder"}
        assert "not UTF-8" in problems["return-guide"]
        assert "larger than 64 KiB" in problems["long"]
        assert "holds only a-z" in written(tmp_path, "x", "お詫び.txt")

    def test_a_folder_that_is_gone_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(TemplateError, match=r"messages\.folder.*No such file"):
            load_templates(tmp_path / "gone")

    def test_the_length_counts_once_it_is_filled(self, tmp_path: Path) -> None:
        assert written(tmp_path, "あ" * (LONGEST - 10) + "${order_no}") == ""
        assert len(load_templates(tmp_path).named("crossing-apology").fill(FACTS)) == LONGEST

        written(tmp_path, "あ" * (LONGEST - 9) + "${order_no}")
        with pytest.raises(TemplateError, match="4001 characters; Qoo10 takes at most 4000"):
            load_templates(tmp_path).named("crossing-apology").fill(FACTS)


def test_a_fact_that_is_not_known_makes_no_message(tmp_path: Path) -> None:
    """A hole in a message to a buyer is worse than no message."""
    written(tmp_path, "${requested_at}に")

    with pytest.raises(TemplateError, match=r"asks for \${requested_at} .*not known of this conflict"):
        load_templates(tmp_path).named("crossing-apology").fill(FACTS | {"requested_at": ""})


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(
        TemplateError, match=r"there is no template 'crossing-apologies'; did you mean crossing-apology\?"
    ):
        load_templates(None).named("crossing-apologies")
