"""The names of a case that its drafts are looked through for, and what somebody stated of words that are not about a child.

- The list and the statements are private to the workroom: they can be erased, and never come near the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from litestar.params import FromPath

from fairplace.counted import counted
from fairplace.errors import Conflict, Malformed
from fairplace.forms.fields import Fault, Field
from fairplace.guarding.drafts import SEEN, TEXTS, Looked, look
from fairplace.guarding.never import found_in
from fairplace.http import case_file, case_names
from fairplace.http.cases import closed, closed_meanwhile
from fairplace.http.guard import TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.terms import day, instant, london_day

NAMES = "names"
STATED = "stated"
MOST_NAMES = 200
LONGEST = 80

Sent = Mapping[str, Sequence[str]]


def look_through(
    site: Site, case: str, gives: str, fields: Sequence[Field], sent: Sent, *, one_person: bool = False
) -> Looked:
    """What in the texts of a form may tell of a child. `one_person`: the case concerns one, and is never released."""
    alone = one_person or list(sent.get("concerns_one_person", ())) == ["yes"]
    return look(gives, fields, sent, names_of(site, case), released=not alone)


def never(site: Site, case: str, fields: Sequence[Field], sent: Sent) -> tuple[Fault, ...]:
    """What no entry of a register of placements may hold: the desk refuses it, so each field says so at once.

    `case` gives the names to look out for; empty for a provider's form, whom a refusal would tell who is meant.
    """
    if not site.seeks:
        return ()
    names, on = listed(site, case), day(london_day(site.now()))
    return tuple(
        Fault(field.name, f"{one.sentence}; no entry may hold that: {one.instead}")
        for field in fields
        if field.kind in TEXTS
        for one in found_in("\n".join(sent.get(field.name, ())), names, on)
    )


def is_answered(looked: Looked, sent: Sent) -> bool:
    """Is nothing left to be taken out or stated, and has whoever writes seen the warnings as they are?"""
    return not looked.stops and (not looked.warns or looked.warnings in sent.get(SEEN, ()))


def of_outsiders(gives: str, fields: Sequence[Field], sent: Sent) -> Looked | None:
    """What somebody outside should look at once more before it is sent; None when they have, or there is nothing.

    The names of a case are not looked for: that one of them stopped it would tell who is meant. Nothing stops it either:
    whoever publishes these words is asked again, and can ask those who wrote them.
    """
    looked = look(gives, fields, sent, (), released=False)
    return None if is_answered(looked, sent) else looked


def names_of(site: Site, case: str) -> list[str]:
    """The list of the case, and the full names of the people who work here."""
    full = [name for name in case_file.colleagues(site).values() if " " in name.strip()]
    return [*listed(site, case), *full]


def listed(site: Site, case: str) -> list[str]:
    draft = site.drafts.get(case, NAMES) if case else None
    return [] if draft is None else [str(one) for one in draft.written.get("names", [])]


def keep_statements(site: Site, visitor: Visitor, case: str, title: str, looked: Looked, sent: Sent) -> None:
    """Keep what was stated beside the drafts of the case, with who stated it and when: longer than the draft itself."""
    if not looked.stated:
        return
    owner = "" if case else visitor.person.id
    found = site.drafts.get(case, STATED, owner)
    before = list(found.written.get("stated", [])) if found else []
    stated = [
        {
            "at": instant(site.accounts.sources.clock()),
            "by": visitor.person.name,
            "task": title,
            "field": hit.label,
            "found": hit.sentence,
            "why": sent[hit.name][0].strip()[:1000],
        }
        for hit in looked.stated
    ]
    new = [one for one in stated if _same(one) not in [_same(other) for other in before]]
    if new:
        version = found.version if found else 0
        written = {"stated": [*before, *new]}
        site.drafts.save(case, STATED, written, by=visitor.person.id, version=version, owner=owner)


def _same(stated: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(stated[name] for name in ("by", "task", "field", "found", "why"))


@signed_in("/desk/cases/{case:str}/names")
def names(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """The names of a case, and what was stated of words in its drafts."""
    found = _open(site, visitor, case)
    return closed(site, visitor, case) if found is None else _page(site, visitor, found)


@acting("/desk/cases/{case:str}/names")
def keep(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Keep the list of names."""
    found = _open(site, visitor, case)
    if found is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/names", sent)
    lines = list(dict.fromkeys(" ".join(line.split()) for line in sent.get("names").splitlines() if line.strip()))
    try:
        _check(lines)
        site.drafts.save(found, NAMES, {"names": lines}, by=visitor.person.id, version=sent.version)
    except (Malformed, Conflict) as error:
        return _page(site, visitor, found, wanted=lines, fault=str(error), status=error.status)
    return see_other(f"/desk/cases/{found}/names")


def _check(lines: list[str]) -> None:
    if len(lines) > MOST_NAMES:
        raise Malformed(f"{len(lines)} names came and {MOST_NAMES} are looked for; leave the others out")
    for line in lines:
        if not 2 <= len(line) <= LONGEST:
            raise Malformed(f"a name of {counted(len(line), 'character')} came; write one of 2 to {LONGEST}")


def _open(site: Site, visitor: Visitor, case: str) -> str | None:
    past = case_file.open_to(site, visitor, case, *case_file.KEEP_NAMES)
    return None if past is None else past.case


def _page(
    site: Site, visitor: Visitor, case: str, *, wanted: list[str] | None = None, fault: str = "", status: int = 200
) -> Answer:
    draft, stated = site.drafts.get(case, NAMES), site.drafts.get(case, STATED)
    return site.page(
        "names.html",
        status=status,
        visitor=visitor,
        case=case,
        called=case_names.name(site, visitor, case),
        names="\n".join(listed(site, case) if wanted is None else wanted),
        version=draft.version if draft else 0,
        stated=stated.written.get("stated", []) if stated else [],
        fault=fault,
    )


HANDLERS = (names, keep)
