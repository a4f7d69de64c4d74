"""What a provider takes away of one referral: its own answers, each with the proof that it stands in the log.

- Only entries in which its own answers stand are in it, and in them nothing is opened but those answers.
- Beside each proof lies a page of words with the newest signed state, to keep on paper.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator

from litestar.params import FromPath

from fairplace import receipts
from fairplace.contest.known import contests
from fairplace.decision import History
from fairplace.errors import Missing
from fairplace.http import asked
from fairplace.http.guard import TheVisitor, signed_in
from fairplace.http.proofs import PROOF, TEXT, download
from fairplace.http.provider_place import look, mine
from fairplace.http.site import Answer, Site, TheSite
from fairplace.ledger.disclosure import slots_of
from fairplace.people.asked import of_asked
from fairplace.publish.bundle import SUFFIX, Wish, write
from fairplace.publish.downloads import MOST_DOCUMENTS
from fairplace.publish.held import SignedIn
from fairplace.publish.packing import pack
from fairplace.recorded import Recorded
from fairplace.referral.events import Declined, FeedbackGiven, OfferMade, OfferMadeLate, OfferWithdrawn, QuestionPut
from fairplace.searching import Search
from fairplace.seeking.case_word import case_word
from fairplace.seeking.own import asked as referral

NOT_THEIRS = frozenset({"/exhibit", "/override_reason"})
"""What a report rests on is the authority's own."""

READ_ME = """\
What {authority} has of your answers to the referral {word}.

Each file ending in .tlog-proof holds one of your answers as it was signed, with what was
sealed in it opened for you, and proves that it stands in the log and was not changed.
Nothing of another provider is in any of them, and nothing of the child.
Check them on a computer of your own:

    fairplace-verify {first} --key "{key}"

The .txt file of the same number is for paper: it holds the newest signed state of the log.
"""


@signed_in("/desk/referrals/{case:str}/take-away")
def take_away(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """Their own answers to one referral, as one file."""
    provider, _ = mine(site, visitor)
    found = asked.identifier(case)
    answers = list(own(site, History(case=found, events=site.register.reader.case(found)), provider))
    if not answers:
        raise Missing("there is no answer of yours to take away; what you sign stands here once it is signed")
    look(site, visitor, found)
    files: dict[str, bytes] = {}
    for one in answers:
        slots = frozenset(slots_of(one.event)) - NOT_THEIRS
        files[f"{one.index}{PROOF}"] = receipts.proof_of(site.register, one.index, slots)
        files[f"{one.index}{TEXT}"] = receipts.page(site.register, one.index).encode("utf-8")
    word = case_word(found)
    key = site.register.reader.register().log_keys(site.published.size())[0].text
    read_me = READ_ME.format(authority=site.settings.authority, word=word, first=f"{answers[0].index}{PROOF}", key=key)
    files = {"READ-ME.txt": read_me.encode("utf-8"), **files}
    target = io.BytesIO()
    pack(target, files)
    return download(target.getvalue(), f"{word.replace(' ', '-').lower()}-our-answers.zip", "application/zip")


@signed_in("/desk/referrals/{case:str}/bundle")
def bundle(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """All that is their own of one search as a bundle: what they were asked, and what they answered, proved together.

    The file of the referral is in it as long as it is given to them; after that its digest alone.
    """
    provider, key = mine(site, visitor)
    found = asked.identifier(case)
    past = History(case=found, events=site.register.reader.case(found))
    if not of_asked(past, provider):
        raise Missing("there is nothing of yours in a search at this address")
    sent = referral(found, Search(past), provider, site.now())
    asker = SignedIn(key.name, look(site, visitor, found))
    target = io.BytesIO()
    with BUNDLES:
        wish = Wish(case=found, edition="provider", provider=provider, asker=asker, most_documents=MOST_DOCUMENTS, pdf=False,
                    without_documents=sent is not None and not sent.gives)  # fmt: skip
        write(site.register, wish, target)
    return download(target.getvalue(), f"{case_word(found).replace(' ', '-').lower()}{SUFFIX}")


BUNDLES = threading.BoundedSemaphore(2)
"""Bundles that are made at one time: many would take the machine from those who read."""


def own(site: Site, past: History, provider: str) -> Iterator[Recorded]:
    """The entries in which this provider's own answers stand, by whomever they were signed."""
    offers: set[str] = set()
    contested = {step.index for one in contests(past) if one.provider == provider for step in one.steps}
    for recorded in past.events:
        match recorded.event:
            case OfferMade(terms=terms) | OfferMadeLate(terms=terms):
                said = terms.get(None)
                is_own = said is not None and said.provider == provider
                if is_own:
                    offers.add(recorded.event.offer)
            case OfferWithdrawn(offer=offer):
                is_own = offer in offers
            case Declined(provider=who) | QuestionPut(provider=who):
                is_own = who.get(None) == provider
            case FeedbackGiven(by="provider"):
                is_own = site.register.provider_of(recorded.actor) == provider
            case _:
                is_own = recorded.index in contested
        if is_own:
            yield recorded


HANDLERS = (take_away, bundle)
