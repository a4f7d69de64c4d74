"""Invariant I10: no way through the program shows a person a sealed value that is not public, but past an entry that says so.

Who opens sealed values at all stands here, with the reason why no person sees them there. A new one is a decision.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

import msgspec
import pytest

from fairplace import assess
from fairplace.on_disk import Register
from tests.test_rooms import imports, modules, ours
from tests.whole_demo import whole_demo

OPENS = {
    # the one door
    "fairplace.vault": "shows them to a person, after the entry that says so",
    # what decides
    "fairplace.details": "a provider's details: to its own people, and beside a case as sight gives them, past the case's entry",
    "fairplace.desk": "a decision rests on all of the past; what it answers are sentences and entries",
    "fairplace.clerk": "the rules look at a draft; what they answer are findings, which quote no sealed value",
    "fairplace.assess": "the rules look at the authority's facts; findings quote no sealed value",
    "fairplace.assessing": "as above, into a document under a key",
    "fairplace.holders": "whose a key is decides who may sign; nobody is told",
    "fairplace.ocds.importing": "whether a notice was taken in before, and by which buyer; it was public elsewhere",
    # what keeps and checks
    "fairplace.ledger.store.sqlite_reads": "the store itself",
    "fairplace.reading": "reads for all the others; its public view opens what is public alone",
    "fairplace.ledger.publisher": "opens what is in effect, and nothing else",
    "fairplace.erasures": "which files the erased values name",
    "fairplace.chosen": "whose the values are that somebody names; it shows none",
    "fairplace.holding": "what is held",
    "fairplace.erasing": "whether the procedure is over that needs them",
    "fairplace.cli.doctor": "counts what does not open",
    "fairplace.ledger.store.inspection": "checks that each text fits its digest, and tells which does not",
    "fairplace.http.case_file": "the file of a case for signed-in staff, once their session has left its entry",
    "fairplace.http.again": "whether a challenge sent again says what it said; what it said is shown to nobody",
    "fairplace.http.referrals": "a provider's own part of each search, and why it was not asked; made smaller by seeking.own",
    "fairplace.http.contests": "a provider's own questions and challenges; what is another's is cut by whose it is",
    "fairplace.http.case_documents": "the names that a case knows, to look for them in what goes to providers; shown to nobody",
    "fairplace.issuing": "cases are counted, and only numbers over at least six children leave; rows are kept sealed",
    "fairplace.provider_notices": "whom a step concerns; a message says only that something waits, to people of that provider",
    "fairplace.cli.placements": "what an authority takes out of its own record, each case past an entry that says so",
    "fairplace.cli.marking": "whether a bid is in whose parts are marked, and whether the bids are opened; it prints nothing of them",
    "fairplace.synthesis.equal_terms": "a made-up case read again for the places of its bids; its keys are worthless",
    "fairplace.synthesis.region.contesting": "a made-up search read again, to write what may be said in it; its keys are worthless",
    "fairplace.synthesis.region.census": "a made-up register read again by what its entries say; its keys are worthless",
    "fairplace.synthesis.region.today": "what goes on in a made-up register on the day of a demo; its keys are worthless",
    "fairplace.http.take_away": "a provider's own answers to one referral, with their proofs, and nothing else opened",
    "fairplace.http.signing": "which parts of a draft a second person may be shown",
    "fairplace.http.preview": "the past and a draft, cut to what whoever looks may see",
    "fairplace.publish.held": "which entries an edition holds; what it shows comes from the vault",
    # what somebody brought themselves
    "fairplace.receipts": "a receipt opens, for whoever lodged it, what they have just lodged",
}

_ASKED = {
    "openings": None,
    "disclosure": None,
    "case": ("reader", "_reader"),
    "recorded": ("reader", "_reader", "_source"),
}


def opening_calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls that may open what is not public. One that says "public" does not."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=receiver, attr=name), args=arguments) if name in _ASKED:
                of = receiver.attr if isinstance(receiver, ast.Attribute) else getattr(receiver, "id", "")
                wanted = _ASKED[name]
                says_public = any(isinstance(one, ast.Constant) and one.value == "public" for one in arguments)
                if (wanted is None or of in wanted) and not says_public and of != "published":
                    yield node
            case _:
                pass


def test_who_opens_sealed_values_stands_in_the_table_with_a_reason() -> None:
    found = {
        name
        for name, tree in modules().items()
        if name.startswith("fairplace.") and any(opening_calls(tree)) and not name.startswith("fairplace.bench")
    }
    assert found == OPENS.keys()
    assert all(len(reason) > 10 for reason in OPENS.values())


def test_the_scan_would_find_a_new_way() -> None:
    for new in ("register.store.openings(log, [1])", "register.reader.case(case)", "self._reader.recorded(0, 9)"):
        assert list(opening_calls(ast.parse(new)))
    assert not list(opening_calls(ast.parse('reader.case(case, "public")')))


DOORS = {
    "fairplace.cli.custody",
    "fairplace.cli.exporting",
    "fairplace.cli.measuring",
    "fairplace.cli.placements",
    "fairplace.http.link_sessions",
    "fairplace.http.provider_place",
    "fairplace.http.readings",
    "fairplace.publish.held",
}
"""What leads to the one door: each says whose request it carries."""


def test_the_door_is_reached_by_those_who_carry_a_person_s_request() -> None:
    assert {name for name in modules() if "fairplace.vault" in ours(imports(name))} == DOORS


@pytest.mark.slow
def test_what_the_rules_say_on_the_authority_s_facts_quotes_no_sealed_value(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The demo, in which much is unfair: names, texts and amounts that are not public stand in no finding."""
    folder, _ = whole_demo(tmp_path_factory)
    with Register.open(folder) as register:
        asked = assess.rules(register.policies)
        public = register.reader.disclosed()
        size = register.reader.size
        closed = set()
        for index, slots in register.store.openings(register.origin, range(size)).items():
            for slot, opening in slots.items():
                if slot not in public.get(index, ()):
                    closed |= set(telling(opening.value))
        for slots in register.store.openings(register.origin, range(size), public).values():
            for opening in slots.values():
                closed -= set(telling(opening.value))
        assert len(closed) > 500
        said = ""
        for case in register.reader.cases():
            judged = assess.judge(register.reader, case, asked)
            if judged is not None:
                said += json.dumps([[finding.text for finding in one.findings] for one in judged.verdicts])
        assert len(said) > 10_000
        assert [value for value in closed if value in said] == []


def telling(value: object) -> Iterator[str]:
    """The parts of a value that would tell something: texts of some length, names, and amounts of money."""
    if isinstance(value, str) and len(value) >= 8 and re.search("[0-9 ]", value) and not value.startswith("20"):
        yield value
    elif isinstance(value, int) and not isinstance(value, bool) and value >= 1_000_000:
        yield str(value)
        yield f"{value // 100:,}"
    elif isinstance(value, dict):
        for item in value.values():
            yield from telling(item)
    elif isinstance(value, list):
        for item in value:
            yield from telling(item)
    elif isinstance(value, msgspec.Struct):
        yield from telling(msgspec.to_builtins(value))
