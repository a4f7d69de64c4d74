"""Every field of a placement event says by its type who may see it, and nothing private stands in the clear."""

import typing

import msgspec
import pytest

from fairplace import catalogue, tags
from fairplace.event import Event
from fairplace.ledger.disclosure import Sealed

PLACEMENTS = catalogue.PLACEMENTS


def _is_sealed(hint: object) -> bool:
    inner = typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint
    return typing.get_origin(inner) is Sealed


@pytest.mark.parametrize("name", PLACEMENTS)
def test_every_field_has_one_tag_and_only_what_is_public_is_open(name: str) -> None:
    kind = PLACEMENTS[name]
    hints = typing.get_type_hints(kind, include_extras=True)
    for field, tag in tags.tags(kind).items():
        assert _is_sealed(hints[field]) is (tag != "PUB"), f"{name}: {field}"


def test_a_field_without_a_tag_is_no_event() -> None:
    class Untagged(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
        child: str

    with pytest.raises(TypeError, match="child must be Pub, Agg, Party or Seal"):
        tags.tags(Untagged)


def test_what_stands_in_the_clear_of_a_childs_case_says_nothing_of_the_child() -> None:
    """An allow-list: a new field in the clear is looked at by whoever adds it here."""
    said = {
        field
        for name, kind in PLACEMENTS.items()
        if not name.startswith(("market.", "placements."))
        for field, tag in tags.tags(kind).items()
        if tag == "PUB"
    }
    assert said == {
        "version",
        "need_version",
        "fee_version",
        "criteria",
        "hard",
        "window_hours",
        "agreement",
        "in_house_policy",
        "price_cut_off",
        "policies",
        "tier",
        "material",
        "question",
        "expires_at",
        "offer",
        "admitted",
        "attended",
        "before_start",
        "mechanism",
        "legal_basis",
        "regime",
        "market_seen",
        "capacity",
        "approved",
        "care_plan_given",
        "with_assessment",
        "by",
        "standard",
        "outcome",
        "approved_by",
        "goes_on",
        "kind",
    }


def test_what_stands_in_the_clear_of_a_release_says_which_it_is_and_why_it_went() -> None:
    said = {
        field
        for name, kind in PLACEMENTS.items()
        if name.startswith("placements.")
        for field, tag in tags.tags(kind).items()
        if tag == "PUB"
    }
    assert said == {"number", "plan", "until", "rules", "document", "why"}


def test_tags_live_in_the_type_alone() -> None:
    assert msgspec.inspect.type_info(PLACEMENTS["referral.opened/1"])
