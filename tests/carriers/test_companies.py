"""Delivery companies: cleaning numbers, checking them, and finding names without ever guessing."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from carriers.check_digits import RULES
from carriers.companies import (
    COMPANIES,
    MAX_NUMBER_CHARS,
    UNKNOWN_SERVICE,
    Company,
    CompanyService,
    NumberRefused,
    Service,
    Verdict,
    check_number,
    clean_number,
    default_name,
    display_number,
    find,
    learnt_name,
    tracking_page,
)

YAMATO = "444413758703"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("4444-1375-8703", YAMATO),
        ("４４４４－１３７５－８７０３", YAMATO),
        ("4444‐1375‑8703", YAMATO),
        ("4444–1375—8703", YAMATO),
        ("4444−1375ー8703", YAMATO),
        ("4444ｰ1375 8703\t\r\n", YAMATO),
        ("\u3000444413758703 ", YAMATO),
        ("A444413758703A", YAMATO),
        ("b444413758703D", YAMATO),
        ("099723653466", "099723653466"),
        ("eg725089303jp", "EG725089303JP"),
        ("EG 725 089 303 JP", "EG725089303JP"),
        ("A1234567890", "A1234567890"),
        ("A12345678901A", "A12345678901A"),
        ("E444413758703E", "E444413758703E"),
        ("443E9", "443E9"),
        ("0" * 11 + "1", "0" * 11 + "1"),
        ("9" * MAX_NUMBER_CHARS, "9" * MAX_NUMBER_CHARS),
    ],
)
def test_a_number_is_cleaned(raw: str, clean: str) -> None:
    assert clean_number(raw) == clean


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "empty"),
        (" - ー\t", "empty"),
        ("4.43E+11", "spreadsheet"),
        ("4.44414E+11", "spreadsheet"),
        ("４．４３Ｅ＋１１", "spreadsheet"),
        ("4,43e+11", "spreadsheet"),
        ("4E+11", "spreadsheet"),
        ("4.43E11", "spreadsheet"),
        ("444413758703.0", "spreadsheet"),
        ("444413758703.00", "spreadsheet"),
        ("000000000000", "zeros"),
        ("A000000000000A", "zeros"),
        ("0", "zeros"),
        ("9" * (MAX_NUMBER_CHARS + 1), "too_long"),
        (" " * 10_000, "too_long"),
        ("4444.1375.8703", "characters"),
        ("444413758703;", "characters"),
        ("UMN_123", "characters"),
        ("٤٤٤٤١٣٧٥٨٧٠٣", "characters"),
        ("Straße1", "characters"),
        ("4444\u200b1375", "characters"),
        ("4444\x001375", "characters"),
        ("\ud800", "characters"),
        ("伝票番号", "characters"),
    ],
)
def test_a_number_that_cannot_be_repaired_is_refused(raw: str, reason: str) -> None:
    with pytest.raises(NumberRefused) as refused:
        clean_number(raw)
    assert refused.value.reason == reason


@settings(max_examples=1000, deadline=None)
@given(st.text(st.characters(exclude_categories=())) | st.text("0123456789ABDEabde-ー .,+"))
@example("½")
@example("ŉ")
@example("A444413758703AA")
def test_cleaning_twice_changes_nothing_and_nothing_but_a_refusal_comes_out(raw: str) -> None:
    try:
        clean = clean_number(raw)
    except NumberRefused:
        return
    assert clean_number(clean) == clean
    assert clean.isascii()
    assert clean.isalnum()
    assert clean == clean.upper()
    assert 0 < len(clean) <= MAX_NUMBER_CHARS


@pytest.mark.parametrize(
    ("company", "service", "number", "verdict", "reason"),
    [
        ("yamato", "takkyubin", YAMATO, Verdict.FINE, "passes"),
        ("yamato", "", "444413758704", Verdict.WRONG, "check_digit"),
        ("yamato", UNKNOWN_SERVICE, "444413758704", Verdict.WRONG, "check_digit"),
        ("yamato", "", "44441375870", Verdict.DOUBTFUL, "shape"),
        ("yamato", "", "UMN1234567", Verdict.DOUBTFUL, "shape"),
        ("sagawa", "hikyaku_takuhai", "123456789012", Verdict.WRONG, "check_digit"),
        ("sagawa", "", "123456789012", Verdict.WRONG, "check_digit"),
        ("sagawa", "hikyaku_yu_packet", "123456789012", Verdict.DOUBTFUL, "check_digit"),
        ("japan_post", "yu_pack", "123456789012", Verdict.WRONG, "check_digit"),
        ("japan_post", "", "123456789012", Verdict.DOUBTFUL, "check_digit"),
        ("japan_post", "click_post", "621234567890", Verdict.DOUBTFUL, "check_digit"),
        ("japan_post", "yu_pack", "13112383853", Verdict.DOUBTFUL, "check_digit"),
        ("japan_post", "registered", "13112383852", Verdict.FINE, "passes"),
        ("japan_post", "ems", "EN027977320JP", Verdict.FINE, "passes"),
        ("japan_post", "ems", "EN027977321JP", Verdict.DOUBTFUL, "check_digit"),
        ("japan_post", "ems", "EN027977320KR", Verdict.DOUBTFUL, "shape"),
        ("fedex", "", "986578788855", Verdict.FINE, "passes"),
        ("fedex", "", "568283610012732", Verdict.DOUBTFUL, "check_digit"),
        ("ups", "", "1Z5R89390357567128", Verdict.DOUBTFUL, "check_digit"),
        ("dhl", "", "JJD0099999999", Verdict.FINE, "no_rule"),
        ("dhl", "", "3318810010", Verdict.DOUBTFUL, "check_digit"),
        ("upu_s10", "", "RB123456785GB", Verdict.FINE, "passes"),
        ("seino", "", "1234567890", Verdict.FINE, "no_rule"),
        ("tonami", "", "anything", Verdict.FINE, "no_rule"),
        ("nobody", "", "123456789012", Verdict.FINE, "no_rule"),
        (None, "", "123456789012", Verdict.FINE, "no_rule"),
    ],
)
def test_a_number_is_checked_as_its_company_allows(
    company: str | None, service: str, number: str, verdict: Verdict, reason: str
) -> None:
    check = check_number(company, service, number)

    assert (check.verdict, check.reason) == (verdict, reason)


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(sorted(COMPANIES)),
    st.text() | st.text("0123456789", max_size=18) | st.from_regex(r"1Z[A-Z0-9]{16}"),
)
def test_any_text_can_be_checked_and_only_japan_is_ever_wrong(company: str, number: str) -> None:
    check = check_number(company, "", number)

    assert check.verdict is not Verdict.WRONG or company in {"yamato", "sagawa"}


@pytest.mark.parametrize(
    ("kind", "carrier", "service", "found"),
    [
        ("standard", "yamato", "takkyubin", "yamato.takkyubin"),
        ("standard", "YAMATO", " Takkyubin ", "yamato.takkyubin"),
        ("standard", "ヤマト運輸", "宅急便", "yamato.takkyubin"),
        ("standard", "ヤマト運輸", "ﾈｺﾎﾟｽ", "yamato.nekopos"),
        ("standard", "Yamato Transport", "", "yamato."),
        ("standard", "yamato_nekopos", "", "yamato.nekopos"),
        ("standard", "yamato.nekopos", "", "yamato.nekopos"),
        ("standard", "ネコポス", "", "yamato.nekopos"),
        ("standard", "ヤマト宅急便", "", "yamato.takkyubin"),
        ("standard", "ゆうパック", "", "japan_post.yu_pack"),
        ("standard", "japan-post", "ゆうパケット", "japan_post.yu_packet"),
        ("standard", "", "ゆうパケット", "japan_post.yu_packet"),
        ("standard", "佐川急便", "", "sagawa."),
        ("standard", "sagawa", "ゆうパケット", "sagawa.unknown"),
        ("standard", "yamato", "クール", "yamato.unknown"),
        ("standard", "seino", "西濃ミニ", "seino."),
        ("standard", "qxpress", "", "qxpress."),
        ("aftership", "taqbin-jp", "", "yamato."),
        ("aftership", "TAQBIN_JP", "", "yamato."),
        ("easypost", "JPPost", "EMS", "japan_post.ems"),
        ("easypost", "KuronekoYamato", "", "yamato."),
        ("easypost", "FedEx", "FEDEX_GROUND", "fedex."),
        ("logiless", "yamato", "", "yamato.takkyubin"),
        ("logiless", "sagawa", "", "sagawa.hikyaku_takuhai"),
        ("openlogi", "JAPANPOST-YU-PACKET", "", "japan_post.yu_packet"),
        ("shipandco", "sagawa", "sagawa_regular", "sagawa.hikyaku_takuhai"),
        ("shopify", "Yamato (JA)", "", "yamato."),
        ("shopify", "福山通運", "", "fukuyama."),
        ("rakuten_rms", "1030", "", "yamato.kuroneko_yu_packet"),
        ("seventeentrack", "100062", "", "yamato."),
        ("np_atobarai", "59041", "", "japan_post.yu_pack"),
        ("b2cloud", "yamato", "A", "yamato.nekopos"),
        ("b2cloud", "", "8", "yamato.compact"),
    ],
)
def test_the_words_of_a_source_are_found(kind: str, carrier: str, service: str, found: str) -> None:
    company_id, _, service_id = found.partition(".")

    assert find(kind, carrier, service) == CompanyService(company_id, service_id)


@pytest.mark.parametrize(
    ("kind", "carrier", "service"),
    [
        ("standard", "", ""),
        ("standard", "-", "_"),
        ("standard", YAMATO, ""),
        ("standard", "ACME", "ネコポス"),
        ("standard", "1001", ""),
        ("standard", "ヤマト宅急便 (海外)", ""),
        ("standard", "その他", ""),
        ("aftership", "taqbin-hk", ""),
        ("aftership", "Yamato_HK", "takkyubin"),
        ("aftership", "bh-posta", ""),
        ("no such kind", "100062", ""),
    ],
)
def test_what_is_not_known_is_never_guessed(kind: str, carrier: str, service: str) -> None:
    assert find(kind, carrier, service) is None


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(["standard", "aftership", "x"]), carrier=st.text(), service=st.text())
def test_any_words_can_be_looked_up(kind: str, carrier: str, service: str) -> None:
    found = find(kind, carrier, service)

    assert found is None or found.company_id in COMPANIES


@pytest.mark.parametrize(
    ("company", "service", "name"),
    [
        ("yamato", "takkyubin", "ヤマト宅急便"),
        ("yamato", "compact", "ヤマト宅急便"),
        ("yamato", "nekopos", "ネコポス"),
        ("yamato", "", None),
        ("yamato", UNKNOWN_SERVICE, None),
        ("yamato", "kuroneko_yu_packet", None),
        ("yamato", "dm", None),
        ("sagawa", "hikyaku_takuhai", "佐川急便"),
        ("sagawa", "", "佐川急便"),
        ("sagawa", UNKNOWN_SERVICE, None),
        ("sagawa", "hikyaku_yu_packet", None),
        ("japan_post", "yu_pack", "ゆうパック"),
        ("japan_post", "", None),
        ("japan_post", "letter_pack", None),
        ("seino", "", "西濃運輸"),
        ("seino", UNKNOWN_SERVICE, "西濃運輸"),
        ("fedex", "", "Fedex"),
        ("qxpress", "", "Qxpress"),
        ("cj_logistics", "", None),
        ("nobody", "", None),
    ],
)
def test_a_default_name_is_one_that_was_seen_at_qoo10(company: str, service: str, name: str | None) -> None:
    assert default_name(company, service) == name


@pytest.mark.parametrize(
    ("names", "company", "service", "name"),
    [
        (["ヤマト宅急便", "佐川急便"], "yamato", "takkyubin", "ヤマト宅急便"),
        (["ヤマト 宅急便"], "yamato", "takkyubin", "ヤマト 宅急便"),
        (["ヤマト宅急便", "ヤマト宅急便"], "yamato", "takkyubin", "ヤマト宅急便"),
        (["ヤマト宅急便", "ヤマト 宅急便"], "yamato", "takkyubin", None),
        (["ヤマト宅急便 (海外)"], "yamato", "takkyubin", None),
        (["ヤマト宅急便"], "yamato", "compact", "ヤマト宅急便"),
        (["ヤマト宅急便", "宅急便コンパクト"], "yamato", "compact", "宅急便コンパクト"),
        (["ヤマト宅急便", "ネコポス"], "yamato", "", None),
        (["ヤマト運輸"], "yamato", "", "ヤマト運輸"),
        (["ヤマト運輸"], "yamato", UNKNOWN_SERVICE, None),
        (["クロネコゆうパケット"], "yamato", "kuroneko_yu_packet", "クロネコゆうパケット"),
        (["ゆうパケット"], "sagawa", "hikyaku_yu_packet", None),
        (["Sagawa"], "sagawa", "hikyaku_takuhai", "Sagawa"),
        (["Sagawa", "佐川急便"], "sagawa", "", None),
        (["レターパックライト"], "japan_post", "letter_pack", "レターパックライト"),
        (["レターパックライト", "レターパックプラス"], "japan_post", "letter_pack", None),
        (["FedEx"], "fedex", "", "FedEx"),
        ([], "fedex", "", None),
        (["KSE", "", "その他"], "nobody", "", None),
    ],
)
def test_the_accounts_own_spelling_is_learnt_where_it_is_certain(
    names: list[str], company: str, service: str, name: str | None
) -> None:
    assert learnt_name(names, company, service) == name


def test_numbers_are_shown_as_their_companies_print_them() -> None:
    assert display_number("yamato", YAMATO) == "4444-1375-8703"
    assert display_number("japan_post", "13112383852") == "131-12-38385-2"
    assert display_number("japan_post", "EG725089303JP") == "EG725089303JP"
    assert display_number("japan_post", "ABCDEFGHIJKL") == "ABCDEFGHIJKL"
    assert display_number("seino", "1234567890") == "1234567890"
    assert display_number(None, YAMATO) == YAMATO


def test_a_tracking_page_is_a_plain_link_or_none() -> None:
    page = tracking_page("yamato", YAMATO)

    assert page == f"https://member.kms.kuronekoyamato.co.jp/parcel/detail?pno={YAMATO}"
    assert tracking_page("tmg", "551107061875") is None
    assert tracking_page("nobody", YAMATO) is None
    assert tracking_page("yamato", '1"><script>') is None


def test_the_table_is_sound() -> None:
    """Every rule exists and is asked only about numbers of a shape that it can read; every page takes the number."""
    for company in COMPANIES.values():
        assert set(company.checks.values()) <= set(RULES)
        assert not company.checks or company.number, company.id
        assert all(sum(sizes) == length for length, sizes in company.display.items())
        assert company.page is None or (company.page.startswith("https://") and "{number}" in company.page)
        entries: list[Company | Service] = [company, *company.services.values()]
        for entry in entries:
            assert (entry.name is None) == (entry.grade == ""), entry.id
            assert entry.grade in {"", "high", "medium", "low", "legacy"}
        assert UNKNOWN_SERVICE not in company.services
