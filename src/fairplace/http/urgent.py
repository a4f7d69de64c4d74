"""Bought at once, from a phone: one short page, and then one signature.

Nothing that was typed is lost: it is a draft of the writer's alone until it is signed.
"""

from __future__ import annotations

from fairplace.errors import Forbidden
from fairplace.forms import urgent
from fairplace.forms.fields import Fault, Sent
from fairplace.guarding.drafts import Looked
from fairplace.http import guarded
from fairplace.http.beginning import Against, begun
from fairplace.http.guard import TheSent, TheVisitor, Visitor, acting, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.terms import london_day

TASK = "urgent"
GIVES = "urgent.bought/1"
NOTHING = Looked()
RULE = "DA-08"
"""The rule that sets the time for approval."""


@signed_in("/desk/urgent")
def form(site: TheSite, visitor: TheVisitor) -> Answer:
    """The page, with what was written before."""
    visitor.need("officer")
    draft = site.drafts.get("", TASK, visitor.person.id)
    return _page(site, visitor, draft.written if draft else _today(site))


def _today(site: Site) -> Sent:
    """Nobody buys at once for another day than this, as a rule: three boxes fewer to fill in at night."""
    year, month, day = london_day(site.now()).timetuple()[:3]
    return {"from_on-day": [str(day)], "from_on-month": [str(month)], "from_on-year": [str(year)]}


@acting("/desk/urgent")
def fill(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """Keep it, check it, and go on to sign."""
    visitor.need("officer")
    if visitor.key is None:
        raise Forbidden("you have no signing key that may act yet; make one under My keys", code="key")
    written = {name: values for name, values in sent.fields.items() if name != "token"}
    draft = site.drafts.get("", TASK, visitor.person.id)
    site.drafts.save(
        "", TASK, written, by=visitor.person.id, version=draft.version if draft else 0, owner=visitor.person.id
    )
    members, faults = urgent.read(written, _known(site, sent.get("provider")))
    if faults:
        return _page(site, visitor, written, faults=tuple(faults), status=422)
    looked = guarded.look_through(site, "", GIVES, urgent.FIELDS, written)
    if not guarded.is_answered(looked, written):
        return _page(site, visitor, written, looked=looked, status=422)
    guarded.keep_statements(site, visitor, "", "Bought at once", looked, written)
    found = begun(site, visitor, {**members, "do": "buy-urgently"}, key=visitor.key.name, task=TASK)
    if isinstance(found, Against):
        return _page(site, visitor, written, refusal=found.sentence, status=found.status)
    return found


def _known(site: Site, line: str) -> dict[str, str]:
    """The provider of this name, when it won something that is public."""
    name = line.strip().lower()
    if not name:
        return {}
    rows, _ = site.rows.search("register", line[:100], limit=5)
    return {
        winner.lower(): number
        for row in rows
        for winner, number in zip(row.winners, row.winner_ids, strict=False)
        if winner.lower() == name
    }


def _page(
    site: Site,
    visitor: Visitor,
    sent: Sent,
    *,
    faults: tuple[Fault, ...] = (),
    looked: Looked = NOTHING,
    refusal: str = "",
    status: int = 200,
) -> Answer:
    return site.page(
        "urgent.html",
        status=status,
        visitor=visitor,
        fields=urgent.FIELDS,
        sent=sent,
        faults=faults,
        looked=looked,
        refusal=refusal,
        wrong={fault.name: fault.sentence for fault in faults},
        rule=RULE,
    )


HANDLERS = (form, fill)
