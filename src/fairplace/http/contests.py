"""To ask why, and to challenge a search for a home: the provider's side, its receipts, and the authority's side.

- To ask why and to challenge are two forms that are never one, as they are two kinds of entry.
- A provider sees its own alone: no other provider, none of their challenges, nor how many there are.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from litestar.params import FromPath

from fairplace import provider_notices
from fairplace.decision import History
from fairplace.errors import Missing
from fairplace.forms import contesting
from fairplace.forms.tasks import task
from fairplace.http import asked as address
from fairplace.http import case_file
from fairplace.http.cases import closed
from fairplace.http.guard import TheVisitor, Visitor, signed_in
from fairplace.http.proofs import lodged
from fairplace.http.provider_place import Asking, look, mine
from fairplace.http.site import Answer, Site, TheSite
from fairplace.market.known import Market
from fairplace.people import roles
from fairplace.post.outbox import State
from fairplace.searching import Search
from fairplace.seeking import contested, own
from fairplace.seeking.case_word import case_word
from fairplace.seeking.lived import Owed
from fairplace.terms import CaseId, Day, day, london_day

MOST_OWED = 40
"""Lines of what is owed that stand in My work; the board has all."""

FORMS = frozenset({"why", "challenge", "withdraw-challenge"})
"""What a provider fills in here, asked or not."""


class Concern(msgspec.Struct, frozen=True, kw_only=True):
    """A search, and what this provider may do about it."""

    case: CaseId
    word: str
    provider: str
    was_asked: bool
    may_ask: bool
    may_challenge: bool
    own: tuple[contested.Contested, ...]


def concern(site: Site, visitor: Visitor, case: str) -> Concern:
    """Raises Missing for a search that does not concern them, as where there is none."""
    provider, _ = mine(site, visitor)
    found = address.identifier(case)
    search = Search(History(case=found, events=site.register.reader.case(found)))
    sent = own.asked(found, search, provider, site.now())
    theirs = [one for one in search.contests if one.provider == provider]
    left_out = own.not_asked(found, search, site.register.reader.market() or Market(), provider)
    if sent is None and not theirs and not left_out:
        raise Missing("there is no search at this address that you were asked in, or left out of")
    look(site, visitor, found)
    won = search.winner is not None and search.winner.provider == provider
    decided = search.choice is not None or search.ended_without is not None
    return Concern(
        case=found,
        word=case_word(found),
        provider=provider,
        was_asked=sent is not None,
        may_ask=not won and (decided or sent is None),
        may_challenge=not won,
        own=tuple(contested.contested(theirs, _today(site))),
    )


def _today(site: Site) -> Day:
    return day(london_day(site.now()))


def asking(site: Site, visitor: Visitor, case: str, what: str) -> Asking:
    """The form of one of them. Raises Missing for one that cannot be sent now."""
    it = concern(site, visitor, case)
    place = f"/desk/referrals/{it.case}"
    back, back_to = f"{place}/challenges", "ask why, or challenge"
    open_ones = [one.contest for one in it.own if one.contest.state in ("lodged", "answered")]
    if what == "why" and it.may_ask:
        return Asking(
            address=f"{place}/why", back=back, back_to=back_to, title="Ask why", case=it.case,
            lead="The answer comes to you alone. It is no challenge: nobody decides anything on it.",
            do="ask-why", gives="contest.why-asked/1", fields=contesting.ask(), more={"provider": it.provider},
        )  # fmt: skip
    if what == "challenge" and it.may_challenge:
        return Asking(
            address=f"{place}/challenge", back=back, back_to=back_to, title="Challenge the search", case=it.case,
            lead="It is answered, and somebody who neither chose nor approved the home decides it. It is no claim in court,"
            " and stops no step by itself: a child who needs a home is not kept waiting. It cannot be changed once it is"
            " lodged; until it is decided you can withdraw it.",
            do="lodge-contest", gives="contest.lodged/1", fields=contesting.challenge(), more={"provider": it.provider},
        )  # fmt: skip
    if what == "withdraw-challenge" and open_ones:
        return Asking(
            address=f"{place}/withdraw-challenge", back=back, back_to=back_to, title="Withdraw a challenge", case=it.case,
            lead="It stays on record that it was lodged, and that you withdrew it.",
            do="withdraw-contest", gives="contest.withdrawn/1", fields=contesting.withdraw(open_ones),
        )  # fmt: skip
    raise Missing("there is nothing to send here now; look at what you asked and lodged before")


@signed_in("/desk/referrals/{case:str}/challenges")
def own_page(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """What the two are, what each does not do, and their own so far."""
    return site.page("referral_challenges.html", visitor=visitor, it=concern(site, visitor, case))


@signed_in("/desk/referrals/{case:str}/receipts/{name:str}")
def receipt(site: TheSite, visitor: TheVisitor, case: FromPath[str], name: FromPath[str]) -> Answer:
    """The receipt of a step of their own question or challenge: a page, a text to keep, or its proof."""
    it = concern(site, visitor, case)
    steps = {step.index: step.title for one in it.own for step in one.steps}
    index = name.partition(".")[0]
    title = steps.get(int(index), "") if index.isascii() and index.isdigit() and len(index) < 15 else ""
    return lodged(site, name, steps.keys(), template="referral_receipt.html", visitor=visitor, it=it, title=title)


@signed_in("/desk/searches/{case:str}/challenges")
def of_search(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """All of one search as those who answer see them, once its file is open."""
    past = case_file.open_to(site, visitor, case, *case_file.SEEKERS)
    if past is None:
        return closed(site, visitor, case)
    search = Search(case_file.seen(site, past, visitor))
    market = site.register.reader.market() or Market()
    known = {one.provider: one.name for one in market.providers(market.upto)}
    return site.page(
        "search_challenges.html",
        visitor=visitor,
        case=past.case,
        word=case_word(past.case),
        them=contested.contested(search.contests, _today(site)),
        providers=known,
        people=case_file.colleagues(site),
        told=_told(site, search),
    )


TOLD: Mapping[State | None, str] = {
    "waiting": "An e-mail to them is on its way.",
    "sent": "An e-mail told them that there is something new.",
    "failed": "The e-mail to them failed: tell them yourself.",
    None: "No e-mail told them that there is something new: tell them yourself.",
}


def _told(site: Site, search: Search) -> dict[int, str]:
    """For each step of the authority's, whether an e-mail said that there is something new."""
    steps = [step for one in search.contests for step in one.steps if step.type in provider_notices.STEPS]
    return {one.index: TOLD[provider_notices.state(site.register, site.accounts, site.outbox, one)] for one in steps}


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A search in which something is owed to whoever asked or challenged."""

    case: CaseId
    word: str
    owed: Owed


def owed(site: Site, visitor: Visitor) -> list[Waiting]:
    """What is theirs to do for those who asked or challenged, over all searches, what is due first."""
    if not site.seeks or visitor.roles.isdisjoint(case_file.SEEKERS):
        return []
    out = site.duties.closed_to({key.name for key in visitor.keys})
    today = _today(site)
    found = [
        Waiting(case=case, word=case_word(case), owed=one)
        for case, search in site.searches.all()
        if case not in out
        for one in contested.owed(search, today)
        if roles.may(visitor.roles, task(one.code).command.gives)
    ]
    return sorted(found, key=lambda one: (one.owed.due or "9999", one.case))[:MOST_OWED]


HANDLERS = (own_page, receipt, of_search)
