"""Numbers typed in many ways come to one form; what is none is refused with what to write instead."""

import pytest

from fairplace import identifiers
from fairplace.errors import Malformed
from fairplace.forms.fields import Wrong
from fairplace.forms.provider_ids import provider_id
from fairplace.market.homes import URN


@pytest.mark.parametrize(
    ("kind", "typed", "scheme", "number"),
    [
        ("company", "01234567", "GB-COH", "01234567"),
        ("company", "1234567", "GB-COH", "01234567"),
        ("company", " 0123 4567 ", "GB-COH", "01234567"),
        ("company", "gb-coh-01234567", "GB-COH", "01234567"),
        ("company", "GB-COH-1234567", "GB-COH", "01234567"),
        ("company", "123456", "GB-COH", "00123456"),
        ("company", "sc12345", "GB-COH", "SC012345"),
        ("company", "NI 012345", "GB-COH", "NI012345"),
        ("company", "oc301234", "GB-COH", "OC301234"),
        ("company", "LP\u2013003456", "GB-COH", "LP003456"),
        ("company", "IP12345R", "GB-COH", "IP12345R"),
        ("company", "R0000123", "GB-COH", "R0000123"),
        ("ppon", "PBZB-4962-TVLR", "GB-PPON", "PBZB-4962-TVLR"),
        ("ppon", "gb-ppon-pbzb4962tvlr", "GB-PPON", "PBZB-4962-TVLR"),
        ("charity", "1123456", "GB-CHC", "1123456"),
        ("charity", "GB-CHC-200027", "GB-CHC", "200027"),
        ("charity", "sc12345", "GB-SC", "SC012345"),
        ("charity", "GB-SC-SC012345", "GB-SC", "SC012345"),
        ("charity", "NIC 100123", "GB-NIC", "100123"),
        ("charity", "gb-nic-100123", "GB-NIC", "100123"),
        ("ofsted", "1234567", "OFSTED-URN", "1234567"),
        ("ofsted", "URN sc123456", "OFSTED-URN", "SC123456"),
    ],
)  # fmt: skip
def test_typed_in_many_ways_a_number_comes_to_one(kind: identifiers.Kind, typed: str, scheme: str, number: str) -> None:
    found = identifiers.READ[kind](typed)
    assert (found.scheme, found.id) == (scheme, number)
    assert identifiers.READ[kind](found.id if scheme != "GB-NIC" else f"NIC{found.id}") == found, "twice is as once"


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("company", "12345", "8 characters"),
        ("company", "123456789", "8 characters"),
        ("company", "00000000", "8 characters"),
        ("company", "XX123456", "8 characters"),
        ("company", "SC123", "8 characters"),
        ("company", "Alder Homes", "8 characters"),
        ("company", "０1234567", "8 characters"),
        ("ppon", "PBZB-4962", "such as PBZB-4962-TVLR"),
        ("ppon", "QBZB-4962-TVLR", "such as PBZB-4962-TVLR"),
        ("charity", "12345", "6 or 7 digits"),
        ("charity", "1123456-1", "6 or 7 digits"),
        ("charity", "GB-CHC-SC012345", "6 or 7 digits"),
        ("charity", "GB-SC-1123456", "6 or 7 digits"),
        ("ofsted", "XXXXXXX", "expected 7 digits"),
        ("ofsted", "123456", "expected 7 digits"),
    ],
)
def test_what_is_none_is_refused_with_what_to_write_instead(kind: identifiers.Kind, typed: str, says: str) -> None:
    with pytest.raises(Malformed, match=says) as refused:
        identifiers.READ[kind](typed)
    assert repr(typed) in str(refused.value), "what came is in the sentence"


def test_an_id_of_a_provider_tells_its_number_where_it_is_of_a_known_list() -> None:
    found = identifiers.of_provider("GB-COH-01000001")
    assert found is not None
    assert (found.scheme, found.id) == ("GB-COH", "01000001")
    assert identifiers.of_provider("GB-SC-SC012345") == identifiers.charity("SC012345")
    for other in ("PR-0001", "GB-COH-", "GB-COH-nonsense", "XX-1234567"):
        assert identifiers.of_provider(other) is None


def test_an_id_is_brought_into_the_form_of_its_list_and_one_of_another_list_stays() -> None:
    for typed in ("GB-COH-01234567", "gb-coh-1234567", " GB-COH-1234567 "):
        assert identifiers.canonical(typed) == "GB-COH-01234567"
    assert identifiers.canonical("XX-7") == "XX-7"
    with pytest.raises(Malformed, match="8 characters"):
        identifiers.canonical("GB-COH-12")
    asked = provider_id("provider.id")
    assert asked.read({"provider.id": ["gb-coh-1234567"]}) == "GB-COH-01234567"
    with pytest.raises(Wrong, match="The company number 'GB-COH-12' came"):
        asked.read({"provider.id": ["GB-COH-12"]})


def test_a_home_may_be_inspected_by_another_body_and_a_provider_has_its_own_number_or_none() -> None:
    assert URN.fullmatch("XXXXXXX")
    assert URN.fullmatch("SC123456")
    assert not URN.fullmatch("123456")
