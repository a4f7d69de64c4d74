"""Whose a sealed value is: the data subject under whose key it is kept, for every slot of every type of event.

- One slot, one subject; a value that names several has a key of its own, so that it can go for the sake of one of them.
- A subject is named by numbers of the log alone: nothing in the key store tells a name, nor who belongs together. So one
  person may have several subjects: a bidder has one for each bid that it lodged, and one for the place that it got.
- All places of a case have keys, all deposits have, cover too: keys count no bids.
- What a deposit belongs to is kept apart from what it holds: a bid can be erased, and the count of bids still adds up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

Kind = Literal["case", "place", "entry", "stream", "filing", "authority"]

KINDS: Mapping[Kind, str] = {
    "case": "the case: its own words",
    "place": "the bid in this place of the case",
    "entry": "whom this one entry is about",
    "stream": "whoever this stream is about: the challenger, the person who declared",
    "filing": "the deposit's own file: which case it is for",
    "authority": "the authority itself; never erased",
}

_STEPS = (
    "procurement.planned/1 procurement.buyers-named/1 procurement.parent-named/1 procurement.ground-named/1 procurement.conflicts-assessed/1"
    " procurement.tender-published/1 procurement.criteria-changed/1"
    " procurement.deadline-changed/1 procurement.question-asked/1 procurement.question-answered/1"
    " procurement.contact-recorded/1 procurement.bids-opened/1 procurement.late-bids-decided/1"
    " procurement.prices-opened/1 procurement.corrections-invited/1 procurement.corrections-received/1"
    " procurement.secrets-marked/1 procurement.secrets-decided/1"
    " procurement.bids-checked/1 evaluation.anonymity-decided/1 evaluation.sheet-signed/1 evaluation.moderated/1"
    " procurement.awarded/1 procurement.summaries-sent/1 procurement.notice-published/1 procurement.claim-notified/1"
    " procurement.suspension-ended/1 procurement.contract-entered/1 procurement.contract-changed/1"
    " procurement.contract-ended/1 procurement.ended-without-award/1 procurement.award-withdrawn/1 interest.decided/1"
)
_DEPOSITS = "deposit.received/1 deposit.received-late/1 deposit.withdrawn/1"
_CHALLENGE = (
    "challenge.lodged/1 challenge.acknowledged/1 challenge.answered/1 challenge.decided/1 challenge.remedied/1"
    " challenge.taken-further/1 challenge.withdrawn/1"
)

_ROWS: tuple[tuple[str, str, Kind], ...] = (
    (_STEPS, "/exhibit /override_reason", "case"),
    (
        "value.disclosed/1 value.withdrawn/1 case.assessed/1 procurement.imported/1 signature.reaffirmed/1",
        "/exhibit",
        "case",
    ),
    ("procurement.planned/1", "/title /need /authority /estimated_value /lots_reason /split_reason", "case"),
    ("procurement.buyers-named/1", "/buyers", "case"),
    ("procurement.parent-named/1", "/name", "case"),
    ("procurement.parent-named/1", "/members", "entry"),
    ("procurement.ground-named/1", "/reason", "case"),
    ("procurement.ground-named/1", "/provider", "entry"),
    ("procurement.conflicts-assessed/1", "/conflicts /steps", "entry"),
    ("procurement.tender-published/1", "/titles /descriptors /documents", "case"),
    ("procurement.criteria-changed/1", "/titles /descriptors /reason", "case"),
    ("procurement.deadline-changed/1", "/reason", "case"),
    ("procurement.deadline-changed/1", "/recipients", "entry"),
    ("procurement.question-asked/1", "/words /asked_by", "entry"),
    ("procurement.question-answered/1", "/words /answer", "case"),
    ("procurement.question-answered/1", "/recipients", "entry"),
    ("procurement.contact-recorded/1", "/handling /provider /note", "entry"),
    (_DEPOSITS, "/case /seen", "filing"),
    ("deposit.withdrawn/1", "/deposit", "filing"),
    (_DEPOSITS, "/exhibit /provider_signature", "entry"),
    ("deposit.received/1 deposit.received-late/1", "/provider /document /price", "entry"),
    ("procurement.bids-opened/1", "/bids/*/deposit /rests_on /late", "case"),
    ("procurement.late-bids-decided/1", "/decisions", "entry"),
    ("procurement.prices-opened/1", "/bids/*/price", "place"),
    ("procurement.corrections-invited/1", "/bids/*/faults", "place"),
    ("procurement.corrections-received/1", "/bids/*/correction", "place"),
    ("procurement.secrets-marked/1", "/bids/*/secrets", "place"),
    ("procurement.secrets-decided/1", "/bids/*/rulings", "place"),
    ("procurement.bids-checked/1", "/bids/*/check", "place"),
    ("evaluation.anonymity-decided/1", "/arrangements", "case"),
    ("evaluation.name-seen/1", "/exhibit", "case"),
    ("evaluation.name-seen/1", "/bid /note", "entry"),
    ("evaluation.sheet-signed/1", "/bids/*/marks /bids/*/reasons", "place"),
    ("evaluation.moderated/1", "/bids/*/marks /bids/*/reasons /bids/*/changes /bids/*/result", "place"),
    ("procurement.awarded/1", "/bids/*/award", "place"),
    ("procurement.awarded/1", "/reasons /alternatives", "case"),
    ("procurement.summaries-sent/1", "/bids/*/summary", "place"),
    ("procurement.claim-notified/1", "/claimant", "entry"),
    ("procurement.contract-entered/1", "/providers /value /document", "entry"),
    ("procurement.contract-changed/1", "/providers /value_before /value_after /document", "entry"),
    ("procurement.contract-changed/1 procurement.contract-ended/1", "/reason", "case"),
    ("procurement.ended-without-award/1 procurement.award-withdrawn/1", "/reason", "case"),
    ("procurement.imported/1", "/title /description /buyer /tender_value /awards", "case"),
    ("procurement.imported/1", "/raw", "entry"),
    ("interest.declared/1", "/interests /exhibit", "stream"),
    ("interest.decided/1", "/reason", "entry"),
    (_CHALLENGE, "/exhibit", "stream"),
    ("challenge.lodged/1", "/challenger /words /challenger_signature", "stream"),
    ("challenge.answered/1", "/answer", "stream"),
    ("challenge.decided/1", "/reason", "stream"),
    ("challenge.remedied/1", "/words", "stream"),
    ("challenge.taken-further/1", "/reference", "stream"),
    ("finding.answered/1", "/exhibit /words", "case"),
    ("words.corrected/1", "/exhibit /words /reason", "case"),
    ("urgent.bought/1", "/exhibit /need /provider /price /why", "case"),
    ("urgent.decided/1", "/exhibit /reason", "case"),
    ("provider.facts-stated/1", "/exhibit /provider /facts /identifiers /provider_signature", "entry"),
    ("value.withdrawn/1", "/reason", "entry"),
    ("key.added/1", "/holder", "entry"),
    ("sealed.read/1", "/exhibit /of_case /reader /request", "entry"),
    ("sealed.erased/1", "/exhibit /subjects /digests /reason", "authority"),
    ("hold.placed/1", "/exhibit /subjects", "authority"),
    ("hold.lifted/1", "/exhibit /reason", "authority"),
)

SUBJECTS: Mapping[tuple[str, str], Kind] = {
    (name, slot): kind for types, slots, kind in _ROWS for name in types.split() for slot in slots.split()
}
"""Type and slot (`*` is any place) to whose the value is."""

AUTHORITY = "authority"
_WHOLE = ("market.", "referral.", "placement.", "contest.", "placements.")
"""Of these a case has one key for all that is sealed in it: a child's, or a provider's or an agreement's own words."""
_PLACE = re.compile(r"(?<=/bids/)[0-9]{2}(?=/)")


def subject_of(kind: str, event: str, stream: str, case: str | None, slot: str) -> str:
    """The subject of one slot of an entry. What the table does not name is kept under a key of its own entry."""
    match kind_of(kind, slot):
        case "case" if case is not None:
            return f"case/{case}"
        case "place" if case is not None:
            return f"place/{case}/{place_of(slot)}"
        case "stream":
            return f"stream/{stream}"
        case "filing":
            return f"filing/{event}"
        case "authority":
            return AUTHORITY
        case _:
            return f"entry/{event}"


@lru_cache(maxsize=4096)
def kind_of(kind: str, slot: str) -> Kind:
    if kind.startswith(_WHOLE):
        return "case"
    return SUBJECTS.get((kind, _PLACE.sub("*", slot)), "entry")


def place_of(slot: str) -> str:
    found = _PLACE.search(slot)
    return found[0] if found else ""
