"""Several buyers are parties of their own: one leads, none stands there twice, and what is not known is said."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairplace.giving.decision_text import decision_text
from fairplace.giving.letters import letter
from fairplace.giving.notices import FORMS, sheet
from fairplace.giving.paper import text
from fairplace.openness.commands import Release
from fairplace.procurement.events import Buyer, BuyersNamed
from tests.giving.test_letters import FRAME
from tests.giving.test_notices import TODAY
from tests.projections.story import imported
from tests.story import BIRCH, BUYERS, IMPORTER, Story, buyers, open_competition, plan

VALE, NORTHBROOK, TRUST = BUYERS


def planned(**changes: Any) -> Story:
    story = Story()
    story.do(plan(**changes))
    return story


def named(story: Story, *, public: bool = False) -> list[list[Buyer] | None]:
    events = story.public() if public else story.events
    return [one.event.buyers.get() for one in events if isinstance(one.event, BuyersNamed)]


def test_whoever_leads_stands_first_and_the_newest_naming_beside_the_earlier_one() -> None:
    story = planned()
    assert (
        story.decide(buyers()).statement
        == "Name who buys: Northbrook Council leads, with Vale Council and Vale Children’s Trust."
    )
    story.do(buyers())
    story.do(buyers(NORTHBROOK))
    assert named(story) == [[NORTHBROOK, VALE, TRUST], [NORTHBROOK]]
    assert named(story, public=True) == [None, None]


def test_a_number_that_is_typed_in_another_way_is_the_same_number() -> None:
    story = planned()
    typed = {
        "a": "pnor 1234 tbrk",
        "b": "GB-COH-1234567",
        "c": "gb-ppon-PXXX 4321 YYYY",
        "d": "GB-LAE-BIR",
        "e": "GB-PPON-1",
    }
    story.do(
        buyers(*(Buyer(id=id_, name=name, role="leads" if name == "a" else "buys") for name, id_ in typed.items()))
    )
    [[*found]] = named(story)
    assert [one.id for one in found] == [
        "GB-PPON-PNOR-1234-TBRK", "GB-COH-01234567", "GB-PPON-PXXX-4321-YYYY", "GB-LAE-BIR", "GB-PPON-1",
    ]  # fmt: skip
    twice = [NORTHBROOK, Buyer(id="PNOR1234TBRK", name="North Brook", role="buys")]
    assert story.refusal(buyers(*twice)).code == "buyer-twice"


@pytest.mark.parametrize(
    ("came", "code"),
    [
        ([VALE, TRUST], "one-leads"),
        ([], "one-leads"),
        ([NORTHBROOK, msgspec.structs.replace(VALE, role="leads")], "one-leads"),
        ([NORTHBROOK, msgspec.structs.replace(VALE, name="NORTHBROOK  council")], "buyer-twice"),
        ([NORTHBROOK, msgspec.structs.replace(VALE, id="gb-ppon-pnor-1234-tbrk")], "buyer-twice"),
        ([msgspec.structs.replace(NORTHBROOK, id="Northbrook")], "buyer-id"),
        ([msgspec.structs.replace(NORTHBROOK, id="")], "buyer-id"),
        ([msgspec.structs.replace(NORTHBROOK, id="GB-LAE-" + 100 * "A")], "buyer-id"),
        ([msgspec.structs.replace(NORTHBROOK, name=" ")], "empty-text"),
    ],
)
def test_what_does_not_hold_together_is_refused_as_a_report_too(came: list[Buyer], code: str) -> None:
    story = planned()
    for report in ({}, {"evidence": "stated-by-officer", "happened_at": "2026-03-02T09:00:00.000Z"}):
        command = buyers(**report)
        assert story.refusal(msgspec.structs.replace(command, buyers=came)).code == code


def test_it_is_public_with_the_tender_notice_and_named_anew_while_the_contract_runs() -> None:
    story = planned()
    story.do(buyers())
    told = open_competition(until="contracted")
    told.do(buyers(evidence="stated-by-officer", happened_at="2026-03-02T09:00:00.000Z"))
    told.do(buyers(NORTHBROOK))
    told.do(Release(id="test", occasion="award"))
    assert named(told, public=True) == [[NORTHBROOK, VALE, TRUST], [NORTHBROOK]]


def test_each_notice_has_a_block_of_each_buyer_and_letters_and_decisions_name_them_all() -> None:
    told = open_competition(until="noticed")
    told.do(buyers())
    for code in FORMS:
        blocks = [one for one in sheet(told.history, code, FRAME, TODAY).sections if "authority" in one.title]
        assert [one.title for one in blocks] == [f"Contracting authority {number} of 3" for number in (1, 2, 3)]
        values = {field.label: field.value for one in blocks for field in one.fields}
        assert [values[f"Authority {at}: name"] for at in (1, 2, 3)] == [one.name for one in (NORTHBROOK, VALE, TRUST)]
        assert [values[f"Authority {at}: Identifier"] for at in (1, 2, 3)] == [NORTHBROOK.id, VALE.id, None]
    line = (
        "Buying together: Northbrook Council (GB-PPON-PNOR-1234-TBRK), which leads the procedure; Vale Council"
        " (GB-LAE-VAL), which buys jointly; Vale Children’s Trust (no identifier is known), which is bought for"
    )
    assert line in decision_text(told.history, FRAME, {})
    assert line in " ".join(text(letter(told.history, BIRCH.id, FRAME).parts).split())
    told.do(buyers(NORTHBROOK))
    [alone] = [one for one in sheet(told.history, "UK6", FRAME, TODAY).sections if "authority" in one.title]
    assert {field.label: field.value for field in alone.fields}["Identifier"] == NORTHBROOK.id
    assert "Buying together" not in decision_text(told.history, FRAME, {})


def test_buyers_of_an_imported_notice_are_named_by_a_report_and_released_with_what_it_says() -> None:
    story = Story()
    story.record(imported(story.case), by=IMPORTER)
    report = {"evidence": "stated-by-officer", "happened_at": "2026-03-02T09:00:00.000Z"}
    assert story.refusal(buyers()).code == "not-planned"
    story.do(buyers(**report))
    story.do(Release(id="test", occasion="import"))
    assert named(story, public=True) == [[NORTHBROOK, VALE, TRUST]]
