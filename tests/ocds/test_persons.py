"""No person comes in with a notice."""

from __future__ import annotations

import pytest

from fairplace.ocds.persons import LEFT_OUT, cleaner, concerns_one_person, without_contacts
from tests.ocds.notices import contact, release


@pytest.mark.parametrize(
    "private",
    [
        "jane.doe@council.example", "<jane.doe@council.example>,", "mailto:jane@council.example", "01632 960123",
        "01632960123", "(01632) 960 123", "020 7946 0000", "0800 123 4567", "07700 900123", "+44 1632 960123",
        "+44 (0)1632 960 123", "0044 1632 960123",
    ],
)  # fmt: skip
def test_addresses_and_telephone_numbers_are_taken_out_of_a_text(private: str) -> None:
    assert without_contacts(f"Ask {private} about it") == f"Ask {LEFT_OUT} about it"


@pytest.mark.parametrize(
    "harmless",
    [
        "from 01/04/2025 to 31/03/2027", "01-04-2025 10:30", "2025 - 2027", "company 01234567", "£1000000000",
        "CPV 85311300-2", "children of 0 - 19 years", "lot 001", "under £ 12,000,000.00", "3 @ £5", "regulation 72(1)(c)",
    ],
)  # fmt: skip
def test_dates_sums_and_numbers_stay(harmless: str) -> None:
    assert without_contacts(f"It is {harmless} here") == f"It is {harmless} here"


def test_a_contact_person_of_the_notice_is_taken_out_of_its_words() -> None:
    clean = cleaner(release(), ["Borough of Example"])
    assert clean("Ask Zaphod Quillfeather or ZAPHOD QUILLFEATHER.") == f"Ask {LEFT_OUT} or {LEFT_OUT}."
    assert clean("Zaphod Quillfeatherstone") == "Zaphod Quillfeatherstone"


def test_an_organisation_that_is_its_own_contact_keeps_its_name() -> None:
    notice = release(parties=[{"name": "Oak Homes Ltd", "contactPoint": contact("Oak Homes Ltd")}])
    assert cleaner(notice, ["Oak Homes Ltd"])("Oak Homes Ltd won") == "Oak Homes Ltd won"


def test_a_contact_of_one_word_is_no_name_to_look_for() -> None:
    notice = release(parties=[{"name": "Example", "contactPoint": contact("Procurement")}])
    assert cleaner(notice, [])("Procurement of homes") == "Procurement of homes"


@pytest.mark.parametrize(
    ("codes", "method", "words", "related", "expected"),
    [
        (["85311300"], "direct", [], [], True),
        (["85000000"], "limited", [None], [], True),
        (["80340000"], None, ["Call-off from a framework agreement"], [], True),
        (["85311300"], "selective", ["call off"], [], True),
        (["85311300"], "open", ["Homes: spot purchases"], [], True),
        (["85311300"], None, ["Award procedure without prior publication"], [], True),
        (["85311300"], None, [], ["framework"], True),
        (["90910000", "85311300"], "direct", [], [], True),
        (["85311300"], "open", ["Open procedure"], [], False),
        (["85311300"], None, ["Other", 7, {}], [7, None], False),
        (["90910000"], "direct", ["Direct award"], ["framework"], False),
        ([], "direct", [], [], False),
        (["85311300"], "open", ["Spotlight on homes"], [], False),
    ],
)
def test_social_care_bought_for_one_person_is_known_by_code_and_way_of_buying(
    codes: list[str], method: str | None, words: list[object], related: list[object], expected: bool
) -> None:
    assert concerns_one_person(codes, method, words, related) is expected
