"""Answers of providers that came by another way than their own page: reports, told by whoever received them.

- Only who was asked can have answered, and with homes of their own.
"""

from __future__ import annotations

from fairplace.forms import answering
from fairplace.forms.fields import Field
from fairplace.forms.lists import invited, market_of, named, search_of
from fairplace.forms.task import AWAY, NOW, File, Members, Stage, Task, options
from fairplace.referral.commands import DeclineReferral, MakeOffer, PutQuestion, WithdrawOffer
from fairplace.terms import day, london_day


def _stage(file: File) -> Stage:
    search = search_of(file)
    over = search.choice is not None or search.ended_without is not None or search.started is not None
    return AWAY if not search.published or over else NOW


def _who(file: File) -> Field:
    return Field(name="provider", label="Whose answer", kind="choice", options=options(*((one, named(file, one)) for one in invited(file))))  # fmt: skip


def _offer(file: File) -> list[Field]:
    market = market_of(file)
    homes = [
        (home.setting, f"{named(file, one)}, {home.setting}")
        for one in invited(file) for home in market.homes_of(one, market.upto) if home.status == "active"
    ]  # fmt: skip
    first, *others = answering.offer([])
    return [Field(name=first.name, label="Which home", kind="choice", options=options(*homes)), *others]


def _offered(members: Members, file: File) -> Members:
    market = market_of(file)
    home = market.home(str(members.get("setting")), market.upto)
    stamp = {name: members[name] for name in _STAMP if name in members}
    terms = {name: value for name, value in members.items() if name not in _STAMP}
    return {**stamp, **answering.in_terms(terms, home.provider if home is not None else "")}


_STAMP = frozenset({"evidence", "happened_at", "override_reason", "exhibit"})


def _today(file: File) -> str:
    return day(london_day(file.now))


def _withdraw(file: File) -> list[Field]:
    offers = [
        (one.offer, f"{named(file, one.terms.provider)}, {one.terms.setting}")
        for one in search_of(file).offers.values() if one.withdrawn is None and one.terms is not None
    ]  # fmt: skip
    return answering.withdraw(offers, _today(file))


def _withdraw_stage(file: File) -> Stage:
    return _stage(file) if any(one.withdrawn is None for one in search_of(file).offers.values()) else AWAY


TASKS: tuple[Task, ...] = (
    Task(code="offer-received", title="Record an offer that came another way", part="The answers", command=MakeOffer, stage=_stage, fields=_offer,
         members=_offered, again=True, any_time=True, lead="By e-mail, by telephone, from a portal. The provider finds it on its own page."),
    Task(code="decline-received", title="Record a decline that came another way", part="The answers", command=DeclineReferral, stage=_stage,
         fields=lambda file: [_who(file), *answering.decline(_today(file))], again=True, any_time=True,
         lead="By e-mail, by telephone, from a portal. To decline can be right."),
    Task(code="question-received", title="Record a question that came another way", part="The answers", command=PutQuestion, stage=_stage,
         fields=lambda file: [_who(file), *answering.question()], again=True, any_time=True, lead="Its answer goes to everybody."),
    Task(code="withdrawal-received", title="Record that an offer was taken back", part="The answers", command=WithdrawOffer, stage=_withdraw_stage,
         fields=_withdraw, again=True, any_time=True, lead="It stays on record that it was made."),
)  # fmt: skip
