"""A provider's side of searches: what it was sent, its answers and what became of them, and why it was not asked.

- Whoever opens a referral leaves an entry first. The list needs none: it says that they were asked, until when, and what
  they answered themselves.
- Everything shown is made by `seeking.own`: nothing of another provider, nothing of the child but what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from litestar.params import FromPath

from fairplace import home_words
from fairplace.decision import History
from fairplace.errors import Forbidden, Missing
from fairplace.filing import names
from fairplace.forms import answering, telling
from fairplace.forms.fields import Fault, Field, Sent, read_all
from fairplace.http import asked as address
from fairplace.http import contests
from fairplace.http.guard import TheSent, TheVisitor, Visitor, acting, signed_in
from fairplace.http.proofs import download
from fairplace.http.provider_place import Asking, look, mine, show, take
from fairplace.http.site import Answer, Site, TheSite
from fairplace.market.known import Market
from fairplace.referral import codes
from fairplace.searching import Search
from fairplace.seeking import own
from fairplace.terms import CaseId, day, london_day

MOST_EXPLAINED = 30
"""Searches to which a provider was not asked, the newest, of which the page says why."""

MOST_LISTED = 100


@signed_in("/desk/referrals")
def referrals(site: TheSite, visitor: TheVisitor) -> Answer:
    """What was sent to this provider, what it answered, and what it was not sent and why."""
    provider, _ = mine(site, visitor)
    found = _sent_to(site, provider)
    return site.page(
        "referrals.html",
        visitor=visitor,
        todo=_open(found),
        others=[one for one in found if one.state != "open"][:MOST_LISTED],
        not_asked=list(islice(_not_asked(site, provider), MOST_EXPLAINED)),
        codes=home_words,
        field=answering.DISPUTED,
    )


def to_answer(site: Site, visitor: Visitor) -> list[own.Asked]:
    """The referrals that wait for their answer; none for whoever speaks for no provider."""
    try:
        provider, _ = mine(site, visitor)
    except Forbidden:
        return []
    return waiting_for(site, provider)


def waiting_for(site: Site, provider: str) -> list[own.Asked]:
    """The referrals that wait for this provider's answer, the nearest closing time first."""
    return _open(_sent_to(site, provider))


def _sent_to(site: Site, provider: str) -> list[own.Asked]:
    asked = (own.asked(case, search, provider, site.now()) for case, search in site.searches.all())
    return [one for one in asked if one is not None]


def _open(sent: list[own.Asked]) -> list[own.Asked]:
    return sorted((one for one in sent if one.state == "open"), key=lambda one: one.deadline)


def _not_asked(site: Site, provider: str) -> Iterator[own.NotAsked]:
    market = site.register.reader.market()
    for case, known in site.searches.all():
        if market is None or not known.published or any(provider in (one.providers or ()) for one in known.published):
            continue
        yield from own.not_asked(case, _search(site, case), market, provider)


def _search(site: Site, case: CaseId) -> Search:
    """The search as the authority knows it: not for a page, and made smaller by `seeking.own`."""
    return Search(History(case=case, events=site.register.reader.case(case)))


def _asked(site: Site, visitor: Visitor, case: str) -> own.Asked:
    """The referral as it was sent to whoever looks. Raises Missing when it was not, as where there is none."""
    provider, _ = mine(site, visitor)
    found = address.identifier(case)
    sent = own.asked(found, _search(site, found), provider, site.now())
    if sent is None:
        raise Missing("there is no referral to you at this address")
    look(site, visitor, found)
    return sent


@signed_in("/desk/referrals/{case:str}")
def referral(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """One referral as it was sent, and the provider's own answers."""
    sent = _asked(site, visitor, case)
    return site.page(
        "referral.html",
        visitor=visitor,
        it=sent,
        kept=sent.document is not None and site.documents.is_here(sent.document.sha256),
        codes=home_words,
        names={one.id: home_words.CRITERION.get(one.kind, one.id) for one in sent.criteria},
        declined={one.code: one.label for one in codes.LISTS["decline_reason"]},
        rejected={one.code: one.label for one in codes.LISTS["reject_reason"]},
    )


@signed_in("/desk/referrals/{case:str}/document")
def document(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """The referral itself, as it was sent to everybody who was asked, for whoever still has a use for it."""
    sent = _asked(site, visitor, case)
    if sent.document is not None and not sent.gives:
        raise Missing(
            "the referral is given out while you can answer or your offer takes part, and to whose home was chosen until"
            " the child leaves; delete your copies, and ask us if you still need it"
        )
    if sent.document is None or not site.documents.is_here(sent.document.sha256):
        raise Missing("the referral is not kept here; it came to you outside this register, or its time is over")
    name = names.safe(sent.word.replace(" ", "-").lower(), sent.document.media)
    return download(site.documents.get(sent.document.sha256), name)


@signed_in("/desk/referrals/{case:str}/{what:str}")
def form(site: TheSite, visitor: TheVisitor, case: FromPath[str], what: FromPath[str]) -> Answer:
    """A form for an answer, with what was written before."""
    return show(site, visitor, _asking(site, visitor, case, what))


@acting("/desk/referrals/{case:str}/{what:str}")
def fill(site: TheSite, visitor: TheVisitor, case: FromPath[str], what: FromPath[str], sent: TheSent) -> Answer:
    """Keep it, check it, and go on to sign."""
    asking = _asking(site, visitor, case, what)
    return take(site, visitor, asking, mine(site, visitor)[1], sent)


def _asking(site: Site, visitor: Visitor, case: str, what: str) -> Asking:
    """The form of one answer. Raises Missing for one that there is not."""
    if what in contests.FORMS:
        return contests.asking(site, visitor, case, what)
    it = _asked(site, visitor, case)
    provider, _ = mine(site, visitor)
    on = day(london_day(site.now()))
    place = f"/desk/referrals/{it.case}"
    over = "The search is over: nothing more can be asked or offered. What you wrote is kept here until you change it."
    match what:
        case "offer":
            market = site.register.reader.market() or Market()
            homes = [home for home in market.homes_of(provider, market.upto) if home.status == "active"]
            return Asking(
                address=f"{place}/offer", back=place, back_to=it.word, title="Offer a home", case=it.case,
                lead=over if it.result else "Where, from when, and what for. Only we see it: no other provider.", do="make-offer",
                gives="referral.offer-made/1", fields=answering.offer(homes),
                read=lambda fields, sent: answering.read_offer(fields, sent, provider),
                start={"setting": [homes[0].setting]} if len(homes) == 1 else {},
            )  # fmt: skip
        case "decline":
            return Asking(
                address=f"{place}/decline", back=place, back_to=it.word, title="Decline", case=it.case,
                lead=over if it.result else "Say why, so that it counts as an answer and not as silence.", do="decline-referral",
                gives="referral.declined/1", fields=answering.decline(on), more={"provider": provider},
            )  # fmt: skip
        case "question":
            return Asking(
                address=f"{place}/question", back=place, back_to=it.word, title="Ask a question", case=it.case,
                lead=over if it.result else "The answer goes to everybody who was asked, at one time.", do="put-question",
                gives="referral.question-put/1", fields=answering.question(), more={"provider": provider},
            )  # fmt: skip
        case "feedback":
            return Asking(
                address=f"{place}/feedback", back=place, back_to=it.word, title="Say how it was with us", case=it.case,
                lead="We say the same of you once the child has moved in. No other provider sees it.", do="give-feedback",
                gives="referral.feedback-given/1", fields=telling.feedback(), read=_feedback,
            )  # fmt: skip
        case "withdraw" if offers := [(one.offer, one.terms.setting) for one in it.offers if not one.withdrawn]:
            return Asking(
                address=f"{place}/withdraw", back=place, back_to=it.word, title="Take an offer back", case=it.case,
                lead="It stays on record that it was made, and that you took it back.", do="withdraw-offer",
                gives="referral.offer-withdrawn/1", fields=answering.withdraw(offers, on),
            )  # fmt: skip
        case _:
            raise Missing("there is no such answer")


def _feedback(fields: Sequence[Field], sent: Sent) -> tuple[dict[str, Any], list[Fault]]:
    members, faults = read_all(fields, sent)
    return telling.marked(members), faults


HANDLERS = (referrals, referral, document, form, fill)
