"""Two registers that differ in nothing but what is sealed, and all that outsiders ask of them.

`TAME` and `WILD` have the same people, bidders, steps, moments and salts. Names, prices, marks, reasons, the winner and
what is declared differ, in what they say and in how long they are. Alder's own bid is the same in both: what it knows of
itself tells it nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import msgspec

from fairplace.decision import Actor
from fairplace.http.app import HERE
from fairplace.http.guard import cookie_name
from fairplace.openness.commands import Release
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.people.events import Interest
from fairplace.terms import Provider
from fairplace.workroom import Workroom
from tests import story
from tests.http.access_table import TABLE
from tests.http.opened import Client, Desk
from tests.office import CHAPTERS, Office, key_of, open_office, signer
from tests.story import ALDER, APPROVER, BIRCH, CEDAR, DOGWOOD, ELDER, EVALUATORS, MONITORING, OFFICER, Offer

AUDITOR = Actor(key=f"{story.DOMAIN}/officer/u7aa", roles=frozenset({"auditor"}))
KEEPER = Actor(key=f"{story.DOMAIN}/officer/h8bb", roles=frozenset({"key-admin"}))


class World(msgspec.Struct, frozen=True):
    """What is sealed in one of the two."""

    offers: tuple[Offer, ...]
    winner: int
    word: str
    reasons: int = 1


def _named(provider: Provider, name: str) -> Provider:
    return msgspec.structs.replace(provider, name=name)


OWN = Offer(provider=ALDER, price=520_000, marks={"care": 8, "staff": 6})
TAME = World(
    (
        OWN,
        Offer(provider=BIRCH, price=480_000, marks={"care": 6, "staff": 6}),
        Offer(provider=CEDAR, price=610_000, marks={"care": 4, "staff": 8}),
    ),
    winner=0,
    word="Fine",
)
WILD = World(
    (
        msgspec.structs.replace(OWN, marks={"care": 0, "staff": 10}),
        Offer(
            provider=_named(BIRCH, "Birch <&> Quokka “Homes” for Children of the North and the South Limited"),
            price=7_700_000_011,
            marks={"care": 10, "staff": 10},
        ),
        Offer(provider=_named(CEDAR, "Cedar"), price=1, marks={"care": 0, "staff": 0}),
    ),
    winner=1,
    word="Nobody on this panel was convinced, and each says so at length <b>& in words of their own</b>. " * 20,
    reasons=20,
)


class Twin:
    """One of the two, told chapter by chapter, with everybody who has no business with what is sealed."""

    def __init__(self, folder: Path, world: World, *, seed: int = 1) -> None:
        self.office: Office = open_office(folder, seed=seed)
        self.world = world
        for one in (AUDITOR, KEEPER):
            self.office.enrol(one.key, *one.roles)
        self.desk = Desk(self.office)
        self._open = ExitStack()
        self._askers: dict[str, Client] = {}

    def tell(self, chapter: str) -> None:
        """One chapter more of `TOLD`."""
        office, offers = self.office, self.world.offers
        if chapter == "declared":
            friend = Interest(kind="friend", provider=offers[1].provider, note=self.world.word)
            declared = DeclareInterests(id="test", acting_as="evaluator", interests=[friend])
            office.do(declared, by=EVALUATORS[2])
            stays_out = DecideInterest(id="test", person=EVALUATORS[2].key, outcome="recuse", reason=self.world.word)
            office.do(stays_out, by=MONITORING)
        elif chapter == "awarded":
            office.wait_until("2026-04-09T09:00:00.000Z")
            office.do(
                story.award(
                    offers[self.world.winner],
                    reasons=[f"{number}. {self.world.word}" for number in range(self.world.reasons)],
                ),
                by=APPROVER,
            )
        else:
            CHAPTERS[chapter](office, offers)
        if chapter == "deposited":
            self._keep_receipt()
        office.register.follow()

    def release(self) -> None:
        """From now on the winner is public."""
        office = self.office
        office.wait_until("2026-04-13T09:00:00.000Z")
        office.do(story.summaries(self.world.offers))
        office.do(story.notice("UK6", standstill_ends=story.STANDSTILL_ENDS))
        office.do(Release(id="test", occasion="award"))
        office.register.follow()

    def askers(self) -> Mapping[str, Client]:
        """Somebody of nowhere; a bidder and a provider who did not bid; staff to whom the file of the case is closed."""
        if not self._askers:
            self._askers = {
                "nobody": Client(self.desk.app, base_url=HERE, raise_server_exceptions=False),
                "bidder": self._provider(ALDER),
                "no bidder": self._provider(ELDER),
                "auditor": self.desk.client(AUDITOR.key),
                "key-admin": self.desk.client(KEEPER.key),
                "officer": self.desk.client(OFFICER.key),
                "monitoring": self.desk.client(MONITORING.key),
            }
            for client in self._askers.values():
                self._open.enter_context(client)
        return self._askers

    def token(self, name: str) -> str:
        """What a form of this asker carries; empty for somebody who is not signed in."""
        session = self.desk.sessions.get(self.askers()[name].cookies.get(cookie_name(HERE)) or "")
        return session.csrf if session else ""

    def insider(self) -> Client:
        """An officer with the file of the case open."""
        return self._open.enter_context(self.desk.opened(OFFICER.key, self.office.case))

    def close(self) -> None:
        self._open.close()
        self.office.close()

    def _provider(self, provider: Provider) -> Client:
        accounts, key = self.desk.accounts, key_of(provider)
        link = accounts.invite(
            name=provider.name, email=f"{provider.id}@else.example".lower(), roles=("provider",), provider=provider.id
        )
        with accounts.database.writing() as connection:
            self.desk._people[key] = accounts.accept(connection, accounts.invitation(link))
        accounts.keep_key(self.desk._people[key].id, signer(key).vkey.text, "laptop", ())
        return self.desk.client(key)

    def _keep_receipt(self) -> None:
        """Alder's bid, as the desk keeps what was lodged through it."""
        office = self.office
        index = next(one.index for one in office.register.reader.case(office.case) if one.type == "deposit.received/1")
        stream = office.register.reader.entry(index).envelope.stream
        Workroom(office.register).lodgings.put("bid", office.case, ALDER.id, place=index, stream=stream, person="")


def told(folder: Path) -> Iterator[tuple[str, Twin, Twin]]:
    """Both, at each stage at which something sealed has come in and nothing of it is released."""
    tame, wild = Twin(folder / "tame", TAME), Twin(folder / "wild", WILD)
    try:
        for chapter in TOLD:
            for one in (tame, wild):
                one.tell(chapter)
            if chapter in STAGES:
                yield chapter, tame, wild
        for one in (tame, wild):
            one.release()
        yield "released", tame, wild
    finally:
        tame.close()
        wild.close()


TOLD = (
    "planned", "published", "asked", "deposited", "opened", "declared", "marked", "moderated", "awarded",
)  # fmt: skip
STAGES = ("deposited", "awarded")
"""When bids are in and nothing is opened; and when everything is decided and nothing is said."""


# What they ask


def asked(office: Office, name: str) -> list[str]:
    """Every address of the desk that names the case or lists cases, and, by somebody of nowhere, what everybody may read."""
    case, size = office.case, office.register.reader.size
    public = ["/", "/decisions", f"/decisions/{case}", f"/decisions/{case}.json", "/challenges", "/log", "/checkpoint"]
    public += ["/index.json", "/log.json?from=0", "/decisions?q=Birch", "/decisions.json?q=480000", "/policy"]
    public += [f"/providers/{BIRCH.id}", f"/providers/{DOGWOOD.id}.json", f"/decisions/{case}/record", "/nothing"]
    public += [f"/log/{index}{suffix}" for index in range(size - 4, size) for suffix in ("", ".json", ".entry")]
    private = [
        path.replace("{case:str}", case).replace("{code:str}", "bids").replace("{name:str}", "1")
        for method, path in TABLE
        if method == "GET" and ("{case:str}" in path or path in ("/desk", "/desk/cases", "/desk/bids", "/desk/openers"))
    ]
    return [*(public if name == "nobody" else public[:3]), *sorted(path for path in private if "{" not in path)]


NAMES = ("name", "message", "note", "link", "act")
"""Parts of an address that name one thing of a case; none of them is there."""


def sent(office: Office) -> list[str]:
    """Every address of the desk that takes a form about a case."""
    found = {
        path.replace("{case:str}", office.case) for method, path in TABLE if method == "POST" and "{case:str}" in path
    }
    for name in NAMES:
        found = {path.replace(f"{{{name}:str}}", "1") for path in found}
    forms = {path.replace("{code:str}", code) for path in found for code in ("bids", "moderation", "award")}
    return sorted(path for path in forms if "{" not in path)
