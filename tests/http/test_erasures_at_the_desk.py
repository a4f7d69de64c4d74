"""An erasure that one person signed waits at the desk for a second, who reads there what goes, and for nobody whose it is."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairplace.chosen import choose
from fairplace.clerk import Clerk
from fairplace.drafting.acts import Erase
from fairplace.drafting.signatures import Signatures
from fairplace.post.lodgings import Mark
from fairplace.workroom import Workroom
from tests import story
from tests.http.opened import Client, Desk, found
from tests.office import open_office, person
from tests.story import ALDER, APPROVER, EVALUATORS, MONITORING, OFFERS, OFFICER
from tests.test_erasing import take_down


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_office(tmp_path / "register", until="published") as office:
        office.wait_until("2026-03-30T09:00:00.000Z")
        office.do(story.bid(OFFERS[0]), by=person(OFFERS[0].provider))
        office.register.follow()
        yield Desk(office)


def begun(desk: Desk, *names: str) -> str:
    """The officer signs first, as `fairplace erase … --request` has it; the act's id."""
    register, key = desk.office.register, desk.signer(OFFICER.key)
    room = Workroom(register)
    signatures = Signatures(room.acts, Clerk(register, desk.signer))
    wanted = Erase(id="erase:1", as_=OFFICER.key, subjects=names, basis="court-order", reason="The court said so.")
    act = room.acts.get(signatures.begin(wanted, task="request", made_by=""))
    signatures.sign(act, key.line(act.prepared.text), lambda *_: key.vkey)
    return act.id


def signed(desk: Desk, client: Client, key: str, act: str) -> int:
    page = client.get(f"/desk/sign/{act}").text
    text = base64.b64decode(html.unescape(found(r'data-text="([^"]+)"', page)))
    return desk.send(client, f"/desk/sign/{act}", line=desk.signer(key).line(text).removesuffix("\n")).status_code


def test_what_was_written_about_a_case_goes_when_the_second_signs_at_the_desk(desk: Desk) -> None:
    room = Workroom(desk.office.register)
    room.drafts.save(desk.office.case, "names", {"names": ["Maya Quillfeather"]}, by="olga", version=0)
    mark = Mark(part="Rota", reason="Maya Quillfeather wrote it")
    room.lodgings.mark(desk.office.case, ALDER.id, (mark,), person="bea")
    room.lodgings.mark("another", ALDER.id, (mark,), person="bea")
    take_down(desk.office, f"case:{desk.office.case}")
    act = begun(desk, f"case:{desk.office.case}")
    assert room.drafts.get(desk.office.case, "names") is not None, "one signature takes nothing away"
    assert signed(desk, desk.client(MONITORING.key), MONITORING.key, act) == 303
    assert room.drafts.get(desk.office.case, "names") is None
    assert room.lodgings.marks(desk.office.case) == {}
    assert room.lodgings.marks("another") == {ALDER.id: (mark,)}


def test_a_second_person_reads_and_signs_it_at_the_desk(desk: Desk) -> None:
    register = desk.office.register
    name = f"bid:{desk.office.case}:{OFFERS[0].provider.id}"
    act, before = begun(desk, name), choose(register, [name])
    client = desk.client(MONITORING.key)
    assert f"/desk/sign/{act}" in client.get("/desk").text
    page = html.unescape(client.get(f"/desk/sign/{act}").text)
    for said in (f"Erase {len(before.kept)} sealed values of {name} for ever", "court-order", "The court said so."):
        assert said in page
    for other in (EVALUATORS[0].key, OFFICER.key):
        assert "data-sign=" not in desk.client(other).get(f"/desk/sign/{act}").text
    assert register.store.kept(register.origin, sorted(before.subjects))
    assert signed(desk, client, MONITORING.key, act) == 303
    assert not register.store.kept(register.origin, sorted(before.subjects))
    assert "Signed and recorded" in client.get(f"/desk/sign/{act}").text


def test_nobody_signs_second_for_what_is_their_own(desk: Desk) -> None:
    act = begun(desk, f"person:{APPROVER.key}")
    assert "data-sign=" not in desk.client(APPROVER.key).get(f"/desk/sign/{act}").text
    assert "data-sign=" in desk.client(MONITORING.key).get(f"/desk/sign/{act}").text
