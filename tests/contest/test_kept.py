"""What was asked and challenged stands in the log of a real register, is verified with it, and goes with the child's search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import fairplace_verify
from fairplace import erasing
from fairplace.contest.commands import AnswerContest, AnswerWhy, AskWhy, LodgeContest, WithdrawContest
from fairplace.contest.events import Lodged, WhyAsked
from fairplace.drafting.signatures import STALE
from fairplace.errors import Conflict, Refused
from fairplace.on_disk import signed_by
from fairplace.prepared import Appended, Prepared
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


@pytest.mark.parametrize("way", ["here", "by request"])
def test_a_question_that_comes_meanwhile_voids_an_erasure_that_did_not_see_it(
    office: PlacementOffice, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be gone before anybody answered, and the provider owed an answer that nobody can give any more."""
    office.record(EndReferral(id="test", how="withdrawn", reason="Family can care"))
    register, both = office.register, [signer(OFFICER.key), signer(MONITORING.key)]
    names, why = [f"case:{office.case}"], "The young person asked"
    real = register.desk.append

    def slow(prepared: Prepared, lines: Sequence[str]) -> Appended:
        monkeypatch.undo()
        office.record(AskWhy(id="test", words="Why were we not asked?"), by=CHERRY.actor)
        return real(prepared, lines)

    prepared = erasing.prepare(register, names, "erasure-request", why, by=OFFICER.key, key="request")
    monkeypatch.setattr(register.desk, "append", slow)
    if way == "here":
        with pytest.raises(Refused, match="still owed an answer or a remedy"):
            erasing.erase(register, names, "erasure-request", why, both)
    else:
        with pytest.raises(Conflict, match=r"contest\.why-asked/1") as caught:
            erasing.append_signed(register, names, "erasure-request", prepared, signed_by(*both)(prepared))
        assert caught.value.kind in STALE
    [asked] = [one.event for one in register.reader.case(office.case) if isinstance(one.event, WhyAsked)]
    assert asked.words.is_open


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
