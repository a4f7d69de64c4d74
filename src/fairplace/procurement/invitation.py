"""From a need to an invitation: plan, conflicts, tender notice, changes, questions and answers."""

from __future__ import annotations

from fairplace import procedure
from fairplace.counted import counted
from fairplace.decision import Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.procedure import Objections, StepStamp, maybe_words, refuse, second_for, words
from fairplace.procurement.buying import name_buyers
from fairplace.procurement.calling_off import name_parent, object_without_parent
from fairplace.procurement.commands import (
    AnswerQuestion,
    AskQuestion,
    AssessConflicts,
    ChangeCriteria,
    ChangeDeadline,
    Invitation,
    NameBuyers,
    NameGround,
    NameParent,
    Plan,
    PublishTender,
    RecordContact,
)
from fairplace.procurement.criteria import check_criteria, descriptors_of, titles_of
from fairplace.procurement.direct import name_ground
from fairplace.procurement.events import (
    Audience,
    ConflictsAssessed,
    ContactRecorded,
    CriteriaChanged,
    DeadlineChanged,
    Planned,
    QuestionAnswered,
    QuestionAsked,
    Receipt,
    TenderPublished,
)
from fairplace.procurement.footing import footing, still_open, tender_of
from fairplace.terms import PLACES, Instant, day, london_day

SOCIAL_CARE = ("853", "8034")
"""CPV codes of services that are often bought for one person: health and social work; special education."""

ONE_BUYER_ROUTES = frozenset({"framework_calloff", "direct_s41", "direct_s43"})


def decide(command: Invitation, history: History, *, at: Instant) -> Decision:
    match command:
        case Plan():
            return _plan(command, history, at)
        case NameBuyers():
            return name_buyers(command, history, at)
        case NameParent():
            return name_parent(command, history, at)
        case NameGround():
            return name_ground(command, history, at)
        case AssessConflicts():
            return _assess(command, history, at)
        case PublishTender():
            return _publish(command, history, at)
        case ChangeCriteria():
            return _change_criteria(command, history, at)
        case ChangeDeadline():
            return _change_deadline(command, history, at)
        case AskQuestion():
            return _ask(command, history, at)
        case AnswerQuestion():
            return _answer(command, history, at)
        case RecordContact():
            return _contact(command, history, at)


def _plan(command: Plan, history: History, at: Instant) -> Decision:
    procedure.a_case(history.case, "the case's id")
    if history.events:
        refuse("case-exists", f"the case {history.case} exists already; leave 'case' out to begin a new one")
    for cpv in command.cpv:
        procedure.code(cpv, "a CPV code")
    for related in command.related:
        procedure.a_case(related, "a related case")
    stamp = procedure.step(command, history, at, Objections(command))
    commenced = command.commenced_on or day(london_day(stamp["happened_at"]))
    procedure.a_day(commenced, "commenced_on")
    one_person = command.concerns_one_person
    if one_person is None:
        one_person = command.route in ONE_BUYER_ROUTES and any(cpv.startswith(SOCIAL_CARE) for cpv in command.cpv)
    value = command.estimated_value
    title = words(command.title, "the title")
    return Decision(
        event=Planned(
            **stamp,
            regime=command.regime,
            commenced_on=commenced,
            contract_kind=command.contract_kind,
            route=command.route,
            light_touch=command.light_touch,
            cpv=command.cpv,
            concerns_one_person=one_person,
            value_estimable=command.value_estimable,
            max_term_days=command.max_term_days,
            related=command.related,
            title=sealed("standstill", title),
            need=sealed("standstill", words(command.need, "the need")),
            authority=sealed("standstill", words(command.authority, "the authority's name")),
            estimated_value=sealed(
                "commercial", None if value is None else procedure.pence(value, "the estimated value")
            ),
            lots_reason=sealed("standstill", maybe_words(command.lots_reason, "the reason on lots")),
            split_reason=sealed("standstill", maybe_words(command.split_reason, "the reason for splitting")),
        ),
        statement=f"Begin the procurement {title!r} by the route {command.route}; its words stay sealed until the notice.",
        second=second_for(stamp["override"]),
    )


def _assess(command: AssessConflicts, history: History, at: Instant) -> Decision:
    _state, objections = footing(command, history)
    stamp = procedure.step(command, history, at, objections)
    conflicts = [words(one, "a conflict") for one in command.conflicts]
    steps = [words(one, "a step against conflicts") for one in command.steps]
    return Decision(
        event=ConflictsAssessed(**stamp, conflicts=sealed("personal", conflicts), steps=sealed("personal", steps)),
        statement="Record the conflicts assessment: which conflicts are seen, and what is done against them.",
        second=second_for(stamp["override"]),
    )


_TOLD: dict[Audience, str] = {
    "all": "all providers are told",
    "some": "some providers are told",
    "one": "one provider is told",
}


def _publish(command: PublishTender, history: History, at: Instant) -> Decision:
    state, objections = footing(command, history)
    still_open(state, objections)
    if state.tender is not None:
        refuse(
            "tender-published", "the tender notice is on record already; change its criteria or its deadline instead"
        )
    object_without_parent(state, objections)
    check_criteria(command)
    titles, descriptors = titles_of(command), descriptors_of(command)
    procedure.an_instant(command.deadline, "the deadline")
    if command.questions_until is not None:
        procedure.an_instant(command.questions_until, "questions_until")
        if command.questions_until > command.deadline:
            refuse(
                "questions",
                f"questions until {command.questions_until} would end after the deadline {command.deadline}",
            )
    if command.places not in PLACES:
        refuse(
            "places", f"{command.places} places came; choose one of {procedure.listed([str(one) for one in PLACES])}"
        )
    if not 1 <= command.winners <= PLACES[-1]:
        refuse("winners", f"{command.winners} winners came; at least 1 and at most {PLACES[-1]} bids can win")
    for condition in command.conditions:
        procedure.code(condition, "a condition of participation", procedure.CRITERION)
    for name, digest in command.policies.items():
        procedure.code(name, "a policy file's name")
        procedure.code(digest, "a policy file's hash", procedure.SHA256)
    reference = command.notice_reference
    if not state.conflicts_assessed:
        objections.add(
            "conflicts-not-assessed",
            "no conflicts assessment is on record; it must be made before the first notice (Act, s. 83): assess first",
        )
    if command.deadline <= at:
        objections.add("deadline-past", f"the deadline {command.deadline} has passed at {at}; give a later one")
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=TenderPublished(
            **stamp,
            notice_reference=None if reference is None else procedure.code(reference, "the notice's reference"),
            criteria=command.criteria,
            scale=command.scale,
            price_formula=command.price_formula,
            tie_break=command.tie_break,
            winners=command.winners,
            deadline=command.deadline,
            questions_until=command.questions_until,
            late_policy=command.late_policy,
            conditions=command.conditions,
            places=command.places,
            conflicts_confirmed=command.conflicts_confirmed,
            policies=command.policies,
            titles=sealed("standstill", titles),
            descriptors=sealed("standstill", descriptors),
            documents=sealed("standstill", command.documents),
        ),
        statement=f"Publish the tender notice with {counted(len(command.criteria), 'criterion', 'criteria')}; bids until {command.deadline}.",
        second=second_for(stamp["override"]),
    )


def _change_criteria(command: ChangeCriteria, history: History, at: Instant) -> Decision:
    state, objections = footing(command, history)
    tender_of(state)
    still_open(state, objections)
    check_criteria(command)
    titles, descriptors = titles_of(command), descriptors_of(command)
    reason = words(command.reason, "the reason for the change")
    if state.opened:
        objections.add(
            "criteria-frozen",
            "the bids are opened: criteria, weights and scale stay as they were published; end the procurement and"
            " begin again if they are wrong",
        )
    elif state.last_deadline is not None and at > state.last_deadline:
        objections.add(
            "criteria-frozen",
            f"the deadline {state.last_deadline} has passed and bids are in: criteria, weights and scale stay as they"
            " were published",
        )
    if not command.republished or command.notified != "all":
        objections.add(
            "not-republished",
            "a change of criteria must be published again and reach everybody (Act, s. 31); publish it, then record it",
        )
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=CriteriaChanged(
            **stamp,
            criteria=command.criteria,
            scale=command.scale,
            price_formula=command.price_formula,
            republished=command.republished,
            notified=command.notified,
            titles=sealed("standstill", titles),
            descriptors=sealed("standstill", descriptors),
            reason=sealed("standstill", reason),
        ),
        statement=f"Change the criteria; {_TOLD[command.notified]}.",
        second=second_for(stamp["override"]),
        not_after=state.last_deadline if _is_plain(command, stamp) else None,
    )


def _is_plain(command: ChangeCriteria | ChangeDeadline, stamp: StepStamp) -> bool:
    """An act that nothing stands against: it must also be signed before the deadline."""
    return not command.is_report and stamp["override"] is None


def _change_deadline(command: ChangeDeadline, history: History, at: Instant) -> Decision:
    state, objections = footing(command, history)
    tender_of(state)
    still_open(state, objections)
    procedure.an_instant(command.deadline, "the deadline")
    recipients = [procedure.provider(one) for one in command.recipients]
    if (command.audience == "all") == bool(recipients):
        refuse(
            "recipients",
            f"an extension for {command.audience} came with {len(recipients)} recipients; name recipients when, and only"
            " when, it was not for all",
        )
    if command.audience != "all":
        objections.add("unequal-deadline", "an extension goes to all providers (Act, s. 54(2)); give it to all")
    if state.opened:
        objections.add("bids-opened", "the bids are opened: the deadline cannot move any more")
    elif state.deadline is not None:
        if at > state.deadline:
            objections.add(
                "deadline-passed", f"the deadline {state.deadline} has passed at {at}: it cannot move any more"
            )
        if command.deadline <= state.deadline:
            objections.add(
                "deadline-shortened",
                f"the new deadline {command.deadline} is not later than {state.deadline}; a deadline is only extended",
            )
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=DeadlineChanged(
            **stamp,
            deadline=command.deadline,
            audience=command.audience,
            resubmission_allowed=command.resubmission_allowed,
            recipients=sealed("commercial", recipients),
            reason=sealed("standstill", words(command.reason, "the reason for the new deadline")),
        ),
        statement=f"Move the deadline to {command.deadline} for {command.audience}.",
        second=second_for(stamp["override"]),
        not_after=state.deadline if _is_plain(command, stamp) else None,
    )


def _ask(command: AskQuestion, history: History, at: Instant) -> Decision:
    state, objections = footing(command, history)
    tender = tender_of(state)
    still_open(state, objections)
    question = command.question or f"Q{len(state.questions) + 1}"
    procedure.code(question, "a question's id", procedure.CRITERION)
    if question in state.questions:
        refuse("question-exists", f"the question {question} is on record already; leave the id out to get the next one")
    until = tender.questions_until or state.deadline
    if until is not None and at > until:
        objections.add("questions-closed", f"questions could be asked until {until}; it is {at}")
    asked_by = None if command.asked_by is None else procedure.provider(command.asked_by)
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=QuestionAsked(
            **stamp,
            question=question,
            words=sealed("standstill", words(command.words, "the question")),
            asked_by=sealed("commercial", asked_by),
        ),
        statement=f"Record the question {question}; who asked stays sealed.",
        second=second_for(stamp["override"]),
    )


def _answer(command: AnswerQuestion, history: History, at: Instant) -> Decision:
    state, objections = footing(command, history)
    tender_of(state)
    still_open(state, objections)
    if command.question not in state.questions:
        refuse(
            "unknown-question", f"there is no question {command.question[:64]}; record it first, or name one on record"
        )
    given = words(command.words if command.words is not None else state.questions[command.question], "the question")
    recipients = [
        Receipt(provider=procedure.provider(one.provider), at=procedure.an_instant(one.at, "when an answer was got"))
        for one in command.recipients
    ]
    if (command.audience == "all") == bool(recipients):
        refuse(
            "recipients",
            f"an answer to {command.audience} came with {len(recipients)} recipients; name recipients when, and only when,"
            " it was not for all",
        )
    if command.audience != "all" and command.material and command.confidential_reason is None:
        objections.add(
            "unequal-answer",
            f"an answer that helps to bid was to go to {command.audience} only; give it to all, or say why it is"
            " confidential to one bidder's own solution",
        )
    if state.last_deadline is not None and at > state.last_deadline:
        objections.add(
            "answered-late", f"the deadline {state.last_deadline} has passed; an answer no longer helps anybody"
        )
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=QuestionAnswered(
            **stamp,
            question=command.question,
            audience=command.audience,
            material=command.material,
            confidential_reason=command.confidential_reason,
            words=sealed("standstill", given),
            answer=sealed("standstill", words(command.answer, "the answer")),
            recipients=sealed("commercial", recipients),
        ),
        statement=f"Answer the question {command.question} to {command.audience}.",
        second=second_for(stamp["override"]),
    )


def _contact(command: RecordContact, history: History, at: Instant) -> Decision:
    _state, objections = footing(command, history)
    minutes = command.handling.first_response_minutes
    if minutes is not None and minutes < 0:
        refuse("minutes", f"a first response after {minutes} minutes came; count from 0")
    stamp = procedure.step(command, history, at, objections)
    provider = procedure.provider(command.provider)
    return Decision(
        event=ContactRecorded(
            **stamp,
            handling=sealed("standstill", command.handling),
            provider=sealed("commercial", provider),
            note=sealed("personal", words(command.note, "the note of the contact")),
        ),
        statement=f"Record an approach by or about {provider.name}; it stays sealed.",
        second=second_for(stamp["override"]),
    )
