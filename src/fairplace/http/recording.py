"""Recording a step: a form for each task, kept as a draft, checked before it is signed, and prepared to be signed.

- Nothing that was typed is lost: whatever is wrong, the form comes back as it was, and *save* keeps it as it is.
- An act happens here and procedure may stop it; a report says that it happened elsewhere, when, and on what evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from litestar.params import FromPath, QueryParameter

from fairplace import details
from fairplace.deciders import convert
from fairplace.errors import Conflict, Forbidden, Malformed, Missing, Refused
from fairplace.forms import evaluation, growing, need, origin, our_details, seeking
from fairplace.forms.fields import Fault, Field, Option, differing, read_all
from fairplace.forms.task import File, Task, with_papers
from fairplace.forms.tasks import SEARCH, task
from fairplace.guarding.drafts import Looked
from fairplace.http import asked, case_documents, case_file, case_names, guarded, in_parts, search_file
from fairplace.http.case_tasks import has_to_declare
from fairplace.http.cases import closed, closed_meanwhile
from fairplace.http.guard import TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.moderating import Pointed, pointed
from fairplace.http.site import Answer, Site, TheSite
from fairplace.people import roles
from fairplace.provider.known import Stated
from fairplace.seeking.completeness import Completeness
from fairplace.seeking.eligible import LeftOut
from fairplace.terms import day, london_day

NEW = "new"
"""The address of a case that is not planned yet."""

HOW = Field(
    name="evidence",
    label="How do you record it?",
    kind="choice",
    public=True,
    options=(
        Option("signed-by-party", "It happens here, now", "Procedure is checked before you sign"),
        Option("portal-export", "It has already happened; I copy it from a portal"),
        Option("stated-by-officer", "It has already happened; I say so"),
    ),
)
WHEN = Field(name="happened_at", label="When did it happen?", kind="moment", optional=True, public=True)
OVERRIDE = Field(name="override_reason", label="Why you do it all the same", kind="words", optional=True)


def exhibit(made: File) -> Field | None:
    """The document on which a report rests: the original of one that the case has."""
    found = [Option(one.original.sha256, one.name) for one in made.papers]
    if not found:
        return None
    return Field(
        name="exhibit",
        label="What shows it?",
        kind="choice",
        optional=True,
        options=tuple(found),
        hint="For what has already happened; an export of a portal needs one",
    )


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A form as it is shown: what was filled in, and what is wrong with it."""

    sent: Mapping[str, Sequence[str]] = {}
    faults: tuple[Fault, ...] = ()
    refusal: str = ""
    overridable: bool = False
    version: int = 0
    status: int = 200
    looked: Looked = Looked()
    part: str = ""  # which page of a long form
    theirs: tuple[tuple[Field, str], ...] = ()  # what somebody else saved meanwhile, where it says something else


PartOf = Annotated[str, QueryParameter(name="part")]


@signed_in("/desk/cases/{case:str}/{code:str}")
def form(site: TheSite, visitor: TheVisitor, case: FromPath[str], code: FromPath[str], part: PartOf = "") -> Answer:
    """The form of one task, with what was written before."""
    wanted, made = task(code), file_of(site, visitor, case)
    if made is None:
        return closed(site, visitor, asked.identifier(case), to=code)
    fits(made, wanted)
    may_do(visitor, wanted)
    draft = site.drafts.get(made.case, code, owner_of(visitor, wanted, made))
    sent, version = (begins_with(site, code, made), 0) if draft is None else (draft.written, draft.version)
    made = msgspec.structs.replace(made, typed=sent)
    return _page(site, visitor, wanted, made, Written(sent=sent, version=version, part=part))


def begins_with(site: Site, code: str, made: File) -> Mapping[str, Sequence[str]]:
    """What a form begins with: nothing that the record has is typed again."""
    match code:
        case "plan":
            return {"authority": [site.register.settings.authority]}
        case "prices":
            return evaluation.prices(made)
        case _:
            return task(code).start(made)


@acting("/desk/cases/{case:str}/{code:str}")
def fill(site: TheSite, visitor: TheVisitor, case: FromPath[str], code: FromPath[str], sent: TheSent) -> Answer:
    """Keep what was written; or check it and prepare it to be signed."""
    wanted, made = task(code), file_of(site, visitor, case)
    if made is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/{code}", sent)
    fits(made, wanted)
    may_do(visitor, wanted)
    written = {name: values for name, values in sent.fields.items() if name not in ("token", "version", "do", "part")}
    version = sent.version
    owner = owner_of(visitor, wanted, made)
    before = site.drafts.get(made.case, code, owner)
    written = {name: values for name, values in written.items() if not name.startswith("@")}
    part = sent.get("part") or in_parts.ALL
    kept = dict(before.written) if before else dict(begins_with(site, code, made))
    made = msgspec.structs.replace(made, typed={**kept, **written})
    at = in_parts.place(wanted, wanted.fields(made), {**kept, **written}, part)
    if at.pages:
        written = in_parts.together(at, kept, written)
    written |= origin.carried(before.written if before else None)
    try:
        version = site.drafts.save(made.case, code, written, by=visitor.person.id, version=version, owner=owner)
    except Conflict as error:
        again = _meanwhile(site, visitor, wanted, made, written)
        return _page(site, visitor, wanted, made, msgspec.structs.replace(again, status=error.status, part=part))
    if sent.get("do") == "more":
        return see_other(f"/desk/cases/{case}/{code}")
    if sent.get("do") == "save":
        leave = "/desk" if case == NEW else f"/desk/cases/{case}"
        return see_other(f"/desk/cases/{case}/{code}" if at.part is not None else leave)
    now = Written(sent=written, version=version, part=part)
    if at.part is not None:
        return _next(site, visitor, wanted, made, now, at)
    return _prepared(site, visitor, wanted, made, now)


def _meanwhile(site: Site, visitor: Visitor, wanted: Task, made: File, written: Mapping[str, Sequence[str]]) -> Written:
    """The form of whoever saves second, with what was saved meanwhile beside it."""
    theirs = site.drafts.get(made.case, wanted.code, owner_of(visitor, wanted, made))
    if theirs is None:
        gone = (
            "this draft was signed or put away meanwhile; look at what is recorded before you go on with what you typed"
        )
        return Written(sent=written, refusal=gone)
    names = {one.id: one.name for one in site.accounts.people()} | {visitor.person.id: "you, in another window"}
    return Written(
        sent=written,
        refusal=f"this draft was saved meanwhile by {names.get(theirs.changed_by, 'a colleague')}; what it says is below",
        version=theirs.version,
        theirs=tuple(differing([HOW, WHEN, *wanted.fields(made)], written, theirs.written)),
    )


def _next(site: Site, visitor: Visitor, wanted: Task, made: File, written: Written, at: in_parts.Place) -> Answer:
    """On to the next part of a long form, or show what is wrong with this one; it is kept either way."""
    fields = at.part.fields if at.part is not None else ()
    faults = in_parts.faults(at, written.sent) or guarded.never(site, made.case, fields, written.sent)
    looked = guarded.look_through(site, made.case, wanted.command.gives, fields, written.sent, one_person=True)
    if faults or not guarded.is_answered(looked, written.sent):
        again = msgspec.structs.replace(written, faults=faults, looked=Looked() if faults else looked, status=422)
        return _page(site, visitor, wanted, made, again)
    after = f"?part={at.next.number}" if at.next is not None else ""
    return see_other(f"/desk/cases/{made.case or NEW}/{wanted.code}{after}")


def _prepared(site: Site, visitor: Visitor, wanted: Task, made: File, written: Written) -> Answer:
    """Go on to sign, or show what stands against it."""
    shows = exhibit(made)
    fields = [HOW, WHEN, *([shows] if shows else []), *wanted.fields(made), OVERRIDE]
    members, wrong = read_all(fields, written.sent)
    if faults := tuple(wrong) or guarded.never(site, made.case, fields, written.sent):
        return _page(site, visitor, wanted, made, msgspec.structs.replace(written, faults=faults, status=422))
    planned = made.state.planned
    looked = guarded.look_through(
        site,
        made.case,
        wanted.command.gives,
        wanted.fields(made),
        written.sent,
        one_person=made.search is not None or (planned is not None and planned.concerns_one_person),
    )
    if not guarded.is_answered(looked, written.sent):
        return _page(site, visitor, wanted, made, msgspec.structs.replace(written, looked=looked, status=422))
    try:
        command = convert(
            {
                **wanted.members(with_papers(members, made, "exhibit"), made),
                "do": wanted.do,
                "id": f"desk:{site.accounts.sources.stream_id()}",
                "as": _key(visitor),
                **({"case": made.case} if made.case else {}),
            }
        )
        guarded.keep_statements(site, visitor, made.case, wanted.title, looked, written.sent)
        act = site.signatures.begin(command, task=wanted.code, made_by=visitor.person.id)
    except msgspec.ValidationError as error:
        again = msgspec.structs.replace(written, refusal=f"this cannot be recorded: {error}", status=422)
        return _page(site, visitor, wanted, made, again)
    except (Refused, Malformed, Conflict) as error:
        can = isinstance(error, Refused) and error.overridable
        again = msgspec.structs.replace(
            written, refusal=_refusal(site, visitor, made, error), overridable=can, status=error.status
        )
        return _page(site, visitor, wanted, made, again)
    return see_other(f"/desk/sign/{act}")


def _refusal(site: Site, visitor: Visitor, made: File, error: Exception) -> str:
    """Why it is refused, with the names of bidders and colleagues for their ids and keys; whoever reads it is `you`."""
    text = str(error)
    if made.me:
        text = text.replace(f"{made.me} has ", "you have ").replace(f"{made.me} was ", "you were ")
    text = case_file.with_names(site, visitor, text)
    for name, bid in made.bids.items():
        text = text.replace(name, bid.provider.name)
    return text


def _page(site: Site, visitor: Visitor, wanted: Task, made: File, written: Written) -> Answer:
    may_act = roles.may(visitor.roles, wanted.command.gives) or roles.may_ask(visitor.roles, wanted.command.gives)
    names = case_file.colleagues(site)
    alone = bool(owner_of(visitor, wanted, made))  # nobody else writes in this draft
    others = [] if alone else site.drafts.look(made.case, wanted.code, visitor.person.id)
    people = {one.id: one.name for one in site.accounts.people()} if others else {}
    fields = wanted.fields(made)
    at = in_parts.place(wanted, fields, written.sent, written.part)
    return site.page(
        "record.html",
        status=written.status,
        visitor=visitor,
        task=wanted,
        case=made.case or NEW,
        called=case_names.name(site, visitor, made.case) if made.case else "",
        fields=at.part.fields if at.part is not None else () if at.is_list else fields,
        at=at,
        full=growing.full(fields),
        stands={one.name: each.number for each in at.pages for one in each.fields} if at.is_list else {},
        how=HOW,
        when=WHEN,
        exhibit=exhibit(made),
        override=OVERRIDE,
        may_act=may_act,
        declare_first=has_to_declare(made, visitor, wanted),
        stage=wanted.stage(made),
        written=written,
        sent=written.sent,
        pointed=_pointed(site, visitor, made) if wanted.code == "moderation" else None,
        origins=origin.sources(written.sent),
        wrong={fault.name: fault.sentence for fault in written.faults},
        groups={one.name: one.group for one in fields if one.group},
        colleagues=names,
        others=[people[one] for one in others if one in people],
        left_out=_left_out(wanted, made),
        told=_told(site, visitor, made) if wanted.code == "checks" else {},
        says=our_details.WORDS,
        direct=made.state.ground is not None,
        today=day(london_day(site.now())),
        complete=_complete(wanted, made, written) if at.part is None else None,
    )


def _told(site: Site, visitor: Visitor, made: File) -> dict[str, Stated | None]:
    """What each bidder stated of itself by the time it lodged its bid, for who may know whose the bids are."""
    if not made.bids:
        return {}
    past = case_file.history(site, made.case)
    return details.beside(site.register.reader, past, case_file.reader(past, visitor), site.now())


def _complete(wanted: Task, made: File, written: Written) -> Completeness | None:
    """How complete the referral is: as it is recorded, or as the draft of the need would make it."""
    if wanted.code == "need":
        return need.drafted(written.sent) if written.sent else None
    return search_file.complete(made) if wanted.code in ("publish-referral", "open-referral") else None


def _left_out(wanted: Task, made: File) -> tuple[LeftOut, ...]:
    """Who is not to be asked in the tier that comes next, and why."""
    found = seeking.asks(made) if wanted.code == "publish-referral" else None
    return found.left_out if found else ()


def _pointed(site: Site, visitor: Visitor, made: File) -> Pointed:
    """What whoever moderates should look at first, as far as they may see it."""
    if visitor.roles.isdisjoint({"moderator", "monitoring"}):
        return Pointed()
    return pointed(case_file.seen(site, case_file.history(site, made.case), visitor), made)


def file_of(site: Site, visitor: Visitor, case: str) -> File | None:
    """The file of a case; None while it is closed to this session."""
    visitor.need(*case_file.STAFF)
    if case == NEW:
        return case_file.empty(site, "", visitor)
    past = case_file.open_to(site, visitor, case, *case_file.STAFF)
    if past is None:
        return None
    made = case_file.file(site, past, visitor)
    return msgspec.structs.replace(made, papers=case_documents.papers(site, visitor, past))


def fits(made: File, wanted: Task) -> None:
    """Raises Missing for a task of another kind of register, or one that is not asked before there is a case."""
    of_search = made.search is not None and made.purchase is None
    if (wanted in SEARCH) != of_search or (of_search and not made.case and wanted.code != "need"):
        raise Missing("there is no such task here")


def may_do(visitor: Visitor, wanted: Task) -> None:
    gives = wanted.command.gives
    if not any(
        roles.may(visitor.roles, gives, report=report) or roles.may_ask(visitor.roles, gives, report=report)
        for report in (False, True)
    ):
        raise roles.for_others(gives)


def owner_of(visitor: Visitor, wanted: Task, made: File) -> str:
    """Whose draft it is: a sheet and a declaration are the writer's alone, and so is a case that is not planned yet."""
    alone = not made.case or (made.search is None and made.state.planned is None)
    return visitor.person.id if wanted.own or alone else ""


def _key(visitor: Visitor) -> str:
    if visitor.key is None:
        raise Forbidden("you have no signing key that may act yet; make one under My keys", code="key")
    return visitor.key.name


HANDLERS = (form, fill)
