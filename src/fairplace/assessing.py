"""Judge a case of an open register and put the answer into its log, signed by the register's assessor.

- The authority's own view is judged in the log only once the case is decided and its award released: the outcomes
  stand in the open, and depend on what is sealed until then.
- Its findings document carries a random salt, kept in the document alone: its digest tells nobody anything. The
  public view's has none, so that anybody can make it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from fairplace import assess
from fairplace.assess import Asked
from fairplace.decision import Actor, Decision, History
from fairplace.desk import ATTEMPTS, Appended
from fairplace.errors import Conflict, Missing, Refused
from fairplace.on_disk import Register, signed_by
from fairplace.openness.release import still_sealed
from fairplace.policy import Case
from fairplace.reading import View
from fairplace.terms import CaseId

Occasion = Literal["award", "standstill-end", "publication", "request"]


def assess_case(
    register: Register,
    case: CaseId,
    view: View,
    occasion: Occasion,
    asked: Sequence[Asked] | None = None,
    *,
    key: str | None = None,
) -> Appended:
    """Judge the case as this view shows it now: the findings go to the documents, `case.assessed/1` into the log.

    `asked` are the rules, if they are at hand already; `key` is the idempotency key, if it may be asked for again.
    """
    rules = assess.rules(register.policies) if asked is None else asked
    signer = register.service("assessor")
    by = Actor(key=signer.vkey.name, roles=register.desk.roles_of(signer.vkey.name))
    for _ in range(ATTEMPTS):
        upto, now = register.reader.size, register.store.now()
        history = History(case=case, events=register.reader.case(case, view, upto))
        if history.head is None:
            raise Missing(f"there is no case {case} to assess")
        if view == "authority" and (sentence := still_sealed(history)) is not None:
            raise Refused(sentence, code="too-early")
        salt = register.sources.entropy(assess.SALT_BYTES) if view == "authority" else None
        reader = register.reader
        market, others = (reader.market(), reader.others()) if view == "authority" else (None, None)
        past = Case(id=case, as_of=now, view=view, events=history.events, market=market, others=others)
        judged = assess.assess(past, rules, salt=salt)
        register.documents.put(judged.document, "application/json")
        event = assess.assessed_event(judged, seen=history.head.leaf, occasion=occasion, upto=upto, happened_at=now)
        named = key or register.sources.event_id()
        prepared = register.desk.prepare_decision(
            Decision(event=event, statement=f"What the rules say of the case, {view} view", stream="new"),
            history,
            by=by,
            at=now,
            key=named,
            command=named,
        )
        try:
            return register.desk.append(prepared, signed_by(signer)(prepared))
        except Conflict as conflict:
            if conflict.kind not in ("stream", "condition"):
                raise
            lost = conflict
    raise lost
