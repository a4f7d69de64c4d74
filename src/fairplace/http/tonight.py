"""A home found tonight, from a phone: five fields, two signatures, and the clock for approval runs.

- First it is declared that it cannot wait, then what the home offered is recorded as the officer heard it.
- The decision itself has its own form, which begins with what was said here; nothing is typed twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.params import FromPath

from fairplace.errors import Forbidden
from fairplace.forms import tonight
from fairplace.forms.fields import Fault, read_all
from fairplace.forms.task import File
from fairplace.guarding.drafts import Looked
from fairplace.http import guarded, recording
from fairplace.http.beginning import Against, begun
from fairplace.http.cases import closed, closed_meanwhile
from fairplace.http.guard import TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.seeking.case_word import case_word

TASK = "tonight"
NOTHING = Looked()


@signed_in("/desk/searches/{case:str}/tonight")
def form(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """The page, with what was written before and which step comes next."""
    visitor.need("officer")
    made = recording.file_of(site, visitor, case)
    if made is None:
        return closed(site, visitor, case)
    draft = site.drafts.get(made.case, TASK, visitor.person.id)
    return _page(site, visitor, made, draft.written if draft else tonight.today(made))


@acting("/desk/searches/{case:str}/tonight")
def fill(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Keep it, check it, and go on to the signature that comes next."""
    visitor.need("officer")
    made = recording.file_of(site, visitor, case)
    if made is None:
        return closed_meanwhile(site, visitor, case, f"/desk/searches/{case}/tonight", sent)
    if visitor.key is None:
        raise Forbidden("you have no signing key that may act yet; make one under My keys", code="key")
    written = {name: values for name, values in sent.fields.items() if name != "token"}
    draft, owner = site.drafts.get(made.case, TASK, visitor.person.id), visitor.person.id
    site.drafts.save(made.case, TASK, written, by=owner, version=draft.version if draft else 0, owner=owner)
    fields = tonight.fields(made)
    members, wrong = read_all(fields, written)
    if faults := tuple(wrong) or guarded.never(site, made.case, fields, written):
        return _page(site, visitor, made, written, faults=faults, status=422)
    looked = guarded.look_through(site, made.case, "referral.offer-made/1", fields, written, one_person=True)
    if not guarded.is_answered(looked, written):
        return _page(site, visitor, made, written, looked=looked, status=422)
    guarded.keep_statements(site, visitor, made.case, "A home for tonight", looked, written)
    offer = offer_of(made, members["setting"])
    if offer is not None:
        return _decide(site, visitor, made, members, offer)
    what = tonight.offered(members, made) if is_emergency(made) else tonight.emergency(members, made)
    found = begun(site, visitor, what, key=visitor.key.name, task=f"{TASK}:{what['do']}", case=made.case)
    if isinstance(found, Against):
        return _page(site, visitor, made, written, refusal=found.sentence, status=found.status)
    return found


def _decide(site: Site, visitor: Visitor, made: File, members: dict[str, Any], offer: str) -> Answer:
    """Both are on record: go on to the decision, with what is known filled in."""
    draft = site.drafts.get(made.case, "choose-home", "")
    begun = {**(draft.written if draft else {}), **tonight.choice(members, offer)}
    version = draft.version if draft else 0
    site.drafts.save(made.case, "choose-home", begun, by=visitor.person.id, version=version, owner="")
    site.drafts.drop(made.case, TASK, visitor.person.id)
    return see_other(f"/desk/cases/{made.case}/choose-home")


def is_emergency(made: File) -> bool:
    """Is an emergency declared that still runs?"""
    found = made.search.emergency if made.search is not None else None
    return found is not None and found[1].expires_at > made.now


def offer_of(made: File, setting: str) -> str | None:
    """The offer of this home that takes part, if there is one."""
    live = made.search.live if made.search is not None else {}
    return next((name for name, one in live.items() if one.setting == setting), None)


def goes_on(site: Site, visitor: Visitor, case: str) -> bool:
    """Is a purchase of theirs under way in this search?"""
    return bool(case) and site.drafts.get(case, TASK, visitor.person.id) is not None


def _page(
    site: Site,
    visitor: Visitor,
    made: File,
    sent: Mapping[str, Sequence[str]],
    *,
    faults: tuple[Fault, ...] = (),
    looked: Looked = NOTHING,
    refusal: str = "",
    status: int = 200,
) -> Answer:
    setting = next(iter(sent.get("setting", ())), "")
    return site.page(
        "tonight.html",
        status=status,
        visitor=visitor,
        case=made.case,
        word=case_word(made.case),
        fields=tonight.fields(made),
        sent=sent,
        faults=faults,
        looked=looked,
        refusal=refusal,
        wrong={fault.name: fault.sentence for fault in faults},
        declared=made.search.emergency[1].expires_at
        if made.search and made.search.emergency and is_emergency(made)
        else "",
        offered=offer_of(made, setting) is not None,
    )


HANDLERS = (form, fill)
