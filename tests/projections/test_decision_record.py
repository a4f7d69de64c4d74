"""The decision record: what a reader of a case sees at each stage."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairplace.challenge import events as challenge
from fairplace.ledger.disclosure import sealed
from fairplace.openness.events import Assessed
from fairplace.people.events import InterestsDeclared
from fairplace.procurement import events as e
from fairplace.replay import Replay
from fairplace.terms import Provider
from tests.projections.story import (
    PROJECTIONS,
    Log,
    case_id,
    common,
    competition,
    imported,
    leaf,
    planned,
    provider,
    step,
)

CASE = case_id(1)


def record(log: Log, case: str = CASE, name: str = "decision-record") -> Any:
    replay = Replay(":memory:", log, PROJECTIONS, code="NCC")
    replay.catch_up()
    kind = {one.projection.name: one.projection.row for one in PROJECTIONS}[name]
    rows = {(projection, key): row for projection, key, row, _ in replay.stored()}
    found = rows.get((name, case))
    return None if found is None else msgspec.json.decode(found, type=kind)


@pytest.fixture
def log() -> Log:
    return Log()


def release(log: Log, at: dict[str, int]) -> None:
    log.disclose(CASE, *sorted(index for noun, index in at.items() if not noun.startswith("cover")))


def test_before_the_award_is_released_no_bid_can_be_counted(log: Log) -> None:
    at = competition(log, CASE)
    log.disclose(CASE, at["planned"], at["tender"])
    row = record(log)
    assert (row.title, row.criteria[0].title) == ("Homes for children", "Quality of care")
    assert (row.bids_count, row.bids, row.winners, row.reasons, row.deposits) == (None, [], [], [], [])
    assert [item.type for item in row.trail if item.type.startswith("deposit")] == []


def test_only_the_winner_is_named(log: Log) -> None:
    release(log, competition(log, CASE))
    row = record(log)
    assert [
        (bid.label, bid.place, bid.winner, bid.provider_name, bid.total, bid.rank, bid.price) for bid in row.bids
    ] == [
        ("A", "05", True, "Provider 2 Ltd", 8000, 1, 80_000_00),
        ("B", "02", False, None, 7000, 2, 90_000_00),
        ("C", "07", False, None, 6000, 3, 95_000_00),
    ]
    text = msgspec.json.encode(row)
    assert [number for number in (1, 2, 3) if provider(number).id.encode() in text] == [2]


def test_the_losers_label_says_nothing_of_their_rank(log: Log) -> None:
    """B and C stand in the order of places, which were given at random."""
    at = competition(log, CASE)
    release(log, at)
    by_label = sorted(record(log).bids, key=lambda bid: bid.label)
    assert [bid.place for bid in by_label] == ["05", "02", "07"]


def test_reasons_are_those_of_the_award_and_their_entry_is_named(log: Log) -> None:
    at = competition(log, CASE)
    release(log, at)
    row = record(log)
    assert row.reasons == ["It offered the best care.", "Its price was fair."]
    assert (row.reasons_index, row.delegation, row.state, row.award_value) == (
        at["awarded"],
        "4.2",
        "awarded",
        80_000_00,
    )


def test_a_change_at_moderation_shows_both_marks_and_why(log: Log) -> None:
    release(log, competition(log, CASE))
    change = record(log).changes[0]
    assert (change.label, change.inputs, change.agreed, change.reason) == ("B", [3, 5], 4, "both were read again")


def test_an_award_taken_back_leaves_no_winner(log: Log) -> None:
    release(log, competition(log, CASE))
    log.add(e.AwardWithdrawn(**step(CASE), reason=sealed("standstill", "a sum was wrong")))
    row = record(log)
    assert (row.state, row.winners, row.reasons, row.award_value) == ("award-withdrawn", [], [], None)
    assert {bid.provider_name for bid in row.bids} == {None}


def test_the_state_follows_standstill_suspension_and_contract(log: Log) -> None:
    release(log, competition(log, CASE))
    notice = {"reference": None, "conflicts_confirmed": True}
    log.add(e.NoticePublished(**step(CASE), notice="UK6", standstill_ends="2026-03-12", **notice))
    assert record(log).state == "standstill"
    claim = {"issued_on": "2026-03-09", "notified_on": "2026-03-10", "claimant": sealed("personal", None)}
    log.add(e.ClaimNotified(**step(CASE), **claim))
    assert record(log).state == "suspended"
    log.add(e.SuspensionEnded(**step(CASE), how="lifted"))
    assert (record(log).state, record(log).claims[0].suspension_ended) == ("standstill", "lifted")
    log.add(
        e.ContractEntered(
            **step(CASE),
            entered_on="2026-04-01",
            providers=sealed("standstill", [provider(2)]),
            value=sealed("commercial", 80_000_00),
            document=sealed("commercial", None),
        )
    )
    row = record(log)
    assert (row.state, row.contract_on, row.contract_value, row.standstill_ends) == (
        "contract", "2026-04-01", None, "2026-03-12",
    )  # fmt: skip


def test_a_call_off_says_what_it_is_called_off_from_and_keeps_back_who_stands_in_it_until_that_is_released(
    log: Log,
) -> None:
    log.add(planned(CASE))
    members = [provider(1), provider(2)]
    index = log.add(
        e.ParentNamed(
            **step(CASE), parent=case_id(2), parent_leaf=None, reference="ocds-1", until="2029-03-31",
            name=sealed("standstill", None), members=sealed("commercial", members),
        )
    )  # fmt: skip
    parent = record(log).parent
    assert (parent.case, parent.reference, parent.until, parent.members) == (case_id(2), "ocds-1", "2029-03-31", None)
    assert record(log, name="register").parent == case_id(2)
    log.disclose(CASE, index)
    assert [one.provider_id for one in record(log).parent.members] == [one.id for one in members]


def contract_changed(**changes: Any) -> e.ContractChanged:
    fields: dict[str, Any] = {
        "changed_on": "2026-06-01", "kind": "price", "ground": "provided-for", "term_days": 0, "scope_changed": False,
        "favours_supplier": False, "change_notice": "due", "reason": sealed("standstill", "The index rose"),
        "value_before": sealed("commercial", 80_000_00), "value_after": sealed("commercial", 100_000_00),
        "providers": sealed("commercial", [provider(2)]), "document": sealed("commercial", None),
    }  # fmt: skip
    return e.ContractChanged(**step(CASE), **{**fields, **changes})


def test_a_contract_that_was_changed_and_ended_says_so_and_keeps_back_what_is_not_released(log: Log) -> None:
    release(log, competition(log, CASE))
    signed = e.ContractEntered(
        **step(CASE), entered_on="2026-04-01", providers=sealed("standstill", [provider(2)]),
        value=sealed("commercial", 80_000_00), document=sealed("commercial", None),
    )  # fmt: skip
    log.disclose(CASE, log.add(signed))
    change = log.add(contract_changed())
    [kept] = record(log).contract_changes
    assert (kept.changed_on, kept.change_notice, kept.reason, kept.value_after, kept.changed_by, kept.providers) == (
        "2026-06-01", "due", None, None, None, None,
    )  # fmt: skip
    assert record(log).contract_value == 80_000_00
    log.disclose(CASE, change)
    [shown] = record(log).contract_changes
    assert (shown.reason, shown.value_before, shown.value_after, shown.changed_by) == (
        "The index rose", 80_000_00, 100_000_00, 2500,
    )  # fmt: skip
    assert (record(log).contract_value, record(log, name="register").value) == (100_000_00, 100_000_00)
    [own] = record(log, provider(2).id, "provider").awards
    assert (own.contract_on, own.contract_value) == ("2026-04-01", 100_000_00)
    end = e.ContractEnded(
        **step(CASE), ended_on="2026-09-01", how="termination", cause="breach", reason=sealed("standstill", "No staff")
    )
    ended = log.add(end)
    assert (record(log).state, record(log, name="register").state) == ("contract-ended", "contract-ended")
    assert record(log).contract_end.reason is None
    log.disclose(CASE, ended)
    assert (record(log).contract_end.cause, record(log).contract_end.reason) == ("breach", "No staff")


def test_a_supplier_that_takes_a_contract_over_has_it_from_that_day_on(log: Log) -> None:
    release(log, competition(log, CASE))
    change = log.add(contract_changed(kind="supplier", providers=sealed("commercial", [provider(3)])))
    assert record(log, provider(3).id, "provider") is None
    log.disclose(CASE, change)
    [own] = record(log, provider(3).id, "provider").awards
    assert (own.contract_on, own.contract_value, own.value) == ("2026-06-01", 100_000_00, None)


def test_a_share_is_rounded_half_away_from_zero(log: Log) -> None:
    log.add(planned(CASE))
    cases = [
        (3, 2, -3333),
        (3, 4, 3333),
        (8, 7, -1250),
        (16000, 16001, 1),
        (16000, 15999, -1),
        (0, 5, None),
        (None, 5, None),
    ]
    for before, after, expected in cases:
        log.disclose(CASE, log.add(contract_changed(value_before=sealed("commercial", before), value_after=sealed("commercial", after))))  # fmt: skip
        assert record(log).contract_changes[-1].changed_by == expected, (before, after)


def test_what_is_withheld_says_where_and_why_but_not_how_much_is_behind(log: Log) -> None:
    at = competition(log, CASE)
    log.disclose(CASE, at["planned"], at["tender"])
    held = {(one.index, one.slot): (one.count, one.basis) for one in record(log).withheld}
    assert held[at["moderated"], "/bids/*/marks"] == (8, "standstill")
    assert held[at["awarded"], "/reasons"] == (1, "standstill")
    assert (at["planned"], "/title") not in held
    assert [slot for _, slot in held if slot in ("/exhibit", "/override_reason")] == []


def test_a_report_shows_when_it_happened_and_on_what_it_rests(log: Log) -> None:
    index = log.add(planned(CASE, evidence="portal-export", happened_at="2025-11-05T10:00:00.000Z"))
    [item] = record(log).trail
    assert (item.index, item.evidence, item.role, item.signers) == (index, "portal-export", "officer", 1)
    assert (item.happened_at, item.at) == ("2025-11-05T10:00:00.000Z", "2026-01-01T00:00:00.000Z")
    assert "/exhibit" in item.withheld


def test_an_override_stands_with_its_reason(log: Log) -> None:
    members = {"override": "weights", "override_reason": sealed("personal", "the portal had rounded")}
    index = log.add(planned(CASE, **members))
    log.disclose(CASE, index)
    row = record(log)
    assert (row.overrides, row.trail[0].override, row.trail[0].override_reason) == (
        [index], "weights", "the portal had rounded",
    )  # fmt: skip


def test_a_question_and_its_answer_are_one_line(log: Log) -> None:
    log.add(planned(CASE))
    asked = log.add(
        e.QuestionAsked(
            **step(CASE), question="q-1", words=sealed("standstill", "May we visit?"), asked_by=sealed("personal", None)
        )
    )
    answered = log.add(
        e.QuestionAnswered(
            **step(CASE),
            question="q-1",
            audience="all",
            material=True,
            confidential_reason=None,
            words=sealed("standstill", "May bidders visit?"),
            answer=sealed("standstill", "Yes, all on 3 February."),
            recipients=sealed("personal", []),
        )
    )
    log.disclose(CASE, asked, answered, slots=["/words", "/answer"])
    [question] = record(log).questions
    assert (question.asked_index, question.answered_index, question.audience) == (asked, answered, "all")
    assert (question.words, question.answer) == ("May bidders visit?", "Yes, all on 3 February.")


def test_a_challenge_is_named_by_its_stream_and_never_by_its_author(log: Log) -> None:
    log.add(planned(CASE))
    stream = case_id(9)
    lodged = log.add(
        challenge.Lodged(
            **common(CASE),
            seen=leaf(0),
            kind="complaint",
            ground="scoring",
            remedy="explanation",
            about=0,
            challenger=sealed("personal", provider(3)),
            words=sealed("personal", "We were marked low."),
            challenger_signature=sealed("personal", None),
        ),
        stream=stream,
    )
    log.disclose(CASE, lodged)
    assert [(ref.id, ref.state, ref.ground) for ref in record(log).challenges] == [(stream, "received", "scoring")]
    assert record(log, name="register").open_challenges == [stream]
    log.add(
        challenge.Decided(
            **common(CASE),
            seen=leaf(0),
            outcome="upheld",
            remedy="re-score",
            reason=sealed("personal", "A sheet was missed."),
        ),
        stream=stream,
    )
    row = record(log, stream, "challenge-trail")
    assert (row.state, row.words, row.remedy_given, row.case, row.case_citation) == (
        "upheld", "We were marked low.", "re-score", CASE, "FP-NCC [2026] 1",
    )  # fmt: skip
    assert (record(log).challenges[0].state, record(log, name="register").challenges) == ("upheld", 0)
    assert provider(3).name.encode() not in msgspec.json.encode([row, record(log)])


def test_the_newest_assessment_is_quoted_and_the_earlier_ones_are_kept(log: Log) -> None:
    log.add(planned(CASE))
    for number, outcome in enumerate(("concern", "met")):
        log.add(
            Assessed(
                **common(CASE),
                seen=leaf(0),
                view="public",
                occasion="request",
                upto=number + 1,
                outcomes={"ET-01": outcome, "TR-01": "met"},
                findings="d" * 64,
                policies={"reasons.py": "e" * 64},
                engine="0.1.0",
                holidays="f" * 64,
            ),
            stream=case_id(50),
        )
    findings = record(log, name="findings")
    assert (findings.newest.counts, findings.newest.index) == ({"met": 2}, 2)
    assert [one.counts for one in findings.history] == [{"concern": 1, "met": 1}]
    assert [(check.rule, check.outcome, check.index) for check in record(log).checks] == [
        ("ET-01", "met", 2),
        ("TR-01", "met", 2),
    ]


def test_the_newest_run_of_each_view_is_kept_and_the_counts_of_the_register_are_of_both(log: Log) -> None:
    log.add(planned(CASE))
    said: tuple[tuple[Any, Any], ...] = (("authority", "not-met"), ("public", "cannot-tell"))
    for number, (view, outcome) in enumerate(said):
        log.add(
            Assessed(
                **common(CASE),
                seen=leaf(0),
                view=view,
                occasion="award",
                upto=number + 1,
                outcomes={"ET-12": outcome, "TR-01": "met"},
                findings="d" * 64,
                policies={},
                engine="0.1.0",
                holidays="f" * 64,
            ),
            stream=case_id(50 + number),
        )
    row = record(log)
    assert [(run.view, run.upto, run.index, run.outcomes["ET-12"]) for run in row.runs] == [
        ("public", 2, 2, "cannot-tell"),
        ("authority", 1, 1, "not-met"),
    ]
    assert [(check.rule, check.outcome, check.index, check.view) for check in row.checks] == [
        ("ET-12", "not-met", 1, "authority"),
        ("TR-01", "met", 2, "public"),
    ]
    assert record(log, name="register").checks == {"met": 1, "not-met": 1}


def test_bids_are_counted_without_a_single_result(log: Log) -> None:
    """Results of bids that lost are never released: the marks alone must do."""
    at = competition(log, CASE)
    moderation = at["moderated"]
    log.disclose(CASE, moderation, slots=[slot for slot in log.slots(moderation) if slot.endswith("/marks")])
    assert record(log).bids_count == record(log, name="register").bids_count == 3


def test_somebody_who_declares_an_interest_is_a_role_and_no_name(log: Log) -> None:
    log.add(planned(CASE))
    log.add(
        InterestsDeclared(
            **common(CASE), seen=leaf(0), acting_as="evaluator", bidders_known=True, interests=sealed("personal", [])
        ),
        stream=case_id(60),
    )
    row = record(log)
    assert row.trail[1].facts == {"acting_as": "evaluator", "bidders_known": True}
    assert b"officer/1a" not in msgspec.json.encode(row)


def test_a_case_about_one_person_has_no_row_anywhere(log: Log) -> None:
    at = competition(log, CASE)
    release(log, at)
    log.add(imported(CASE, concerns_one_person=True))
    replay = Replay(":memory:", log, PROJECTIONS, code="NCC")
    replay.catch_up()
    assert list(replay.stored()) == []


def award(key: str, number: int, value: int | None) -> e.ImportedAward:
    return e.ImportedAward(
        id=key,
        status="active",
        decided_on="2025-01-02",
        published_on="2025-03-02",
        value=value,
        suppliers=[provider(number)],
    )


def test_of_imported_releases_the_newest_speaks_and_all_are_listed(log: Log) -> None:
    first = log.add(
        imported(CASE, "r-2", released_at="2025-03-01T00:00:00.000Z", awards=sealed("personal", [award("a", 1, 5)]))
    )
    second = log.add(
        imported(
            CASE,
            "r-1",
            title=sealed("personal", "An older title"),
            tender_value=sealed("commercial", 900),
            awards=sealed("personal", [award("a", 2, 4), award("b", 3, None)]),
        )
    )
    log.disclose(CASE, first, second)
    row = record(log)
    assert [one.release for one in row.releases] == ["r-2", "r-1"]
    assert (row.title, row.estimated_value, row.state, row.imported) == ("Short breaks", 900, "imported", True)
    assert [(one.id, one.value, one.suppliers[0].provider_name) for one in row.imported_awards] == [
        ("a", 5, "Provider 1 Ltd"),
        ("b", None, "Provider 3 Ltd"),
    ]
    assert (row.award_value, row.need) == (None, None), "a part is no total, and missing stays missing"
    assert record(log, name="register").winner_ids == [provider(1).id, provider(3).id]
    assert [(one.imported, one.value) for one in record(log, provider(1).id, "provider").awards] == [(True, 5)]


def test_a_release_that_carries_only_what_changed_takes_back_nothing(log: Log) -> None:
    whole = award("a", 1, 5)
    changed = e.ImportedAward(
        id="a", status="cancelled", decided_on=None, published_on="2025-04-02", value=None, suppliers=[provider(1)]
    )
    silent = e.ImportedAward(id="a", status=None, decided_on=None, published_on=None, value=7, suppliers=[])
    told = {"r-3": changed, "r-1": whole, "r-4": silent}
    entries = [
        log.add(
            imported(CASE, name, released_at=f"2025-0{name[-1]}-01T00:00:00.000Z", awards=sealed("personal", [said]))
        )
        for name, said in told.items()
    ]
    log.disclose(CASE, *entries)
    [one] = record(log).imported_awards
    assert (one.status, one.decided_on, one.published_on, one.value) == ("cancelled", "2025-01-02", "2025-03-02", 7)
    assert [(winner.provider_id, winner.value) for winner in one.suppliers] == [(provider(1).id, 7)]
    line = record(log, name="register")
    assert (line.value, line.winner_ids, line.decided_at) == (7, [provider(1).id], "2025-01-02T00:00:00.000Z")
    [own] = record(log, provider(1).id, "provider").awards
    assert (own.status, own.decided_on, own.published_on, own.value) == ("cancelled", "2025-01-02", "2025-03-02", 5)


def test_a_provider_has_awards_and_contracts_and_nothing_else(log: Log) -> None:
    at = competition(log, CASE)
    release(log, at)
    contract = log.add(
        e.ContractEntered(
            **step(CASE),
            entered_on="2026-04-01",
            providers=sealed("standstill", [provider(2), Provider(id="GB-COH-2", name="Partner Ltd")]),
            value=sealed("commercial", 81_000_00),
            document=sealed("commercial", None),
        )
    )
    log.disclose(CASE, contract)
    [won] = record(log, provider(2).id, "provider").awards
    assert (won.value, won.contract_value, won.contract_on, won.shared_with) == (80_000_00, 81_000_00, "2026-04-01", 1)
    assert [record(log, provider(number).id, "provider") for number in (1, 3)] == [None, None]


def test_cases_are_cited_in_the_order_of_the_log_year_by_year(log: Log) -> None:
    log.add(planned(case_id(1)), at="2025-12-31T23:59:00.000Z")
    log.add(planned(case_id(2), concerns_one_person=True), at="2026-01-01T10:00:00.000Z")
    log.add(planned(case_id(3)), at="2026-01-01T10:00:00.000Z")
    assert record(log, case_id(1)).citation == "FP-NCC [2025] 1"
    assert record(log, case_id(3)).citation == "FP-NCC [2026] 2", "one without a page is counted too"


def test_buyers_named_anew_are_shown_once_the_newest_naming_is_public_and_go_when_it_is_taken_down(log: Log) -> None:
    """Of an imported notice, too, which has room for one: where they are not public, whoever it names stands alone."""

    def name(*names: str) -> int:
        found = [e.Buyer(id=None, name=one, role="buys" if at else "leads") for at, one in enumerate(names)]
        return log.add(e.BuyersNamed(**step(CASE), buyers=sealed("standstill", found)))

    def shown() -> list[list[str]]:
        return [[one.name for one in record(log, name=which).buyers] for which in ("decision-record", "register")]

    notice, first = log.add(imported(CASE)), name("Northbrook", "Vale")
    log.disclose(CASE, notice, first)
    assert shown() == [["Northbrook", "Vale"]] * 2
    second = name("Vale", "Northbrook", "Hill")
    assert shown() == [[], []], "an older naming does not stand for the newest"
    assert record(log).buyers_index == second
    assert record(log).authority == "Northcliffe County Council"
    log.disclose(CASE, second)
    assert shown() == [["Vale", "Northbrook", "Hill"]] * 2
    log.take_down(CASE, second)
    assert shown() == [[], []]
