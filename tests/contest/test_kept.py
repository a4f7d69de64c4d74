"""What was asked and challenged stands in the log of a real register, is verified with it, and goes with the child's search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import fairplace_verify
from fairplace import erasing
from fairplace.contest.commands import AnswerContest, AnswerWhy, AskWhy, LodgeContest, WithdrawContest
from fairplace.contest.events import Lodged, WhyAsked
from fairplace.errors import Refused
from fairplace.referral.commands import EndReferral
from tests.homes import BEECH, CHERRY, MONITORING, OFFICER
from tests.office import signer
from tests.placement_office import PlacementOffice, open_placements

WORDS = "The therapist Quillfeather-Ansible was not counted"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PlacementOffice]:
    with open_placements(tmp_path / "register").tell("published") as made:
        yield made
        made.close()


def lodged(office: PlacementOffice) -> str:
    done = office.record(
        LodgeContest(id="test", kind="complaint", ground="time-limits", remedy="apology", words=WORDS), by=BEECH.actor
    )
    [recorded] = office.register.reader.recorded(done.index, done.index + 1)
    return recorded.stream


def test_a_search_is_not_erased_while_somebody_is_owed_an_answer_and_then_goes_whole(office: PlacementOffice) -> None:
    register, both = office.register, [signer(OFFICER.key), signer(MONITORING.key)]
    stream = lodged(office)
    done = office.record(AskWhy(id="test", words="Why were we not asked?"), by=CHERRY.actor)
    [why] = register.reader.recorded(done.index, done.index + 1)
    office.record(EndReferral(id="test", how="withdrawn", reason="Family can care"))
    with pytest.raises(Refused, match="still owed an answer or a remedy"):
        erasing.erase(register, [f"case:{office.case}"], "erasure-request", "The young person asked", both)
    office.record(AnswerWhy(id="test", contest=why.stream, answer="The agreement has you in tier 2"))
    office.record(AnswerContest(id="test", contest=stream, answer="The time was that of the agreement"))
    office.record(WithdrawContest(id="test", contest=stream), by=BEECH.actor)
    erasing.erase(register, [f"case:{office.case}"], "erasure-request", "The young person asked", both)
    for recorded in register.reader.case(office.case):
        match recorded.event:
            case Lodged(provider=provider, words=words, ground=ground):
                assert not any(one.is_open for one in (provider, words, ground))
            case WhyAsked(provider=provider, words=words):
                assert not any(one.is_open for one in (provider, words))
    register.follow()
    stored = b"".join(path.read_bytes() for path in register.folder.rglob("*") if path.is_file())
    assert b"Quillfeather" not in stored
    report = fairplace_verify.verify(register.folder / "inside", [], None)
    assert report.word in ("genuine", "partly checked"), report


def test_a_register_with_challenges_is_genuine_and_shows_nothing_of_them(office: PlacementOffice) -> None:
    lodged(office)
    register = office.register
    register.follow()
    report = fairplace_verify.verify(register.folder / "inside", [], None)
    assert report.word in ("genuine", "partly checked"), report
    assert report.false is None
    public = b"".join(path.read_bytes() for path in (register.folder / "public").rglob("*") if path.is_file())
    for words in (b"Quillfeather", b"time-limits", b"contest.lodged", BEECH.provider.encode()):
        assert words not in public, words
    inside = b"".join(path.read_bytes() for path in (register.folder / "inside").rglob("*") if path.is_file())
    assert b"contest.lodged/1" in inside
    for words in (b"Quillfeather", b"time-limits", b"apology"):
        assert words not in inside, words
