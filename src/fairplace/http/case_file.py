"""A case as whoever works on it sees it: what stands, what can be done now and by whom.

- Each sealed value is shown as `people.sight` says, slot by slot: what a role may not see yet is closed before any page or
  form is made of it.
- Who must stay out of the case sees their own words and nothing else.
"""

from __future__ import annotations

import re

import msgspec

from fairplace.challenge.events import Acknowledged, Answered, Decided, Lodged, Remedied, Withdrawn
from fairplace.decision import History
from fairplace.errors import Forbidden, Missing
from fairplace.formats import money
from fairplace.forms.task import Challenge, Declared, File, Purchase
from fairplace.http import case_texts, sealed_prices, whose_bids
from fairplace.http.asked import identifier
from fairplace.http.guard import Visitor
from fairplace.http.said import in_words
from fairplace.http.site import Site
from fairplace.http.stated import is_listed, kept_back, stated
from fairplace.ledger.disclosure import opened
from fairplace.ledger.note import Vkey
from fairplace.openness.release import concerns_one_person
from fairplace.people import roles
from fairplace.people.events import InterestDecided, InterestsDeclared
from fairplace.people.sight import Reader, shown
from fairplace.procurement.events import BidsOpened, CriteriaChanged, Planned, TenderPublished
from fairplace.procurement.state import calls_off, state_of
from fairplace.publish.wording import Wording
from fairplace.searching import Search
from fairplace.terms import CaseId, KeyName
from fairplace.urgent.events import Bought
from fairplace.urgent.events import Decided as UrgencyDecided

SEEKERS = frozenset(
    {
        "officer",
        "social-worker",
        "approver",
        "moderator",
        "nominated-officer",
        "director",
        "monitoring",
        "auditor",
        "evaluator",
        "budget-holder",
    }
)
"""Who works on searches for homes, or looks into them: as `people/by_tag.py` has it."""

KNOW_THE_CHILD = SEEKERS - {"evaluator", "budget-holder"}
"""Who may read what is the child's own: as `people/by_tag.py` has it."""

STAFF = SEEKERS - {"auditor"}
"""Who works on cases. Those who seek homes have no roles in any other register."""

KEEP_THE_FILE = ("officer", "approver", "monitoring")
"""Who may see what each bidder is told: as `people/sight.py` has it for summaries."""


KEEP_NAMES = ("officer", "monitoring")
"""Who may see and change the names that drafts are looked through for: they can be those of children."""


def history(site: Site, case: CaseId) -> History:
    """The past of a case as the authority knows it: not for a page. Raises Missing when there is none."""
    events = site.register.reader.case(case)
    if not events:
        raise Missing("there is no case at this address")
    return History(case=case, events=events)


def in_the_open(site: Site, case: CaseId) -> History:
    """The past of a case as everybody may know it. Raises Missing when there is none.

    Nothing that is still sealed is read for it: an answer that rests on it alone takes as long whatever is sealed.
    """
    events = site.register.reader.case(case, "public")
    if not events:
        raise Missing("there is no case at this address")
    return History(case=case, events=events)


def open_to(site: Site, visitor: Visitor, case: str, *roles: str) -> History | None:
    """The past of a case as the authority knows it; None while its file is closed to this session.

    Raises Forbidden for who has none of the roles or must stay out, and Missing for no case.
    """
    visitor.need(*roles)
    found = identifier(case)
    if not site.readings.is_open(visitor.session.csrf, found):
        in_the_open(site, found)
        return None
    stay_in(past := history(site, found), visitor)
    return past


def seen(site: Site, past: History, visitor: Visitor) -> History:
    """The past as whoever looks may be shown it at this moment."""
    return shown(reader(past, visitor), past, site.now())


def reader(past: History, visitor: Visitor) -> Reader:
    """Who looks: one of their keys that must stay out speaks for all of them."""
    names = [key.name for key in visitor.keys if key.roles]
    out = roles.recused(past) & {key.name for key in visitor.keys}
    return Reader(key=min(out) if out else names[-1] if names else "", roles=visitor.roles)


def is_out(past: History, visitor: Visitor) -> bool:
    """Must they stay out of this case?"""
    return bool(roles.recused(past) & {key.name for key in visitor.keys})


def stay_in(past: History, visitor: Visitor) -> None:
    """Raises Forbidden when they must stay out of this case."""
    if is_out(past, visitor):
        raise Forbidden(
            "it was decided that you stay out of this case; speak to the monitoring officer", code="recused"
        )


class Own(msgspec.Struct, frozen=True):
    """What somebody who must stay out wrote in a case themselves."""

    index: int
    title: str
    lines: list[str]


OWN = {
    "interest.declared/1": "Your declaration of interests",
    "evaluation.sheet-signed/1": "Your marks, which count no more",
}


def own_words(site: Site, past: History, visitor: Visitor) -> list[Own]:
    """Their own words, as they wrote them."""
    titles = _file(in_the_open(site, past.case), visitor, {}, ()).titles
    words = Wording(site.pages.environment, places={}, leaves={}, criteria=titles, names={})
    return [
        Own(
            recorded.index,
            OWN.get(recorded.type, "Your own words"),
            [
                f"{words.slot(slot)}: {line}"
                for slot, value in sorted(values.items())
                for line in in_words(value, slot.rpartition("/")[2], words)
            ],
        )
        for recorded in seen(site, past, visitor).events
        if (values := opened(recorded.event))
    ]


def empty(site: Site, case: CaseId, visitor: Visitor) -> File:
    """The file of a case that is not planned yet."""
    past = History(case=case, events=())
    return _with_search(site, past, _file(past, visitor, {}, ()))


def file(site: Site, past: History, visitor: Visitor) -> File:
    """What forms need to know of a case, as far as whoever looks may see it."""
    shown_now = seen(site, past, visitor)
    people = colleagues(site)
    made = _file(shown_now, visitor, people, _findings(site, past.case))
    made = msgspec.structs.replace(made, acting=frozenset(key for key in people if site.register.desk.roles_of(key)))
    if not is_out(past, visitor):
        made = whose_bids.under_letters(site, past, made, visitor)
    made = msgspec.structs.replace(made, marked=whose_bids.marked(site, past, made, visitor))
    made = msgspec.structs.replace(made, asked=sealed_prices.asked(site, past, shown_now, visitor.roles))
    made = msgspec.structs.replace(made, texts=case_texts.own(site, shown_now), public=case_texts.public(site, past))
    if made.listed:
        made = msgspec.structs.replace(made, kept_back=kept_back(site, shown_now))
    if calls_off(made.state.planned):
        made = msgspec.structs.replace(made, frameworks=_frameworks(site))
    return _with_search(site, shown_now, made)


MOST_FRAMEWORKS = 200


def _frameworks(site: Site) -> tuple[tuple[CaseId, str], ...]:
    """The frameworks of this register as everybody may know them, the newest first."""
    found, _ = site.rows.list(
        "register", limit=MOST_FRAMEWORKS, order="-updated_at", filters={"contract_kind": "framework"}
    )
    return tuple((one.case, f"{one.title or 'Title not public yet'} ({one.citation or one.case})") for one in found)


def _with_search(site: Site, past: History, made: File) -> File:
    """In a register of placements: the search as whoever looks may see it, the market, and what is drawn for the new."""
    if not site.seeks:
        return made
    return msgspec.structs.replace(
        made,
        search=Search(past),
        market=site.register.reader.market(),
        now=site.now(),
        drawn=site.register.sources.entropy(16).hex(),
    )


def _findings(site: Site, case: CaseId) -> tuple[tuple[str, str], ...]:
    """The rules that found what nobody has answered, with their questions."""
    codes = [duty.about for duty in site.duties.of(case, site.now()) if duty.task == "answer-finding"]
    return tuple((code, site.rulebook.question(code)) for code in codes)


def colleagues(site: Site) -> dict[KeyName, str]:
    """The authority's own people with accounts, by the names of their keys."""
    return {Vkey.parse(vkey).name: name for vkey, name in site.accounts.holders()}


_KEY = re.compile(r"[a-z0-9.-]+/[a-z0-9/_-]+")


def with_names(site: Site, visitor: Visitor, text: str) -> str:
    """A sentence of the engine, which knows keys alone: the authority's own people read the names of theirs in it."""
    people = {} if visitor.person.provider else colleagues(site)
    return _KEY.sub(lambda found: people.get(found[0], found[0]), text)


def _file(past: History, visitor: Visitor, people: dict[KeyName, str], findings: tuple[tuple[str, str], ...]) -> File:
    named = [one.event for one in past.events if isinstance(one.event, TenderPublished | CriteriaChanged)]
    return File(
        case=past.case,
        state=state_of(past),
        me=visitor.key.name if visitor.key else "",
        titles=dict(named[-1].titles.get({})) if named else {},
        scale=dict(named[-1].descriptors.get(None) or {}) if named else {},
        people=dict(sorted(people.items(), key=lambda one: one[1].casefold())),
        challenges=_challenges(past),
        interests=_interests(past),
        declared=_declared(past, visitor),
        findings=findings,
        purchase=_purchase(past),
        listed=is_listed(past),
        one_person=concerns_one_person(past),
    )


def _declared(past: History, visitor: Visitor) -> bool:
    """Have they declared their interests, and, once bids are opened, with the bidders known to them?"""
    mine = [
        event for recorded, event in past.of(InterestsDeclared) if recorded.actor in {one.name for one in visitor.keys}
    ]
    return bool(mine) and (mine[-1].bidders_known or past.last(BidsOpened) is None)


def _interests(past: History) -> tuple[Declared, ...]:
    """Interests on which nobody has decided, as far as they are shown."""
    decided = {event.person: recorded.index for recorded, event in past.of(InterestDecided)}
    return tuple(
        Declared(
            person=recorded.actor,
            says="; ".join(f"{one.kind.replace('-', ' ')}, {one.provider.name}: {one.note}" for one in interests),
        )
        for recorded, event in past.of(InterestsDeclared)
        if (interests := event.interests.get([])) and decided.get(recorded.actor, -1) < recorded.index
    )


def _challenges(past: History) -> tuple[Challenge, ...]:
    states = {
        Acknowledged: "acknowledged", Answered: "answered", Decided: "closed", Withdrawn: "closed", Remedied: "closed",
    }  # fmt: skip
    found: dict[str, Challenge] = {}
    settled = {recorded.stream for recorded, _ in past.of(Remedied)}
    for recorded in past.events:
        if isinstance(recorded.event, Lodged):
            found[recorded.stream] = Challenge(
                id=recorded.stream,
                ground=recorded.event.ground,
                state="lodged",
                says=" ".join(recorded.event.words.get("").split())[:MOST_SAID],
            )
        elif (state := states.get(type(recorded.event))) and recorded.stream in found:
            owed = recorded.event.remedy if isinstance(recorded.event, Decided) else None
            if recorded.stream in settled:
                owed = None
            elif found[recorded.stream].state == "owed" and owed is None:
                continue  # what is owed stays owed, whatever is reported later
            found[recorded.stream] = msgspec.structs.replace(
                found[recorded.stream],
                state="owed" if owed else state,
                remedy=owed or "",
                steps=_steps(past, recorded.index) if owed else (),
            )
    return tuple(found.values())


MOST_SAID = 300
"""Characters of a challenge that a form shows; the page of the challenge has all of it."""


def _steps(past: History, since: int) -> tuple[tuple[str, str], ...]:
    """The steps of the case itself after an entry, with their names."""
    return tuple(
        (str(one.index), f"Step {one.index}: {one.type.split('/')[0].split('.')[1].replace('-', ' ')}")
        for one in past.events
        if one.index > since and one.type.startswith(("procurement.", "evaluation."))
    )


def _purchase(past: History) -> Purchase | None:
    bought = past.last(Bought)
    if bought is None:
        return None
    event, provider, price = bought[1], bought[1].provider.get(), bought[1].price.get()
    parts = [
        event.need.get(""),
        provider.name if provider else "",
        money(price) if price is not None else "",
        event.why.get(""),
    ]
    return Purchase(
        says="; ".join(part.rstrip(".") for part in parts if part), decided=past.last(UrgencyDecided) is not None
    )


def title(past: History) -> str:
    """What is bought, as far as it is shown."""
    if (bought := past.last(Bought)) is not None:
        return str(bought[1].need.get(""))
    if (planned := past.last(Planned)) is not None:
        return str(planned[1].title.get(""))
    elsewhere = stated(past)
    return (elsewhere.title or "") if elsewhere else ""
