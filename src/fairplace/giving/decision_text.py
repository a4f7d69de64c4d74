"""The written record of an officer's decision, as text for the council's own list of decisions.

Openness of Local Government Bodies Regulations 2014, regulation 7(3): the date of the decision; the decision with its
reasons; alternatives considered and rejected; members who declared a conflict of interest. Of officers' interests it
tells numbers alone: what somebody declared is their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from fairplace.counted import counted
from fairplace.decision import History
from fairplace.errors import Refused
from fairplace.formats import date, money
from fairplace.giving import buyers, wording
from fairplace.giving.known import Known, known_of
from fairplace.giving.letters import Frame
from fairplace.terms import KeyName


def decision_text(history: History, frame: Frame, people: Mapping[KeyName, str]) -> str:
    """The text. `people` names colleagues by their keys. Raises Refused before anything is decided."""
    known = known_of(history)
    decided = known.award or known.ended
    if decided is None:
        raise Refused("no decision is recorded yet; the text is written from it", code="order")
    power = known.award.delegation if known.award else wording.missing("by what power it was ended")
    reference = f"Public record: {frame.page}\n" if frame.page else ""
    blocks = [
        "RECORD OF AN OFFICER’S DECISION\nOpenness of Local Government Bodies Regulations 2014, regulation 7",
        f"Authority: {frame.authority}{buyers.together(known, frame.authority)}\nSubject: {known.title or wording.missing('the title')}",
        f"Date of the decision: {date(decided.at)}",
        f"Decided by: {people.get(decided.by, wording.missing('the name behind the key ' + decided.by))}\nPower: {power}",
        "Decision:\n" + _decision(known) + _directly(known),
        "Reasons:\n" + _reasons(known),
        "Alternatives considered and rejected:\n" + _alternatives(known),
        "Conflicts of interest:\n" + _conflicts(known),
        f"{reference}Entry {decided.index} of the log {frame.origin}",
    ]
    return "\n\n".join(blocks) + "\n"


def _directly(known: Known) -> str:
    """On which ground nobody else was asked, where it was awarded without a competition."""
    if (named := known.state.ground) is None:
        return ""
    return f"\nWithout a competition, on the ground: {wording.DIRECT_GROUND[named.ground]}. {named.reason.get('')}"


def _decision(known: Known) -> str:
    if known.award is None:
        ground = known.ended.ground if known.ended else ""
        return f"To end the procurement without an award: {wording.ENDED.get(ground, ground)}."
    won = [f"{bid.provider.name} ({bid.provider.id}) for {_value(known, bid.place)}" for bid in known.winners]
    return "To award the contract to " + "; and to ".join(won) + "."


def _value(known: Known, place: str) -> str:
    value = known.state.awards.get(place)
    return money(value) if value is not None else wording.missing("the value")


def _reasons(known: Known) -> str:
    if known.award is None:
        return (known.ended.reason if known.ended else None) or wording.missing("the reason")
    return _numbered(known.award.reasons) or wording.missing("the reasons")


def _alternatives(known: Known) -> str:
    if known.award is None:
        return wording.missing("what else was considered")
    return _numbered(known.award.alternatives) or "None were recorded."


def _conflicts(known: Known) -> str:
    seen = known.interests
    members = "Members: " + wording.missing("whether a member of the council declared a conflict")
    officers = (
        f"Officers: {counted(seen.declared, 'person', 'people')} declared whether they had an interest."
        f" Kept out of the case: {seen.stayed_out}."
    )
    return f"{members}\n{officers}"


def _numbered(texts: tuple[str, ...]) -> str:
    return "\n".join(f"{number}. {words}" for number, words in enumerate(texts, start=1))
