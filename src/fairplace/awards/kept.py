"""Why an award out of a contracts register is kept from the public, and whether it is taken to concern one person.

- A row of a spreadsheet was not necessarily published: nothing becomes public that nothing says was published.
- Care may be about one person, however it was bought. It becomes public only if it was bought openly, and somebody says
  that they have read it.
- Where nothing says what was bought, nobody can tell. Silence keeps it back.
- Words that may tell who a child is keep all of the award back. What is kept back may still be released by a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from fairplace.awards.telling import is_person, tells, tells_beside_care
from fairplace.ocds.persons import bought_alone, is_care

Why = Literal["one-person", "care", "unsaid", "names", "not-published", ""]

WORDS: Mapping[Why, str] = {
    "one-person": "care bought by direct award, call-off or spot purchase: taken to concern one person, and never public",
    "care": "it speaks of care, and may concern one person: only what was bought by open competition, and read by somebody who says so, becomes public",
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
_FOR_ONE = re.compile(
    r"\b(placements?|foster\w*|packages?|beds?|respite|short[- ]breaks?|tuition|tutor\w*|transport|travel|taxis?|residential"
    r"|supported (living|accommodation|lodgings?)|therap\w*|counselling|advoca\w*|mentor\w*|nursing|domiciliary|home ?care"
    r"|(care|secure) homes?|child|young person|individual|personal (assistants?|budgets?)|direct payments?|spot|1:1|one[- ]to[- ]one)\b",
    re.IGNORECASE,
)
"""What is bought for one person, where care is bought alone. Software or a building for a service is not."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """`one_person`: taken to concern one person, and so never public whatever anybody says. `why`: empty, it may be public.

    `to_read`: care that becomes public when somebody says to have read it.
    """

    why: Why
    one_person: bool = False
    to_read: bool = False


def judge(
    *,
    published: bool,
    care_read: bool,
    codes: Sequence[str],
    method: str | None,
    kinds: Sequence[str],
    titles: Sequence[str],
    texts: Sequence[str],
    reference: str,
    suppliers: Iterable[str],
) -> Judged:
    """`kinds` say what was bought (category, department), `texts` are descriptions and words on the procedure.

    What is taken to concern one person is so for ever. So a description alone does not say that care is bought: it only
    keeps back. `care_read`: somebody says to have read the care that would become public.
    `reference` is looked at beside care alone: elsewhere a number of ten figures is an order's, not a patient's.
    """
    words = [*kinds, *titles, *texts]
    named_so = is_care(codes) or any(_CARE.search(one) for one in (*kinds, *titles))
    care = named_so or any(_CARE.search(one) for one in texts)
    for_one = is_care(codes) or any(_FOR_ONE.search(one) for one in words)
    if named_so and for_one and bought_alone(method, words):
        return Judged(why="one-person", one_person=True)
    if care and (method not in ("open", "selective") or any(_FROM.search(one) for one in words)):
        return Judged(why="care")
    if not codes and not any(kinds):
        return Judged(why="unsaid")
    named = [*titles, *texts, reference] if care else []
    if any(map(tells, [*words, *named])) or any(map(tells_beside_care, named)) or any(map(is_person, suppliers)):
        return Judged(why="names")
    if care and (published or not care_read):
        return Judged(why="" if care_read else "care", to_read=published)
    return Judged(why="" if published else "not-published")
