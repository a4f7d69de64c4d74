"""From the deadline to agreed marks: opening, late bids, checks, interests, sheets and moderation."""

from __future__ import annotations

from fairplace.formats import listed
from fairplace.forms import growing
from fairplace.forms.fields import Field
from fairplace.forms.provider_ids import provider_id
from fairplace.forms.task import AWAY, NOW, File, Members, Stage, Task, done, options, waits
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.procurement.commands import CheckBids, DecideLateBids, Moderate, OpenBids, RecordPrices, SignSheet


def _open_stage(file: File) -> Stage:
    if file.state.opened:
        return done()
    return NOW if file.state.tender else waits("first publish the tender notice")


def _open(file: File) -> list[Field]:
    return [
        Field(name="present", label="Who else is present", kind="several", public=True, optional=True, options=options(*file.others()),
              hint="You always are. All bids are opened together."),
    ]  # fmt: skip


def _late_stage(file: File) -> Stage:
    late = len(file.state.undecided_late) if file.state.opened else 0
    return Stage("now", f"{late} late") if late else AWAY


def _late(file: File) -> list[Field]:
    fields = []
    for row, (name, deposit) in enumerate(file.state.undecided_late.items()):
        path, group = ("bids", name), deposit.provider.name
        fields += [
            Field(name=f"l{row}-admitted", path=(*path, "admitted"), label="Is it admitted?", kind="yes", group=group),
            Field(name=f"l{row}-cause", path=(*path, "cause"), label="Whose doing was it", kind="choice", group=group, options=options(
                ("authority-system", "Our system"), ("third-party", "Somebody else’s system"), ("bidder", "The bidder"))),
            Field(name=f"l{row}-reason", path=(*path, "reason"), label="Why", kind="words", group=group),
        ]  # fmt: skip
    return fields


def _prices_stage(file: File) -> Stage:
    unknown = [name for name, bid in file.bids.items() if bid.price is None and name in file.asked]
    return Stage("now", f"{len(unknown)} known from sealed files") if unknown else AWAY


def _prices(file: File) -> list[Field]:
    return [
        Field(
            name=f"p{row}", path=("bids", name), label=bid.provider.name, kind="money", hint="As the sealed file says"
        )
        for row, (name, bid) in enumerate(file.bids.items())
        if bid.price is None
    ]


def prices(file: File) -> dict[str, list[str]]:
    """The form of prices as the opened files fill it."""
    return {
        field.name: [f"{file.asked[name] // 100}.{file.asked[name] % 100:02d}"]
        for field in _prices(file)
        if (name := field.path[1]) in file.asked
    }


def _checks_stage(file: File) -> Stage:
    if file.bids and all(bid.check is not None for bid in file.bids.values()):
        return done()
    if file.state.contract or file.state.ended:
        return AWAY
    return NOW if file.state.opened else waits("first open the bids")


def _declare_stage(file: File) -> Stage:
    if not file.state.planned:
        return waits("first plan it")
    if file.declared:
        return done()
    return AWAY if file.state.contract or file.state.ended else NOW


def _checks(file: File) -> list[Field]:
    fields = []
    conditions = options(*((code, code) for code in (file.state.tender.conditions if file.state.tender else ())))
    for row, (name, bid) in enumerate(file.bids.items()):
        path, group = ("bids", name), bid.provider.name
        fields += [
            Field(name=f"b{row}-status", path=(*path, "status"), label="Does it take part?", kind="choice", group=group, options=options(
                ("live", "Yes"), ("disregarded", "No, it is disregarded"), ("withdrawn", "It was withdrawn"))),
            Field(name=f"b{row}-exclusion", path=(*path, "exclusion"), label="Grounds for exclusion", kind="choice", group=group, options=options(
                ("clear", "None"), ("excludable", "It may be excluded"), ("excluded", "It must be excluded"))),
            *([Field(name=f"b{row}-conditions", path=(*path, "conditions"), label="Conditions that it meets", kind="several", group=group,
                     options=conditions, optional=True)] if conditions else []),
            *(Field(name=f"b{row}-shown-{number}", path=(*path, "shown", one.value), label=f"What shows it: {one.value}", kind="line", group=group, optional=True,
                    hint="What the bid answers, and where: the certificate on page 3" if number == 0 else "")
              for number, one in enumerate(conditions)),
            Field(name=f"b{row}-debarment", path=(*path, "debarment_checked_on"), label="Debarment list looked at on", kind="day", group=group, optional=True),
            Field(name=f"b{row}-heard", path=(*path, "heard_on"), label="Heard on", kind="day", group=group, optional=True),
            Field(name=f"b{row}-ground", path=(*path, "ground"), label="If not, on what ground", kind="choice", group=group, optional=True, options=options(
                ("condition", "A condition is not met"), ("excluded", "Excluded"), ("abnormally-low", "Abnormally low"), ("late", "Late"),
                ("incomplete", "Incomplete"), ("breach", "A rule of the procedure was broken"))),
            Field(name=f"b{row}-reason", path=(*path, "reason"), label="Why", kind="words", group=group, optional=True,
                  hint="If it does not take part; its bidder reads it"),
        ]  # fmt: skip
    return fields


def _checked(members: Members, file: File) -> Members:
    """Every member is there; conditions say yes or no for each that was asked."""
    asked = file.state.tender.conditions if file.state.tender else []
    empty = {"debarment_checked_on": None, "heard_on": None, "ground": None, "reason": None}
    bids = members.get("bids", {})
    return {
        "bids": {
            name: {**empty, **bid, "conditions": {code: code in bid.get("conditions", []) for code in asked}}
            for name, bid in bids.items()
        }
    }


INTERESTS = options(
    ("former-employee", "I worked there"), ("shareholding", "I own part of it"), ("family", "Somebody of my family works there or owns it"),
    ("friend", "A friend works there or owns it"), ("contract-manager", "I manage a contract with it"), ("dispute", "I have a dispute with it"),
    ("complaint-against", "I complained about it"), ("other", "Something else"),
)  # fmt: skip


def _declare(file: File) -> list[Field]:
    known = "Declare again once you do"
    if file.bidders:
        known = f"Those who bid, by the alphabet: {', '.join(file.bidders)}. Which bid is whose you learn once marks are agreed"
    return [
        Field(name="acting_as", label="In this case I act as", kind="choice", public=True, options=options(
            ("officer", "Officer"), ("evaluator", "Evaluator"), ("moderator", "Moderator"), ("approver", "Approver"),
            ("monitoring", "Monitoring officer"), ("adviser", "Adviser"))),
        Field(name="bidders_known", label="Do you know who bids?", kind="yes", public=True,
              hint=known),
        *[field for row in growing.rows(file, "i", least=2, spare=1) for field in _interest_in(row)],
    ]  # fmt: skip


def _interest_in(row: int) -> list[Field]:
    """One interest: written as a whole, or not at all."""
    before = f"i{row}-" if row else ""
    whole, group = f"interest-{row}", f"Interest {row + 1}"
    return [
        Field(name=f"{before}kind", label="An interest in a provider", kind="choice", row=whole, group=group,
              hint="Leave all of it open if you have none" if row == 0 else "", options=INTERESTS),
        provider_id(f"{before}provider.id", row=whole, group=group),
        Field(name=f"{before}provider.name", label="The provider’s name", kind="line", row=whole, group=group),
        Field(name=f"{before}note", label="What it is", kind="words", row=whole, group=group),
    ]  # fmt: skip


def _declared(members: Members, _: File) -> Members:
    interests = []
    for row in range(growing.MOST):
        before = f"i{row}-" if row else ""
        parts = {name: members.pop(f"{before}{name}", None) for name in ("kind", "provider", "note")}
        if parts["kind"]:
            interests.append(parts)
    return {**members, "interests": interests}


def _interest_stage(file: File) -> Stage:
    if not file.state.planned:
        return AWAY
    waiting = dict.fromkeys(
        file.people.get(one.person, "a colleague") for one in file.interests if one.person != file.me
    )
    return Stage("now", f"{listed(list(waiting))} declared an interest; nobody has decided yet") if waiting else NOW


def _interest(file: File) -> list[Field]:
    says = {one.person: one.says for one in file.interests}
    able = says.keys() | file.acting | file.state.recused.keys()
    people = [(key, name, says.get(key, "")) for key, name in file.people.items() if key in able and key != file.me]
    people.sort(key=lambda one: not one[2])  # those on whom nobody has decided yet come first
    return [
        Field(name="person", label="Whose interest", kind="choice", public=True, options=options(*people)),
        Field(name="outcome", label="What follows", kind="choice", public=True, options=options(
            ("none", "Nothing"), ("monitor", "They go on, and somebody watches"), ("recuse", "They stay out of this case"),
            ("exclude-supplier", "The provider is excluded"))),
        Field(name="reason", label="Why", kind="words"),
    ]  # fmt: skip


def _live(file: File) -> Stage:
    if file.state.moderated_at >= 0:
        return done("marks are agreed")
    if file.state.contract or file.state.ended:
        return AWAY
    if not file.state.opened:
        return waits("first open the bids")
    if any(bid.check is None for bid in file.bids.values()):
        return waits("first check the bids")
    return NOW if file.state.live else waits("no bid takes part")


def _sheet_stage(file: File) -> Stage:
    live = _live(file)
    mine = [one for one in file.state.sheets if one.evaluator == file.me and one.index > file.state.reopened_at]
    given = {criterion for one in mine for criterion in one.criteria}
    return done("You signed yours") if live.state == "now" and given >= set(file.quality) else live


def _sheet(file: File) -> list[Field]:
    scale = file.state.scale
    every = [str(mark) for mark in range(scale.lowest, scale.highest + 1, scale.step)] if scale else []
    marks = [(mark, mark, file.scale.get(mark, "")) for mark in every]
    fields = []
    # Counted among all bids: a draft must not slip to another bid when one of them drops out.
    for row, (name, bid) in enumerate(file.bids.items()):
        if not bid.is_live:
            continue
        for column, criterion in enumerate(file.quality):
            group = f"{bid.provider.name}: {file.named(criterion)}"
            fields += [
                Field(name=f"b{row}-{column}-mark", path=("bids", name, "marks", criterion), label="Mark", kind="choice", group=group, options=options(*marks)),
                Field(name=f"b{row}-{column}-reason", path=("bids", name, "reasons", criterion), label="Reason", kind="words", group=group,
                      hint="What the bid says, and why that earns this mark"),
            ]  # fmt: skip
    return fields


def _numbers(members: Members, _: File) -> Members:
    """Marks are chosen as words and recorded as numbers."""
    bids = {
        name: {**bid, "marks": {criterion: int(mark) for criterion, mark in bid["marks"].items()}}
        for name, bid in members.get("bids", {}).items()
    }
    return {**members, "bids": bids}


def _agreed(file: File) -> list[Field]:
    fields = []
    for field in _sheet(file):
        fields.append(field)
        if field.path[2] == "reasons":
            _, name, _, criterion = field.path
            given = file.state.inputs(file.bids[name].place, criterion)
            differed = len(set(given)) > 1
            fields.append(Field(name=field.name.replace("reason", "change"), path=("bids", name, "changes", criterion), kind="words",
                                label="Why this mark, where they differed" if differed else "Why another mark than everybody gave",
                                hint=_gave(given) if differed else f"Only if it is another. {_gave(given)}", group=field.group,
                                optional=not differed))  # fmt: skip
    present = options(*file.others())
    return [
        *fields,
        Field(name="present", label="Who took part", kind="several", public=True, optional=True, options=present),
    ]


def _gave(marks: list[int]) -> str:
    return f"Evaluators gave {', '.join(map(str, marks))}" if marks else "Nobody gave a mark"


def mark_fields(file: File) -> dict[tuple[str, str], str]:
    """The names of the fields of marks, by bid and criterion."""
    return {(field.path[1], field.path[3]): field.name for field in _sheet(file) if field.path[2] == "marks"}


def _moderation(file: File) -> Stage:
    if file.state.moderated_at >= 0:
        return done()
    if not file.state.sheets:
        return waits("no sheet is in yet")
    return Stage("now", f"the marks of {listed(file.out)} stay out: recused") if file.out else NOW


TASKS: tuple[Task, ...] = (
    Task(code="open", title="Open the bids", part="Open the bids", command=OpenBids, stage=_open_stage, fields=_open,
         lead="All together, after the deadline. From here on the criteria stand."),
    Task(code="late", title="Decide on late bids", part="Open the bids", command=DecideLateBids, stage=_late_stage, fields=_late, again=True,
         lead="To admit one takes a reason and a second signature."),
    Task(code="prices", title="Record the prices", part="Open the bids", command=RecordPrices, stage=_prices_stage, fields=_prices, again=True,
         lead="They stood inside the sealed files; now that two openers opened them, they join the record, all together."),
    Task(code="checks", title="Check the bids", part="Open the bids", command=CheckBids, stage=_checks_stage, fields=_checks, members=_checked, again=True,
         lead="The same conditions for every bid."),
    Task(code="interests", title="Declare my interests", part="Evaluate", command=DeclareInterests, fields=_declare, members=_declared, grows="interests",
         own=True, again=True, stage=_declare_stage,
         lead="Yours alone, before you mark or decide; and again once you know who bids."),
    Task(code="interest", any_time=True, title="Decide on somebody’s interest", part="Evaluate", command=DecideInterest, fields=_interest, again=True,
         stage=_interest_stage, lead="Never on your own."),
    Task(code="sheet", title="My marks", part="Evaluate", command=SignSheet, stage=_sheet_stage, fields=_sheet, members=_numbers, own=True, again=True,
         lead="Alone, with a reason for each mark. Nobody sees them before all are in."),
    Task(code="moderation", title="Agree the marks", part="Evaluate", command=Moderate, stage=_moderation, fields=_agreed, members=_numbers, again=True,
         lead="Where evaluators differed, say why the agreed mark was chosen."),
)  # fmt: skip
