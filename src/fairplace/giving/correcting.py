"""What a bidder is told of its own bid beside marks: formal faults, what came of them, and trade secrets that it marks.

- A bidder reads of its own bid alone. That others were invited, and how many, it does not read before the decision.
"""

from __future__ import annotations

import msgspec

from fairplace.bidding.events import CorrectionsInvited
from fairplace.decision import History
from fairplace.formats import date_time
from fairplace.giving import buyers
from fairplace.giving.known import Known, known_of
from fairplace.giving.paper import Heading, Part, Parts, Table, Words
from fairplace.procurement.state import Bid
from fairplace.terms import Instant, Place, Provider

FAULTS = {
    "signature": "a signature is missing",
    "form": "a form is missing",
    "certificate": "a certificate is missing",
    "other": "another formal fault",
}


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """The letter that invites one bidder to put formal faults right."""

    to: Provider
    place: Place
    subject: str
    until: Instant
    invited_at: Instant
    parts: Parts
    gaps: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def invitations(history: History, authority: str) -> list[Invitation]:
    """A letter to each bidder who was invited, in the order of places; by the newest invitation that names its bid."""
    known = known_of(history)
    newest = {
        place: event
        for _, event in history.of(CorrectionsInvited)
        for place, bid in event.bids.items()
        if bid.faults.get() is not None
    }
    return [
        _invitation(known, bid, newest[bid.place], authority)
        for bid in known.state.bids.values()
        if bid.place in newest and known.state.corrections[bid.place].faults.invited
    ]


def _invitation(known: Known, bid: Bid, event: CorrectionsInvited, authority: str) -> Invitation:
    faults = known.state.corrections[bid.place].faults
    subject = f"Please put your bid right in form: {known.title or 'your bid'}"
    parts: list[Part] = [
        Heading(subject, 1),
        Words(
            f"To: {bid.provider.name}\nIdentifier: {bid.provider.id}\nFrom: {authority}{buyers.together(known, authority)}"
        ),
        Words(f"When we opened your bid we found: {_named(list(faults.kinds))}."),
        *([Words(f"What exactly: {faults.note}")] if faults.note else []),
        Heading("What you can do"),
        Words(f"Send what is missing until {date_time(event.until)}. What comes later is not accepted."),
        Words("Change nothing of what you offer, and nothing of its price. A correction that does is not accepted."),
        Words(
            "Every bidder with the same kind of fault is invited in the same way, until the same moment. The invitation"
            " and what came of it are recorded, and a rule checks that all were treated alike."
        ),
    ]
    return Invitation(
        to=bid.provider,
        place=bid.place,
        subject=subject,
        until=event.until,
        invited_at=event.happened_at,
        parts=tuple(parts),
    )


def came(known: Known, bid: Bid) -> list[Part]:
    """For the letter with the result: what was wrong with the own bid in form, and what came of it."""
    invitation = known.state.corrections.get(bid.place)
    if invitation is None:
        return []
    told = [f"We found of your bid: {_named(list(invitation.faults.kinds))}."]
    if not invitation.faults.invited:
        told.append(f"You were not invited to put it right: {invitation.faults.note}")
        return [Heading("Formal faults"), Words(" ".join(told))]
    told.append(f"You could put it right until {date_time(invitation.until)}.")
    correction = known.state.corrected.get(bid.place)
    if correction is None:
        told.append("What came of it is not in the record.")
    elif correction.came_at is None:
        told.append("Nothing came.")
    else:
        accepted = "It was accepted." if correction.accepted else f"It was not accepted: {correction.reason}"
        told.append(f"Your correction came on {date_time(correction.came_at)}. {accepted}")
    return [Heading("Formal faults"), Words(" ".join(told))]


def secrets(known: Known, bid: Bid) -> list[Part]:
    """For the letter with the result: what its bid marks as a trade secret, and what was said to it."""
    said = {one.part: one for one in known.state.rulings.get(bid.place, ())}
    rows = []
    for one in known.state.secrets.get(bid.place, ()):
        ruling = said.get(one.part)
        answer = (
            "Not decided on"
            if ruling is None
            else f"{'Accepted' if ruling.accepted else 'Not accepted'}: {ruling.reason}"
        )
        rows.append((one.part, one.reason, answer))
    if not rows:
        return []
    table = Table("Marked by you as a trade secret", ("Part", "Your reason", "Our answer"), tuple(rows))
    return [Heading("Trade secrets"), table]


def _named(kinds: list[str]) -> str:
    return ", ".join(FAULTS[kind] for kind in kinds)
