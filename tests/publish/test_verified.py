"""Our own checker, which shares no code with the writer, finds every edition genuine, and anything changed in one not."""

from __future__ import annotations

import contextlib
import io
import os
import time
import zipfile
from pathlib import Path

import pytest

import fairplace_verify
from fairplace.people.commands import DeclareInterests
from fairplace.receipts import receipt
from tests import story
from tests.http.town import Town
from tests.office import Office, open_office
from tests.publish.case import OWN, bundled, opened, proofs
from tests.publish.conftest import Stages

EDITIONS = ("public", "bidder", "ring", "court")


def wish(edition: str) -> dict[str, str]:
    return {"provider": OWN.id} if edition == "bidder" else {}


def packed(members: dict[str, bytes]) -> bytes:
    """A bundle of these members, in the form of the format."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for name, data in sorted(members.items()):
            header = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            header.create_system = 3
            header.external_attr = 0o100644 << 16
            made.writestr(header, data)
    return target.getvalue()


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_edition_is_genuine(office: Office, edition: str) -> None:
    data, _ = bundled(office.register, office.case, edition, **wish(edition))
    keys = office.register.settings.log[0].vkeys
    report = fairplace_verify.verify_bundle(data, keys)
    assert (report.word, report.false) == ("genuine", None)
    assert fairplace_verify.verify_bundle(data).word == "partly checked", "without a key anybody could have made it"
    assert packed(opened(data)) == data, "the control: what is packed here is packed as the writer does"


def test_a_bidders_bundle_is_genuine_at_every_stage(office: Office, stages: Stages) -> None:
    keys = office.register.settings.log[0].vkeys
    for stage, members in stages.items():
        report = fairplace_verify.verify_bundle(packed(members), keys)
        assert report.word == "genuine", (stage, report.false)


def test_a_court_bundle_from_which_an_entry_was_dropped_is_refused(office: Office) -> None:
    """All but the end of a stream on which nothing rests: that shows beside the register, as the known defects say."""
    members = opened(bundled(office.register, office.case, "court")[0])
    keys = office.register.settings.log[0].vkeys
    envelopes = {index: read.entry.envelope for index, read in proofs(members).items()}
    newest = {envelope.stream: index for index, envelope in envelopes.items()}
    unseen = set()
    for index, envelope in envelopes.items():
        left = {name: data for name, data in members.items() if name != f"proofs/{index:020d}.tlog-proof"}
        word = fairplace_verify.verify_bundle(packed(left), keys).word
        assert word in ("genuine", "not genuine"), index
        if word == "genuine":
            unseen.add(index)
            assert envelope.stream != office.case, index
            assert newest[envelope.stream] == index
    kinds = {envelopes[index].type for index in unseen}
    assert kinds == {"interest.declared/1", "case.assessed/1", "challenge.decided/1"}


def test_two_editions_of_one_case_agree_and_the_checker_says_what_one_holds_more(
    office: Office, tmp_path: Path
) -> None:
    for edition in ("bidder", "court"):
        (tmp_path / f"{edition}.fpbundle").write_bytes(
            bundled(office.register, office.case, edition, **wish(edition))[0]
        )
    key = office.register.settings.log[0].vkeys[0]
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        code = fairplace_verify.main(
            [*(str(tmp_path / f"{one}.fpbundle") for one in ("bidder", "court")), "--key", key]
        )
    assert code == 0, told.getvalue()
    assert "entries agree byte for byte" in told.getvalue()
    assert "none altered, none missing" in told.getvalue()


def test_an_altered_exchanged_or_added_member_is_refused(office: Office) -> None:
    members = opened(bundled(office.register, office.case, "court")[0])
    keys = office.register.settings.log[0].vkeys
    first, second = sorted(name for name in members if name.startswith("proofs/"))[:2]
    document = next(name for name in members if name.startswith("documents/"))
    for changed in (
        members | {first: members[second], second: members[first]},
        members | {first: members[first].replace(b"index ", b"index 1")},
        members | {document: members[document] + b"."},
        members | {"documents/" + "0" * 64: b""},
        members | {"note.txt": b"trust me"},
        members | {"bundle.json": members["bundle.json"].replace(b'"court"', b'"public"')},
        {name: data for name, data in members.items() if name != "policy"},
        {name: data for name, data in members.items() if not name.startswith("register/")},
    ):
        try:
            word = fairplace_verify.verify_bundle(packed(changed), keys).word
        except fairplace_verify.Unreadable:
            word = "not a record"
        assert word in ("not genuine", "not a record")


def test_a_receipt_is_tied_to_the_bundle_in_the_checkers_eyes(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="opened") as office:
        office.register.follow()
        early = receipt(office.register, office.at["deposit.received/1"])
        office.do(DeclareInterests(id="test", acting_as="evaluator"), by=story.EVALUATORS[0])
        office.register.follow()
        data, _ = bundled(office.register, office.case, "court", receipts=(early,))
        report = fairplace_verify.verify_bundle(data, office.register.settings.log[0].vkeys)
    assert report.word == "genuine", report.false
    assert [name for name in opened(data) if name.startswith("consistency/")]


@pytest.mark.slow
@pytest.mark.long
def test_a_case_of_a_thousand_entries_is_made_and_checked_in_reasonable_time(tmp_path: Path) -> None:
    """The time is of the processor: others may be at work beside us."""
    town = Town(tmp_path / "register")
    case = town.planned("asked", "Homes for children near their schools")
    town.invited(case)
    for _ in range(499):
        town.asked(case)
    town.settle()
    began = time.process_time()
    data, made = bundled(town.register, case, "public")
    written = time.process_time() - began
    began = time.process_time()
    report = fairplace_verify.verify_bundle(data, town.register.settings.log[0].vkeys)
    read = time.process_time() - began
    town.register.close()
    assert made.entries == 1000
    assert report.word == "genuine", report.false
    if os.environ.get("FAIRPLACE_MEASURE"):
        print(f"1000 entries: written in {written:.1f} s, checked in {read:.1f} s, {made.bytes} bytes")
    assert written < 30
    assert read < 30
