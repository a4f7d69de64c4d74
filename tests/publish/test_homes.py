"""The search for one child's home as a bundle: for a court alone, whole, and in words that a reader knows."""

from typing import Any

import pytest

from fairplace import catalogue, shelf, tags
from fairplace.errors import Refused
from fairplace.openness.release import RELEASES, releasable
from fairplace.people import roles
from fairplace.publish.editions import check_stage
from fairplace.templating import environment
from tests.searches import a_search


def test_there_is_a_court_edition_of_a_childs_case_and_no_other() -> None:
    history = a_search().history
    check_stage("court", history)
    for edition in ("public", "bidder", "ring"):
        with pytest.raises(Refused, match="a court edition and no other"):
            check_stage(edition, history)  # type: ignore[arg-type]


def test_nothing_of_a_childs_case_is_ever_releasable() -> None:
    history = a_search().history
    for occasion in RELEASES:
        assert releasable(history, occasion) == {}


def test_every_step_and_every_sealed_part_and_every_role_has_its_words() -> None:
    words: Any = environment(shelf.root("web") / "templates").get_template("words.html").module
    assert words.did.keys() >= catalogue.PLACEMENTS.keys()
    closed = {field for kind in catalogue.PLACEMENTS.values() for field, tag in tags.tags(kind).items() if tag != "PUB"}
    assert closed <= words.part.keys()
    assert words.role.keys() >= roles.PEOPLE - {"auditor"}
    assert words.part["reason"] == "the reason", "a code that procurement has too keeps its words"
