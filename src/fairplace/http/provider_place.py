"""Who a provider's person speaks for, and a form of theirs: filled in, checked, and prepared to be signed on their device.

- For whom they speak is what their key was enrolled for, as the log has it; what their account says is not enough.
- Before a referral is opened to them an entry says that they look, as everybody's reading of what is sealed is on record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from fairplace import vault
from fairplace.errors import Forbidden
from fairplace.forms.fields import Fault, Field, read_all
from fairplace.guarding.drafts import Looked
from fairplace.http import guarded
from fairplace.http.beginning import Against, begun
from fairplace.http.guard import Key, Sent, Visitor, see_other
from fairplace.http.site import Answer, Site
from fairplace.terms import CaseId

NOTHING = Looked()


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """A form: where it is sent, what it asks and what becomes of it. `read` makes the members; `more` are known already.

    `case` is empty for what begins a stream of its own.
    """

    address: str
    back: str
    back_to: str
    title: str
    lead: str
    do: str
    gives: str
    case: str
    fields: Sequence[Field]
    read: Callable[[Sequence[Field], Mapping[str, Sequence[str]]], tuple[dict[str, Any], list[Fault]]] = read_all
    more: Mapping[str, Any] = {}
    start: Mapping[str, Sequence[str]] = {}
    here: str = "referrals"  # the place of the desk that it belongs to
    grows: str = ""  # what there can be more rows of
    full: int = 0  # how many there can be, once the form has them all

    @property
    def task(self) -> str:
        return f"{self.do}:{self.address}"[:200]


def mine(site: Site, visitor: Visitor) -> tuple[str, Key]:
    """For whom they speak and with which key. Raises Forbidden unless the key was enrolled for a provider."""
    visitor.need("provider")
    able = [key for key in visitor.keys if "provider" in key.roles]
    provider = site.register.desk.actor(able[-1].name).provider if able else None
    if provider is None or provider != visitor.person.provider:
        raise Forbidden("this is for providers with a signing key; make one under My keys", code="key")
    return provider, able[-1]


def look(site: Site, visitor: Visitor, case: CaseId) -> str:
    """Have it in the log that they open what was sealed for them; the name of their sitting. One entry a case and a sitting.

    A sitting is named by the session and half a day of it: what the vault takes for one lasts no longer.
    """
    now = site.now()
    half = f"{visitor.session.csrf}\n{now[:10]}\n{int(now[11:13]) // 12}"
    sitting = hashlib.sha256(half.encode()).hexdigest()
    vault.look_signed_in(site.register, mine(site, visitor)[1].name, case, sitting)
    return sitting


def show(site: Site, visitor: Visitor, asking: Asking) -> Answer:
    """The form, with what was written before."""
    draft = site.drafts.get(asking.case, asking.task, visitor.person.id)
    return _page(site, visitor, asking, draft.written if draft else asking.start, kept=draft.changed if draft else "")


def take(site: Site, visitor: Visitor, asking: Asking, key: Key, sent: Sent) -> Answer:
    """Keep it, check it, and go on to sign; or keep it unchecked, for later."""
    members = checked(site, visitor, asking, sent)
    if not isinstance(members, dict):
        return members
    all_members = {**members, **asking.more, "do": asking.do}
    found = begun(site, visitor, all_members, key=key.name, task=asking.task, case=asking.case)
    return against(site, visitor, asking, sent, found) if isinstance(found, Against) else found


def checked(site: Site, visitor: Visitor, asking: Asking, sent: Sent) -> Answer | dict[str, Any]:
    """What was filled in, kept and checked; or the page to answer with, because something is wrong or it is for later."""
    written = {name: values for name, values in sent.fields.items() if name not in ("token", "do")}
    draft = site.drafts.get(asking.case, asking.task, visitor.person.id)
    version, owner = draft.version if draft else 0, visitor.person.id
    site.drafts.save(asking.case, asking.task, written, by=owner, version=version, owner=owner)
    if sent.get("do") in ("save", "more"):
        return see_other(asking.address)
    members, wrong = asking.read(asking.fields, written)
    if faults := tuple(wrong) or guarded.never(site, "", asking.fields, written):
        return _page(site, visitor, asking, written, faults=faults, status=422)
    looked = guarded.look_through(site, "", asking.gives, asking.fields, written, one_person=True)
    if not guarded.is_answered(looked, written):
        return _page(site, visitor, asking, written, looked=looked, status=422)
    guarded.keep_statements(site, visitor, asking.case, asking.title, looked, written)
    return members


def against(site: Site, visitor: Visitor, asking: Asking, sent: Sent, found: Against) -> Answer:
    """The form as it was, with what stands in its way."""
    return _page(site, visitor, asking, sent.fields, refusal=found.sentence, status=found.status)


def _page(
    site: Site,
    visitor: Visitor,
    asking: Asking,
    sent: Mapping[str, Sequence[str]],
    *,
    faults: tuple[Fault, ...] = (),
    looked: Looked = NOTHING,
    refusal: str = "",
    status: int = 200,
    kept: str = "",
) -> Answer:
    return site.page(
        "answer.html",
        status=status,
        visitor=visitor,
        asking=asking,
        sent=sent,
        faults=faults,
        looked=looked,
        refusal=refusal,
        kept=kept,
        wrong={fault.name: fault.sentence for fault in faults},
    )
