"""Why an award out of a contracts register is kept from the public, and whether it is taken to concern one person.

- A row of a spreadsheet was not necessarily published: nothing becomes public that nothing says was published.
- Care that was not bought openly may be about one person, and so may care of which nothing says how it was bought.
- Where nothing says what was bought, nobody can tell. Silence keeps it back.
- Words that may tell who a child is keep all of the award back. What is kept back may still be released by a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from fairplace.guarding.marks import find
from fairplace.ocds.persons import bought_alone, is_care

Why = Literal["one-person", "care", "unsaid", "names", "not-published", ""]

WORDS: Mapping[Why, str] = {
    "one-person": "care bought by direct award, call-off or spot purchase: taken to concern one person, and never public",
    "care": "it speaks of care, and nothing says that it was bought by open competition: it may concern one person",
    "unsaid": "neither a CPV code nor a category nor a department says what was bought",
    "names": "its words, or its supplier’s name, may tell who somebody is",
    "not-published": "nothing says that it was published",
}

_CARE = re.compile(
    r"\b(social (care|work)|care|carers?|caring|foster\w*|adopt\w*|residential|placements?|domiciliary|reablement|nursing"
    r"|supported (living|accommodation|lodgings?)|short[- ]breaks?|respite|safeguard\w*|looked[- ]after|cla|uasc"
    r"|send?|sen|special (educational )?(needs|school\w*)|ehcps?|alternative provision|home[- ]to[- ]school|tuition"
    r"|child|children\S*|young (person|people)\S*|youth|famil(y|ies)\S*|infants?|bab(y|ies)|mother|parents?"
    r"|adult services|disab\w*|autis\w*|mental health|dementia|advoca\w*|personal (assistants?|budgets?)|direct payments?"
    r"|homeless\w*|refuge|domestic (abuse|violence)|therap\w*|counselling)\b",
    re.IGNORECASE,
)
"""Words of care and special education, as titles, categories and departments have them. Too many rather than too few."""
_FROM = re.compile(
    r"\b(framework|further competition|mini[- ]?competition|dps|dynamic (purchasing|market)|individual)\b",
    re.IGNORECASE,
)
"""What is bought out of something else."""
_NO_INITIALS = "SEN|LAC|CLA|CYP|EHC|IFA|DPS|ITT|RFQ|PQQ|EOI|NHS|ICB|UK|LLP|CIC|LTD|PLC|ICT|VAT|THE|AND|FOR|OF|TO|IN|ON|AT|BY|OR|AN|ALL|NEW|DAY|OUT|OFF|AGE"
"""What capitals also are: words of the trade, and those of a title that has capitals alone."""
_INITIALS = re.compile(
    rf"(?<![\w.])(?:[A-Z]\.\s?){{2,3}}(?!\w)|(?<![\w&])(?!(?:{_NO_INITIALS})\b)[A-Z]{{2,3}}(?![\w&])"
    r"|\b(?:[Cc]hild(?:ren)?|CHILD(?:REN)?|[Ff]or|FOR|[Rr]e:?) [A-Z]\b|\b(?i:placement (?:for|of|[-–:])) ?[A-Z]\w*"
)
"""Initials, however they are written; and whoever a single placement is for."""
_PERSON = re.compile(r"(?:mr|mrs|ms|miss|mx|dr|prof)\b\.?\s", re.IGNORECASE)
_TAKEN_OUT = ("telephone", "e-mail")
"""They never come into an entry, whosever they are."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """`one_person`: taken to concern one person, and so never public whatever anybody says. `why`: empty, it may be public."""

    why: Why
    one_person: bool = False


def judge(
    *,
    published: bool,
    codes: Sequence[str],
    method: str | None,
    kinds: Sequence[str],
    titles: Sequence[str],
    texts: Sequence[str],
    reference: str,
    suppliers: Iterable[str],
) -> Judged:
    """`kinds` say what was bought (category, department), `texts` are descriptions and words on the procedure.

    What is taken to concern one person is so for ever. So a description alone does not say it: it only keeps back.
    `reference` is looked at beside care alone: elsewhere a number of ten figures is an order's, not a patient's.
    """
    words = [*kinds, *titles, *texts]
    named_so = is_care(codes) or any(_CARE.search(one) for one in (*kinds, *titles))
    care = named_so or any(_CARE.search(one) for one in texts)
    if named_so and bought_alone(method, words):
        return Judged(why="one-person", one_person=True)
    if care and (method not in ("open", "selective") or any(_FROM.search(one) for one in words)):
        return Judged(why="care")
    if not codes and not any(kinds):
        return Judged(why="unsaid")
    named = [*titles, *texts, reference] if care else []
    if any(map(_tells, [*words, *named])) or any(map(_INITIALS.search, named)) or any(map(_PERSON.match, suppliers)):
        return Judged(why="names")
    return Judged(why="" if published else "not-published")


def _tells(text: str) -> bool:
    return any(mark.kind not in _TAKEN_OUT for mark in find(text))
