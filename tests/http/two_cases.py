"""A register with two cases side by side, told step by step: whoever works on one finds nothing of the other.

`own` is released. Of `other` nothing is but its invitation, and each private thing of it holds a word that stands nowhere
else: `CANARIES`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fairplace.challenge.commands import LodgeChallenge
from fairplace.clerk import Clerk
from fairplace.decision import Actor
from fairplace.drafting.signatures import Signatures
from fairplace.errors import Missing
from fairplace.ledger.note import Signer
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.people.events import Interest
from fairplace.post.letter import MARK, letter
from fairplace.post.notes import File, Written
from fairplace.terms import Provider
from fairplace.workroom import Workroom
from tests import story
from tests.filing import made
from tests.http.opened import Client, Desk
from tests.office import CHAPTERS, Office, key_of, open_office, person, signer
from tests.story import (
    ALDER,
    APPROVER,
    CEDAR,
    DOMAIN,
    EVALUATORS,
    MODERATOR,
    MONITORING,
    OFFERS,
    OFFICER,
)

CANARIES = ("Kestrel", "Cedar House", "Dogwood Lodge", "6,100", "610000", "5,555")
AUDITOR = Actor(key=f"{DOMAIN}/officer/u7aa", roles=frozenset({"auditor"}))
KEEPER = Actor(key=f"{DOMAIN}/officer/h8bb", roles=frozenset({"key-admin"}))
OUT = Actor(key=f"{DOMAIN}/officer/o9cc", roles=frozenset({"officer"}))
"""An officer who comes to stay out of `own`."""

PEOPLE = {
    "officer": OFFICER, "evaluator": EVALUATORS[0], "moderator": MODERATOR, "approver": APPROVER,
    "monitoring": MONITORING, "auditor": AUDITOR, "key-admin": KEEPER, "provider": person(ALDER),
}  # fmt: skip


class TwoCases:
    """Both cases, their private things, and everybody's accounts."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = open_office(folder)
        for one in (AUDITOR, KEEPER, OUT):
            self.office.enrol(one.key, *one.roles)
        self.cases = {"own": "", "other": ""}
        offers = {"own": OFFERS[:2], "other": OFFERS[2:4]}
        for chapter, steps in CHAPTERS.items():
            for which in self.cases:
                self.office.case = self.cases[which]
                if (which, chapter) == ("other", "planned"):
                    self.office.do(story.plan(title="Nights", need="Nights away", estimated_value=61_000_01))
                    self.office.do(story.conflicts())
                elif (which, chapter) == ("other", "released"):
                    self.office.do(story.summaries(offers[which]))
                else:
                    steps(self.office, offers[which])
                self.cases[which] = self.office.case
        self.own, self.other = self.cases.values()
        self.office.case = self.own
        self.room = Workroom(self.office.register)
        self.desk = Desk(self.office)
        self.things = {which: self._things(case) for which, case in self.cases.items()}
        self.office.register.follow()

    def _things(self, case: str) -> dict[str, str]:
        """One of each private thing of a case, by the name that addresses have for it."""
        office, room = self.office, self.room
        office.case = case
        bidder, word = (ALDER, "Osprey") if case == self.own else (CEDAR, "Kestrel")
        to = f"bea@{word.lower()}.example"
        lodged = office.do(
            LodgeChallenge(
                id="test", kind="complaint", ground="reasons", remedy="explanation", challenger=bidder, words=f"{word}?"
            ),
            by=person(bidder),
        )
        bids = [one.index for one in office.register.reader.case(case) if one.type == "deposit.received/1"]
        for kind, index in (("bid", bids[0]), ("challenge", lodged.index)):
            stream = office.register.reader.entry(index).envelope.stream
            room.lodgings.put(kind, case, bidder.id, place=index, stream=stream, person="")  # type: ignore[arg-type]
        content = f"%PDF-1.7 {word}".encode()
        kept = office.register.documents.put(content, "application/pdf")
        link = room.links.make(case, bidder, to)
        return {
            "challenge": office.register.reader.entry(lodged.index).envelope.stream,
            "lodged": str(lodged.index),
            "deposit": str(bids[0]),
            "rival": str(bids[1]),
            "document": room.cabinet.take_in(case, f"{word}.docx", "note", made.docx(), by="").id,
            "message": room.outbox.put(case, "debrief", letter(to, f"{word}\n\n{MARK}"), link="x"),
            "note": room.notes.put(
                case,
                Written(
                    kind="question", provider=bidder, words=f"{word}?", name="Bea", to=to,
                    files=(File(name=f"{word}.pdf", document=kept),),
                ),
            ),
            "sha256": kept.sha256,
            "token": link,
            "link": room.links.find(link).id,
            "act": self._act(case, word),
        }  # fmt: skip

    def _act(self, case: str, word: str) -> str:
        """A declaration that waits for the signature of an evaluator who is nobody of the matrix."""
        command = DeclareInterests(
            id=f"act-{case}", as_=EVALUATORS[1].key, case=case, acting_as="evaluator",
            interests=[Interest(kind="friend", provider=Provider(id="GB-COH-1", name=f"{word} Ltd"), note=word)],
        )  # fmt: skip
        return Signatures(self.room.acts, Clerk(self.office.register, _nobody)).begin(
            command, task="interests", made_by="somebody"
        )

    def be(self, role: str, *, opened: bool = True) -> Client:
        """Somebody of this role, with the file of `own` open if they may open it."""
        who = PEOPLE[role]
        if role == "provider" and who.key not in self.desk._people:
            accounts = self.desk.accounts
            link = accounts.invite(name="Al", email="al@alder.example", roles=("provider",), provider=ALDER.id)
            with accounts.database.writing() as connection:
                self.desk._people[who.key] = accounts.accept(connection, accounts.invitation(link))
            accounts.keep_key(self.desk._people[who.key].id, signer(key_of(ALDER)).vkey.text, "laptop", ())
        if opened and role not in ("provider", "auditor", "key-admin"):
            return self.desk.opened(who.key, self.own)
        return self.desk.client(who.key)

    def stays_out(self) -> Client:
        """Somebody who had the file of `own` open when it was decided that they stay out."""
        client = self.desk.opened(OUT.key, self.own)
        self.office.case = self.own
        self.office.do(DecideInterest(id="test", person=OUT.key, outcome="recuse", reason="Near"), by=MONITORING)
        return client

    def state(self, case: str) -> tuple[Any, ...]:
        """Everything private of a case that somebody could change, and the size of the log."""
        room = self.room
        with room.drafts._file.reading() as connection:
            drafts = connection.execute("SELECT count(*) FROM draft WHERE case_id = ?", (case,)).fetchone()[0]
        return (
            self.office.register.reader.size, drafts, room.outbox.of_case(case), room.links.of_case(case),
            room.notes.of_case(case), room.cabinet.of(case), room.acts.get(self.things["other"]["act"]).state,
        )  # fmt: skip


def _nobody(name: str) -> Signer:
    raise Missing(name)
