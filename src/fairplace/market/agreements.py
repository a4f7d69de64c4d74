"""Agreements with providers: who stands in which tier, what places are paid for, how fees rise."""

from __future__ import annotations

from fairplace import home_words, procedure
from fairplace.counted import counted
from fairplace.decision import Actor, Decision, History
from fairplace.market.commands import ConcludeAgreement, DecideUplift, RecordOccupancy
from fairplace.market.events import AgreementConcluded, BlockOccupancyRecorded, Tier, UpliftDecided
from fairplace.market.known import Market
from fairplace.procedure import refuse
from fairplace.tags import agg, party
from fairplace.terms import Instant

TIERS: tuple[Tier, ...] = ("IN_HOUSE", "T1", "T2", "T3", "OFF")
MOST_POINTS = 100_000
"""Basis points of a rise: ten times the fee, beyond which a number is a slip of the pen."""


def conclude(command: ConcludeAgreement, history: History, at: Instant) -> Decision:
    procedure.begins(history)
    code = procedure.code(command.agreement, "the agreement's code")
    market = history.market or Market()
    if market.agreement(code, market.upto) is not None:
        refuse("agreement-known", f"the agreement {code} is recorded already; give another code")
    concluded, starts, ends = (
        procedure.a_day(value, what)
        for value, what in (
            (command.concluded_on, "concluded_on"),
            (command.starts_on, "starts_on"),
            (command.ends_on, "ends_on"),
        )
    )
    if not concluded <= starts <= ends:
        refuse(
            "agreement-days",
            f"concluded on {concluded}, from {starts} until {ends} came; an agreement is concluded, starts and ends in"
            " this order",
        )
    for provider in command.tiers:
        procedure.code(provider, "a provider's id", procedure.PROVIDER_ID)
        if market.provider(provider, market.upto) is None:
            refuse("unknown-provider", f"the provider {provider} is not registered; register it first")
    _check_windows(command.window_hours)
    for authority in command.authorities:
        if market.authority(authority, market.upto) is None:
            refuse("unknown-authority", f"the authority {authority[:64]!r} is not registered; register it first")
    if not command.authorities:
        refuse("authorities", "nobody may call off; give at least one authority in 'authorities'")
    if not command.families:
        refuse("families", "the agreement is for no kind of placement; give at least one in 'families'")
    _check_places(command, market)
    for name, rate in command.rates.items():
        procedure.code(name, "what a rate is for", procedure.PROVIDER_ID)
        procedure.pence(rate, f"the rate for {name}")
    if (command.uplift.kind == "lower-of-cap-and-cpi") != (command.uplift.cap is not None):
        refuse("uplift", "a rise by the lower of a cap and the index has a cap, and no other rise has one; correct it")
    return Decision(
        event=AgreementConcluded(
            **procedure.event(command, history, at),
            agreement=code,
            route=command.route,
            regime=procedure.code(command.regime, "the regime"),
            concluded_on=command.concluded_on,
            starts_on=command.starts_on,
            ends_on=command.ends_on,
            authorities=command.authorities,
            families=command.families,
            tiers=command.tiers,
            window_hours=command.window_hours,
            price_ranked=command.price_ranked,
            uplift=command.uplift,
            committed=command.committed,
            rates=party(command.rates),
        ),
        statement=f"Record the agreement {code} ({home_words.ROUTE[command.route]}) with {counted(len(command.tiers), 'provider')}.",
    )


def _check_windows(hours: dict[str, int]) -> None:
    for tier, time in hours.items():
        if tier not in TIERS or not 0 < time <= 24 * 60:
            refuse(
                "window", f"{time} hours for {tier[:20]!r} came; expected 1 to 1440 hours for one of {', '.join(TIERS)}"
            )


def _check_places(command: ConcludeAgreement, market: Market) -> None:
    if bool(command.committed) != (command.route in ("block", "soft-block")):
        refuse("committed", f"{len(command.committed)} homes with places paid for came; a block has some, no other has")
    for setting, places in command.committed.items():
        home = market.home(setting, market.upto)
        if home is None:
            refuse("unknown-home", f"no home {setting[:64]!r} is registered; register it first")
        if not 1 <= places <= (home.places or 0):
            refuse("committed", f"{places} places of {setting} came, which has {home.places}; give 1 to as many")


def agreement_of(history: History) -> AgreementConcluded:
    """The agreement whose stream this is."""
    procedure.head_of(history)
    found = history.last(AgreementConcluded)
    if found is None:
        refuse("no-agreement", "no agreement is recorded in this stream; give the stream of the agreement as 'case'")
    return found[1]


def occupancy(command: RecordOccupancy, history: History, at: Instant, by: Actor) -> Decision:
    agreement = agreement_of(history)
    market = history.market
    home = market.home(command.setting, market.upto) if market else None
    if home is not None:
        procedure.own(by, home.provider, report=command.is_report)
    paid = agreement.committed.get(command.setting)
    if paid is None:
        refuse("not-committed", f"no place of {command.setting[:64]!r} is paid for by {agreement.agreement}")
    procedure.a_day(command.night, "the night")
    if not 0 <= command.occupied <= paid:
        refuse("occupied", f"{command.occupied} places filled came; {paid} are paid for: give 0 to {paid}")
    return Decision(
        event=BlockOccupancyRecorded(
            **procedure.event(command, history, at),
            agreement=agreement.agreement,
            setting=command.setting,
            night=command.night,
            occupied=agg(command.occupied),
        ),
        statement=f"Record how many places of {command.setting} were filled on {command.night}.",
    )


def uplift(command: DecideUplift, history: History, at: Instant) -> Decision:
    agreement = agreement_of(history)
    procedure.a_day(command.from_on, "from_on")
    for provider, rise in command.given.items():
        if provider not in agreement.tiers:
            refuse("unknown-provider", f"{provider[:100]} stands in no tier of {agreement.agreement}; leave it out")
        for points in (rise.asked, rise.given):
            if points is not None and not -MOST_POINTS <= points <= MOST_POINTS:
                refuse("uplift", f"a rise of {points} came; expected basis points, 150 for 1.5 %")
    return Decision(
        event=UpliftDecided(
            **procedure.event(command, history, at),
            agreement=agreement.agreement,
            from_on=command.from_on,
            cpi=command.cpi,
            given=party(command.given),
        ),
        statement=f"Decide the rise of the fees of {counted(len(command.given), 'provider')} from {command.from_on}.",
    )
