"""What each phase of a search stands on: a need on record, a search that goes on, the version that counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fairplace import home_words, procedure
from fairplace.decision import Actor, Command, History
from fairplace.procedure import Objections, listed, refuse
from fairplace.referral.state import Made, Search
from fairplace.referral.values import FeeLine, OfferId
from fairplace.terms import Day, Instant, Pence, day, london_day

MOST_HOURS = 24 * 60
"""The longest time to answer that is no slip of the pen, in hours."""


def footing(command: Command, history: History, *, overridable: bool = True) -> tuple[Search, Objections]:
    """The search of a case that exists, and objections to start with. Raises Missing when there is no such case."""
    procedure.head_of(history)
    search, objections = Search(history), Objections(command, overridable=overridable)
    if search.need is None:
        objections.add("no-need", "no need is assessed in the case; assess the need first", final=True)
    return search, objections


def goes_on(search: Search, objections: Objections) -> None:
    """Object when the search has come to its end."""
    if search.ended is not None:
        objections.add("referral-ended", "the search is over; nothing more can be asked or offered", final=True)
    elif search.started is not None:
        objections.add("referral-ended", "the child has moved in, so the search is over", final=True)


def is_open(search: Search, objections: Objections) -> None:
    if search.opened is None:
        objections.add("not-opened", "the search is not opened; open the referral first")


def version(search: Search, given: int | None, objections: Objections) -> int:
    """The version of the need: the newest when none is given. An older one is objected to, an unknown one refused."""
    if given is None or given == search.version:
        return search.version
    if given not in search.needs:
        refuse("need-version", f"there is no version {given} of the need; the newest is {search.version}")
    objections.add("stale-need", f"version {given} of the need was replaced by version {search.version}; use that one")
    return given


def event_day(command: Command, at: Instant) -> Day:
    """The day in London on which it happened."""
    return day(london_day(procedure.happened_at(command, at)))


def offer_of(search: Search, name: OfferId) -> Made:
    found = search.offers.get(name)
    if found is None:
        refuse("unknown-offer", f"no offer {name} was made in this case; name one of {listed(sorted(search.offers))}")
    return found


def own_offer(by: Actor, made: Made, *, report: bool) -> None:
    if made.terms is not None:
        procedure.own(by, made.terms.provider, report=report)


def speaker(by: Actor, named: str | None, *, report: bool) -> str:
    """The provider in whose name this is said: the one named, or the one whose key signs."""
    who = named or (None if report else by.provider)
    if who is None:
        refuse("no-provider", "it is not said for which provider; give 'provider'")
    procedure.code(who, "a provider's id", procedure.PROVIDER_ID)
    procedure.own(by, who, report=report)
    return who


def everybody(search: Search, told: Iterable[str], what: str, objections: Objections) -> None:
    """What one learns, all learn: whoever was asked and still may answer."""
    if left := sorted(search.invited - set(told) - search.declined):
        objections.add("not-to-all", f"{what} did not go to {listed(left)}; everybody who was asked gets it")


def once(names: Collection[str], what: str) -> None:
    if len(set(names)) < len(names):
        refuse("twice", f"{what} names somebody twice; name each once")


def balanced(lines: list[FeeLine], fee: Pence, known_needs: Collection[str]) -> None:
    """The lines of a fee add up to it, to the penny; discounts alone are negative."""
    procedure.pence(fee, "the weekly fee")
    for line in lines:
        called = home_words.FEE.get(line.code, line.code).lower()
        if abs(line.amount) > procedure.MOST_PENCE or (line.amount < 0) != (
            line.code == "discount" and line.amount != 0
        ):
            refuse("fee-line", f"{line.amount} pence for {called} came; only a discount is below 0")
        if unknown := sorted(set(line.needs) - set(known_needs)):
            refuse(
                "unknown-need",
                f"{called} is said to answer {listed(unknown)}, which the need does not have; give the numbers of the"
                " referral",
            )
    total = sum(line.amount for line in lines)
    if total != fee:
        refuse(
            "fee-lines",
            f"the lines of the fee add up to {_signed(total)}, and the weekly fee is {procedure.pounds(fee)};"
            " give every line, so that they add up",
        )


def _signed(value: Pence) -> str:
    return procedure.pounds(value) if value >= 0 else f"-{procedure.pounds(-value)}"
