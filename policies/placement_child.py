"""The child in the decision: how they were heard, and what becomes of the people and places that they should not lose.

No rule here looks at whose a home is.
"""

from collections.abc import Iterator

from fairplace.counted import counted
from fairplace.policy import Case, Finding, OfferRead, rule

KIND = "placements"

EXCUSES = frozenset({"too_young", "too_urgent", "declined"})
"""Why a child may not have been asked."""

NOT_CHOSEN = "no home is chosen yet"


@rule(
    code="PL-17",
    name="childs-view-weighed",
    source="Children Act 1989 s. 22(4)-(5); UN Convention on the Rights of the Child art. 12",
    severity="critical",
    blocks=True,
)
def childs_view_weighed(case: Case) -> Iterator[Finding]:
    """Was the child asked before the choice, and is it said what their view changed?"""
    search = case.search
    if search.choice is None:
        yield Finding(outcome="not-applicable", text=NOT_CHOSEN)
        return
    recorded, choice = search.choice
    if search.voice is None:
        text = "the child was not asked, and no reason is given; ask, or say why not"
        yield Finding(outcome="not-met", text=text, evidence=(recorded.index,))
        return
    heard, voice = search.voice
    evidence = (heard.index, recorded.index)
    if not voice.how.is_open or not voice.reason_not.is_open or not choice.kept.is_open:
        text = "how the child was heard, or what it changed, is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
    elif voice.how.get() == "not_taken":
        why = voice.reason_not.get()
        if why in EXCUSES:
            text = f"the child was not asked: {why.replace('_', ' ')}"
            yield Finding(outcome="met", text=text, evidence=evidence)
        else:
            yield Finding(outcome="not-met", text="the child was not asked, and no reason is given", evidence=evidence)
    elif heard.index > recorded.index:
        yield Finding(outcome="concern", text="the child was asked only after the home was chosen", evidence=evidence)
    elif (effect := choice.kept.get().voice) is None:
        text = "the child was asked; what their view changed is not said"
        yield Finding(outcome="concern", text=text, evidence=evidence)
    elif effect != "followed" and not (choice.kept.get().voice_reason or "").strip():
        text = "the child's view was not followed, or in part, and no reason is given"
        yield Finding(outcome="concern", text=text, evidence=evidence)
    else:
        words = {"followed": "was followed", "partly": "was followed in part", "not": "was not followed, with a reason"}
        yield Finding(outcome="met", text=f"the child was asked, and their view {words[effect]}", evidence=evidence)


@rule(
    code="PL-18",
    name="connections-weighed",
    source="Children Act 1989 s. 22C(8): siblings together, education not disrupted, near home",
    severity="high",
    blocks=True,
)
def connections_weighed(case: Case) -> Iterator[Finding]:
    """Is it said of each sibling, school and family link whether the chosen home keeps it, and was no sibling lost needlessly?"""
    search = case.search
    if search.choice is None:
        yield Finding(outcome="not-applicable", text=NOT_CHOSEN)
        return
    recorded, choice = search.choice
    need = search.need(choice.need_version)
    if need is None or not need[1].connections.is_open or not choice.kept.is_open:
        text = "the child's connections, or what becomes of them, are not on the record, or withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=(recorded.index,))
        return
    evidence = (need[0].index, recorded.index)
    listed = {one.id: one.kind for one in need[1].connections.get()}
    status = choice.kept.get().connections
    if not listed:
        text = "no connection of the child is on the record; nobody can tell whether there is none"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    if missing := len(listed.keys() - status.keys()):
        text = f"of {missing} of {counted(len(listed), 'connection')} it is not said whether the chosen home keeps them"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
        return
    siblings = {name for name, kind in listed.items() if kind == "sibling" and status[name] == "lost"}
    better = [one for one in search.live.values() if siblings and _keeps(one, siblings) and not _is_chosen(case, one)]
    kept = sum(status[name] == "kept" for name in listed)
    lost = sum(status[name] == "lost" for name in listed)
    text = f"{kept} of {counted(len(listed), 'connection is', 'connections are')} kept, {lost} lost without a plan"
    if siblings and any(not event.scores.is_open for _, event in search.sittings):
        text = "whether another home would have kept siblings together is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
    elif better:
        text = f"a sibling is lost, and another suitable home would have kept them together{_behind(case, better)}"
        yield Finding(outcome="concern", text=text, evidence=(*evidence, *(one.made.index for one in better)))
    else:
        yield Finding(outcome="met", text=text, evidence=evidence)


def _keeps(offer: OfferRead, siblings: set[str]) -> bool:
    return offer.scored is not None and not offer.scored.failed and siblings <= set(offer.scored.keeps)


def _is_chosen(case: Case, offer: OfferRead) -> bool:
    return case.search.chosen is not None and case.search.chosen.offer == offer.offer


def _behind(case: Case, better: list[OfferRead]) -> str:
    """How many points that home came behind, where that is known."""
    won = case.search.winner
    if won is None or won.scored is None:
        return ""
    best = max(sum(one.scored.points.values()) for one in better if one.scored)
    return f", {(sum(won.scored.points.values()) - best) / 100:g} points behind"
