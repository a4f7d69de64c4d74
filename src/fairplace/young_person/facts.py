"""The facts that every edition for a young person carries, as short sentences.

- Always the same seven, in the same order: what was looked for, who was asked, what you said, which home, why, what you
  keep, what happens next.
- Made from coded fields alone: no fee and no word of money, no other provider, no free text of anybody's.
- A reason that is about money is told by what is true of the home for the child: it is no burden for a child to carry.
- What the record does not say is said to be not known; nothing is made up to comfort.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from fairplace.counted import counted
from fairplace.decision import History
from fairplace.formats import date
from fairplace.market.known import Market
from fairplace.searching import OfferRead, Search

Key = Literal["looked_for", "asked", "you_said", "your_home", "why", "you_keep", "next"]

TITLES: Mapping[Key, str] = {
    "looked_for": "What we looked for",
    "asked": "Who we asked",
    "you_said": "What you told us",
    "your_home": "Your home",
    "why": "Why this home",
    "you_keep": "What you keep",
    "next": "What happens next",
}

_HOMES = {"foster": "a foster family", "residential": "a children's home", "supported": "your own room, with help near"}

_WHERE = {
    "IN": "in your area",
    "ADJ": "in the area next to yours",
    "DIST": "outside your area",
    "OUTSIDE_ENGLAND": "outside England",
}

_WHY = {
    "top_score": "It fits what you need best.",
    "match": "It fits what you need best.",
    "sibling": "You can be with your brother or sister.",
    "school": "You can stay at your school.",
    "safety_distance": "It keeps you safe.",
    "child_view": "You said that you want this.",
    "only_suitable": "This is the place that can give you what you need.",
    "specialism": "The people there know how to help you.",
    "lowest_fee": "It can give you what you need.",
    "in_house": "It is one of our own homes.",
    "other": "We had another reason. Ask us and we will tell you.",
}

_KEEP = {
    "school": "your school",
    "sibling": "seeing your brothers and sisters",
    "family": "seeing your family",
    "faith": "your place of worship",
    "peers": "your friends",
    "health": "your doctor and helpers",
    "culture": "what matters to your family and culture",
    "activity": "your clubs and hobbies",
}

_SAID = {
    "followed": "We did what you asked.",
    "partly": "We did some of what you asked.",
    "not": "We could not do what you asked. We will tell you why.",
}

_WATCHED = {
    "followed": "The home we chose fits that.",
    "partly": "The home we chose fits some of that.",
    "not": "The home we chose does not fit all of that. We will tell you why.",
}
"""Where a small child was watched, and asked for nothing."""

_NOT_ASKED = {
    "too_young": "You are still very young. So we watched what makes you happy.",
    "too_urgent": "It all went very fast. We will ask you now.",
    "declined": "You did not want to say. That is fine. You can tell us any time.",
}


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One of the seven, with its sentences."""

    key: Key
    sentences: tuple[str, ...]

    @property
    def title(self) -> str:
        return TITLES[self.key]


def facts(history: History) -> tuple[Fact, ...]:
    """The seven facts of a decision. Raises LookupError where no home was chosen yet, in words for whoever asked."""
    search = Search(history)
    if search.choice is None or search.chosen is None:
        raise LookupError(
            "no home was chosen in this case yet, or it may not be seen; decide first, then tell the child"
        )
    found: dict[Key, list[str]] = {
        "looked_for": _looked_for(search),
        "asked": _asked(search),
        "you_said": _said(search),
        "your_home": _home(search, history.market),
        "why": _why(search),
        "you_keep": _kept(search),
        "next": _next(search),
    }
    return tuple(Fact(key=key, sentences=tuple(found[key])) for key in TITLES)


def _looked_for(search: Search) -> list[str]:
    family = search.family
    kind = f"We looked for {_HOMES[family]}." if family else "We looked for a home for you."
    urgent = ["It had to be very quick."] if search.emergency else []
    return [kind, *urgent]


def _asked(search: Search) -> list[str]:
    invited = search.invited
    asked = "We do not have a list of who we asked." if invited is None else _places("We asked", len(invited))
    came = len(search.live)
    return [asked, "One said yes." if came == 1 else f"{_number(came).capitalize()} said yes."]


def _places(begin: str, count: int) -> str:
    return f"{begin} one place." if count == 1 else f"{begin} {_number(count)} places."


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _said(search: Search) -> list[str]:
    if search.voice is None:
        return ["We did not write down what you want.", "You can tell us now."]
    voice = search.voice[1]
    if voice.how.get(None) in (None, "not_taken"):
        return _sentences(_NOT_ASKED.get(voice.reason_not.get(None) or "", "We did not ask you. You can tell us now."))
    kept = search.choice[1].kept.get(None) if search.choice else None
    watched = voice.how.get(None) == "observed"
    said = _WATCHED if watched else _SAID
    effect = said.get(kept.voice, "") if kept and kept.voice else "Ask us what we did about it."
    return ["We watched what makes you happy." if watched else "You told us what you think.", *_sentences(effect)]


def _home(search: Search, market: Market | None) -> list[str]:
    winner = search.winner
    if winner is None:
        return ["We can't say more here.", "Ask us about your home."]
    home = market.home(winner.setting or "", _before(search)) if market else None
    live = "You live" if search.started else "You will live"
    kind = f"{live} in {_HOMES[home.family]}." if home else "We found a home for you."
    provider = market.provider(winner.provider or "", _before(search)) if market else None
    name = provider.name if provider else ""
    if home and home.family == "foster":
        return [kind, *([f"They work with {name}."] if name else []), *_distance(winner, "They live")]
    return [kind, *([f"{name} looks after it."] if name else []), *_distance(winner, "It is")]


def _before(search: Search) -> int:
    return search.choice[0].index if search.choice else 0


def _distance(winner: OfferRead, begin: str) -> list[str]:
    where = [f"{begin} {_WHERE[winner.boundary]}."] if winner.boundary else []
    if winner.miles is None:
        return [*where, "Ask us how far away it is."]
    miles = round(winner.miles)
    if miles < 1:
        return [*where, "It is very near your old home."]
    return [*where, f"It is about {counted(miles, 'mile')} from your old home."]


def _why(search: Search) -> list[str]:
    chosen = search.chosen
    codes = dict.fromkeys(reason.code for reason in chosen.reasons) if chosen else {}
    told = dict.fromkeys(sentence for code in codes for sentence in _sentences(_WHY[code]))
    return list(told) or ["We did not write down why.", "Ask us and we will tell you."]


def _kept(search: Search) -> list[str]:
    need = search.need_at(_before(search))
    kept = search.choice[1].kept.get(None) if search.choice else None
    listed = need[1].connections.get(None) if need else None
    if kept is None or listed is None:
        return ["Ask us what stays the same."]
    told: dict[str, None] = {}
    for connection in listed:
        words = _KEEP[connection.kind]
        match kept.connections.get(connection.id):
            case "kept":
                told[f"You keep {words}."] = None
            case "changed_by_plan":
                told[f"This will change: {words}."] = None
                told["We made a plan for it with you."] = None
            case _:
                told[f"This can't stay the same: {words}."] = None
                told["We are sorry. We will talk with you about it."] = None
    return [sentence for words in told for sentence in _sentences(words)] or [
        "We wrote down nothing to keep.",
        "Tell us what matters to you.",
    ]


def _next(search: Search) -> list[str]:
    agreed = search.agreed[1].terms.get(None) if search.agreed else None
    began = search.started[1].began.get(None) if search.started else None
    if began:
        when = f"You moved in on {date(began.started_on)}."
    elif agreed:
        when = f"You can move in on {date(agreed.starts_on)}."
    else:
        when = "We will tell you when you can move in."
    return [
        when,
        "We will ask you how it goes.",
        "You can say if you do not agree.",
        "You can have somebody to speak for you.",
        "That person is called an advocate.",
        "They are on your side.",
    ]


def _sentences(words: str) -> list[str]:
    return [f"{part.rstrip('.')}." for part in words.split(". ") if part]
