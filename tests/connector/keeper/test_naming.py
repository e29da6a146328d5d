"""Under which name a number goes out, and what is held back."""

import tomllib

import pytest
from pydantic import SecretStr

from carriers.companies import COMPANIES
from connector.domain.parcel import Parcel, ParcelKey, ParcelState, Times
from connector.domain.reasons import Reason
from connector.keeper.naming import NotReady, Ready, prepare, setting_to_write
from connector.settings import SourceSettings

GOOD = "444413758703"
WRONG = "444413758704"


def parcel(carrier: str = "yamato", service: str = "takkyubin", number: str = GOOD) -> Parcel:
    key = ParcelKey("main", "1062428737", number)
    return Parcel(1, key, "packing-table", carrier, service, Times(), ParcelState.RESOLVED)


def source(**carriers: str) -> SourceSettings:
    secret = SecretStr("whsec_bWFkZSB1cCBmb3IgdGVzdHM=")
    return SourceSettings(kind="standard", shop="main", secrets=(secret,), carriers=carriers)


class TestName:
    def test_the_sellers_own_goes_before_all_others(self) -> None:
        mapped = source(yamato="クロネコ便")

        assert prepare(parcel(), mapped, ["ヤマト宅急便"]) == Ready("クロネコ便")

    def test_carrier_and_service_go_before_the_carrier_alone(self) -> None:
        mapped = source(**{"yamato": "ヤマト宅急便", "Yamato.Nekopos": "ネコポス"})

        assert prepare(parcel("YAMATO", "nekopos"), mapped, []) == Ready("ネコポス")
        assert prepare(parcel("YAMATO", "takkyubin"), mapped, []) == Ready("ヤマト宅急便")
        assert prepare(parcel("YAMATO", ""), mapped, []) == Ready("ヤマト宅急便")

    def test_the_accounts_own_spelling_goes_before_the_built_in_one(self) -> None:
        assert prepare(parcel(), source(), []) == Ready("ヤマト宅急便")
        assert prepare(parcel(), source(), ["佐川急便", "ヤマト 宅急便"]) == Ready("ヤマト 宅急便")

    @pytest.mark.parametrize(
        ("carrier", "service"),
        [("yamato", ""), ("yamato", "something new"), ("unheard of", ""), ("", ""), ("'\"", "x")],
    )
    def test_a_name_that_nobody_settled_is_not_guessed(self, carrier: str, service: str) -> None:
        unsettled = prepare(parcel(carrier, service), source(), [])

        assert unsettled == NotReady(Reason.NAME_UNKNOWN, setting_to_write(parcel(carrier, service)))

    @pytest.mark.parametrize(("carrier", "service"), [("yamato", ""), ("yamato", "new"), ("Foo Bar", ""), ("", "x")])
    def test_the_line_that_it_asks_for_settles_it(self, carrier: str, service: str) -> None:
        """Copied into config.toml as it stands, with a name put in."""
        wanted = setting_to_write(parcel(carrier, service)).replace("...", "どこか便")
        table = tomllib.loads(wanted)["sources"]["packing-table"]["carriers"]

        assert prepare(parcel(carrier, service), source(**table), []) == Ready("どこか便")

    def test_a_source_that_is_gone_from_the_settings_leaves_the_built_in_name(self) -> None:
        assert prepare(parcel(), None, []) == Ready("ヤマト宅急便")


class TestNumber:
    @pytest.mark.parametrize(
        ("number", "reason"),
        [
            ("", "empty"),
            ("未定", "characters"),
            ("4.44414E+11", "spreadsheet"),
            ("0000", "zeros"),
            ("1" * 51, "too_long"),
        ],
    )
    def test_one_that_cannot_be_read_is_held(self, number: str, reason: str) -> None:
        assert prepare(parcel(number=number), source(), []) == NotReady(Reason.NUMBER_UNREADABLE, reason)

    @pytest.mark.parametrize(
        ("carrier", "service"), [("yamato", "takkyubin"), ("sagawa", ""), ("japan_post", "yu_pack")]
    )
    def test_one_that_fails_its_check_digit_is_held(self, carrier: str, service: str) -> None:
        company = COMPANIES[carrier]
        named = source(**{carrier: "ある便"})

        assert company.wrong or (service and company.services[service].wrong)
        assert prepare(parcel(carrier, service, WRONG), named, []) == NotReady(Reason.CHECK_DIGIT, "check_digit")
        assert prepare(parcel(carrier, service, WRONG), named, [], despite_check=True) == Ready("ある便", "check_digit")

    def test_the_sellers_name_says_whose_number_it_is(self) -> None:
        """A code of the seller's own makes no number unchecked."""
        assert prepare(parcel("own-code", "", WRONG), source(**{"own-code": "ヤマト宅急便"}), []) == NotReady(
            Reason.CHECK_DIGIT, "check_digit"
        )

    def test_a_number_of_another_shape_only_warns(self) -> None:
        assert prepare(parcel(number="12345678901234"), source(), []) == Ready("ヤマト宅急便", "shape")

    def test_a_company_without_a_rule_takes_any_number(self) -> None:
        assert prepare(parcel("own-code", "", "AB1"), source(**{"own-code": "どこか便"}), []) == Ready("どこか便")

    def test_the_number_is_judged_before_the_name(self) -> None:
        assert prepare(parcel("unheard of", "", "?"), source(), []) == NotReady(Reason.NUMBER_UNREADABLE, "characters")
