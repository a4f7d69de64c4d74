"""Who may sign what: role by event type, nothing allowed that is not listed here.

- `first` sign alone or first; `second` countersign; a *report* may also be signed by whoever keeps the file.
- Deposits, questions and challenges are signed by the register's receiver, so that no entry shows who came. The people
  listed in ASK may have it sign for them.
- A person is a key here: that nobody has two is for enrolment to see to.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Literal, get_args

import msgspec

from fairplace.decision import Actor, History
from fairplace.errors import Forbidden
from fairplace.people.events import InterestDecided, InterestsDeclared
from fairplace.procurement.events import SheetSigned
from fairplace.terms import KeyName

Role = Literal[
    "root",
    "key-admin",
    "officer",
    "evaluator",
    "moderator",
    "approver",
    "monitoring",
    "auditor",
    "social-worker",
    "nominated-officer",
    "director",
    "budget-holder",
    "provider",
    "receiver",
    "assessor",
    "importer",
    "vault",
]
ROLES: frozenset[str] = frozenset(get_args(Role))
HEADS: frozenset[str] = frozenset({"root", "key-admin"})
"""Who can let others act."""
SERVICES: frozenset[str] = frozenset({"receiver", "assessor", "importer", "vault"})
"""Roles of what runs by itself."""
PEOPLE: frozenset[str] = ROLES - SERVICES - {"root", "provider"}
"""Roles of people whom the authority lets in: those who decide, and who could countersign themselves with a second key."""


Edition = Literal["bidder", "court", "provider", "public", "ring"]
EDITIONS: Mapping[Edition, frozenset[str]] = {
    "public": ROLES,
    "bidder": frozenset({"officer", "monitoring", "provider"}),  # a provider its own, and no other
    "provider": frozenset({"officer", "monitoring", "provider"}),  # of a search for a home; its own, and no other
    "ring": frozenset({"monitoring"}),
    "court": frozenset({"monitoring"}),
}
"""Who may take which edition of a case out of the register. What is public anybody may have, without a role."""


KNOW_NAMES: frozenset[str] = frozenset({"officer", "moderator", "approver", "monitoring", "auditor"})
"""Who knows which bid is whose while bids are marked without names (`people/sight.py` holds to it)."""


class Rule(msgspec.Struct, frozen=True):
    """Who may sign one type of event, and why they."""

    first: frozenset[str]
    second: frozenset[str]
    why: str


def _rule(first: str, why: str, *, second: str = "") -> Rule:
    return Rule(frozenset(first.split()), frozenset(second.split()), why)


_OVERRIDE = "approver monitoring"
_PEOPLE = " ".join(sorted(PEOPLE | {"root"}))
_ANYBODY = " ".join(sorted(ROLES))
_OWN = " ".join(sorted(ROLES - {"provider"}))

TABLE: Mapping[str, Rule] = {
    # The key register
    "log.opened/1": _rule("root", "the root key is named by this very entry"),
    "key.added/1": _rule("root key-admin", "enrolment is not for those who act in cases"),
    "key.limited/1": _rule("root key-admin", "as enrolment"),
    "key.revoked/1": _rule(_ANYBODY, "root and key-admin any key, everybody else their own"),
    "key.rotated/1": _rule(_ANYBODY, "each their own key, admitted by another", second="root key-admin"),
    "key.compromised/1": _rule("root key-admin", "as enrolment; never with the stolen key itself"),
    "key.recovery-started/1": _rule(_PEOPLE, "two people who know the one who lost it", second=_PEOPLE),
    "key.recovery-stopped/1": _rule(_ANYBODY, "root and key-admin, or the key that was said to be lost"),
    "key.recovered/1": _rule(_PEOPLE, "two people again, a day later", second=_PEOPLE),
    "log-key.added/1": _rule("root", "the log's own keys are the root's to change"),
    "log-key.retired/1": _rule("root", "the log's own keys are the root's to change"),
    "log.loss-declared/1": _rule("root", "nobody else may say that what was signed is gone"),
    # The invitation
    "procurement.planned/1": _rule("officer", "the commissioner plans", second=_OVERRIDE),
    "procurement.buyers-named/1": _rule("officer", "the commissioner plans", second=_OVERRIDE),
    "procurement.parent-named/1": _rule("officer", "the commissioner plans", second=_OVERRIDE),
    "procurement.ground-named/1": _rule("officer", "the commissioner plans", second=_OVERRIDE),
    "procurement.conflicts-assessed/1": _rule("officer monitoring", "Act, s. 83: the authority", second=_OVERRIDE),
    "procurement.tender-published/1": _rule("officer", "the commissioner invites", second=_OVERRIDE),
    "procurement.criteria-changed/1": _rule("officer", "the commissioner invites", second=_OVERRIDE),
    "procurement.deadline-changed/1": _rule("officer", "the commissioner invites", second=_OVERRIDE),
    "procurement.question-asked/1": _rule("receiver officer", "the asker stays hidden", second=_OVERRIDE),
    "procurement.question-answered/1": _rule("officer", "the commissioner answers", second=_OVERRIDE),
    "procurement.contact-recorded/1": _rule("officer monitoring", "whoever was approached", second=_OVERRIDE),
    # Bids
    "deposit.received/1": _rule("receiver", "nobody can read from the entry who bid"),
    "deposit.received-late/1": _rule("receiver", "as a deposit in time"),
    "deposit.withdrawn/1": _rule("receiver", "as a deposit"),
    "procurement.bids-opened/1": _rule("officer", "with others present", second=_OVERRIDE),
    "procurement.late-bids-decided/1": _rule("officer approver", "admitting needs two persons", second=_OVERRIDE),
    "procurement.prices-opened/1": _rule("officer", "the openers gave their parts before", second=_OVERRIDE),
    "procurement.bids-checked/1": _rule("officer", "the commissioner checks", second=_OVERRIDE),
    "procurement.corrections-invited/1": _rule("officer", "the commissioner writes to bidders", second=_OVERRIDE),
    "procurement.corrections-received/1": _rule("officer", "the commissioner writes to bidders", second=_OVERRIDE),
    "procurement.secrets-marked/1": _rule("officer", "the commissioner reads the bids", second=_OVERRIDE),
    "procurement.secrets-decided/1": _rule(
        "officer monitoring", "whoever answers for what is published", second=_OVERRIDE
    ),
    # Evaluation and decision
    "evaluation.sheet-signed/1": _rule("evaluator", "each signs their own marks, alone", second=_OVERRIDE),
    "evaluation.anonymity-decided/1": _rule("officer", "the commissioner says how bids are marked", second=_OVERRIDE),
    "evaluation.name-seen/1": _rule("evaluator officer moderator monitoring", "whoever learned it, or of it"),
    "evaluation.moderated/1": _rule("moderator", "the moderator leads to agreed marks", second=_OVERRIDE),
    "procurement.awarded/1": _rule("approver", "delegated power to decide", second=_OVERRIDE),
    "procurement.summaries-sent/1": _rule("officer", "the commissioner writes to bidders", second=_OVERRIDE),
    "procurement.notice-published/1": _rule("officer", "the commissioner publishes", second=_OVERRIDE),
    "procurement.claim-notified/1": _rule("monitoring officer", "whoever was served", second=_OVERRIDE),
    "procurement.suspension-ended/1": _rule("monitoring", "the court's order comes to legal", second=_OVERRIDE),
    "procurement.contract-entered/1": _rule("approver", "delegated power to sign", second=_OVERRIDE),
    "procurement.contract-changed/1": _rule("approver", "delegated power to change it", second=_OVERRIDE),
    "procurement.contract-ended/1": _rule("approver officer", "expiry is nobody's decision", second=_OVERRIDE),
    "procurement.ended-without-award/1": _rule("approver", "delegated power to decide", second=_OVERRIDE),
    "procurement.award-withdrawn/1": _rule("approver", "whoever may decide may take it back", second=_OVERRIDE),
    "procurement.imported/1": _rule(
        "importer", "copied from a published notice, or a contracts register, by the register itself"
    ),
    # People
    "interest.declared/1": _rule("officer evaluator moderator approver monitoring", "each for themselves"),
    "signature.reaffirmed/1": _rule(_OWN, "each for their own signatures, with a new key"),
    "interest.decided/1": _rule("monitoring approver", "never the person whose interest it is", second=_OVERRIDE),
    # Challenges
    "challenge.lodged/1": _rule("receiver", "the challenger stays hidden"),
    "challenge.acknowledged/1": _rule("officer monitoring", "the authority"),
    "challenge.answered/1": _rule("officer monitoring approver", "best somebody other than who decided the award"),
    "challenge.decided/1": _rule("monitoring approver", "delegated power to decide"),
    "challenge.remedied/1": _rule("officer monitoring approver", "whoever carries it out"),
    "challenge.taken-further/1": _rule("officer monitoring", "whoever is told of it"),
    "challenge.withdrawn/1": _rule("receiver", "the challenger stays hidden"),
    "words.corrected/1": _rule("officer approver monitoring", "the authority, of its own words"),
    "finding.answered/1": _rule("officer monitoring", "the buyer speaks for itself"),
    # Bought at once
    "urgent.bought/1": _rule("officer", "whoever is on duty"),
    "urgent.decided/1": _rule("approver monitoring", "never whoever bought"),
    # What a provider states of itself
    "provider.facts-stated/1": _rule("receiver", "nobody can read from the entry whose details they are"),
    # Who could be asked for a home
    "market.authority-registered/1": _rule("officer", "whoever keeps the list"),
    "market.in-house-policy-declared/1": _rule("approver director", "a policy is for those who answer for it"),
    "market.provider-registered/1": _rule("officer", "whoever keeps the list"),
    "market.ownership-declared/1": _rule("officer provider", "the provider knows, the officer checks"),
    "market.setting-registered/1": _rule("officer", "whoever keeps the list"),
    "market.setting-changed/1": _rule("officer", "whoever keeps the list"),
    "market.setting-rated/1": _rule("officer", "whoever keeps the list"),
    "market.capability-evidenced/1": _rule("officer", "a level is given on evidence, never claimed"),
    "market.vacancy-declared/1": _rule("provider officer", "whose room it is"),
    "market.vacancy-withdrawn/1": _rule("provider officer", "whose room it is"),
    "market.full-cost-declared/1": _rule("officer budget-holder", "whoever knows what the authority's homes cost"),
    "market.agreement-concluded/1": _rule("approver", "delegated power to sign"),
    "market.block-occupancy-recorded/1": _rule("officer provider", "whoever counts"),
    "market.uplift-decided/1": _rule("approver budget-holder", "delegated power to decide on money"),
    "market.entry-disputed/1": _rule("provider", "whom the entry is about"),
    # Finding a home for one child
    "referral.need-assessed/1": _rule(
        "social-worker", "before the search, by whoever knows the child", second=_OVERRIDE
    ),
    "referral.voice-recorded/1": _rule("social-worker officer", "whoever listened"),
    "referral.opened/1": _rule("officer", "the placements team looks", second=_OVERRIDE),
    "referral.criteria-declared/1": _rule("officer", "the placements team looks", second=_OVERRIDE),
    "referral.in-house-searched/1": _rule("officer", "the placements team looks", second=_OVERRIDE),
    "referral.published/1": _rule("officer", "the placements team asks", second=_OVERRIDE),
    "referral.amended/1": _rule("officer", "the placements team asks", second=_OVERRIDE),
    "referral.deadline-extended/1": _rule("officer", "the placements team asks", second=_OVERRIDE),
    "referral.question-put/1": _rule("provider", "whoever was asked"),
    "referral.question-settled/1": _rule("officer social-worker", "whoever knows the answer", second=_OVERRIDE),
    "referral.emergency-declared/1": _rule("officer social-worker approver", "whoever is on duty", second=_OVERRIDE),
    "referral.contact-recorded/1": _rule("officer approver monitoring director", "whoever was approached"),
    "referral.offer-made/1": _rule("provider", "each for themselves"),
    "referral.offer-made-late/1": _rule("provider", "each for themselves"),
    "referral.late-offer-decided/1": _rule("officer approver", "whoever answers for the search", second=_OVERRIDE),
    "referral.offer-withdrawn/1": _rule("provider", "each their own"),
    "referral.declined/1": _rule("provider", "each for themselves"),
    "referral.responses-missed/1": _rule("officer", "the placements team counts"),
    "referral.offers-considered/1": _rule("officer", "the placements team looks"),
    "referral.offers-located/1": _rule("officer", "the placements team measures"),
    "referral.offers-scored/1": _rule("officer evaluator", "whoever judges", second=_OVERRIDE),
    "referral.panel-held/1": _rule("moderator officer", "whoever chairs", second=_OVERRIDE),
    "referral.home-chosen/1": _rule("officer moderator", "whoever the panel lets decide", second=_OVERRIDE),
    "referral.approved/1": _rule(
        "approver budget-holder nominated-officer director", "each in their own capacity (2010 Regulations, reg. 11)"
    ),
    "referral.area-consulted/1": _rule("officer social-worker", "whoever asked the other authority"),
    "referral.area-notified/1": _rule("officer social-worker", "whoever told the other authority"),
    "referral.reasons-sent/1": _rule("officer", "the placements team writes", second=_OVERRIDE),
    "referral.child-edition-given/1": _rule("social-worker officer", "whoever gave it"),
    "referral.feedback-given/1": _rule("provider officer", "each of the other"),
    "referral.ended/1": _rule("officer social-worker", "whoever ends the search", second=_OVERRIDE),
    # A home found
    "placement.agreed/1": _rule("officer approver", "delegated power to sign", second=_OVERRIDE),
    "placement.fee-changed/1": _rule("officer budget-holder", "whoever agrees the money"),
    "placement.plan-signed/1": _rule("social-worker officer", "whoever signed it with the carer"),
    "placement.started/1": _rule("officer social-worker", "whoever knows that the child moved in", second=_OVERRIDE),
    "placement.reviewed/1": _rule("social-worker officer", "whoever held the review"),
    "placement.outcome-measured/1": _rule("social-worker officer provider", "whoever looked"),
    "placement.unregistered-use-recorded/1": _rule("officer approver director", "bad news is anybody's to record"),
    "placement.unregistered-use-reviewed/1": _rule("approver director", "somebody who can end it"),
    "placement.assurance-recorded/1": _rule("officer social-worker", "whoever visited or read"),
    "placement.ended/1": _rule("officer social-worker", "whoever knows that the child left"),
    # Asked why, and challenged
    "contest.why-asked/1": _rule("provider", "whoever was not chosen, or not asked"),
    "contest.why-answered/1": _rule("officer social-worker", "whoever knows the answer"),
    "contest.lodged/1": _rule("provider", "whoever was not chosen, or not asked"),
    "contest.answered/1": _rule("officer approver monitoring", "the authority"),
    "contest.decided/1": _rule("approver director monitoring", "never whoever chose or approved the home"),
    "contest.remedied/1": _rule("officer approver monitoring", "whoever carries it out"),
    "contest.withdrawn/1": _rule("provider", "each their own"),
    # Numbers about many children
    "placements.released/1": _rule(
        "officer monitoring", "two persons look whether a child could be found in it", second=_OVERRIDE
    ),
    "placements.release-withdrawn/1": _rule("officer approver monitoring", "a take-down is quick: one signature"),
    # Openness
    "value.disclosed/1": _rule("officer monitoring importer", "releases go by the allow-list, whoever asks"),
    "value.withdrawn/1": _rule(
        "officer monitoring importer", "a take-down is quick: one signature, or the source took it down"
    ),
    "case.assessed/1": _rule("assessor", "the rules speak with a key of their own"),
    # Sealed values
    "sealed.read/1": _rule("vault", "the reader's own signature is sealed inside"),
    "sealed.erased/1": _rule("officer monitoring", "whoever keeps the file, and somebody else", second=_OVERRIDE),
    "hold.placed/1": _rule("officer monitoring", "one person may stop what cannot be undone"),
    "hold.lifted/1": _rule("monitoring approver", "two persons, as for the erasure it allows", second=_OVERRIDE),
}

ALWAYS_TWO: frozenset[str] = frozenset({"sealed.erased/1", "hold.lifted/1", "placements.released/1"})
"""What cannot be undone, or lets that happen: nobody does it alone."""

REPORTERS: frozenset[str] = frozenset({"officer", "monitoring"})
"""Who may report what happened elsewhere: those who keep the file."""

NOT_REPORTED: frozenset[str] = frozenset(
    {
        name
        for name in TABLE
        if name.startswith(
            (
                "log.",
                "key.",
                "log-key.",
                "value.",
                "case.",
                "deposit.",
                "provider.",
                "sealed.",
                "hold.",
                "finding.",
                "placements.",
            )
        )
    }
    | {
        "signature.reaffirmed/1",
        "procurement.imported/1",
        "interest.declared/1",
        "challenge.lodged/1",
        "challenge.withdrawn/1",
    }
)
"""What nobody reports under their own name: it is the register's own doing, or its signer must not show who came."""

ASK: Mapping[str, frozenset[str]] = {
    "procurement.question-asked/1": frozenset({"provider", "officer"}),
    "deposit.received/1": frozenset({"provider"}),
    "deposit.withdrawn/1": frozenset({"provider"}),
    "provider.facts-stated/1": frozenset({"provider"}),
    "challenge.lodged/1": frozenset({"provider", "officer", "monitoring"}),
    "challenge.withdrawn/1": frozenset({"provider", "officer", "monitoring"}),
}
"""Who may have the receiver sign for them. Bids that came by another way are reported by those who keep the file."""


OF_ONESELF: frozenset[str] = frozenset({"provider.facts-stated/1"})
"""What nobody reports of another, whatever they know: it is somebody's own word."""


def may(
    roles: AbstractSet[str], event_type: str, place: Literal["first", "second"] = "first", *, report: bool = False
) -> bool:
    """May somebody with these roles sign an event of this type, first or second? Nothing unlisted is allowed."""
    rule = TABLE.get(event_type)
    if rule is None:
        return False
    if place == "second":
        return bool(roles & rule.second)
    return bool(roles & rule.first) or (report and event_type not in NOT_REPORTED and bool(roles & REPORTERS))


def may_ask(roles: AbstractSet[str], event_type: str, *, report: bool = False) -> bool:
    """May somebody with these roles have the receiver sign an event of this type for them?"""
    asked = ASK.get(event_type)
    return asked is not None and bool(roles & (asked | reporters(event_type) if report else asked))


def reporters(event_type: str) -> frozenset[str]:
    """Who may report what others ask the receiver to sign."""
    return frozenset() if event_type in OF_ONESELF else REPORTERS


def may_export(roles: AbstractSet[str], edition: Edition) -> bool:
    """May somebody with these roles take this edition of a case out of the register?"""
    return edition == "public" or bool(roles & EDITIONS[edition])


def who_may(event_type: str) -> str:
    """The roles that may sign an event of this type, in words."""
    rule = TABLE.get(event_type)
    people = rule.first - SERVICES or rule.first if rule else frozenset()
    *others, last = [f"the {one}" for one in _called(people)] or ["nobody"]
    return f"{', '.join(others)} or {last}" if others else last


def in_words(roles: AbstractSet[str], between: str = " or ") -> str:
    """Roles as people read them."""
    return between.join(_called(roles)) or "nobody"


def _called(roles: AbstractSet[str]) -> list[str]:
    return [_CALLED.get(one, one).replace("-", " ") for one in sorted(roles - {"root"} or roles)]


_CALLED = {"monitoring": "monitoring officer", "key-admin": "administrator"}


def for_others(event_type: str) -> Forbidden:
    """The refusal of what is for other roles, and who has them. The name of the event says nothing to whoever acts."""
    return Forbidden(f"this is for {who_may(event_type)}: ask somebody with that role", code="role")


def require(by: Actor, event_type: str, *, report: bool = False) -> None:
    """Raises Forbidden when this person's roles do not allow it."""
    if not may(by.roles, event_type, report=report):
        refused = for_others(event_type)
        if event_type in ASK:
            instead = "what came by another way is reported with 'evidence' and 'happened_at'"
            refused = Forbidden(
                f"this is for {who_may(event_type)}: it signs for {in_words(ASK[event_type])}; {instead}", code="role"
            )
        raise Forbidden(f"{refused} ({by.key} acts as {in_words(by.roles, ', ')})", code="role")


# Separation of duties: what one person has done in a case bars another thing


def evaluators(history: History) -> frozenset[KeyName]:
    """Who signed a sheet of their own."""
    return frozenset(recorded.actor for recorded, sheet in history.of(SheetSigned) if sheet.is_act)


def declared(history: History, person: KeyName) -> bool:
    """Has this person declared their interests in the case?"""
    return any(recorded.actor == person for recorded, _ in history.of(InterestsDeclared))


def recused(history: History) -> frozenset[KeyName]:
    """Who must stay out: the last decision on each person counts."""
    last = {decided.person: decided.outcome for _, decided in history.of(InterestDecided)}
    return frozenset(person for person, outcome in last.items() if outcome == "recuse")


def expected_evaluators(history: History) -> list[KeyName]:
    """Whose sheets must be in before moderation: those who declared that they act as evaluators, less the recused."""
    acting = [
        recorded.actor
        for recorded, declaration in history.of(InterestsDeclared)
        if declaration.acting_as == "evaluator"
    ]
    out = recused(history)
    return [person for person in dict.fromkeys(acting) if person not in out]
