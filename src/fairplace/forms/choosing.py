"""The decision, its approvals, the reasons to everybody else, and the child moving in."""

from __future__ import annotations

from fairplace import home_words
from fairplace.formats import money
from fairplace.forms import growing
from fairplace.forms.fields import Field
from fairplace.forms.lists import called, coded, in_use, search_of, when, worded
from fairplace.forms.living import FRAMES
from fairplace.forms.matching import live
from fairplace.forms.task import AWAY, NOW, File, Members, Stage, Task, done, options, waits, with_papers
from fairplace.placement.commands import AgreePlacement, SignPlan, StartPlacement
from fairplace.referral.commands import ApproveHome, ChooseHome, SendReasons
from fairplace.seeking.board import missing_approvals, untold
from fairplace.seeking.offers import comparison
from fairplace.terms import day, london_day

BY_AGREEMENT = frozenset({"block", "soft_block", "framework_call_off", "dynamic_market", "mini_competition"})

_REASONS = worded(home_words.REASON)


def _choose_stage(file: File) -> Stage:
    search = search_of(file)
    if not search.published and not search.live:
        return AWAY
    if search.choice is not None:
        return done()
    if search.panel is None and search.emergency is None:
        return waits("first record the panel")
    return NOW if live(file) else waits("nobody has offered a home")


def _choose(file: File) -> list[Field]:
    search = search_of(file)
    table = comparison(search, file.market)
    ranks = {one.offer: one for one in table.columns}
    priced = {
        one.offer: f"{money(one.terms.weekly_fee)} a week; by full value {_place(ranks[one.offer].by_value)}, by price alone {_place(ranks[one.offer].by_price)}"
        for one in live(file) if one.terms
    }  # fmt: skip
    need = search.needs[-1][1] if search.needs else None
    declared = search.criteria[-1][1].criteria if search.criteria else []
    behind = [(one.id, home_words.CRITERION.get(one.kind, one.id)) for one in declared]
    fields = [
        Field(name="offer", label="Which home", kind="choice", options=options(*((one.offer, called(file, one), priced.get(one.offer, "")) for one in live(file))),
              hint=table.sentence),
        Field(name="why-code", label="Why this home", kind="choice", options=_REASONS),
        Field(name="why-words", label="In words", kind="words", hint="Those whom it concerns read it; name no child, school or street"),
        Field(name="departs-code", label="Why not the one with the most points, or the nearest", kind="choice", optional=True, options=_REASONS),
        Field(name="departs-words", label="In words: why not that one", kind="words", optional=True),
        Field(name="mechanism", label="How it is bought", kind="choice", public=True, group="How it is bought", options=worded(home_words.MECHANISM)),
        Field(name="legal_basis", label="By what power", kind="line", public=True, group="How it is bought", hint="For example: Children Act 1989 s.22C"),
        Field(name="regime", label="The law of the purchase", kind="choice", public=True, group="How it is bought", options=options(
            ("PA23", "Procurement Act 2023"), ("PCR15", "Public Contracts Regulations 2015"), ("BELOW", "Below its threshold"), ("EXEMPT", "Exempt, or our own home"))),
    ]  # fmt: skip
    for row, one in enumerate(live(file)):
        group = f"If it is not {called(file, one)}"
        fields += [
            Field(name=f"not{row}-code", label="Why not", kind="choice", optional=True, group=group, options=coded("reject_reason", file)),
            Field(name=f"not{row}-criteria", label="By which criteria it came behind", kind="several", optional=True, group=group, options=options(*behind)),
            Field(name=f"not{row}-words", label="What they are told", kind="words", optional=True, group=group, hint="Their letter has these words; name nobody else"),
        ]  # fmt: skip
    fields += [
        Field(name=f"kept-{one.id}", label=f"{one.kind.capitalize()}: what becomes of it", kind="choice", group="What the child keeps",
              options=worded(home_words.KEPT))
        for one in (need.connections.get(()) if need else ())
    ]  # fmt: skip
    fields += [
        Field(name="voice", label="The child’s view", kind="choice", optional=True, group="What the child keeps", options=worded(home_words.VOICE)),
        Field(name="voice_reason", label="Why, if not", kind="words", optional=True, group="What the child keeps"),
    ]  # fmt: skip
    if search.family == "residential":
        fields.append(
            Field(name="residential", label="Why a children’s home", kind="choice", optional=True, group="What the child keeps", options=worded(home_words.RESIDENTIAL))
        )  # fmt: skip
    return fields


def _place(rank: int | None) -> str:
    return "not ranked" if rank is None else f"place {rank}"


def _chosen(members: Members, file: File) -> Members:
    """The offer as it was made, the reasons, and one for each that was not taken."""
    search = search_of(file)
    offer = members.pop("offer", "")
    terms = search.offers[offer].terms if offer in search.offers else None
    why = {"code": members.pop("why-code", ""), "words": members.pop("why-words", "")}
    code, departs = members.pop("departs-code", None), members.pop("departs-words", None)
    rejected = {}
    for row, one in enumerate(live(file)):
        reason = members.pop(f"not{row}-code", None)
        behind, words = members.pop(f"not{row}-criteria", []), members.pop(f"not{row}-words", None)
        if one.offer != offer and reason is not None and words:
            rejected[one.offer] = {"code": reason, "criteria": behind, "words": words}
    kept = {name.removeprefix("kept-"): members.pop(name) for name in list(members) if name.startswith("kept-")}
    mechanism = members.get("mechanism")
    agreement = search.criteria[-1][1].agreement if search.criteria and mechanism in BY_AGREEMENT else None
    voice = {"voice": members.pop("voice", None), "voice_reason": members.pop("voice_reason", None)}
    return {
        **members,
        "chosen": {
            "offer": offer,
            "reasons": [why],
            "departures": [{"code": code, "words": departs}] if code and departs else [],
            "weekly_fee": terms.weekly_fee if terms else 0,
        },
        "rejected": rejected,
        "kept": {"connections": kept, **voice},
        "agreement": agreement,
    }


def _approve_stage(file: File) -> Stage:
    search = search_of(file)
    if search.choice is None:
        if search.emergency is not None:
            return Stage("now", "an emergency is approved before it ends")
        return AWAY if not search.published else waits("first choose a home")
    missing = missing_approvals(search)
    words = " and ".join(home_words.CAPACITY[one] for one in missing)
    return Stage("now", f"{words} {'has' if len(missing) == 1 else 'have'} not approved yet") if missing else done()


def _approve(file: File) -> list[Field]:
    search = search_of(file)
    winner, choice = search.winner, search.choice
    signs = ""
    if choice is not None:
        home = (
            f"{called(file, winner)}, {money(winner.terms.weekly_fee)} a week"
            if winner and winner.terms
            else "the home that was chosen"
        )
        signs = f"You sign: {home}; version {choice[1].need_version} of the need, version {choice[1].fee_version} of the fee"
        where = winner.boundary if winner else None
        if where in ("DIST", "OUTSIDE_ENGLAND"):
            signs += ". It lies at a distance, so the director approves it before the child moves"
        elif where == "ADJ":
            signs += ". It lies outside our area, so a nominated officer approves it before the child moves"
    return [
        Field(name="capacity", label="You approve as", kind="choice", public=True, options=options(
            ("practice", "Practice: the match"), ("budget", "Budget: the money"), ("nominated_officer", "Nominated officer: outside our area"),
            ("director", "Director of children’s services: at a distance"), ("head_of_service", "Head of service: an emergency"))),
        Field(name="approved", label="Do you approve?", kind="yes", public=True, hint=signs),
        Field(name="reason", label="Why, if not", kind="words", optional=True),
    ]  # fmt: skip


def _approved(members: Members, file: File) -> Members:
    """Practice and budget speak of the same need and the same fee: those that were chosen."""
    choice = search_of(file).choice
    versions = {
        "need_version": choice[1].need_version if choice else 1,
        "fee_version": choice[1].fee_version if choice else 1,
    }
    return {**members, **versions}


def _reasons_stage(file: File) -> Stage:
    search = search_of(file)
    if search.ended_without is not None and not search.live:
        return AWAY
    if search.choice is None and search.ended_without is None:
        return AWAY if not search.published else waits("first choose a home")
    return NOW if untold(search) else done()


def _reasons(file: File) -> list[Field]:
    """After a decision each is told what it says; where none was chosen, why each offer was not taken is asked."""
    search = search_of(file)
    names = [called(file, search.offers[one]) for one in untold(search)]
    if search.choice is None:
        return [
            Field(name=f"why-{offer}", label=f"{name}: why it was not taken", kind="choice", options=coded("reject_reason", file),
                  hint="They find it on their own page at once")
            for offer, name in zip(untold(search), names, strict=True)
        ]  # fmt: skip
    return [
        Field(name="comparison", label="With their points beside those of the home that was chosen?", kind="yes",
              hint=f"Goes to {' and to '.join(names)}. Points for price are shown to nobody" if names else ""),
    ]  # fmt: skip


def _sent(members: Members, file: File) -> Members:
    search = search_of(file)
    rejected = search.rejected or {}
    comparison = members.pop("comparison", False)
    why = {one: members.pop(f"why-{one}", "other_coded") for one in untold(search)}
    return {
        **members,
        "sent": [
            {
                "offer": one,
                "at": when(members, file),
                "code": rejected[one].code if one in rejected else why[one],
                "comparison": comparison,
            }
            for one in untold(search)
        ],
    }


def _agree_stage(file: File) -> Stage:
    search = search_of(file)
    if search.choice is None:
        return AWAY
    if search.agreed is not None:
        return done()
    return waits("practice and budget approve first") if missing_approvals(search) else NOW


def _agree(file: File) -> list[Field]:
    papers = [(one.original.sha256, one.name) for one in file.papers if one.kind == "agreement"]
    fields = [
        Field(name="standard", label="Which standard agreement", kind="line", public=True, hint="Its name and version"),
        Field(name="starts_on", label="From which day", kind="day"),
        Field(name="notice_days", label="Days of notice", kind="number"),
        *(
            [
                Field(
                    name="document",
                    label="The signed agreement",
                    kind="choice",
                    optional=True,
                    options=options(*papers),
                )
            ]
            if papers
            else []
        ),
    ]
    for row in growing.rows(file, "o", least=3, spare=1):
        whole = growing.after_first("o", row)
        fields += [
            Field(name=f"o{row}-frame", label="Outcome", kind="choice", row=whole, group=f"Outcome {row + 1}", page="Outcomes", options=FRAMES),
            Field(name=f"o{row}-baseline", label="From where", kind="words", row=whole, group=f"Outcome {row + 1}", page="Outcomes"),
            Field(name=f"o{row}-target", label="To where", kind="words", row=whole, group=f"Outcome {row + 1}", page="Outcomes"),
            Field(name=f"o{row}-tool", label="Measured how", kind="line", row=whole, group=f"Outcome {row + 1}", page="Outcomes"),
            Field(name=f"o{row}-due", label="By when", kind="day", row=whole, group=f"Outcome {row + 1}", page="Outcomes"),
        ]  # fmt: skip
    need = search_of(file).needs[-1][1] if search_of(file).needs else None
    winner = search_of(file).winner
    answered = {one for line in winner.terms.lines for one in line.needs} if winner and winner.terms else set()
    fields += [
        Field(name=f"no-{line.id}", label=f"Need {line.id} is answered by no part of the fee. Why", kind="words", optional=True, group="Needs and fee",
              hint=" ".join(line.words.split())[:120])
        for line in (need.lines.get(()) if need else ()) if line.id not in answered
    ]  # fmt: skip
    return fields


def _agreed(members: Members, file: File) -> Members:
    """The terms as they were offered and chosen; only what the offer did not say is asked."""
    winner = search_of(file).winner
    offered = winner.terms if winner else None
    outcomes = []
    for row in range(growing.MOST):
        parts = {name: members.pop(f"o{row}-{name}", None) for name in ("frame", "baseline", "target", "tool", "due")}
        if parts["frame"]:
            due = parts.pop("due")
            outcomes.append({"id": f"o{row + 1}", **parts, "due_on": due})
    unlinked = {name.removeprefix("no-"): members.pop(name) for name in list(members) if name.startswith("no-")}
    terms = {
        "provider": offered.provider if offered else "",
        "setting": offered.setting if offered else "",
        "weekly_fee": offered.weekly_fee if offered else 0,
        "lines": [
            {"code": one.code, "amount": one.amount, "payer": one.payer, "needs": one.needs}
            for one in (offered.lines if offered else ())
        ],
        "starts_on": members.pop("starts_on", None),
        "notice_days": members.pop("notice_days", None),
        "deviations": [],
        "unlinked": unlinked,
    }
    return {**with_papers(members, file, "document"), "terms": terms, "outcomes": outcomes}


def _start_stage(file: File) -> Stage:
    search = search_of(file)
    if search.started is not None:
        return done()
    if search.choice is None:
        return Stage("now", "a place that is not registered is used") if in_use(file) else AWAY
    return NOW if search.agreed or in_use(file) else waits("first sign the agreement")


UNLISTED = "If the place is not on the list of homes"


def _start(file: File) -> list[Field]:
    """The home is the one that was agreed. What the list would say is asked only of a place that it does not have."""
    is_needed = search_of(file).agreed is None
    return [
        Field(name="moved_at", label="When the child moved in", kind="moment"),
        Field(name="reason", label="Why an episode begins", kind="choice", options=coded("new_episode", file, with_code=True)),
        Field(name="place_code", label="What kind of place it is", kind="choice", optional=not is_needed, group=UNLISTED, options=coded("place", file, with_code=True)),
        Field(name="provider_class", label="Whose place it is", kind="choice", optional=not is_needed, group=UNLISTED, options=coded("place_provider", file, with_code=True)),
        Field(name="boundary", label="Where it lies", kind="choice", optional=True, group=UNLISTED, options=worded(home_words.BOUNDARY),
              hint="Also for foster carers whose home was not located"),
        Field(name="urn", label="Its URN, if it is registered", kind="line", optional=True, group=UNLISTED, hint="7 digits, or SC and 6 digits. No name and no address is asked for"),
    ]  # fmt: skip


def _started(members: Members, file: File) -> Members:
    """Age, legal status and category as the need has them."""
    need = search_of(file).needs[-1][1] if search_of(file).needs else None
    child = need.child.get(None) if need else None
    moved = members.get("moved_at")
    if members.get("place_code") and search_of(file).agreed is None:
        members = {**members, "setting": f"unlisted-{file.drawn[:8]}"}  # it is told by no name
    return {
        **members,
        "started_on": day(london_day(moved)) if moved else "",
        "age_months": child.age_months if child else 0,
        "legal_status": child.legal_status if child else "",
        "need_code": child.need_code if child else "",
    }


def _plan_stage(file: File) -> Stage:
    search = search_of(file)
    if search.choice is None:
        return AWAY
    return done() if search.plan else NOW


TASKS: tuple[Task, ...] = (
    Task(code="choose-home", title="Choose a home", part="The decision", command=ChooseHome, stage=_choose_stage, fields=_choose, members=_chosen, in_parts="Which home, and why",
         lead="Why this home; and for each other offer, why not that one."),
    Task(code="approve-home", title="Approve", part="The decision", command=ApproveHome, stage=_approve_stage, fields=_approve, members=_approved,
         own=True, again=True, lead="Practice and budget sign the same versions; whoever chose signs neither."),
    Task(code="send-reasons", title="Send the reasons", part="The decision", command=SendReasons, stage=_reasons_stage, fields=_reasons, members=_sent,
         again=True, lead="To everybody who was not chosen, also where no home was. They find them on their own page at once."),
    Task(code="agree-placement", title="Sign the agreement", part="The home", command=AgreePlacement, stage=_agree_stage, fields=_agree, members=_agreed, in_parts="The agreement",
         lead="Provider, home and fee as they were offered and chosen; here what the offer did not say."),
    Task(code="sign-plan", title="Record the placement plan", part="The home", command=SignPlan, stage=_plan_stage, any_time=True,
         fields=lambda _: [Field(name="signed_on", label="Signed with the carer on", kind="day")],
         lead="Before the child moves in, or within five working days."),
    Task(code="start-placement", title="Record that the child has moved in", part="The home", command=StartPlacement, stage=_start_stage, fields=_start,
         members=_started, lead="Approvals are looked at once more."),
)  # fmt: skip
