"""Canaries: names, prices, marks and words that occur nowhere else are put into a real register.

Before the award is released nobody outside may find one of them: not in a published file or its name, nor in a page,
its twin, its headers, a search or a refusal. Afterwards the winner is found, and still nobody who lost.
"""

from __future__ import annotations

import base64
import contextlib
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from fairplace.challenge.commands import LodgeChallenge
from fairplace.clerk import Clerk
from fairplace.decision import Actor
from fairplace.errors import Refused
from fairplace.http.app import create_app
from fairplace.openness.commands import Assess, Release
from fairplace.openness.release import RELEASES
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.people.events import Interest
from fairplace.procurement.commands import (
    AnswerQuestion,
    AskQuestion,
    DecideLateBids,
    LateBid,
    OpenBids,
    RecordContact,
    WithdrawBid,
)
from fairplace.procurement.events import Handling, Receipt, Scale
from fairplace.provider.commands import StateFacts
from fairplace.provider.events import Facts, Paper
from fairplace.terms import Provider, instant
from tests import story
from tests.matrix import some
from tests.office import AUTHORITY, Office, open_office, signer
from tests.story import APPROVER, EVALUATORS, MODERATOR, MONITORING, OFFICER, Offer

Client = TestClient[Litestar]

CHILD = "Wilhelmina Kestrel"
OFFERS = tuple(
    Offer(
        provider=Provider(id=f"GB-COH-7770{n}777", name=f"Quokka{n} Homes"),
        price=7_700_000_011 + n,
        marks={"care": 9731 - 989 * n, "staff": 9713 - 989 * n},
    )
    for n in range(5)
)
WINNER, *LOSERS = OFFERS
SCALE = Scale(lowest=0, highest=10_000, step=1)
HANDLING = Handling(
    channel="telephone", introduced_by="member", priority=True, priority_basis="urgency",
    first_response_minutes=88_831, interest_noted=False,
)  # fmt: skip

FACTS = Facts(
    name="Quokka1 Homes Limited", company="77701777", ppon="PQUO-7770-KKAX", charity=None, ofsted=None,
    address="7 Quokka Street", email="quokka@kestrel.example", size="small", vcse=True,
    papers=[Paper(kind="insurance", what="Kestrel liability", by="Quokka Mutual", number="Quokka-1", until=None)],
)  # fmt: skip
WORDS = re.compile(r"quokka|gb-coh-7770|pquo-7770|wilhelmina|kestrel|strongest care|as page [34]|in house")
MARKS = "|".join(str(mark) for offer in OFFERS for mark in offer.marks.values())
NUMBERS = re.compile(rf"77,?000,?000\.?1|7,?700,?000,?01|(?<=[:>\"])(?:{MARKS})(?=[,}}<\"])|88,?831")
"""Four digits alone stand in many a signature: a mark is looked for where a page or a value has one."""
ENCODED = re.compile(rb"[A-Za-z0-9_+/-]{16,}={0,2}")
LINK = re.compile(r'(?:href|src|action)="(/[^"#]*)')


STAGES = ("asked", "deposited", "opened", "marked", "moderated", "awarded", "summarised")
CRAWLED = some(STAGES, "deposited", "summarised")
"""Whether every address is asked at a stage, or the published files alone are looked at: what is there once stays."""


def key(n: int) -> Actor:
    """A key's name never tells whose it is."""
    return Actor(key=f"{story.DOMAIN}/provider/7b{n}f", roles=frozenset({"provider"}))


def telling(office: Office) -> Iterator[str]:
    """A competition in which everything private holds a canary. Yields before the award is released, step by step."""
    live = OFFERS[:3]
    for n, offer in enumerate(OFFERS):
        office.enrol(key(n).key, "provider", provider=offer.provider.id)
    office.do(story.plan())
    office.do(story.conflicts(conflicts=[f"The owner of {LOSERS[0].provider.name} is a member's cousin"]))
    office.do(DeclareInterests(id="test", acting_as="officer"))
    office.do(story.tender(scale=SCALE, descriptors={"0": "Nothing", "10000": "Convincing"}, late_policy="discretion"))
    office.do(Release(id="test", occasion="notice"))
    office.wait_until("2026-03-10T09:00:00.000Z")
    asker = LOSERS[0].provider
    office.do(AskQuestion(id="test", words=f"May {CHILD} stay with us?", asked_by=asker), by=key(1))
    assert office.clock is not None
    told = Receipt(provider=asker, at=instant(office.clock.now))
    office.do(
        AnswerQuestion(
            id="test", question="Q1", answer=f"Yes, {CHILD} may", audience="one", recipients=[told],
            confidential_reason="own-solution",
        )
    )  # fmt: skip
    office.do(RecordContact(id="test", handling=HANDLING, provider=asker, note=f"They rang about {CHILD}"))
    yield "asked"
    stated = office.named(StateFacts(id="test", provider=asker.id, facts=FACTS), by=key(1))
    office.recorder.record(msgspec.structs.replace(stated, case=None))
    office.wait_until("2026-03-30T09:00:00.000Z")
    for n, offer in enumerate(OFFERS[:4]):
        office.do(story.bid(offer), by=key(n))
    office.do(WithdrawBid(id="test", provider=OFFERS[3].provider.id), by=key(3))
    yield "deposited"
    office.wait_until("2026-04-01T13:00:00.000Z")
    office.do(story.bid(OFFERS[4]), by=key(4))
    office.wait_until("2026-04-02T09:00:00.000Z")
    office.do(OpenBids(id="test", present=[MONITORING.key]))
    late = LateBid(admitted=False, cause="bidder", reason=f"{OFFERS[4].provider.name} overslept")
    office.do(DecideLateBids(id="test", bids={OFFERS[4].provider.id: late}))
    yield "opened"
    interest = Interest(kind="friend", provider=asker, note=f"Her sister looks after {CHILD}")
    office.do(DeclareInterests(id="test", acting_as="evaluator", interests=[interest]), by=EVALUATORS[2])
    decided = DecideInterest(id="test", person=EVALUATORS[2].key, outcome="recuse", reason=f"Friend of {asker.name}")
    office.do(decided, by=MONITORING)
    for one, role in ((EVALUATORS[0], "evaluator"), (EVALUATORS[1], "evaluator"), (MODERATOR, "moderator")):
        office.do(DeclareInterests(id="test", acting_as=role), by=one)
    office.do(DeclareInterests(id="test", acting_as="approver"), by=APPROVER)
    office.do(DeclareInterests(id="test", acting_as="officer"))
    office.do(story.checks(live))
    for one in EVALUATORS[:2]:
        office.do(story.sheet(live), by=one)
    yield "marked"
    office.wait_until("2026-04-07T09:00:00.000Z")
    office.do(story.agreed(live, present=[one.key for one in EVALUATORS[:2]]), by=MODERATOR)
    challenge = LodgeChallenge(
        id="test", kind="complaint", ground="reasons", remedy="explanation", challenger=asker,
        words=f"We at {asker.name} know {CHILD} best",
    )  # fmt: skip
    office.do(challenge, by=key(1))
    Clerk(office.register, signer).carry_out(office.named(Assess(id="test")))  # type: ignore[arg-type]  # a named Assess
    yield "moderated"
    office.wait_until("2026-04-09T09:00:00.000Z")
    office.do(story.award(WINNER), by=APPROVER)
    yield "awarded"
    office.wait_until("2026-04-13T09:00:00.000Z")
    office.do(story.summaries(live))
    office.do(story.notice("UK6", standstill_ends=story.STANDSTILL_ENDS))
    yield "summarised"


def grab(office: Office) -> None:
    """Somebody who may release asks for everything that any occasion gives."""
    for occasion in RELEASES:
        with contextlib.suppress(Refused):
            office.do(Release(id="test", occasion=occasion))


# What an outsider can look at


def published(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file with its name."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        yield f"{name} {path.stat().st_size if path.is_file() else ''}", path.read_bytes() if path.is_file() else b""


def crawled(client: Client, size: int) -> Iterator[tuple[str, bytes]]:
    """Every address that a page names or that can be guessed, as a page and as data, with all that came."""
    waiting = ["/", "/index.json", "/robots.txt", "/checkpoint", "/policy", "/log.json?from=0", "/nothing"]
    waiting += [f"/log/{index}{suffix}" for index in range(size) for suffix in ("", ".json", ".entry", ".tlog-proof")]
    for offer in OFFERS:
        for word in (offer.provider.name, offer.provider.id, str(offer.price), CHILD):
            waiting += [f"/decisions?q={quote(word)}", f"/decisions.json?q={quote(word)}"]
        waiting += [f"/providers/{offer.provider.id}", f"/providers/{offer.provider.id}.json"]
    seen = set(waiting)
    while waiting:
        address = waiting.pop()
        for accept in ("text/html", "application/json"):
            answer = client.get(address, headers={"accept": accept})
            assert answer.status_code < 500, address
            yield f"{address} as {accept}", repr(sorted(answer.headers.items())).encode() + answer.content
            for link in LINK.findall(answer.text):
                path, _, query = link.replace("&amp;", "&").partition("?")
                for one in (link, f"{path.removesuffix('.json')}.json" + (f"?{query}" if query else "")):
                    if one not in seen and not path.startswith(("/static", "/rules")) and not query.startswith("q="):
                        seen.add(one)
                        waiting.append(one)


def canaries(data: bytes) -> set[str]:
    """The canaries in these bytes, and in whatever in them is base64 of something."""
    parts = [data, *(decoded(run) for run in ENCODED.findall(data))]
    text = b"\n".join(parts).decode("utf-8", "replace").lower()
    return {*WORDS.findall(text), *NUMBERS.findall(text)}


def decoded(run: bytes) -> bytes:
    plain = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    return base64.b64decode(plain[: len(plain) - (len(plain) % 4 == 1)] + b"=" * (-len(plain) % 4))


def asked_for(what: str) -> bool:
    """An address holds what a visitor typed, and its page says it again."""
    return what.startswith(("/decisions?q=", "/decisions.json?q=", "/providers/"))


def looked_at(office: Office, client: Client, *, pages: bool = True) -> list[tuple[str, bytes]]:
    size = office.register.reader.size
    looked = [*published(office.register.public), *(crawled(client, size) if pages else ())]
    assert len(looked) > (4 * size if pages else 10)
    return looked


def leaks(looked: Sequence[tuple[str, bytes]]) -> dict[str, set[str]]:
    found = {what: canaries(what.encode() + data) for what, data in looked if not asked_for(what)}
    return {what: birds for what, birds in found.items() if birds}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("canary") / "register") as one:
        yield one


@pytest.fixture(scope="module")
def client(office: Office) -> Iterator[Client]:
    office.register.follow()
    with TestClient(create_app(office.register), raise_server_exceptions=False) as one:
        yield one


def made_from(office: Office) -> bytes:
    """All that public pages are made from, besides published files: the rows. What is not in them costs them no time."""
    with closing(sqlite3.connect(office.folder / "register.sqlite")) as connection:
        found = connection.execute(
            "SELECT key, row, columns FROM projection_row UNION ALL"
            " SELECT name, value, '' FROM projection_column"
        ).fetchall()  # fmt: skip
    return repr(found).encode()


@pytest.mark.matrix
def test_no_canary_is_found_before_the_release_and_no_loser_after_it(
    office: Office, client: Client, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for stage, name in zip(telling(office), STAGES, strict=True):
        assert stage == name
        if stage != "summarised":  # from then on the award may be released
            grab(office)
        office.register.follow()
        assert leaks(looked_at(office, client, pages=stage in CRAWLED)) == {}, stage
        same_as_nothing(client)
        assert canaries(made_from(office)) == set(), "pages could tell it by their words, or by the time that they take"
        told = capfd.readouterr()
        assert canaries(f"{told.out}{told.err}{caplog.text}".encode()) == set(), "the operator reads the log"
    kept = office.register.store.openings(office.register.origin, range(office.register.reader.size))
    text = repr([[opening.value for opening in held.values()] for held in kept.values()]).lower()
    planted = {*WORDS.findall(text), *NUMBERS.findall(text)}
    assert len(planted) >= 10, "the canaries are not in the register: this test would find nothing"
    office.do(Release(id="test", occasion="award"))
    office.register.follow()
    looked = looked_at(office, client)
    found = leaks(looked)
    assert any(what.startswith(f"/decisions/{office.case}") for what in found), "the winner is public now"
    assert any(what.startswith("disclosures/") for what in found)
    assert canaries(made_from(office)), "the rows are where this test looks for them"
    assert WINNER.provider.name in client.get(f"/decisions/{office.case}.json").text
    for what, data in looked:
        if asked_for(what):
            continue
        whole = b"\n".join([data, *(decoded(run) for run in ENCODED.findall(data))])
        for loser in LOSERS:
            for secret in (loser.provider.name, loser.provider.id, str(loser.price), CHILD):
                assert secret.encode() not in whole, what


def same_as_nothing(client: Client) -> None:
    """Whoever bid is answered like somebody who does not exist, in every byte but the name that was asked for."""
    for offer in OFFERS:
        for name in (offer.provider.id, quote(offer.provider.name), str(offer.price)):
            for address in (
                f"/providers/{name}",
                f"/providers/{name}.json",
                f"/decisions?q={name}",
                f"/decisions.json?q={name}",
            ):
                one, other = client.get(address), client.get(made_up(address))
                assert one.status_code == other.status_code
                assert made_up(one.text) == other.text
                assert one.headers == other.headers


def made_up(text: str) -> str:
    return text.replace("Quokka", "Zzzzzz").replace("-7770", "-8880").replace("770000001", "880000002")


def test_the_authority_is_named_where_canaries_are_looked_for(client: Client) -> None:
    """The control: what is public is found by the same crawl."""
    assert any(AUTHORITY.encode() in data for _, data in crawled(client, 1))
    assert canaries(base64.urlsafe_b64encode(b'["salt","/provider","Quokka0 Homes"]').rstrip(b"=")) == {"quokka"}
    assert canaries("£77,000,000.11".encode()) == {"77,000,000.1"}
    assert OFFICER.key.encode() in b"".join(data for _, data in crawled(client, 12))
