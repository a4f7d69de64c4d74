"""From agreed marks to a contract, the challenges on the way, and what the public may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fairplace.challenge.commands import (
    AcknowledgeChallenge,
    AnswerChallenge,
    CarryOutRemedy,
    DecideChallenge,
    TakeChallengeFurther,
)
from fairplace.formats import capitalised
from fairplace.forms.fields import Field
from fairplace.forms.task import AWAY, NOW, File, Members, Stage, Task, done, options, to_publish, waits, with_papers
from fairplace.openness.commands import AnswerFinding, Correct, Release, WithdrawValue
from fairplace.openness.events import BECAUSE, Occasion
from fairplace.procurement.commands import (
    Award,
    EndSuspension,
    EndWithoutAward,
    EnterContract,
    NotifyClaim,
    PublishNotice,
    SendSummaries,
    WithdrawAward,
)
from fairplace.procurement.state import awards_directly
from fairplace.urgent.commands import DecideUrgency

SUMMARY = options(
    ("criteria", "The criteria and weights"),
    ("own-scores", "Their own scores"),
    ("own-reasons", "The reasons for them"),
    ("totals", "Their total"),
    ("winner-scores", "The winner’s scores"),
    ("why-not", "Why they did not win"),
)


def _award_stage(file: File) -> Stage:
    if file.state.awards:
        return done()
    if file.state.contract or file.state.ended:
        return AWAY
    if awards_directly(file.state.planned):
        return NOW if file.state.ground else waits("first name the ground")
    return NOW if file.state.moderated_at >= 0 else waits("first agree the marks")


def _award(file: File) -> list[Field]:
    ranked = sorted(file.state.live.items(), key=lambda one: _rank(file, one[1].place))
    fields = [
        Field(name=f"a{row}", path=("awards", name), label=f"{bid.provider.name}: value awarded", kind="money", optional=True,
              hint=_placed(file, bid.place))
        for row, (name, bid) in enumerate(ranked)
    ]  # fmt: skip
    return [
        *fields,
        Field(name="reasons", label="Reasons", kind="lines", hint="One a line, numbered on the public page. Name no child, school or street."),
        Field(name="alternatives", label="What else was considered", kind="lines", optional=True),
        Field(name="delegation", label="By what power you decide", kind="line", public=True, hint="Such as Scheme of delegation 4.2"),
    ]  # fmt: skip


def _rank(file: File, place: str) -> int:
    result = file.state.results.get(place)
    return result.rank if result is not None and result.rank is not None else 999


def _placed(file: File, place: str) -> str:
    result = file.state.results.get(place)
    if result is None or result.rank is None:
        return "Leave empty unless it wins"
    return f"Ranked {result.rank} with {result.total / 100:g} of 100. Leave empty unless it wins"


def _after_award(file: File) -> Stage:
    if file.state.contract or file.state.ended:
        return AWAY
    return NOW if file.state.awards else waits("first decide the award")


def _summaries_stage(file: File) -> Stage:
    assessed = {bid.place for bid in file.state.live.values()}
    stage = _after_award(file)
    return done() if stage is NOW and assessed and assessed <= file.state.summaries else stage


def _summaries(file: File) -> list[Field]:
    return [
        Field(name=f"s{row}", path=("bids", name, "contains"), label=f"What {bid.provider.name} was sent", kind="several", options=SUMMARY)
        for row, (name, bid) in enumerate(file.bids.items())
    ]  # fmt: skip


def _notice(_: File) -> list[Field]:
    return [
        Field(name="notice", label="Which notice", kind="choice", public=True, options=options(
            ("UK6", "UK6: contract award notice", "It begins the standstill"), ("UK7", "UK7: contract details notice"), ("UK12", "UK12: procurement termination notice"),
            ("UK5", "UK5: transparency notice"), ("UK1", "UK1: pipeline notice"), ("UK2", "UK2: preliminary market engagement notice"),
            ("UK3", "UK3: planned procurement notice"), ("UK8", "UK8: contract payment notice"), ("UK9", "UK9: contract performance notice"),
            ("UK10", "UK10: contract change notice"), ("UK11", "UK11: contract termination notice"))),
        Field(name="reference", label="Its number", kind="line", public=True, optional=True),
        Field(name="standstill_ends", label="Last day of the standstill", kind="day", public=True, optional=True, hint="For a UK6 only"),
        Field(name="conflicts_confirmed", label="Was the conflicts assessment looked at again?", kind="yes", public=True),
    ]  # fmt: skip


def _claim(_: File) -> list[Field]:
    return [
        Field(name="issued_on", label="Proceedings issued on", kind="day", public=True),
        Field(name="notified_on", label="We were told on", kind="day", public=True),
        Field(name="claimant.id", label="The claimant’s id", kind="line", optional=True),
        Field(name="claimant.name", label="The claimant’s name", kind="line", optional=True),
    ]


def _contract(file: File) -> list[Field]:
    total = sum(file.state.awards.values())
    signed = to_publish(file, "contract")
    return [
        Field(name="value", label="Value of the contract", kind="money", hint=f"Awarded: £{total / 100:,.2f}" if total else ""),
        Field(name="entered_on", label="Signed on", kind="day", public=True, optional=True, hint="Left empty, it is today"),
        *([Field(name="document", label="The signed contract", kind="choice", optional=True, options=options(*signed),
                 hint="The copy without names; it stays sealed until it is released")] if signed else []),
    ]  # fmt: skip


def _ended(_: File) -> list[Field]:
    return [
        Field(name="ground", label="On what ground", kind="choice", public=True, options=options(
            ("no-bids", "No bids"), ("no-suitable-bids", "No suitable bids"), ("need-changed", "The need changed"), ("funding", "Funding"),
            ("procedure-flawed", "The procedure was flawed"), ("other", "Something else"))),
        Field(name="reason", label="Why", kind="words"),
    ]  # fmt: skip


def _open_case(file: File) -> Stage:
    if file.state.contract or file.state.ended:
        return AWAY
    return NOW if file.state.planned else AWAY


def _notice_stage(file: File) -> Stage:
    """Notices go on after the signature, and follow an end without an award."""
    return NOW if file.state.planned else AWAY


def _challenges(file: File, *states: str) -> list[tuple[str, str, str]]:
    return [
        (one.id, one.ground.replace("-", " ").capitalize(), one.says) for one in file.challenges if one.state in states
    ]


def _waiting(file: File, *states: str) -> Stage:
    count = len(_challenges(file, *states))
    return Stage("now", f"{count} waiting") if count else AWAY


def _which(file: File, *states: str) -> Field:
    return Field(
        name="challenge",
        label="Which challenge",
        kind="choice",
        public=True,
        options=options(*_challenges(file, *states)),
    )


def _decide_challenge(file: File) -> list[Field]:
    return [
        _which(file, "answered"),
        Field(name="outcome", label="Is it right?", kind="choice", public=True, options=options(
            ("upheld", "Upheld"), ("partly-upheld", "Partly upheld"), ("not-upheld", "Not upheld"))),
        Field(name="remedy", label="What follows", kind="choice", public=True, optional=True, options=options(
            ("explanation", "An explanation"), ("re-score", "Marks are given anew"), ("re-run", "The procedure is run anew"),
            ("withdraw-award", "The award is withdrawn"), ("apology", "An apology"), ("other", "Something else"))),
        Field(name="reason", label="Why", kind="words"),
    ]  # fmt: skip


def _remedy(file: File) -> list[Field]:
    owed = [one for one in file.challenges if one.state == "owed"]
    steps = dict(step for one in owed for step in one.steps)
    named = [Field(name="entries", label="By which steps", kind="several", public=True, optional=True, options=options(*steps.items()),
                   hint="Marks given anew, a new run and a withdrawn award are steps of this case: name those that did it")]  # fmt: skip
    return [
        Field(name="challenge", label="Which challenge", kind="choice", public=True, options=options(
            *((one.id, one.ground.replace("-", " ").capitalize(), f"Decided: {one.remedy.replace('-', ' ')}") for one in owed))),
        *(named if steps else ()),
        Field(name="words", label="What was done", kind="words", hint="Everybody reads it once it is released. Name nobody"),
    ]  # fmt: skip


FURTHER: Mapping[str, str] = {
    "court": "A court",
    "ombudsman": "The Local Government and Social Care Ombudsman",
    "review-unit": "The Procurement Review Unit",
    "review-panel": "The panel for the Provider Selection Regime",
    "other": "Somebody else",
}
"""To whom outside the authority a challenge can be taken."""


def _further(file: File) -> list[Field]:
    return [
        Field(name="challenge", label="Which challenge", kind="choice", public=True, options=options(
            *((one.id, one.ground.replace("-", " ").capitalize(), one.says) for one in file.challenges))),
        Field(name="to", label="To whom", kind="choice", public=True, options=options(*FURTHER.items()),
              hint="A claim in court that is issued in the standstill is recorded under “Record a claim” as well: only that suspends the award"),
        Field(name="taken_on", label="When was it taken there?", kind="day", public=True),
        Field(name="reference", label="Their reference", kind="line", optional=True, hint="Their number of it. You and the challenger see it; it is never public"),
    ]  # fmt: skip


def _numbered(members: Members, _: File) -> Members:
    return {**members, "entries": [int(index) for index in members.get("entries", [])]}


def _answer_finding(file: File) -> list[Field]:
    return [
        Field(name="rule", label="What is answered", kind="choice", public=True, options=options(
            *((code, code, question) for code, question in file.findings))),
        Field(name="words", label="The answer", kind="words", hint="Everybody reads it beside the finding once it is released. Name no child, school or street"),
    ]  # fmt: skip


def _decide_urgency(file: File) -> list[Field]:
    says = file.purchase.says if file.purchase else ""
    return [
        Field(name="outcome", label="Was it right to buy at once?", kind="choice", public=True, hint=says, options=options(
            ("approved", "Yes, it is approved"), ("refused", "No", "It stays on record, and what was bought stays bought"))),
        Field(name="reason", label="Why", kind="words"),
    ]  # fmt: skip


def _any_case(file: File) -> Stage:
    if file.one_person:
        return AWAY  # nothing of it is ever public
    return NOW if file.state.planned or file.purchase or file.listed else AWAY


def _release(file: File) -> list[Field]:
    fits: Iterable[Occasion] = (
        ("import", "challenge", "correction") if file.listed else (one for one in BECAUSE if one != "import")
    )
    choice = options(*((one, capitalised(BECAUSE[one])) for one in fits))
    return [
        Field(name="occasion", label="On what occasion", kind="choice", public=True, options=choice,
              hint=f"{file.kept_back} Read what becomes public on the next page before you sign" if file.kept_back else ""),
    ]  # fmt: skip


def _correct(file: File) -> list[Field]:
    return [
        Field(name="which", label="Which text", kind="choice", public=True, options=options(*file.texts.all())),
        Field(name="words", label="How it should read", kind="words", hint="The whole of it, as it should stand. Everybody reads it beside the first once it is released. Name no child, school or street."),
        Field(name="reason", label="Why", kind="words", hint="Published with it"),
    ]  # fmt: skip


def _corrected(members: Members, _: File) -> Members:
    entry, _, slot = members.pop("which", "0:").partition(":")
    return {**members, "entry": int(entry), "slot": slot}


def _down(members: Members, file: File) -> Members:
    found = _corrected(members, file)
    slot = found.pop("slot")
    return {**found, "slots": [slot]}


def _take_down(file: File) -> list[Field]:
    return [
        Field(name="which", label="Which text", kind="choice", public=True, options=options(*file.public.all()), hint="All that is public now, the newest step first"),
        Field(name="ground", label="On what ground", kind="choice", public=True, options=options(
            ("child", "It tells who a child is"), ("personal", "It is personal"), ("commercial", "It is a trade secret"),
            ("court-order", "A court ordered it"), ("error", "It was released by mistake"))),
        Field(name="reason", label="Why", kind="words", hint="Do not repeat here what is to disappear"),
    ]  # fmt: skip


TASKS: tuple[Task, ...] = (
    Task(code="award", title="Decide the award", part="Award", command=Award, stage=_award_stage, fields=_award, lead="With reasons. Whoever approves decides; it is published."),
    Task(code="summaries", title="Record the assessment summaries", part="Award", command=SendSummaries, stage=_summaries_stage, fields=_summaries, again=True,
         lead="Every assessed bidder, before the award notice (Procurement Act 2023, section 50)."),
    Task(code="notice", any_time=True, title="Record a notice", part="Award", command=PublishNotice, stage=_notice_stage, fields=_notice, again=True,
         lead="A notice that was published on Find a Tender."),
    Task(code="withdraw-award", any_time=True, title="Take the award back", part="Award", command=WithdrawAward, stage=_after_award, again=True,
         fields=lambda _: [Field(name="reason", label="Why", kind="words")], lead="Before the contract is signed."),
    Task(code="end", any_time=True, title="End without an award", part="Award", command=EndWithoutAward, stage=_open_case, fields=_ended, lead="The case ends here."),
    Task(code="claim", any_time=True, title="Record a claim", part="Contract", command=NotifyClaim, stage=_open_case, fields=_claim, again=True,
         lead="Proceedings were issued. In the standstill they suspend the contract."),
    Task(code="suspension", title="Record the end of a suspension", part="Contract", command=EndSuspension, again=True,
         stage=lambda file: NOW if file.state.claims else AWAY,
         fields=lambda _: [Field(name="how", label="How it ended", kind="choice", public=True, options=options(
             ("lifted", "The court lifted it"), ("disposed", "The claim was decided"), ("settled", "It was settled"), ("discontinued", "It was discontinued")))],
         lead="The order of the court, or the end of the claim."),
    Task(code="contract", title="Sign the contract", part="Contract", command=EnterContract, fields=_contract, members=lambda members, file: with_papers(members, file, "document"),
         stage=lambda file: done() if file.state.contract else _after_award(file), lead="With those who were awarded."),
    Task(code="acknowledge", title="Acknowledge a challenge", part="Challenges", command=AcknowledgeChallenge, again=True,
         stage=lambda file: _waiting(file, "lodged"), fields=lambda file: [_which(file, "lodged")], lead="That it came in."),
    Task(code="answer-challenge", title="Answer a challenge", part="Challenges", command=AnswerChallenge, again=True,
         stage=lambda file: _waiting(file, "acknowledged"),
         fields=lambda file: [_which(file, "acknowledged"), Field(name="answer", label="The answer", kind="words")], lead="Ground by ground."),
    Task(code="decide-challenge", title="Decide a challenge", part="Challenges", command=DecideChallenge, again=True,
         stage=lambda file: _waiting(file, "answered"), fields=_decide_challenge, lead="Best by somebody other than who decided the award."),
    Task(code="remedy", title="Record a remedy as carried out", part="Challenges", command=CarryOutRemedy, again=True,
         stage=lambda file: _waiting(file, "owed"), fields=_remedy, members=_numbered, lead="What was decided, done."),
    Task(code="taken-further", any_time=True, title="Record that a challenge was taken further", part="Challenges", command=TakeChallengeFurther, again=True,
         stage=lambda file: NOW if file.challenges else AWAY, fields=_further, lead="To a court, an ombudsman, a review body."),
    Task(code="decide-urgency", title="Decide on an urgent purchase", part="Award", command=DecideUrgency, fields=_decide_urgency,
         stage=lambda file: AWAY if file.purchase is None else done() if file.purchase.decided else NOW, lead="Somebody who did not buy says whether it was right."),
    Task(code="answer-finding", title="Answer a finding", part="The public record", command=AnswerFinding, again=True, fields=_answer_finding,
         stage=lambda file: Stage("now", f"{len(file.findings)} to answer") if file.findings else AWAY, lead="What a rule found, and what you say to it."),
    Task(code="release", any_time=True, title="Release what may be public", part="The public record", command=Release, again=True,
         stage=_any_case, fields=_release, lead="What the occasion allows, by the allow-list, and no more."),
    Task(code="correct", any_time=True, title="Correct a text", part="The public record", command=Correct, again=True, members=_corrected,
         stage=lambda file: NOW if file.texts.any else AWAY, fields=_correct, lead="A mistake in what was recorded. The first is never lost: both are shown."),
    Task(code="take-down", any_time=True, title="Take something down", part="The public record", command=WithdrawValue, again=True,
         stage=lambda file: NOW if file.public.any else AWAY, fields=_take_down, members=_down, lead="At once. Proofs still hold; copies that others made stay."),
)  # fmt: skip
