"""Trade secrets: which parts bidders mark, as their bids or they themselves say, and what is said to each."""

from __future__ import annotations

from fairplace.bidding.commands import MOST_PARTS, DecideSecrets, MarkSecrets
from fairplace.forms.fields import Field
from fairplace.forms.task import AWAY, NOW, File, Members, Stage, Task, done

LINES = Field(
    name="parts",
    label="Parts of your bid that are a trade secret",
    kind="lines",
    optional=True,
    hint="One a line: what the part is called, a colon, and why it is a trade secret, such as “Rota, pages 7 to 9: competitors could"
    " copy it”. Never write the secret itself: if your bid wins, these lines are published",
)
"""What a provider fills in for its own bid."""


LONGEST = 1_000
"""Characters of one line."""


def marks_of(lines: list[str]) -> list[dict[str, str]]:
    """`What: why` line by line; a line without a colon has no reason yet."""
    found = []
    for line in lines:
        part, _, reason = line.partition(":")
        found.append({"part": part.strip(), "reason": reason.strip()})
    return found


def wrong(found: list[dict[str, str]]) -> str:
    """What is wrong with the lines, in a sentence; empty when nothing is."""
    for number, one in enumerate(found, 1):
        if not one["part"] or not one["reason"]:
            return f"Write line {number} as the part, a colon and the reason"
        if len(one["part"]) + len(one["reason"]) > LONGEST:
            return f"Shorten line {number} to {LONGEST:,} characters"
    if len(found) > MOST_PARTS:
        return f"{len(found)} parts came; name at most {MOST_PARTS}"
    names = [one["part"].casefold() for one in found]
    return "Name each part once" if len(set(names)) < len(names) else ""


def _mark_stage(file: File) -> Stage:
    if not file.state.opened or file.state.contract or file.state.ended:
        return AWAY
    waiting = [name for name, bid in file.bids.items() if name in file.marked and bid.place not in file.state.secrets]
    if waiting:
        return Stage("now", f"marked by {len(waiting)}")
    return done() if file.state.secrets else NOW


def _mark(file: File) -> list[Field]:
    return [
        Field(name=f"s{row}", path=("bids", name), label=bid.provider.name, kind="lines", optional=True,
              hint="One a line: the part, a colon, and the bidder’s reason. Never the secret itself: those of the winner are published")
        for row, (name, bid) in enumerate(file.bids.items())
    ]  # fmt: skip


def _marked(file: File) -> dict[str, list[str]]:
    """The form as the bidders filled it, or as it was recorded."""
    start = {}
    for row, (name, bid) in enumerate(file.bids.items()):
        known = [(one.part, one.reason) for one in file.state.secrets.get(bid.place, ())] or file.marked.get(name, ())
        if known:
            start[f"s{row}"] = ["\n".join(f"{part}: {reason}" for part, reason in known)]
    return start


def _mark_members(members: Members, _: File) -> Members:
    return {**members, "bids": {name: marks_of(lines) for name, lines in members.get("bids", {}).items()}}


def _decide_stage(file: File) -> Stage:
    left = [place for place in file.state.secrets if place not in file.state.rulings]
    if left:
        return Stage("now", f"{len(left)} to decide on")
    return done() if file.state.secrets else AWAY


def _decide(file: File) -> list[Field]:
    fields = []
    for row, bid in enumerate(file.bids.values()):
        for number, one in enumerate(file.state.secrets.get(bid.place, ())):
            group = f"{bid.provider.name}: {one.part}"
            fields += [
                Field(name=f"d{row}-{number}-accepted", path=(str(row), str(number), "accepted"), label="Is it accepted?", kind="yes",
                      group=group, hint=f"The bidder’s reason: {one.reason}"),
                Field(name=f"d{row}-{number}-reason", path=(str(row), str(number), "reason"), label="Why", kind="words", group=group,
                      hint="Everybody reads it if this bid wins"),
            ]  # fmt: skip
    return fields


def _decided(members: Members, file: File) -> Members:
    """Each answer with the part that it is about."""
    bids = {}
    for row, (name, bid) in enumerate(file.bids.items()):
        marked, said = file.state.secrets.get(bid.place, ()), members.pop(str(row), {})
        rulings = [{"part": one.part, **said[str(number)]} for number, one in enumerate(marked) if str(number) in said]
        if rulings:
            bids[name] = rulings
    return {**members, "bids": bids}


TASKS: tuple[Task, ...] = (
    Task(code="secrets", any_time=True, title="Record trade secrets", part="Open the bids", command=MarkSecrets, stage=_mark_stage, fields=_mark, start=_marked,
         members=_mark_members, again=True, lead="What each bidder marks in its bid as a trade secret, with its reason."),
    Task(code="secrets-decided", any_time=True, title="Decide on trade secrets", part="Open the bids", command=DecideSecrets, stage=_decide_stage, fields=_decide,
         members=_decided, again=True, lead="Part by part, with a reason (Procurement Act 2023, section 94). What is accepted is kept back."),
)  # fmt: skip
