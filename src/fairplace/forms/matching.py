"""The match: offers looked at, measured and judged by every criterion, and weighed by a panel."""

from __future__ import annotations

from fairplace import home_words
from fairplace.formats import money
from fairplace.forms.fields import Field
from fairplace.forms.lists import called, market_of, search_of, when, worded
from fairplace.forms.task import AWAY, NOW, File, Members, Stage, Task, done, options, waits
from fairplace.market.events import Tier
from fairplace.referral.commands import ConsiderOffers, DecideLateOffer, HoldPanel, LocateOffers, ScoreOffers
from fairplace.searching import UNKNOWN, OfferRead


def live(file: File) -> list[OfferRead]:
    """The offers that take part, in the order in which they came."""
    return list(search_of(file).live.values())


def _late(file: File) -> list[OfferRead]:
    return [
        one for one in search_of(file).offers.values() if one.late and one.admitted is None and one.withdrawn is None
    ]


def _late_stage(file: File) -> Stage:
    return NOW if _late(file) and search_of(file).choice is None else AWAY


def _late_fields(file: File) -> list[Field]:
    return [
        Field(name="offer", label="Which offer", kind="choice", public=True, options=options(*((one.offer, called(file, one)) for one in _late(file)))),
        Field(name="admitted", label="Does it take part?", kind="yes", public=True, hint="What is admitted for one is admitted for all that came as late"),
        Field(name="reason", label="Why", kind="words"),
    ]  # fmt: skip


def _running(file: File) -> list[Tier]:
    """The tiers in which somebody who has not answered still may."""
    search = search_of(file)
    found = []
    for asked in search.published:
        waiting = search.silent(asked.tier) or frozenset()
        if any((search.deadline(asked.tier, one) or "") > file.now for one in waiting):
            found.append(asked.tier)
    return found


def _offers_stage(file: File) -> Stage:
    search = search_of(file)
    if not search.published:
        return AWAY
    if search.choice is not None:
        return done()
    if running := _running(file):
        return waits(f"answers from {' and '.join(home_words.TIER[one] for one in running)} can still come")
    return NOW if search.live else waits("nobody has offered a home")


def _consider_stage(file: File) -> Stage:
    stage = _offers_stage(file)
    if stage.state == "now" and all(one.considered for one in live(file)):
        return done()
    return stage


def _consider(file: File) -> list[Field]:
    fresh = [(one.offer, called(file, one)) for one in live(file) if one.considered is None]
    return [
        Field(name="offers", label="Which offers you look at now", kind="several", options=options(*fresh)),
        Field(name="priority", label="Why these before others, if so", kind="choice", optional=True, options=worded(home_words.PRIORITY)),
    ]  # fmt: skip


def _considered(members: Members, file: File) -> Members:
    priority = members.pop("priority", None)
    return {
        **members,
        "offers": {one: {"at": when(members, file), "priority": priority} for one in members.pop("offers", [])},
    }


def _locate_stage(file: File) -> Stage:
    stage = _offers_stage(file)
    if stage.state == "now" and all(one.tenths is not None for one in live(file)):
        return done()
    return stage


def _locate(file: File) -> list[Field]:
    fields = []
    for row, one in enumerate(live(file)):
        group = called(file, one)
        foster = _is_foster(one, file)
        side = "Where the carers live" if foster else "Where it lies, if the list does not say"
        fields += [
            Field(name=f"o{row}-miles", label="Miles from where the child lived", kind="decimal", optional=True, group=group, hint="Empty: not known"),
            Field(name=f"o{row}-side", label=side, kind="choice", optional=not foster, group=group, options=worded(home_words.BOUNDARY)),
        ]  # fmt: skip
    return fields


def _is_foster(one: OfferRead, file: File) -> bool:
    """Foster carers live around their service, so its area does not say where they do."""
    home = market_of(file).home(one.setting, market_of(file).upto) if one.setting is not None else None
    return home is not None and home.family == "foster"


def _located(members: Members, file: File) -> Members:
    distance, boundary = {}, {}
    for row, one in enumerate(live(file)):
        miles, side = members.pop(f"o{row}-miles", None), members.pop(f"o{row}-side", None)
        distance[one.offer] = UNKNOWN if miles is None else min((miles + 5) // 10, UNKNOWN - 1)
        if side is not None:
            boundary[one.offer] = side
    return {**members, "distance": distance, "boundary": boundary}


def _score(file: File) -> list[Field]:
    search = search_of(file)
    declared = search.criteria[-1][1] if search.criteria else None
    need = search.needs[-1][1] if search.needs else None
    kept = [(one.id, one.kind.capitalize()) for one in need.connections.get(())] if need else []
    fields = []
    for row, one in enumerate(live(file)):
        group = called(file, one)
        fields += [
            Field(name=f"o{row}-{criterion.id}", label=f"{home_words.CRITERION.get(criterion.kind, criterion.id)}: points", kind="decimal", group=group,
                  hint=f"0 to {criterion.weight // 100}")
            for criterion in (declared.criteria if declared else ()) if criterion.kind != "price"
        ]  # fmt: skip
        if declared and declared.hard:
            fields.append(
                Field(name=f"o{row}-failed", label="What it must have and has not", kind="several", optional=True, group=group,
                      options=worded({code: home_words.HARD.get(code, code.replace("_", " ")) for code in declared.hard}))
            )  # fmt: skip
        if kept:
            fields.append(
                Field(name=f"o{row}-keeps", label="What the child would keep there", kind="several", optional=True, group=group, options=options(*kept))
            )  # fmt: skip
    return fields


def _scored(members: Members, file: File) -> Members:
    """Points by offer and criterion. Points for price are worked out."""
    search = search_of(file)
    criteria = search.criteria[-1][1].criteria if search.criteria else []
    scores = {}
    for row, one in enumerate(live(file)):
        points = {each.id: given for each in criteria if (given := members.pop(f"o{row}-{each.id}", None)) is not None}
        scores[one.offer] = {
            "points": points,
            "failed": members.pop(f"o{row}-failed", []),
            "keeps": members.pop(f"o{row}-keeps", []),
        }
    return {**members, "scores": scores}


def _score_stage(file: File) -> Stage:
    stage = _offers_stage(file)
    if stage.state == "now" and all(one.scored for one in live(file)):
        return done()
    return stage


def _panel_stage(file: File) -> Stage:
    search = search_of(file)
    if not search.published:
        return AWAY
    if search.panel is not None:
        return done()
    if not live(file) or any(one.scored is None for one in live(file)):
        return waits("first judge the offers")
    return NOW


def _panel(file: File) -> list[Field]:
    places = [(str(number + 1), str(number + 1)) for number in range(len(live(file)))]
    return [
        Field(name="attended", label="Who was there", kind="several", public=True, options=worded(home_words.ATTENDED)),
        Field(name="before_start", label="Was it before the child moves in?", kind="yes", public=True),
        *[Field(name=f"rank-{row}", label=f"{called(file, one)}: place", kind="choice", options=options(*places),
                hint=f"{money(one.terms.weekly_fee)} a week" if one.terms else "") for row, one in enumerate(live(file))],
        Field(name="note", label="What was weighed", kind="words", hint="Name no child, school or street"),
    ]  # fmt: skip


def _ranked(members: Members, file: File) -> Members:
    order = [(int(members.pop(f"rank-{row}", 99)), row, one.offer) for row, one in enumerate(live(file))]
    return {**members, "ranking": [offer for _, _, offer in sorted(order)]}


TASKS: tuple[Task, ...] = (
    Task(code="late-offer", title="Decide on a late offer", part="The answers", command=DecideLateOffer, stage=_late_stage, fields=_late_fields, again=True,
         lead="It came after the closing time. For one as for all."),
    Task(code="consider-offers", title="Look at the offers", part="The match", command=ConsiderOffers, stage=_consider_stage, fields=_consider,
         members=_considered, again=True, lead="When they are first looked at is on record, for each."),
    Task(code="locate-offers", title="Measure the distances", part="The match", command=LocateOffers, stage=_locate_stage, fields=_locate, members=_located,
         again=True, lead="In miles, from where the child lived. That place itself is kept nowhere."),
    Task(code="score-offers", title="Judge the offers", part="The match", command=ScoreOffers, stage=_score_stage, fields=_score, members=_scored, again=True,
         lead="Every offer by every criterion, our own homes among them. Points for price are worked out."),
    Task(code="hold-panel", title="Record the panel", part="The match", command=HoldPanel, stage=_panel_stage, fields=_panel, members=_ranked, again=True,
         lead="Who matched the child and the offers, and what they weighed."),
)  # fmt: skip
