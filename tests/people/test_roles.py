import pytest

from fairplace import catalogue
from fairplace.deciders import COMMANDS
from fairplace.decision import Actor
from fairplace.errors import Forbidden
from fairplace.ledger import register_events
from fairplace.people import roles
from tests.story import EVALUATORS, open_competition

REGISTER = set(register_events.EVENTS)
OWN_KEY = {"key.revoked/1", "key.rotated/1", "key.recovery-stopped/1"}
"""What everybody may say of their own key: the register holds them to that."""
OWN_HOMES = {
    "market.ownership-declared/1",
    "market.vacancy-declared/1",
    "market.vacancy-withdrawn/1",
    "market.block-occupancy-recorded/1",
    "market.entry-disputed/1",
    "referral.question-put/1",
    "referral.offer-made/1",
    "referral.offer-made-late/1",
    "referral.offer-withdrawn/1",
    "referral.declined/1",
    "referral.feedback-given/1",
    "placement.outcome-measured/1",
    "contest.why-asked/1",
    "contest.lodged/1",
    "contest.withdrawn/1",
}
OWN_SIGNATURE = {"signature.reaffirmed/1"}


def test_the_table_names_every_type_of_event_and_no_other() -> None:
    assert roles.TABLE.keys() == catalogue.TYPES.keys() | REGISTER


@pytest.mark.parametrize("event_type", sorted(roles.TABLE))
def test_every_row_names_known_roles_and_says_why(event_type: str) -> None:
    rule = roles.TABLE[event_type]
    assert rule.first
    assert rule.first | rule.second <= roles.ROLES
    assert rule.why


@pytest.mark.parametrize("role", sorted(roles.ROLES))
def test_nobody_signs_what_the_table_does_not_give_them(role: str) -> None:
    for event_type, rule in roles.TABLE.items():
        assert roles.may({role}, event_type) is (role in rule.first), event_type
        assert roles.may({role}, event_type, "second") is (role in rule.second), event_type
        reporter = role in ("officer", "monitoring") and event_type not in roles.NOT_REPORTED
        assert roles.may({role}, event_type, report=True) is (role in rule.first or reporter), event_type


def test_what_is_not_listed_is_not_allowed() -> None:
    assert not roles.may(roles.ROLES, "procurement.planned/2")
    assert not roles.may(roles.ROLES, "procurement.planned/2", "second")
    assert not roles.may(roles.ROLES, "procurement.planned/2", report=True)
    assert not roles.may(set(), "procurement.planned/1")
    assert not roles.may_ask(roles.ROLES, "procurement.planned/1")
    assert roles.who_may("procurement.planned/2") == "nobody"


def test_who_may_is_told_as_people_with_no_service_among_them() -> None:
    assert roles.who_may("value.withdrawn/1") == "the monitoring officer or the officer"
    assert (
        roles.who_may("referral.approved/1") == "the approver, the budget holder, the director or the nominated officer"
    )


def test_a_provider_signs_nothing_itself_but_what_is_about_its_own_key_and_its_homes() -> None:
    """A log of placements shows its entries to nobody outside: a provider's own signature tells nothing there."""
    own = {event_type for event_type in roles.TABLE if roles.may({"provider"}, event_type, report=True)}
    assert own == OWN_KEY | OWN_HOMES


def test_what_a_provider_asks_for_is_signed_by_the_receiver() -> None:
    asked = {event_type for event_type in roles.TABLE if roles.may_ask({"provider"}, event_type)}
    assert asked == roles.ASK.keys()
    assert all(roles.may({"receiver"}, event_type) for event_type in asked)


def test_an_officer_reports_a_bid_that_came_by_another_way_and_never_lodges_or_withdraws_one() -> None:
    for event_type in ("deposit.received/1", "deposit.withdrawn/1"):
        assert not roles.may_ask({"officer"}, event_type)
        assert roles.may_ask({"officer"}, event_type, report=True)
        assert not roles.may_ask({"evaluator"}, event_type, report=True)


def test_the_services_do_not_decide() -> None:
    for service, prefixes in {
        "receiver": ("deposit.", "challenge.", "procurement.question-asked", "provider.facts-stated"),
        "assessor": ("case.assessed",),
        "importer": ("procurement.imported", "value."),
        "vault": ("sealed.read",),
    }.items():
        allowed = [event_type for event_type in roles.TABLE if roles.may({service}, event_type)]
        assert all(
            event_type.startswith(prefixes) for event_type in allowed if event_type not in OWN_KEY | OWN_SIGNATURE
        )


def test_marks_awards_and_overrides_are_in_different_hands() -> None:
    assert roles.TABLE["evaluation.sheet-signed/1"].first == {"evaluator"}
    assert roles.TABLE["procurement.awarded/1"].first == {"approver"}
    for event_type, rule in roles.TABLE.items():
        assert event_type in REGISTER or rule.second in (frozenset(), {"approver", "monitoring"}), event_type


def test_every_event_that_can_be_overridden_can_be_countersigned() -> None:
    for name, kind in catalogue.TYPES.items():
        always_two = name in roles.ALWAYS_TWO
        assert bool(roles.TABLE[name].second) is ("override" in kind.__struct_fields__ or always_two), name


def test_every_command_gives_a_type_of_the_table() -> None:
    for command in COMMANDS:
        assert command.gives in roles.TABLE


def test_a_refusal_for_the_role_says_who_could() -> None:
    with pytest.raises(
        Forbidden, match=r"this is for the approver: ask somebody with that role \(a/provider/b acts as provider\)"
    ):
        roles.require(Actor(key="a/provider/b", roles=frozenset({"provider"})), "procurement.awarded/1")


def test_a_refusal_of_what_the_receiver_signs_says_how_to_report_it() -> None:
    with pytest.raises(Forbidden, match=r"it signs for provider; what came by another way is reported with 'evidence'"):
        roles.require(Actor(key="a/officer/b", roles=frozenset({"officer"})), "deposit.received/1")


def test_duties_are_read_from_the_case() -> None:
    history = open_competition(until="marked").history
    ann, bob, cy = (person.key for person in EVALUATORS)
    assert roles.evaluators(history) == {ann, bob}
    assert roles.declared(history, ann)
    assert not roles.declared(history, cy)
    assert roles.expected_evaluators(history) == [ann, bob]
    assert roles.recused(history) == frozenset()
