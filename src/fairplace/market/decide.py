"""What follows from a command about the market: one event, or a refusal."""

from __future__ import annotations

from fairplace import home_words, procedure
from fairplace.decision import Actor, Decision, History
from fairplace.market import agreements, homes
from fairplace.market.commands import (
    AnyCommand,
    ChangeSetting,
    ConcludeAgreement,
    DecideUplift,
    DeclareFullCost,
    DeclareInHousePolicy,
    DeclareOwnership,
    DeclareVacancy,
    DisputeEntry,
    EvidenceCapability,
    RateSetting,
    RecordOccupancy,
    RegisterAuthority,
    RegisterProvider,
    RegisterSetting,
    WithdrawVacancy,
)
from fairplace.market.events import (
    AuthorityRegistered,
    InHousePolicyDeclared,
    OwnershipDeclared,
    ProviderRegistered,
)
from fairplace.people import roles
from fairplace.procedure import Objections, refuse, words
from fairplace.referral import codes
from fairplace.tags import party
from fairplace.terms import Instant, day, london_day


def decide(command: AnyCommand, history: History, *, at: Instant, by: Actor, chance: bytes = b"") -> Decision:
    """The one event that the command gives. Nothing here can be overridden: the list says what is so.

    Raises Forbidden (the person's role), Refused (what does not add up), Malformed (a value) or Missing (no such stream).
    """
    roles.require(by, command.gives, report=command.is_report)
    Objections(command, overridable=False).weigh()
    match command:
        case RegisterAuthority():
            return _authority(command, history, at)
        case DeclareInHousePolicy():
            return _policy(command, history, at)
        case RegisterProvider():
            return _provider(command, history, at)
        case DeclareOwnership():
            return _ownership(command, history, at, by)
        case ConcludeAgreement():
            return agreements.conclude(command, history, at)
        case RecordOccupancy():
            return agreements.occupancy(command, history, at, by)
        case DecideUplift():
            return agreements.uplift(command, history, at)
        case (
            RegisterSetting()
            | ChangeSetting()
            | RateSetting()
            | EvidenceCapability()
            | DeclareVacancy()
            | WithdrawVacancy()
            | DeclareFullCost()
            | DisputeEntry()
        ):
            return homes.decide(command, history, at=at, by=by)


def _authority(command: RegisterAuthority, history: History, at: Instant) -> Decision:
    procedure.begins(history)
    market = history.market
    code = procedure.code(command.authority, "the authority's code")
    if market is not None and market.authority(code, market.upto) is not None:
        refuse("authority-known", f"the authority {code} is registered already; name it, or give another code")
    for one in command.adjoining:
        procedure.code(one, "an adjoining authority's code")
    if code in command.adjoining:
        refuse("adjoining", f"{code} cannot adjoin itself; leave it out of 'adjoining'")
    return Decision(
        event=AuthorityRegistered(
            **procedure.event(command, history, at),
            authority=code,
            name=procedure.code(command.name, "the authority's name"),
            region=procedure.code(command.region, "the region"),
            sub_region=procedure.code(command.sub_region, "the sub-region"),
            adjoining=sorted(set(command.adjoining)),
            under_100_looked_after=command.under_100_looked_after,
        ),
        statement=f"Register the authority {code}.",
    )


def _policy(command: DeclareInHousePolicy, history: History, at: Instant) -> Decision:
    found = history.last(AuthorityRegistered)
    if found is None:
        refuse("no-authority", "no authority is registered in this stream; give the stream of one as 'case'")
    code = procedure.code(command.policy, "the policy's code")
    if any(known.policy == code for _, known in history.of(InHousePolicyDeclared)):
        refuse("policy-known", f"the policy {code} is declared already; a changed policy gets a code of its own")
    if not 0 <= command.head_start_hours <= 24 * 28:
        refuse("head-start", f"a head start of {command.head_start_hours} hours came; expected 0 to 672")
    procedure.a_day(command.from_on, "from_on")
    return Decision(
        event=InHousePolicyDeclared(
            **procedure.event(command, history, at),
            authority=found[1].authority,
            policy=code,
            family=command.family,
            head_start_hours=command.head_start_hours,
            from_on=command.from_on,
            reason=party(words(command.reason, "the reason for the policy")),
        ),
        statement=f"Declare that our own homes are asked {command.head_start_hours} hours before others, where {home_words.FAMILY[command.family]} is sought.",
    )


def _provider(command: RegisterProvider, history: History, at: Instant) -> Decision:
    procedure.begins(history)
    market = history.market
    code = procedure.code(command.provider, "the provider's id", procedure.PROVIDER_ID)
    if market is not None and market.provider(code, market.upto) is not None:
        refuse("provider-known", f"the provider {code} is registered already; name its stream, or give another id")
    on = day(london_day(procedure.happened_at(command, at)))
    codes.check("place_provider", command.provider_class, on)
    if command.provider_class == "PR0":
        refuse("provider-class", "parents are asked for no vacancy; a provider's class is one of PR1 to PR5")
    if (command.provider_class in ("PR1", "PR2")) != (command.authority is not None):
        refuse(
            "provider-class",
            f"the class {command.provider_class} came with the authority {command.authority}; an authority's own service"
            " (PR1, PR2) names its authority, and no other provider does",
        )
    return Decision(
        event=ProviderRegistered(
            **procedure.event(command, history, at),
            provider=code,
            provider_class=command.provider_class,
            authority=None if command.authority is None else procedure.code(command.authority, "the authority's code"),
            company=None if command.company is None else procedure.code(command.company, "the company's number"),
            size_band=command.size_band,
            name=party(words(command.name, "the provider's name")),
        ),
        statement=f"Register the provider {code}.",
    )


def _ownership(command: DeclareOwnership, history: History, at: Instant, by: Actor) -> Decision:
    provider = homes.provider_of(history)
    procedure.own(by, provider, report=command.is_report)
    procedure.a_day(command.from_on, "from_on")
    owner = procedure.no_name if command.owner_type in ("founder", "other") else procedure.code
    return Decision(
        event=OwnershipDeclared(
            **procedure.event(command, history, at),
            provider=provider,
            owner=owner(command.owner, "the owner's id"),
            owner_type=command.owner_type,
            from_on=command.from_on,
        ),
        statement=f"Declare who owns {provider} in the end.",
    )
