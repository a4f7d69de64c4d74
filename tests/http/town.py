"""A small real register: signed entries, published files and projected rows, for the tests of the pages.

It holds a contract with everything released, an award in standstill that is challenged, an invitation that runs, an end
without award, a notice taken in, and a case of one person that must have no page. `wrap` is put around every free text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fairplace.challenge import events as c
from fairplace.decision import Actor, Decision, History
from fairplace.event import Fact
from fairplace.founding import create
from fairplace.ledger.disclosure import Sealed, sealed
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.openness import events as o
from fairplace.openness.release import releasable
from fairplace.people import events as p
from fairplace.procurement import events as e
from fairplace.sources import Sources
from fairplace.terms import Document, Provider, instant

AUTHORITY = "Northcliffe County Council"
ORIGIN = "log.northcliffe.example/commissioning"
ROLES = ("officer", "evaluator", "moderator", "approver", "monitoring")
PLACES = [f"{place:02d}" for place in range(1, 9)]
START = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)

WINNER = Provider(id="GB-COH-07654321", name="Harbour House Care Ltd")
SECOND = Provider(id="GB-COH-01234567", name="Larchfield Homes CIC")
THIRD = Provider(id="GB-CHC-1098765", name="The Saltmarsh Trust")
FOURTH = Provider(id="GB-COH-05550123", name="Beacon Fostering Group Ltd")
ODD = Provider(id="GB-SRS-site.example/ünit 7?x=1#y".replace(" ", "_"), name="Odd & Sons <Ltd>")
LOSERS = (SECOND, THIRD, FOURTH)

TITLES = {
    "care": "Quality of care",
    "safe": "Keeping children safe",
    "voice": "Children’s voice",
    "price": "Price",
}
WEIGHTS = {"care": 3000, "safe": 2000, "voice": 1000, "price": 4000}


class Clock:
    """Moves an hour with each entry; the tests need no more of time."""

    def __init__(self) -> None:
        self.moment = START
        self._chance = 0

    def now(self) -> datetime:
        return self.moment

    def entropy(self, size: int) -> bytes:
        self._chance += 1
        return hashlib.shake_128(self._chance.to_bytes(8, "big")).digest(size)


class Town:
    """Writes the story into a register on disk."""

    def __init__(self, folder: Path, wrap: Callable[[str], str] = str) -> None:
        self.clock = Clock()
        self.wrap = wrap
        self.sources = Sources(self.clock.now, self.clock.entropy)
        self.root = Signer("northcliffe.example/root", b"r" * 32)
        self.register: Register = create(
            folder, authority=AUTHORITY, origin=ORIGIN, root=self.root, sources=self.sources, worthless=True
        )
        self.keys = {
            role: Signer(f"northcliffe.example/officer/{role[:3]}1", role.encode().ljust(32, b".")) for role in ROLES
        }
        for role, key in self.keys.items():
            self.register.enrol(key.vkey.text, role, holder=f"A. {role}", provider=None, admin=self.root)
        for role in ("receiver", "assessor", "importer"):
            self.keys[role] = self.register.service(role)
        self.cases: dict[str, str] = {}
        self.challenges: dict[str, str] = {}
        self.at: dict[str, int] = {}
        self.leaves: dict[int, str] = {}

    # Writing

    def say(self, case: str, event: Fact, by: str = "officer", stream: str = "case", second: str = "") -> int:
        """Append one event, signed by the key of this role. Its index."""
        self.clock.moment += timedelta(hours=1)
        key = self.keys[by]
        actor = Actor(key=key.vkey.name, roles=self.register.desk.roles_of(key.vkey.name))
        prepared = self.register.desk.prepare_decision(
            Decision(event=event, statement="a step", stream=stream),
            History(case=case, events=()),
            by=actor,
            at=instant(self.clock.moment),
            key=self.sources.event_id(),
            command=self.sources.event_id(),
        )
        lines = [key.line(prepared.text)]
        if second:
            lines.append(self.keys[second].line(prepared.text))
        done = self.register.desk.append(prepared, lines)
        self.leaves[done.index] = done.leaf
        return done.index

    def text(self, value: str, basis: Any = "standstill") -> Sealed[str]:
        return sealed(basis, self.wrap(value))

    def common(self, case: str, **members: Any) -> dict[str, Any]:
        usual = {
            "case": case,
            "happened_at": instant(self.clock.moment),
            "evidence": "signed-by-party",
            "exhibit": sealed("commercial", None),
        }
        return usual | members

    def step(self, case: str, **members: Any) -> dict[str, Any]:
        return self.common(case, override=None, override_reason=sealed("personal", None)) | members

    def aside(self, case: str, **members: Any) -> dict[str, Any]:
        return self.common(case, seen=self.leaves[self.at[f"{case} planned"]]) | members

    def release(self, case: str, occasion: Any, *indexes: int, without: str = "?") -> int:
        openings = [
            o.Slots(entry=index, slots=[slot for slot in self.slots(index) if without not in slot])
            for index in sorted(indexes)
        ]
        return self.say(case, o.Disclosed(**self.common(case), occasion=occasion, openings=openings))

    def release_award(self, case: str, moderated: int) -> int:
        """What the allow-list opens of an award, and the winner's changed marks."""
        found = releasable(History(case=case, events=self.register.reader.case(case)), "award")
        found.setdefault(moderated, set()).add("/bids/03/changes")
        openings = [o.Slots(entry=index, slots=sorted(slots)) for index, slots in sorted(found.items())]
        return self.say(case, o.Disclosed(**self.common(case), occasion="award", openings=openings))

    def take_down(self, case: str, index: int, slot: str) -> int:
        taken = o.Withdrawn(
            **self.common(case),
            ground="child",
            openings=[o.Slots(entry=index, slots=[slot])],
            reason=self.text("A first name stood in it.", "personal"),
        )
        return self.say(case, taken, by="monitoring")

    def slots(self, index: int) -> list[str]:
        return sorted(self.register.reader.entry(index).envelope.sealed)

    # The story

    def planned(self, name: str, title: str, **members: Any) -> str:
        case = self.cases[name] = self.sources.stream_id()
        usual: dict[str, Any] = {
            "regime": "PA23",
            "commenced_on": "2026-09-01",
            "contract_kind": "services",
            "route": "open",
            "light_touch": True,
            "cpv": ["85311300"],
            "concerns_one_person": False,
            "value_estimable": True,
            "max_term_days": 1460,
            "related": [],
            "title": self.text(title),
            "need": self.text(
                "Children who cannot live at home need a place near their school and the people they know.\n\n"
                "The council looks for twelve beds in four small homes, for four years."
            ),
            "authority": self.text(AUTHORITY),
            "estimated_value": sealed("commercial", 9_600_000_00),
            "lots_reason": sealed("commercial", None),
            "split_reason": sealed("commercial", None),
        }
        index = self.say(case, e.Planned(**(self.step(case) | usual | members)))
        self.at[f"{case} planned"] = index
        return case

    def invited(self, case: str) -> int:
        scale = {"0": "No answer", "3": "Acceptable: some doubts", "5": "Excellent: no doubts, with evidence"}
        return self.say(
            case,
            e.TenderPublished(
                **self.step(case),
                notice_reference="2026/S 000-081234",
                criteria=[
                    e.Criterion(id="quality", parent=None, kind="quality", weight=6000),
                    *(
                        e.Criterion(
                            id=name,
                            parent=None if name == "price" else "quality",
                            kind="price" if name == "price" else "quality",
                            weight=weight,
                        )
                        for name, weight in WEIGHTS.items()
                    ),
                ],
                scale=e.Scale(lowest=0, highest=5, step=1),
                price_formula="lowest-over-price",
                tie_break="highest-quality",
                winners=1,
                deadline=instant(self.clock.moment + timedelta(days=30)),
                questions_until=instant(self.clock.moment + timedelta(days=20)),
                late_policy="reject",
                conditions=["registered", "insured"],
                places=8,
                conflicts_confirmed=True,
                policies={},
                titles=sealed("standstill", {name: self.wrap(words) for name, words in TITLES.items()}),
                descriptors=sealed("standstill", {mark: self.wrap(words) for mark, words in scale.items()}),
                documents=sealed("standstill", []),
            ),
        )

    def asked(self, case: str) -> list[int]:
        words = self.text("May one home have five beds?", "commercial")
        asked = self.say(
            case,
            e.QuestionAsked(**self.step(case), question="1", words=words, asked_by=sealed("commercial", SECOND)),
        )
        answered = self.say(
            case,
            e.QuestionAnswered(
                **self.step(case),
                question="1",
                audience="all",
                material=True,
                confidential_reason=None,
                words=words,
                answer=self.text("Yes, when at least two of the others have three or fewer.", "commercial"),
                recipients=sealed("commercial", []),
            ),
        )
        return [asked, answered]

    def deposit(self, case: str | None, who: Provider | None, price: int | None) -> int:
        document = None if who is None else Document(sha256="a" * 64, bytes=90_000, media="application/pdf")
        members = self.common("", evidence="portal-export")
        del members["case"]
        seen = None if case is None else self.leaves[self.at[f"{case} planned"]]
        event = e.DepositReceived(
            **members,
            case=sealed("standstill", case),
            seen=sealed("standstill", seen),
            provider=sealed("standstill", who and self.named(who)),
            document=sealed("commercial", document),
            price=sealed("commercial", price),
            provider_signature=sealed("commercial", None),
        )
        return self.say(case or self.sources.stream_id(), event, by="receiver", stream="new")

    def named(self, who: Provider) -> Provider:
        return Provider(id=who.id, name=self.wrap(who.name))

    def opened(self, case: str, prices: dict[str, tuple[Provider, int]]) -> list[int]:
        deposits = {place: self.deposit(case, who, price) for place, (who, price) in prices.items()}
        self.deposit(None, None, None)
        index = self.say(
            case,
            e.BidsOpened(
                **self.step(case),
                bids={
                    place: e.OpenedBid(
                        deposit=sealed("standstill", self.leaves[deposits[place]] if place in deposits else None)
                    )
                    for place in PLACES
                },
                rests_on=sealed(
                    "standstill",
                    e.RestsOn(count=len(deposits), root=self.leaves[index_of(deposits)], types=["deposit.received/1"]),
                ),
                late=sealed("standstill", []),
                present=[self.keys["officer"].vkey.name],
            ),
        )
        return [*deposits.values(), index]

    def sheet(self, case: str, marks: dict[str, dict[str, int]]) -> int:
        def bid(place: str) -> e.SheetBid:
            given = marks.get(place)
            reasons = given and {name: self.wrap("A clear plan with named staff.") for name in given}
            return e.SheetBid(marks=sealed("standstill", given), reasons=sealed("standstill", reasons))

        return self.say(
            case,
            e.SheetSigned(
                **self.aside(case),
                criteria=["care", "safe", "voice"],
                bids={place: bid(place) for place in PLACES},
                override=None,
                override_reason=sealed("personal", None),
            ),
            by="evaluator",
            stream="new",
        )

    def moderated(self, case: str, results: dict[str, tuple[dict[str, int], dict[str, int], int]]) -> int:
        def bid(place: str) -> e.ModeratedBid:
            if place not in results:
                return e.ModeratedBid(
                    **dict.fromkeys(("marks", "reasons", "changes", "result"), sealed("standstill", None))
                )
            marks, points, rank = results[place]
            because = {
                "care": "Staff stay for years, and the plan says who does what when a child arrives.",
                "safe": "Clear steps when a child is missing; the night rota is thin.",
                "voice": "Children chose the furniture and sat on the interview panel.",
            }
            change = {
                "care": e.Changed(inputs=[3, 5], reason=self.wrap("Read again together: the rota answers the doubt."))
            }
            return e.ModeratedBid(
                marks=sealed("standstill", marks),
                reasons=sealed("standstill", {name: self.wrap(words) for name, words in because.items()}),
                changes=sealed("standstill", change if rank == 1 else {}),
                result=sealed("standstill", e.Result(points=points, total=sum(points.values()), rank=rank)),
            )

        rests = e.RestsOn(
            count=0, root="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", types=["evaluation.sheet-signed/1"]
        )
        return self.say(
            case,
            e.Moderated(**self.step(case), rests_on=rests, bids={place: bid(place) for place in PLACES}, present=[]),
            by="moderator",
        )

    def awarded(self, case: str, place: str, who: Provider, value: int, **members: Any) -> int:
        rests = e.RestsOn(
            count=0, root="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", types=["evaluation.moderated/1"]
        )
        reasons = [
            "Harbour House offered the best care at a fair price. It scored highest on quality of care and on keeping children safe.",
            (
                "Its homes are within eight miles of the schools that most of the children go to. Two of the other bids would "
                "have meant a change of school for at least five children."
            ),
            (
                "Its price was the second lowest. The lowest bid scored low on the night rota, and the council asked about it "
                "in writing before it was marked."
            ),
        ]
        return self.say(
            case,
            e.Awarded(
                **(self.step(case) | members),
                rests_on=rests,
                bids={
                    one: e.AwardBid(
                        award=sealed(
                            "standstill",
                            e.AwardedTo(provider=self.named(who), value=value) if one == place else None,
                        )
                    )
                    for one in PLACES
                },
                reasons=sealed("standstill", [self.wrap(reason) for reason in reasons]),
                alternatives=sealed("standstill", [self.wrap("To run the homes itself: it would take two years.")]),
                delegation="4.2.1",
                pre_award_findings=None,
            ),
            by="approver",
            second="monitoring" if members else "",
        )

    def notice(self, case: str, code: Any, ends: str | None = None) -> int:
        return self.say(
            case,
            e.NoticePublished(
                **self.step(case),
                notice=code,
                reference="2026/S 000-09",
                standstill_ends=ends,
                conflicts_confirmed=True,
            ),
        )

    def assessed(self, case: str, outcomes: dict[str, Any], view: Any = "authority") -> int:
        event = o.Assessed(
            **self.aside(case),
            view=view,
            occasion="award",
            upto=self.register.reader.size,
            outcomes=outcomes,
            findings="f" * 64,
            policies={"equal_treatment.py": "e" * 64},
            engine="0.1.0",
            holidays="d" * 64,
        )
        return self.say(case, event, by="assessor", stream="new")

    def lodged(self, name: str, case: str, about: int | None = None) -> str:
        index = self.say(
            case,
            c.Lodged(
                **self.aside(case, evidence="stated-by-officer"),
                kind="complaint",
                ground="scoring",
                remedy="re-score",
                about=about,
                challenger=sealed("personal", SECOND),
                words=self.text(
                    "Our plan names the night staff on page 14. The mark says that it does not.", "personal"
                ),
                challenger_signature=sealed("personal", None),
            ),
            by="receiver",
            stream="new",
        )
        self.at[f"{name} lodged"] = index
        self.challenges[name] = self.register.reader.entry(index).envelope.stream
        return self.challenges[name]

    def told(self, case: str, challenge: str) -> list[int]:
        self.say(case, c.Acknowledged(**self.aside(case)), stream=challenge)
        answered = self.say(
            case,
            c.Answered(**self.aside(case), answer=self.text("Page 14 was read. It names two staff for three homes.")),
            stream=challenge,
        )
        decided = self.say(
            case,
            c.Decided(
                **self.aside(case),
                outcome="not-upheld",
                remedy="explanation",
                reason=self.text("The mark follows from the published scale. It would not change the order."),
            ),
            by="monitoring",
            stream=challenge,
        )
        return [answered, decided]

    def contract(self) -> str:
        """From the need to a signed contract, a challenge answered on the way, and everything released but the bidders."""
        case = self.planned("contract", "Homes for children near their schools")
        notice = self.invited(case)
        self.at["first release"] = self.release(case, "notice", self.at[f"{case} planned"], notice)
        _, answered = self.asked(case)  # of a question what its answer says of it is public, and who asked is not
        self.release(case, "notice", answered, without="recipients")
        bids = {
            "02": (SECOND, 9_020_000_00),
            "03": (WINNER, 8_900_000_00),
            "05": (THIRD, 8_640_000_00),
            "08": (FOURTH, 10_400_000_00),
        }
        self.opened(case, bids)
        declared = p.InterestsDeclared(
            **self.aside(case), acting_as="evaluator", bidders_known=True, interests=sealed("personal", [])
        )
        self.say(case, declared, by="evaluator", stream="new")
        marks = {
            "02": {"care": 4, "safe": 3, "voice": 4},
            "03": {"care": 5, "safe": 4, "voice": 4},
            "05": {"care": 3, "safe": 2, "voice": 5},
            "08": {"care": 4, "safe": 4, "voice": 3},
        }
        self.sheet(case, marks)
        results = {
            "03": (marks["03"], {"care": 3000, "safe": 1600, "voice": 800, "price": 3883}, 1),
            "02": (marks["02"], {"care": 2400, "safe": 1200, "voice": 800, "price": 3831}, 2),
            "08": (marks["08"], {"care": 2400, "safe": 1600, "voice": 600, "price": 3323}, 3),
            "05": (marks["05"], {"care": 1800, "safe": 800, "voice": 1000, "price": 4000}, 4),
        }
        moderated = self.moderated(case, results)
        awarded = self.awarded(case, "03", WINNER, 8_900_000_00)
        self.assessed(
            case,
            {"ET-01": "met", "ET-02": "met", "ET-12": "met", "RR-04": "not-met", "CI-01": "concern", "ET-18": "not-applicable",
             "AD-02": "cannot-tell"},
        )  # fmt: skip
        self.assessed(
            case,
            {"ET-01": "met", "ET-02": "met", "ET-12": "cannot-tell", "RR-04": "cannot-tell", "CI-01": "concern",
             "ET-18": "not-applicable", "AD-02": "cannot-tell"},
            view="public",
        )  # fmt: skip
        self.notice(case, "UK6", "2026-10-20")
        self.release_award(case, moderated)
        challenge = self.lodged("decided", case, about=moderated)
        self.release(case, "challenge", self.at["decided lodged"], *self.told(case, challenge), without="challenger")
        entered = self.say(
            case,
            e.ContractEntered(
                **self.step(case),
                entered_on="2026-10-26",
                providers=sealed("standstill", [self.named(WINNER)]),
                value=sealed("commercial", 8_900_000_00),
                document=sealed("commercial", None),
            ),
            by="approver",
        )
        self.release(case, "contract", entered, without="document")
        self.notice(case, "UK7")
        self.at["reasons"] = awarded
        return case

    def standstill(self) -> str:
        """Awarded against the procedure, in standstill, challenged; a text was taken down; most rules cannot be judged."""
        case = self.planned("standstill", "Short breaks for disabled children, 2026 to 2030")
        notice = self.invited(case)
        self.release(case, "notice", self.at[f"{case} planned"], notice)
        self.opened(case, {"01": (ODD, 1_200_000_00)})
        self.clock.moment += timedelta(hours=1)
        awarded = self.awarded(
            case, "01", ODD, 1_200_000_00, override="sheets-missing",
            override_reason=self.text("The only bid; a child needs the service before the panel can meet.", "personal"),
        )  # fmt: skip
        self.notice(case, "UK6", "2099-12-31")
        self.assessed(case, {"ET-01": "cannot-tell", "ET-02": "cannot-tell", "RR-04": "cannot-tell", "CI-01": "met"})
        self.release(case, "award", awarded)
        self.lodged("open", case)
        self.at["take-down"] = self.take_down(case, self.at[f"{case} planned"], "/need")
        return case

    def others(self) -> None:
        case = self.planned("open", "Supported accommodation for care leavers, 16 to 18")
        self.release(case, "notice", self.at[f"{case} planned"], self.invited(case))
        self.deposit(case, THIRD, 700_000_00)
        case = self.planned("ended", "Fostering placements for brothers and sisters")
        ended = self.say(
            case,
            e.EndedWithoutAward(
                **self.step(case), ground="no-suitable-bids", reason=self.text("No bid met the conditions.")
            ),
            by="approver",
        )
        self.release(case, "ended", self.at[f"{case} planned"], ended)
        self.planned("hidden", "A home for one girl", concerns_one_person=True)
        case = self.cases["imported"] = self.sources.stream_id()
        award = e.ImportedAward(
            id="1", status="active", decided_on="2026-03-02", published_on="2026-05-01", value=None,
            suppliers=[self.named(WINNER), self.named(ODD)],
        )  # fmt: skip
        taken_in = e.Imported(
            **self.common(case, evidence="imported-notice"),
            ocid="ocds-b5fd17-1",
            release="r-1",
            released_at="2026-05-01T00:00:00.000Z",
            tags=["award"],
            method="open",
            cpv=["85311300"],
            status="complete",
            concerns_one_person=False,
            tender_closes=None,
            title=self.text("Residential care framework", "personal"),
            description=sealed("personal", None),
            buyer=sealed("personal", Provider(id="GB-LAE-NCC", name=self.wrap(AUTHORITY))),
            tender_value=sealed("commercial", None),
            awards=sealed("personal", [award]),
            raw=sealed("personal", Document(sha256="b" * 64, bytes=3, media="application/json")),
        )
        self.release(case, "import", self.say(case, taken_in, by="importer"), without="/raw")

    def pages(self) -> dict[str, str]:
        """Every page of the site, by what it is."""
        cases = {f"decision, {name}": f"/decisions/{case}" for name, case in self.cases.items() if name != "hidden"}
        challenges = {f"challenge, {name}": f"/challenges/{one}" for name, one in self.challenges.items()}
        return {
            "home": "/",
            "decisions": "/decisions",
            "search": "/decisions?q=homes",
            "search, nothing found": "/decisions?q=zzzz",
            "decisions, one stage": "/decisions?state=standstill",
            **cases,
            "challenges": "/challenges",
            **challenges,
            "provider": f"/providers/{WINNER.id}",
            "provider, odd id": f"/providers/{quote(ODD.id, safe='')}",
            "rules": "/rules",
            "rule": "/rules/ET-01",
            "log": "/log",
            "log, from the start": "/log?from=0",
            "keys": "/keys",
            "entry": f"/log/{self.at['reasons']}",
            "entry, the first": "/log/0",
            "entry, a release": f"/log/{self.at['first release']}",
            "verify": "/verify",
            "about": "/about",
            "accessibility": "/accessibility",
        }

    def settle(self) -> Register:
        """Publish, project, and hand over."""
        self.register.follow()
        return self.register


def index_of(deposits: dict[str, int]) -> int:
    return next(iter(deposits.values()))


def build(folder: Path, wrap: Callable[[str], str] = str) -> Town:
    town = Town(folder, wrap)
    town.contract()
    town.standstill()
    town.others()
    town.settle()
    return town
