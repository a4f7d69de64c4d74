"""What each provider that was asked answered: one coarse row for each provider and search, and the tables over them."""

from __future__ import annotations

from collections.abc import Iterator

from fairplace.counting.naming import Hidden, name
from fairplace.disclosure_control.facts import Fact
from fairplace.disclosure_control.plan import Plan, Table
from fairplace.searching import Search
from fairplace.terms import CaseId, day, london_day

REASONS: dict[str, str] = {
    "no-vacancy": "Declined, no vacancy",
    "vacancy-not-available-staffing": "Declined, a vacancy without the staff",
    "match-with-resident-children": "Declined, the children who live there",
    "outside-registration": "Declined, outside its registration",
    "need-above-capability": "Declined, the need is above what it can do",
    "need-below-offer": "Declined, the need is below what it offers",
    "distance": "Declined, too far away",
    "fee-not-viable": "Declined, the fee",
    "incomplete-referral": "Declined, the request was incomplete",
    "risk-unmanageable": "Declined, the risk",
    "other-coded": "Declined, another reason",
}
"""The codes of `decline_reason`, all that ever were valid."""

KINDS = ("offered", "offered-late", "declined", "no-answer")

ANSWERS = Plan(
    name="answers",
    tables=(
        Table(
            name="kinds",
            title="What providers answered",
            text=(
                "Each provider once for each search in which it was asked or answered, in the half-year in which a home "
                "was chosen or the search ended without one. Whoever offered several homes offered; whoever offered and "
                "declined offered."
            ),
            by="kind",
            labels=KINDS,
            words={
                "offered": "Offered a home",
                "offered-late": "Offered after the closing time",
                "declined": "Declined",
                "no-answer": "Did not answer",
            },
            measure="share",
            unit="answers",
            grain="half-year",
        ),
        Table(
            name="declines",
            title="Why providers declined",
            text="The same answers, those that declined by the reason that the provider gave.",
            by="answer",
            labels=("offered", "offered-late", *REASONS, "no-answer"),
            words={
                "offered": "Offered a home",
                "offered-late": "Offered after the closing time",
                **REASONS,
                "no-answer": "Did not answer",
            },
            measure="share",
            unit="answers",
            within="kinds",
            inside={
                "offered": "offered",
                "offered-late": "offered-late",
                **dict.fromkeys(REASONS, "declined"),
                "no-answer": "no-answer",
            },
            grain="half-year",
        ),
    ),
)


def answers(case: CaseId, search: Search, hidden: Hidden) -> Iterator[Fact]:
    """A row for each provider that was asked or answered; none before the search is over, nor where a part is closed."""
    over = search.choice or search.ended_without
    profile = search.needs[-1][1].profile.get(None) if search.needs else None
    child = search.needs[-1][1].child.get(None) if search.needs else None
    invited = search.invited
    if over is None or profile is None or invited is None:
        return
    recorded, event = over
    said: dict[str | None, tuple[str, str]] = dict.fromkeys(invited, ("no-answer", "no-answer"))
    for _, declined in search.declines:
        code = (declined.reason.get(None) or "other-coded").replace("_", "-")
        said[declined.provider.get(None)] = ("declined", code if code in REASONS else "other-coded")
    for kind, late in (("offered-late", True), ("offered", False)):
        said |= {one.provider: (kind, kind) for one in search.offers.values() if one.late == late}
    if None in said:
        return
    happened, known = day(london_day(event.happened_at)), day(london_day(recorded.at))
    for provider, (kind, answer) in sorted(said.items(), key=lambda one: str(one[0])):
        yield Fact(
            id=name("answer", f"{case} {provider}", hidden.case),
            authority=profile.authority,
            day=happened,
            recorded=max(happened, known),
            labels={"kind": kind, "answer": answer},
            child=name("child", child.pseudonym, hidden.child) if child else None,
        )
