"""One release: from facts and a plan to numbers that may be published, or a refusal that says what to do.

Each release is made, then attacked: by subtraction, inside itself and from all earlier ones, and by somebody who knows
a child and looks for it. Only a release that withstands is given back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fairplace.disclosure_control import facts as rows_of_facts
from fairplace.disclosure_control import intruder, linked, replacing, subtraction, tabulating
from fairplace.disclosure_control import plan as plans
from fairplace.disclosure_control.batches import Batch, Counted, batches, joined
from fairplace.disclosure_control.facts import Area, Fact, Place
from fairplace.disclosure_control.opening import is_small
from fairplace.disclosure_control.periods import last_closed, last_day
from fairplace.disclosure_control.plan import ALL, NOT_RECORDED, Plan, Table
from fairplace.disclosure_control.records import single_records
from fairplace.disclosure_control.released import Release, ReleasedTable, Shown, Stretch
from fairplace.disclosure_control.suppression import OPEN
from fairplace.disclosure_control.wording import method
from fairplace.errors import Refused
from fairplace.terms import Day, as_date


def release(
    plan: Plan,
    areas: Sequence[Area],
    facts: Sequence[Fact],
    *,
    until: Day,
    earlier: Sequence[Release] = (),
    replaces: int | None = None,
) -> Release:
    """The numbers of all periods that are over on `until` and are not out yet, from what was recorded by then.

    `earlier` are all releases of this plan, oldest first, withdrawn ones too. `replaces` is the number of a withdrawn
    one whose periods are counted anew. Raises Refused when nothing is due, or when what is due could tell of a child.
    """
    plans.check(plan)
    rows_of_facts.check(facts, areas)
    for table in plan.tables:
        tabulating.check_labels(table, plan.table(table.within) if table.within else None, facts)
    linked.check(plan, facts)
    cutoffs = _cutoffs(plan, until, earlier, replaces)
    trees = rows_of_facts.places(areas)
    region_of = {place.code: region for region, tree in trees.items() for place in tree}
    counted = batches(facts, region_of, cutoffs)
    found = {table.name: list[Stretch]() for table in plan.tables}
    lines = list[intruder.Line]()
    for region, tree in trees.items():
        for table in _parents_first(plan):
            if table.within is None:
                _tabulate(plan, table, region, tree, areas, counted, cutoffs, found, lines)
    made = Release(
        number=len(earlier) + 1,
        plan=plan.name,
        until=until,
        tables=tuple(_table(table, found[table.name]) for table in plan.tables if found[table.name]),
        late=_late(counted),
        held=counted.held,
        replaces=replaces,
    )
    if plan.single_records:
        made = single_records(made, counted, cutoffs)
    intruder.check(made, lines)
    subtraction.check(made, lines)
    subtraction.check_against(made, earlier, [old for old in earlier if replacing.is_in_place_of(made, old)])
    replacing.check(made, earlier, {table.name: _inside(table) for table in plan.tables})
    return made


def _cutoffs(plan: Plan, until: Day, earlier: Sequence[Release], replaces: int | None) -> list[Day]:
    as_date(until)
    if wrong := next((one for one in earlier if one.plan != plan.name), None):
        raise Refused(
            f"release {wrong.number} is of the plan {wrong.plan}, not of {plan.name}; bring releases of one plan"
        )
    before = [one for one in earlier if one.replaces is None]
    if replaces is not None:
        old = next((one for one in before if one.number == replaces), None)
        if old is None or old.withdrawn is None or old.until != until:
            raise Refused(f"release {replaces} until {until} was not withdrawn; withdraw it before it is replaced")
        if stands := next((one for one in earlier if one.replaces == replaces and one.withdrawn is None), None):
            raise Refused(
                f"release {stands.number} took the place of release {replaces} and stands; withdraw it before another "
                "does",
                code="withdrawn",
            )
        return [one.until for one in before if one.until <= until]
    if before and last_closed(until) <= last_closed(before[-1].until):
        due = last_day(last_closed(before[-1].until) + 1).isoformat()
        raise Refused(
            f"no quarter has closed since release {before[-1].number}, which counted until {before[-1].until}; "
            f"hold until {due} is over (R5)",
            code="hold",
        )
    return [*(one.until for one in before), until]


def _parents_first(plan: Plan) -> list[Table]:
    """Each table after the one within which it stands."""
    done = list[Table]()
    while len(done) < len(plan.tables):
        names = {table.name for table in done}
        done += [one for one in plan.tables if one.name not in names and (one.within is None or one.within in names)]
    return done


def _tabulate(
    plan: Plan,
    table: Table,
    region: str,
    tree: Sequence[Place],
    areas: Sequence[Area],
    counted: Counted,
    cutoffs: Sequence[Day],
    found: dict[str, list[Stretch]],
    lines: list[intruder.Line],
) -> None:
    """This table and all that stand within it, for each period of the region that is due."""
    before = last_closed(cutoffs[-2]) - table.delay if len(cutoffs) > 1 else None
    for batch in joined(counted.batches[region], table.grain, before, last_closed(cutoffs[-1]) - table.delay):
        place = tabulating.region(tree, areas, batch)
        _fill(plan, table, None, set(), region, batch, place, found, lines)


def _fill(
    plan: Plan,
    table: Table,
    above: Table | None,
    taken: set[tuple[str, str]],
    region: str,
    batch: Batch,
    place: tabulating.Region,
    found: dict[str, list[Stretch]],
    lines: list[intruder.Line],
) -> None:
    cells = tabulating.sorted_out(table, place)
    try:
        gone = tabulating.hidden(table, above, place, cells, taken)
    except Refused as refused:
        if refused.code != OPEN:
            raise
        return  # nothing is told of it here, nor of what stands within it; no other table is read by it
    rows = tabulating.rows(table, place, cells, gone)
    found[table.name].append(Stretch(region=region, span=batch.span, rows=rows))
    lines.append(
        intruder.Line(
            table=table.name,
            region=region,
            span=batch.span,
            rows=rows,
            inside=_inside(table),
            parts=Counter(one.parent or "" for one in place.tree),
            total=place.facts,
            cells=cells,
        )
    )
    for part in plan.tables:
        if part.within == table.name:
            _fill(plan, part, table, gone, region, batch, place, found, lines)


def _inside(table: Table) -> dict[str, tuple[str, str]]:
    """For each cell of a line, the table and label above in which it lies."""
    if table.within is None:
        return {}
    return {name: (table.within, tabulating.label_above(table, name)) for name in tabulating.columns(table)}


def _table(table: Table, stretches: Sequence[Stretch]) -> ReleasedTable:
    words = {ALL: "All", NOT_RECORDED: "Not recorded"}
    names = {name: words.get(name, name) for name in (ALL, *tabulating.columns(table))}
    for label in table.every_label:
        said = table.words.get(label, words.get(label, label.replace("-", " ")))
        names |= {label: said} if label in names else {}
        if (bare := f"{label}.{tabulating.NO_AMOUNT}") in names:
            names[bare] = f"{said}, {table.unit} not recorded"
    if table.of is not None and table.by is None:
        names |= {tabulating.WITH_AMOUNT: "Recorded", tabulating.NO_AMOUNT: "Not recorded", **table.words}
    return ReleasedTable(
        name=table.name,
        title=table.title,
        text=table.text,
        method=method(table),
        measure=table.measure,
        unit=table.unit,
        grain=table.grain,
        labels=names,
        beside=table.pair_words,
        stretches=tuple(sorted(stretches, key=lambda one: (one.region, one.span))),
    )


def _late(counted: Counted) -> Shown:
    """How many came late, unless that number, or what is left of the batch without them, is too small."""
    return Shown(symbol="c") if is_small(counted.late) or is_small(counted.others) else Shown(len(counted.late))
