"""A made-up register released month by month, and attacked from outside: `python -m tests.campaign.disclosure`.

- Both plans are tried at the end of every month, with what was known by then: later entries are not read, rules are asked
  as of that day. What the rules on releases refuse is held, as it would be in earnest; fees are in every release.
- The files are then attacked by `tests.campaign.attacker`, which shares no code with the program.
- At last the newest release of each plan is withdrawn and replaced in many ways; each replacement that is made is held
  beside the copy.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec

from fairplace import assess, shelf
from fairplace.counting import endings, plans, rows
from fairplace.counting.answers import answers
from fairplace.counting.introductions import introductions
from fairplace.counting.naming import Hidden
from fairplace.disclosure_control import releasing, writing
from fairplace.disclosure_control.facts import Fact
from fairplace.disclosure_control.plan import Plan, Table
from fairplace.disclosure_control.released import Release, withdraw
from fairplace.errors import Refused
from fairplace.on_disk import Register
from fairplace.policy import Case
from fairplace.synthesis.region.days import CLOSES, OPENS, at
from fairplace.synthesis.region.presets import PRESETS, Preset
from fairplace.synthesis.region.register import build
from fairplace.terms import CaseId, Day, instant
from tests.campaign import attacker
from tests.campaign.attacker import Known, Published

AFTER_MONTHS = 12
"""Releases go on for a year after the last search began: whether a placement lasted comes out three quarters later."""
CHANGES_DAYS = 460
"""A decision older than that, of which nothing more was recorded, says of itself what it said before."""
TEST = "Weighed for a made-up region: public money, and no home can be told."


class Attacked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one register. `replaced`: how many replacements of a withdrawn release were tried, and how many made."""

    tried: int
    held: Mapping[str, int]
    refused: list[str]
    releases: int
    numbers: int
    hidden: int
    small: list[str]
    differences: list[str]
    worked_out: list[attacker.Claim]
    guessed_wrong: int
    candidates: attacker.Found
    replaced: tuple[int, int]
    copied: list[str]

    @property
    def holds(self) -> bool:
        found = (self.refused, self.small, self.differences, self.worked_out, self.copied)
        return self.releases > 0 and not any((*found, self.candidates.groups, self.candidates.wrong))


def months(first: date, count: int) -> list[Day]:
    """The last days of so many months."""
    found, at_first = [], first.replace(day=1)
    for _ in range(count):
        at_first = (at_first + timedelta(days=32)).replace(day=1)
        found.append((at_first - timedelta(days=1)).isoformat())
    return found


class Watched:
    """The rows of a register as they were known at the end of each month."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._rules = [
            one
            for one in assess.rules(shelf.policies(register.own_policies, "placements"))
            if one.rule.code in rows.ASKED
        ]
        self._known: dict[CaseId, tuple[int, list[Fact], dict[str, list[Fact]]]] = {}

    def until(self, day: Day) -> dict[str, list[Fact]]:
        size, moment = self._size(day), instant(at(date.fromisoformat(day), 23, 59))
        reader = self._register.reader
        market, others = reader.market(), reader.others()
        for case in reader.cases():
            events = reader.case(case, upto=size)
            before, chosen, _ = self._known.get(case, (0, list[Fact](), dict[str, list[Fact]]()))
            if len(events) == before and (not chosen or _age(chosen[0].day, day) > CHANGES_DAYS):
                continue
            past = Case(id=case, as_of=moment, view="authority", events=events, market=market, others=others)
            hidden = Hidden(case=case, child="")  # the rows stay here, and nothing is erased
            if past.search.choice is not None:
                outcomes = assess.assess(past, self._rules).outcomes
                row = rows.row(case, past.search, market, outcomes, hidden, as_of=moment)
                chosen = [row] if row else []
            ended = endings.row(case, past.search, hidden, as_of=moment)
            counted_of = {
                "decisions": chosen,
                "answers": list(answers(case, past.search, hidden)),
                "endings": [ended] if ended else [],
                "introductions": list(introductions(case, past.search, hidden)),
            }
            self._known[case] = (len(events), chosen, counted_of)
        return {
            plan: [row for *_, found in self._known.values() for row in found.get(plan, ())] for plan in plans.PLANS
        }

    def _size(self, day: Day) -> int:
        """How many entries there were when the day was over."""
        reader, end = self._register.reader, instant(at(date.fromisoformat(day) + timedelta(days=1), 0))
        low, high = 0, reader.size
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if reader.entry(middle).envelope.at < end else (low, middle)
        return low


def _age(earlier: Day, later: Day) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def released(register: Register, days: Sequence[Day]) -> Iterator[tuple[Day, Plan, Release | Refused, list[Fact]]]:
    """Every plan tried at the end of every month, with what was known by then, as `fairplace release make` does it."""
    watched = Watched(register)
    market = register.reader.market()
    assert market is not None
    made: dict[str, list[Release]] = defaultdict(list)
    kept: dict[str, bytes] = {}
    chosen = [plans.with_fees(plans.DECISIONS, TEST), *(one for one in plans.PLANS.values() if one != plans.DECISIONS)]
    known = watched.until(days[0])
    for day in days:
        if int(day[5:7]) % 3 == 0:  # in between everything is held, whatever is known
            known = watched.until(day)
        for plan in chosen:
            earlier = made[plan.name]
            cutoffs = [*(one.until for one in earlier), day]
            before = rows.read(kept[plan.name]) if plan.name in kept else []
            facts = rows.as_before(known[plan.name], cutoffs, before)
            try:
                one = releasing.release(plan, rows.areas(market, facts), facts, until=day, earlier=earlier)
            except Refused as refused:
                yield day, plan, refused, facts
                continue
            earlier.append(one)
            kept[plan.name] = rows.kept(facts, cutoffs)
            yield day, plan, one, facts


def attacked(register: Register, days: Sequence[Day]) -> Attacked:
    files, held, refused, tried = list[bytes](), Counter[str](), list[str](), 0
    facts: dict[str, list[Fact]] = {}
    cutoffs: dict[str, list[Day]] = defaultdict(list)
    labels: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    within: dict[str, dict[str, tuple[str, str]]] = {}
    newest: dict[str, tuple[Plan, list[Release]]] = {}
    for day, plan, one, found in released(register, days):
        tried += 1
        if isinstance(one, Refused):
            if one.code == "hold":
                held[plan.name] += 1
            else:
                refused.append(f"{plan.name}, {day}: {one}")
            continue
        files.append(writing.as_json(one))
        newest[plan.name] = plan, [*newest.get(plan.name, (plan, []))[1], one]
        cutoffs[plan.name].append(day)
        facts[plan.name] = found
        for table in plan.tables:
            if table.within is not None:
                within[table.name] = {label: (table.within, above) for label, above in table.inside.items()}
                within[table.name]["not-recorded"] = (table.within, "not-recorded")
            spans = [part.span for each in one.tables if each.name == table.name for part in each.stretches]
            for fact in found:
                month = counted(fact, cutoffs[plan.name])
                if month is not None and any(span.first <= month <= span.last for span in spans):
                    labels[plan.name][fact.id][table.name] = _label(table, fact)
    known = {
        plan: [
            Known(child=" ".join(fact.whose), place=fact.authority, counted=month, labels=labels[plan][fact.id])
            for fact in found
            if (month := counted(fact, cutoffs[plan])) is not None
        ]
        for plan, found in facts.items()
    }
    replaced, copied = _replaced(register, newest, facts, within)
    published = Published(files)
    claims = attacker.subtraction(published, within)
    worked_out = attacker.right(claims, published, known)
    return Attacked(
        tried=tried,
        held=held,
        refused=refused,
        releases=len(files),
        numbers=published.numbers(),
        hidden=published.hidden(),
        small=attacker.small(published),
        differences=attacker.differences(published),
        worked_out=worked_out,
        guessed_wrong=len(claims) - len(worked_out),
        candidates=attacker.candidates(published, known),
        replaced=replaced,
        copied=copied,
    )


def _replaced(
    register: Register,
    newest: Mapping[str, tuple[Plan, Sequence[Release]]],
    facts: Mapping[str, Sequence[Fact]],
    within: attacker.Within,
) -> tuple[tuple[int, int], list[str]]:
    """The newest release of each plan that has tables is withdrawn, and others take its place, each beside its copy."""
    market = register.reader.market()
    assert market is not None
    tried, made, found = 0, 0, list[str]()
    for name, (plan, releases) in newest.items():
        at = max((number for number, one in enumerate(releases) if one.tables), default=None)
        if at is None:
            continue
        old = releases[at]
        earlier = [*releases[:at], withdraw(old, day=old.until, why="Tried")]
        for other, changed in changes(plan, [one for one in facts[name] if one.recorded <= old.until]):
            tried += 1
            areas = rows.areas(market, facts[name])
            try:
                new = releasing.release(other, areas, changed, until=old.until, earlier=earlier, replaces=old.number)
            except Refused:
                continue
            made += 1
            said = attacker.copied(writing.as_json(old), writing.as_json(new), within)
            found += [f"{name}, release {old.number} replaced: {one}" for one in said]
    return (tried, made), found


def changes(plan: Plan, facts: Sequence[Fact]) -> Iterator[tuple[Plan, list[Fact]]]:
    """The plan as it is or with one table alone, and the rows of the newest quarters with one or many of them changed."""
    alone = [plan, *(plans.without(plan, {one.name for one in plan.tables} - {kept}) for kept in _tops(plan))]
    newest = sorted(facts, key=lambda one: (one.day, one.id))[-60:]
    for count in (0, 1, 3, 6, 20):
        gone = {one.id for one in newest[:count]}
        for other in alone:
            yield other, [one for one in facts if one.id not in gone]
    amounts = [one for one in newest if any(one.amounts.values())]
    for count in (1, 3, 6, 20):
        other_amounts = {one.id for one in amounts[:count]}
        yield plan, [_other(one) if one.id in other_amounts else one for one in facts]


def _tops(plan: Plan) -> list[str]:
    return [one.name for one in plan.tables if one.within is None]


def _other(fact: Fact) -> Fact:
    amounts = {name: None if amount is None else amount // 2 for name, amount in fact.amounts.items()}
    return msgspec.structs.replace(fact, amounts=amounts)


def counted(fact: Fact, cutoffs: Sequence[Day]) -> str | None:
    """The last month of the quarter in which a row is counted: its own, or the next that was not out when it was known."""
    happened, out = _quarter(fact.day[:7]), None
    for cutoff in cutoffs:
        closed = cutoff[:7] if int(cutoff[5:7]) % 3 == 0 else _months_on(_quarter(cutoff[:7]), -3)
        if fact.recorded <= cutoff and happened <= closed:
            return happened if out is None else max(happened, _months_on(out, 3))
        out = closed
    return None


def _quarter(month: str) -> str:
    return _months_on(month, -int(month[5:]) % 3)


def _months_on(month: str, count: int) -> str:
    year, at_month = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + count, 12)
    return f"{year:04d}-{at_month + 1:02d}"


def _label(table: Table, fact: Fact) -> str:
    label = fact.labels.get(table.by or "") or "not-recorded"
    bare = any(fact.amounts.get(name) is None for name in (table.of, table.pair) if name)
    return f"{label}.no-amount" if bare else label


def report(name: str, one: Attacked) -> Iterator[str]:
    held = ", ".join(f"{count} of {plan}" for plan, count in sorted(one.held.items())) or "none"
    yield f"{name}: {one.tried} releases tried, {one.releases} made, held until a quarter was over: {held}"
    yield f"  {one.numbers} numbers published, {one.hidden} hidden"
    yield f"  {len(one.small)} published numbers from one to five"
    yield (
        f"  {len(one.worked_out)} numbers from one to five worked out by subtraction, over all tables and releases; "
        f"{one.guessed_wrong} guessed wrongly"
    )
    yield f"  {len(one.differences)} periods that two releases speak of"
    yield (
        f"  {one.replaced[0]} replacements of a withdrawn release tried, {one.replaced[1]} made; {len(one.copied)} changes "
        "of one to five found beside the copy"
    )
    groups, smallest, looked, wrong = one.candidates
    yield f"  {len(groups)} groups below six children; the smallest has {smallest}; a child was looked for {looked} times"
    yield f"  {len(wrong)} numbers that are not those of the register; {len(one.refused)} releases refused"
    for found in (one.refused, one.small, one.worked_out, one.differences, one.copied, groups, wrong):
        yield from (f"    {sentence}" for sentence in found[:20])


def run(preset: Preset, seed: int, days: Sequence[Day], folder: Path) -> Attacked:
    """Make the register where it is not there yet, and attack what is published of it."""
    if not (folder / "synthetic.json").exists():
        build(folder, preset, seed=seed)
    with Register.open(folder) as register:
        return attacked(register, days)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--preset", action="append", choices=sorted(PRESETS), help="small_cells and region unless given"
    )
    parser.add_argument("--folder", type=Path, help="where registers are made or stand already, by preset")
    span = (CLOSES.year - OPENS.year) * 12 + CLOSES.month - OPENS.month + 1 + AFTER_MONTHS
    parser.add_argument("--months", type=int, default=span, help=f"how many months are tried; {span} unless given")
    chosen = parser.parse_args(arguments)
    holds = True
    with tempfile.TemporaryDirectory(prefix="fairplace-disclosure-") as scratch:
        for name in chosen.preset or ("small_cells", "region"):
            one = run(PRESETS[name], chosen.seed, months(OPENS, chosen.months), (chosen.folder or Path(scratch)) / name)
            print("\n".join(report(f"{name}, seed {chosen.seed}", one)), flush=True)
            holds &= one.holds
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
