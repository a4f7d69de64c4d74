"""What is sealed of one child's search goes with one key, once the search is over, and every proof still holds."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import fairplace_verify
from fairplace import erasing
from fairplace.decision import Actor, Command
from fairplace.errors import Refused
from fairplace.founding import create
from fairplace.on_disk import Register
from fairplace.referral.commands import EndReferral
from fairplace.referral.events import Child, NeedAssessed
from fairplace.sources import SYSTEM
from tests.homes import MONITORING, OFFICER, SOCIAL_WORKER, authority
from tests.needs import need, opening, voice
from tests.office import ROOT, signer
from tests.story import DOMAIN

CANARY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    made = create(
        tmp_path / "register", authority="Northbrook Council", origin=f"log.{DOMAIN}/placements", root=signer(ROOT),
        kind="placements",
    )  # fmt: skip
    with made:
        for actor in (OFFICER, SOCIAL_WORKER, MONITORING):
            [role] = actor.roles
            made.enrol(signer(actor.key).vkey.text, role, holder=actor.key, provider=None, admin=signer(ROOT))
        yield made


def record(register: Register, command: Command, by: Actor, case: str | None = None) -> str:
    named = msgspec.structs.replace(command, id=SYSTEM.event_id(), as_=by.key, case=case)
    done = register.desk.record(named, lambda prepared: [signer(by.key).line(prepared.text)])
    assert done.case is not None
    return done.case


def test_a_childs_search_is_erased_by_one_key_once_it_is_over(register: Register) -> None:
    record(register, authority(), OFFICER)
    case = record(register, need(), SOCIAL_WORKER)
    record(register, voice(), SOCIAL_WORKER, case)
    record(register, opening(), OFFICER, case)
    both = [signer(OFFICER.key), signer(MONITORING.key)]
    with pytest.raises(Refused, match="is not over"):
        erasing.erase(register, [f"case:{case}"], "erasure-request", "The young person asked", both)
    record(register, EndReferral(id="x", how="withdrawn", reason="Family can care"), OFFICER, case)
    [before] = [one.event for one in register.reader.case(case) if isinstance(one.event, NeedAssessed)]
    child = before.child.get()
    assert isinstance(child, Child)
    erasing.erase(register, [f"case:{case}"], "erasure-request", "The young person asked", both)
    [after] = [one.event for one in register.reader.case(case) if isinstance(one.event, NeedAssessed)]
    assert not after.child.is_open
    assert not after.profile.is_open
    register.publisher.publish()
    stored = b"".join(path.read_bytes() for path in register.folder.rglob("*") if path.is_file())
    assert child.pseudonym.encode() not in stored
    report = fairplace_verify.verify(register.folder / "inside", [], None)
    assert report.word in ("genuine", "partly checked"), report
