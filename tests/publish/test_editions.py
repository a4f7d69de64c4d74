"""What each edition opens, to whom it is given, and what occurs in no byte of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairplace.custody.events import READ
from fairplace.errors import FairplaceError, Forbidden, Malformed, Refused
from fairplace.ledger.in_effect import InEffect
from fairplace.people.roles import EDITIONS, ROLES, may_export
from tests import story
from tests.office import Office, open_office
from tests.publish.case import LOSERS, OWN, RIVALS, WINNER, bundled, everything, opened, proofs, slots
from tests.publish.conftest import Stages
from tests.test_canary import CHILD


def members(office: Office, edition: str, **wish: object) -> dict[str, bytes]:
    return opened(bundled(office.register, office.case, edition, **wish)[0])


def test_the_public_edition_opens_what_is_in_effect_and_nothing_else(office: Office) -> None:
    found = slots(members(office, "public"))
    follow = InEffect(office.register.store, office.register.origin)
    follow.follow(office.register.store.last_checkpoint(office.register.origin).size)  # type: ignore[union-attr]  # it is published
    assert found == {index: set(follow.slots(index)) for index in found}
    assert sum(map(len, found.values())) > 40
    text = everything(members(office, "public"))
    assert WINNER.provider.name.encode() in text
    for loser in LOSERS:
        for secret in (loser.provider.name, loser.provider.id, str(loser.price), CHILD):
            assert secret.encode() not in text, secret


def test_a_bidder_finds_its_own_and_in_no_byte_anything_of_a_rival(office: Office) -> None:
    found = members(office, "bidder", provider=OWN.id)
    text = everything(found)
    assert OWN.name.encode() in text
    assert f"{OWN.name}: page 4 was read".encode() in text, "the answer to its own complaint"
    assert f"{OWN.name} on care".encode() in text, "the words on its own bid"
    for rival in RIVALS:
        offer = next(one for one in LOSERS if one.provider == rival)
        for secret in (rival.name, rival.id, str(offer.price), f"{offer.price:,}"):
            assert secret.encode() not in text, secret
    for index, public in slots(members(office, "public")).items():
        assert public <= slots(found)[index], "a bidder has what the public has"


def test_a_rivals_words_would_be_found(office: Office) -> None:
    """The control: the same search finds every one of them in the court's edition."""
    text = everything(members(office, "court"))
    assert all(one.provider.name.encode() in text and str(one.price).encode() in text for one in LOSERS)
    assert CHILD.encode() in text


def test_before_the_award_is_known_a_bidder_has_its_own_bid_and_its_own_letters_alone(stages: Stages) -> None:
    for stage in ("deposited", "opened", "marked", "moderated", "awarded"):
        found = proofs(stages[stage])
        for index, read in found.items():
            kind = read.entry.envelope.type
            open_here = {one.slot for one in read.openings}
            if any("/bids/" in slot for slot in open_here):
                pytest.fail(f"at the stage {stage} entry {index}, {kind}, opens {sorted(open_here)}")
        text = everything(stages[stage])
        for offer in (WINNER, *(one for one in LOSERS if one.provider != OWN)):
            assert offer.provider.name.encode() not in text, stage
        lodged = [read for read in found.values() if read.entry.envelope.type == "deposit.received/1"]
        assert [one.slot for read in lodged for one in read.openings] == [
            "/case", "/document", "/price", "/provider", "/provider_signature", "/seen",
        ], stage  # fmt: skip
    assert any("/bids/" in slot for found in slots(stages["summarised"]).values() for slot in found)


def test_a_ring_reads_what_is_commercial_and_nothing_personal(office: Office) -> None:
    found = members(office, "ring")
    for read in proofs(found).values():
        closed = set(read.entry.envelope.sealed) - {one.slot for one in read.openings}
        bases = {read.entry.envelope.sealed[slot].basis for slot in closed}
        assert bases <= {"personal", "child", "security", "legal-privilege"}
    text = everything(found)
    assert all(one.provider.name.encode() in text and str(one.price).encode() in text for one in LOSERS)
    assert b"Her sister looks after" not in text, "an evaluator's interest is personal"
    assert b"Holder of" not in text, "so is who holds a key"


def test_the_court_finds_everything_and_who_stands_behind_the_keys(office: Office) -> None:
    found = members(office, "court")
    assert all(set(read.entry.envelope.sealed) == open_here for read, open_here in zip(
        proofs(found).values(), slots(found).values(), strict=True
    ))  # fmt: skip
    assert b"held by Holder of northbrook.gov.example/officer/a5ee" in found["record.html"]
    kinds = {read.entry.envelope.type for read in proofs(found).values()}
    assert kinds >= {
        "deposit.received-late/1", "deposit.withdrawn/1", "procurement.late-bids-decided/1", "challenge.decided/1",
        "interest.declared/1", "procurement.contact-recorded/1", "case.assessed/1",
    }  # fmt: skip


def test_deposits_of_the_case_are_in_it_and_covers_and_others_bids_never(office: Office) -> None:
    everybody = {read.leaf for read in office.register.reader.case(office.case) if read.type.startswith("deposit.")}
    for edition, wish, expected in (
        ("court", {}, 6),
        ("ring", {}, 6),
        ("public", {}, 5),
        ("bidder", {"provider": OWN.id}, 5),
    ):
        found = [
            read for read in proofs(members(office, edition, **wish)).values()
            if read.entry.envelope.type.startswith("deposit.")
        ]  # fmt: skip
        assert len(found) == expected, edition
        assert {read.entry.leaf_text for read in found} <= everybody, edition
        assert all(any(one.slot == "/case" and one.value == office.case for one in read.openings) for read in found)


def test_a_case_of_one_person_has_a_court_edition_and_no_other(tmp_path: Path) -> None:
    with open_office(tmp_path / "register") as office:
        office.do(story.plan(concerns_one_person=True, title=f"A home for {CHILD}"))
        office.register.follow()
        for edition, wish in (("public", {}), ("ring", {}), ("bidder", {"provider": OWN.id})):
            with pytest.raises(Refused, match="concerns one person"):
                bundled(office.register, office.case, edition, **wish)
        assert CHILD.encode() in everything(members(office, "court"))


@pytest.mark.parametrize("edition", ["ring", "court"])
def test_nobody_has_a_bid_before_the_bids_are_opened(tmp_path: Path, edition: str) -> None:
    with open_office(tmp_path / "register", until="deposited") as office:
        office.register.follow()
        with pytest.raises(Refused, match="not opened yet"):
            bundled(office.register, office.case, edition)


def test_a_ring_waits_for_the_decision_and_a_court_need_not(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="marked") as office:
        office.register.follow()
        with pytest.raises(Refused, match="no award stands"):
            bundled(office.register, office.case, "ring")
        assert bundled(office.register, office.case, "court")[1].withheld == 0


def test_that_somebody_looks_is_in_the_log_before_they_see_and_the_public_edition_is_nobodys(office: Office) -> None:
    def reads() -> int:
        return len(list(office.register.store.of_types(office.register.origin, [READ])))

    before = reads()
    members(office, "public")
    assert reads() == before
    members(office, "bidder", provider=OWN.id)
    assert reads() == before + 1
    members(office, "court")
    assert reads() == before + 3, "one for the case, one for whose the keys are"


# Who may have it


@pytest.mark.parametrize(
    ("edition", "by", "wish", "error"),
    [
        ("court", "officer", {}, Forbidden),
        ("ring", "officer", {}, Forbidden),
        ("court", "provider", {}, Forbidden),
        ("bidder", "provider", {"provider": WINNER.provider.id}, Forbidden),
        ("bidder", "officer", {}, Malformed),
        ("public", "officer", {"provider": OWN.id}, Malformed),
    ],
)
def test_who_may_not_have_an_edition_is_refused(
    office: Office, edition: str, by: str, wish: dict[str, str], error: type[FairplaceError]
) -> None:
    with pytest.raises(error):
        bundled(office.register, office.case, edition, by=by, **wish)


def test_a_provider_takes_its_own(office: Office) -> None:
    own = members(office, "bidder", provider=OWN.id, by="provider")
    assert str(LOSERS[0].price).encode() in everything(own)


def test_every_role_is_denied_every_edition_that_is_not_named_for_it() -> None:
    allowed = {
        "officer": {"bidder", "provider"}, "provider": {"bidder", "provider"}, "monitoring": {"bidder", "provider", "ring", "court"},
    }  # fmt: skip
    for role in ROLES:
        may = {edition for edition in EDITIONS if may_export(frozenset({role}), edition)}
        assert may == allowed.get(role, set()) | {"public"}, role
    assert not may_export(frozenset(), "court")
