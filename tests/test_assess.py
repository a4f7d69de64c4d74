"""Assessments, their document, the pre-flight and what the command line prints."""

import hashlib
from types import ModuleType
from typing import Any

import msgspec
import pytest

from fairplace import assess, shelf
from fairplace.decision import Actor
from fairplace.errors import Misconfigured
from fairplace.ledger import canonical, disclosure
from fairplace.policy import Rule
from fairplace.reading import Reader
from fairplace.recorded import Recorded
from fairplace.working_days import holiday_list_sha256
from tests.policies.given import APPROVER, OFFICER, Told, competition, notice, signed

RULES = assess.rules(shelf.policies())
BY = Actor(key=APPROVER, roles=frozenset({"approver"}))


def test_rules_stand_in_the_order_of_their_codes_and_files_in_that_of_their_lines() -> None:
    codes = [one.rule.code for one in RULES]
    assert codes == sorted(set(codes))
    [file] = [one for one in shelf.policies() if one.name == "time_limits.py"]
    assert [rule.code for rule in assess.rules_of(file.module)] == [
        "AD-02",
        "AD-03",
        "AD-04",
        "RM-02",
        "TR-04",
        "TR-05",
    ]


def test_one_rule_can_be_asked_alone() -> None:
    [only] = assess.rules(shelf.policies(), only="ET-12")
    assert (only.rule.code, only.file) == ("ET-12", "award.py")
    assert assess.rules(shelf.policies(), only="ET-99") == ()


def test_two_files_with_the_same_rule_are_refused() -> None:
    one = shelf.policies()[0]
    with pytest.raises(Misconfigured, match="both have a rule"):
        assess.rules([one, msgspec.structs.replace(one, name="own.py")])


def test_every_policy_file_has_a_rule_and_every_rule_has_its_page() -> None:
    pages = {path.stem for path in (shelf.root("policies").parent / "docs" / "rules").glob("*.md")}
    files = [*shelf.policies(), *shelf.policies(kind="placements")]
    assert all(assess.rules_of(file.module) for file in files)
    assert {one.rule.code for one in assess.rules(files)} == pages


def test_an_assessment_names_what_judged_it() -> None:
    judged = assess.assess(competition().case(), RULES)
    assert judged.policies == {file.name: file.sha256 for file in shelf.policies()}
    assert judged.outcomes["ET-12"] == "met"
    assert list(judged.outcomes) == sorted(judged.outcomes)


def test_the_findings_document_is_canonical_and_whoever_has_the_same_view_gets_the_same_bytes() -> None:
    case = competition()
    first, again = (assess.assess(case.case(), RULES) for _ in range(2))
    whole = canonical.decode(first.document)
    assert first.document == again.document
    assert first.sha256 == hashlib.sha256(first.document).hexdigest()
    assert [rule["code"] for rule in whole["rules"]] == [one.rule.code for one in RULES]
    assert whole["holidays"] == holiday_list_sha256()
    assert first.document != assess.assess(case.hidden(), RULES).document


def test_a_long_case_does_not_outgrow_the_document() -> None:
    from tests.policies.test_equal_treatment import contact

    many = [contact(n=n % 60, introduced_by="member", priority=True) for n in range(400)]
    judged = assess.assess(competition(after={"answer": many}).case(), RULES)
    assert len(judged.document) > canonical.MAX_BYTES
    assert msgspec.json.decode(judged.document)["view"] == "authority"


def test_the_graver_finding_is_the_outcome_of_a_rule() -> None:
    case = competition(award={"place": "02"})
    verdict = next(one for one in assess.assess(case.case(), RULES).verdicts if one.rule.code == "AD-01")
    assert verdict.outcome == "not-met"


def test_an_assessment_becomes_an_event_that_the_log_takes() -> None:
    judged = assess.assess(competition().case(), RULES)
    event = assess.assessed_event(
        judged, seen="x" * 44, occasion="award", upto=80, happened_at="2026-06-30T12:00:00.000Z"
    )
    body, slots, openings = disclosure.split(event, lambda n: b"s" * n)
    assert canonical.decode(canonical.encode(body))["findings"] == judged.sha256
    assert event.outcomes["ET-01"] == "met"
    again = disclosure.join(type(event), body, slots, {one.slot: one.value for one in openings})
    assert msgspec.structs.replace(again, exhibit=event.exhibit) == event


class _Log:
    """What a log of procurements is asked here."""

    def __init__(self, case: Told) -> None:
        self._case = case

    def case(self, case: str, view: Any = "authority", upto: int | None = None) -> tuple[Recorded, ...]:
        found = self._case.hidden().events if view == "public" else tuple(self._case)
        return tuple(one for one in found if one.case == case and (upto is None or one.index < upto))

    def market(self) -> None: ...

    def others(self) -> None: ...


def test_a_case_of_a_log_is_judged_by_view_and_size() -> None:
    told = competition()
    log: Reader = _Log(told)  # type: ignore[assignment]  # it answers what it is asked
    case = told[0].case or ""
    now = told.as_of
    whole, public, early = (
        assess.judge(log, case, RULES, view=view, upto=upto, as_of=now)
        for view, upto in (("authority", None), ("public", None), ("authority", told[3].index))
    )
    assert whole is not None
    assert public is not None
    assert early is not None
    assert whole.document == assess.assess(told.case(), RULES).document
    assert public.outcomes["ET-12"] == "cannot-tell"
    assert early.outcomes["ET-12"] == "not-applicable"
    assert assess.judge(log, "another", RULES) is None


def test_a_line_for_each_finding_has_exactly_these_members() -> None:
    judged = assess.assess(competition(award={"place": "02"}).case(), RULES)
    lines = list(assess.lines(judged))
    assert len(lines) == sum(len(one.findings) for one in judged.verdicts)
    assert all(
        list(line)
        == [
            "case", "rule", "outcome", "process_unequal", "outcome_likely_changed", "evidence", "text", "file_sha256",
        ]
        for line in lines
    )  # fmt: skip
    [award] = [line for line in lines if line["rule"] == "AD-01"]
    [file] = [one for one in shelf.policies() if one.name == "award.py"]
    assert (award["outcome"], award["process_unequal"], award["file_sha256"]) == ("not-met", None, file.sha256)
    assert award["evidence"] == [59, 62]


# The pre-flight


def fixes(case: Told, *drafts: Any) -> list[tuple[str, bool]]:
    ready = case.case(as_of="2026-04-24T16:00:00.000Z")
    found = assess.preflight(ready, [assess.drafted(ready, draft, by=BY) for draft in drafts], RULES)
    return [(fix.rule.code, fix.blocks) for fix in found]


def test_a_fair_step_makes_nothing_worse() -> None:
    assert fixes(competition(until="notice"), signed()) == []


def test_a_signature_in_the_standstill_is_blocked_before_it_happens() -> None:
    assert fixes(competition(until="notice"), signed("2026-04-20")) == [("AD-02", True)]


def test_what_blocks_comes_first() -> None:
    found = fixes(competition(until="moderated"), signed("2026-04-20"))
    assert [code for code, blocks in found if blocks] == ["AD-02", "TR-04"]
    assert [blocks for _, blocks in found] == sorted((blocks for _, blocks in found), reverse=True)


def test_what_was_so_already_is_not_held_against_the_draft() -> None:
    case = competition(skip=("conflicts",), until="notice")
    assert fixes(case, signed()) == []


def test_a_pre_flight_says_what_to_fix_first_in_a_sentence() -> None:
    ready = competition(until="moderated").case()
    found = assess.preflight(ready, assess.drafted(ready, signed("2026-04-20"), by=BY), RULES)
    must = sum(one.blocks for one in found)
    assert 0 < must < len(found)
    told = assess.told(found)
    assert told.startswith(f"fix {must} things first: AD-02 mandatory-standstill: signed on 2026-04-20")
    assert "; look at" in told
    assert assess.told(found[:1]).startswith("fix one thing first: ")


def test_what_does_not_block_is_not_said_to_come_first() -> None:
    ready = competition(until="moderated").case()
    found = assess.preflight(ready, assess.drafted(ready, signed("2026-04-20"), by=BY), RULES)
    gentle = [one for one in found if not one.blocks]
    assert assess.told(gentle[:1]).startswith("look at one thing, though nothing blocks this step: ")


def test_a_pre_flight_that_finds_nothing_says_so() -> None:
    assert assess.told(()) == "nothing gets worse by this step"


def test_a_draft_stands_where_it_would_stand() -> None:
    ready = competition(until="notice").case()
    draft = assess.drafted(ready, notice("UK7"), by=Actor(key=OFFICER, roles=frozenset({"officer"})))
    assert draft.index == ready.events[-1].index + 1
    assert (draft.type, draft.stream, draft.actor) == ("procurement.notice-published/1", ready.id, OFFICER)


def test_a_rule_without_a_question_is_refused() -> None:
    from fairplace.policy import rule

    def check(_: Any) -> Any:
        """Not a question."""

    with pytest.raises(TypeError, match="ends with"):
        rule(code="XX-01", name="x", source="s", severity="low")(check)
    module = ModuleType("empty")
    assert assess.rules_of(module) == []
    assert all(isinstance(one.rule, Rule) for one in RULES)


HEADINGS = (
    "The question",
    "The law",
    "How it is judged",
    "A worked example",
    "What it cannot see",
    "Who may challenge it",
)


@pytest.mark.parametrize("code", [one.rule.code for one in RULES])
def test_the_page_of_a_rule_asks_what_the_rule_asks(code: str) -> None:
    [asked] = [one for one in RULES if one.rule.code == code]
    page = (shelf.root("policies").parent / "docs" / "rules" / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code} {asked.rule.name}\n")
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == list(HEADINGS)
    for said in (
        asked.rule.question,
        f"{asked.rule.source}.",
        f"Severity: {asked.rule.severity}.",
        f"policies/{asked.file}",
    ):
        assert said in page
