"""The award follows from the marks: Procurement Act 2023, section 19; Procurement Regulations 2024, regulation 31.

Points, totals and ranks are computed anew from the agreed marks, the prices and the published formula, in whole basis
points. `outcome_likely_changed` is `yes` when the totals so computed have another winner than the award, `no` when they
have the same, `unknown` when there is no award in view.
"""

from collections.abc import Iterator
from functools import partial

from fairplace.counted import counted
from fairplace.policy import Answer, Bid, Case, Finding, Standing, rule
from fairplace.procurement.events import Awarded, AwardWithdrawn, Moderated, Planned

EQUAL = partial(Finding, outcome="met", process_unequal="no", outcome_likely_changed="no")
UNEQUAL = partial(Finding, outcome="not-met", process_unequal="yes")
UNTOLD = partial(Finding, outcome="cannot-tell", process_unequal="unknown", outcome_likely_changed="unknown")
NOT_ASKED = partial(Finding, outcome="not-applicable", process_unequal="unknown", outcome_likely_changed="unknown")

COMPETITIONS = ("open", "flexible", "flexible_dm")


@rule(
    code="ET-12",
    name="arithmetic-reproducible",
    source="Procurement Act 2023 s. 19(2); Procurement Regulations 2024 reg. 31(2)(e)(ii)",
    severity="critical",
    blocks=True,
)
def arithmetic_reproducible(case: Case) -> Iterator[Finding]:
    """Do totals and ranks follow from the recorded marks, the prices and the published formula?"""
    moderated = case.last(Moderated)
    if moderated is None:
        award = case.last(Awarded)
        if award:
            yield UNTOLD(text="an award was made and no totals are on the record", evidence=(award[0].index,))
        else:
            yield NOT_ASKED(text="no totals are on the record yet")
        return
    evidence = (moderated[0].index,)
    bids = case.bids
    fresh = bids.standings()
    if fresh is None or bids.live is None:
        closed = bids.dark or any(
            not slot.marks.is_open or not slot.result.is_open for slot in moderated[1].bids.values()
        )
        missing = "are withheld in this view" if closed or case.view == "public" else "are not all on the record"
        yield UNTOLD(text=f"marks, prices or the formula {missing}", evidence=evidence)
        return
    if any(bid.result is None for bid in bids.live):
        closed = any(not slot.result.is_open for slot in moderated[1].bids.values())
        missing = "are withheld in this view" if closed else "are not all on the record"
        yield UNTOLD(text=f"the recorded totals {missing}", evidence=evidence)
        return
    would = bids.would_win()
    won = bids.winners
    changed: Answer = "unknown" if would is None or won is None else ("no" if would == won else "yes")
    wrong = [text for bid in bids.live if (text := _difference(bid, fresh[bid.place]))]
    if wrong:
        yield UNEQUAL(text="; ".join(wrong), evidence=evidence, outcome_likely_changed=changed)
    winners = bids.terms.winners if bids.terms else 1
    level = sorted(
        bid.place
        for bid in bids.live
        if (standing := fresh[bid.place]).tied
        and (_across(standing, fresh, winners) or (bid.result and bid.result.rank != standing.rank))
    )
    if level:
        text = f"bids at {', '.join(level)} come out level and no published tie-break parts them"
        yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="unknown")
    if not wrong and not level:
        yield EQUAL(
            text=f"{counted(len(fresh), 'total and rank is', 'totals and ranks are')} the same when computed anew",
            evidence=evidence,
        )


def _difference(bid: Bid, fresh: Standing) -> str | None:
    recorded = bid.result
    assert recorded is not None
    if recorded.points != fresh.points or recorded.total != fresh.total:
        return f"{bid.place}: total {_percent(recorded.total)} recorded, {_percent(fresh.total)} computed"
    if recorded.rank != fresh.rank and not fresh.tied:
        return f"{bid.place}: rank {recorded.rank} recorded, {fresh.rank} computed"
    return None


def _across(standing: Standing, fresh: dict[str, Standing], winners: int) -> bool:
    """Does a tie reach over the line between winning and losing?"""
    level = sum(1 for other in fresh.values() if other.rank == standing.rank)
    return standing.rank <= winners < standing.rank + level - 1


def _percent(points: int) -> str:
    """Basis points as a mark out of 100, with two places."""
    return f"{'-' if points < 0 else ''}{abs(points) // 100}.{abs(points) % 100:02d}"


@rule(
    code="AD-01",
    name="most-advantageous-tender",
    source="Procurement Act 2023 s. 19(1)-(2)",
    severity="critical",
    blocks=True,
)
def most_advantageous_tender(case: Case) -> Iterator[Finding]:
    """Did the best-ranked bids that take part win, and no other?"""
    plan, award, taken_back = case.last(Planned), case.last(Awarded), case.last(AwardWithdrawn)
    if award is None or (taken_back and taken_back[0].index > award[0].index):
        yield Finding(outcome="not-applicable", text="there is no award to judge")
        return
    evidence: tuple[int, ...] = (award[0].index,)
    if plan is None:
        yield Finding(outcome="cannot-tell", text="which law applies is not on the record", evidence=evidence)
        return
    if plan[1].regime != "PA23" or plan[1].route not in COMPETITIONS:
        text = f"not an award after a competition under section 19 ({plan[1].regime}, {plan[1].route})"
        yield Finding(outcome="not-applicable", text=text, evidence=evidence)
        return
    moderated, won = case.last(Moderated), case.bids.winners
    evidence = (*([moderated[0].index] if moderated else []), *evidence)
    if won is None:
        closed = any(not bid.award.is_open for bid in award[1].bids.values())
        text = "who won is withheld in this view" if closed else "the award names no bid"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    ranks = _ranks(case)
    if ranks is None:
        seen = "withheld in this view" if case.view == "public" else "not all on the record"
        yield Finding(outcome="cannot-tell", text=f"the ranks of the bids are {seen}", evidence=evidence)
        return
    better = sorted(place for place in ranks.keys() - won if any(ranks.get(one, 0) > ranks[place] for one in won))
    out = sorted(won - ranks.keys())
    allowed = case.bids.terms.winners if case.bids.terms else 1
    if out:
        text = f"a bid won that does not take part or has no rank: {', '.join(out)}"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
    if better:
        ranked = ", ".join(f"{place} (rank {ranks[place]})" for place in better)
        yield Finding(outcome="not-met", text=f"better-ranked bids did not win: {ranked}", evidence=evidence)
    if len(won) > allowed:
        text = f"{counted(len(won), 'bid')} won where {allowed} may"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
    if not out and not better and len(won) <= allowed:
        best = "the best-ranked bid" if len(won) == 1 else f"the {len(won)} best-ranked bids"
        yield Finding(outcome="met", text=f"{best} of {len(ranks)} won", evidence=evidence)


def _ranks(case: Case) -> dict[str, int] | None:
    """Ranks computed anew; the recorded ones where a mark or price is missing."""
    fresh = case.bids.standings()
    if fresh is not None:
        return {place: standing.rank for place, standing in fresh.items()}
    live = case.bids.live
    if live is None or any(bid.result is None for bid in live):
        return None
    return {bid.place: bid.result.rank for bid in live if bid.result}
