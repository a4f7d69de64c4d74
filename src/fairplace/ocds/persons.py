"""Keeping persons out: contact details in the words of a notice, and notices that are about one person.

- Of a contact point nothing is ever read, except to know what must not stand in a text.
- Any e-mail address and telephone number is taken out of any text, whosever it is.
- A name in the words of a notice that no contact point gives cannot be known for a name: a take-down is for that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fairplace.procurement.invitation import SOCIAL_CARE

LEFT_OUT = "[contact left out]"

_PERSONS = {
    "contactPoint", "contactPoints", "additionalContactPoints", "persons", "people", "beneficialOwners",
}  # fmt: skip
"""Members whose objects are persons: OCDS 1.1 and its extensions."""
_MAX_NAMES = 200
_WORD = re.compile(r"\S+")
_TELEPHONE = re.compile(
    r"(?<![\w£.,/-])(?:(?:\+44|0044)[\s()0-]{0,6}|\(?0)\d{2,4}\)?[\s-]?\d{2,4}[\s-]?\d{3,6}(?![\w/])"
)
_TELEPHONE_DIGITS = range(10, 16)

_CARE = (*SOCIAL_CARE, "85000000")
"""Notices often have no more than the division: health and social work services."""
_ALONE = ("direct", "limited")
"""Procurement methods without an open invitation."""
_ALONE_WORDS = re.compile(
    r"call[- ]?off|\bspot\b|\bdirect(ly)? award|single (tender|source|supplier|provider)|without (prior|publication|compet)",
    re.IGNORECASE,
)
_BELOW = {"framework", "parent"}
"""What a call-off says of the process that it comes from (OCDS relatedProcess codelist)."""


def without_contacts(text: str) -> str:
    """The text without e-mail addresses and telephone numbers."""
    text = _WORD.sub(lambda word: LEFT_OUT if "@" in word[0].strip("@") else word[0], text)
    return _TELEPHONE.sub(lambda found: LEFT_OUT if _is_telephone(found[0]) else found[0], text)


def cleaner(release: dict[str, Any], organisations: Iterable[str]) -> Callable[[str], str]:
    """Takes the names of this release's contact persons out too; an organisation's own name stays."""
    kept = {name.casefold() for name in organisations}
    names = {name for name in _contact_names(release) if name.casefold() not in kept}
    if not names:
        return without_contacts
    chosen = sorted(names, key=lambda name: (-len(name), name))[:_MAX_NAMES]
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, chosen))})(?!\w)", re.IGNORECASE)
    return lambda text: without_contacts(pattern.sub(LEFT_OUT, text))


def concerns_one_person(codes: Iterable[str], method: str | None, words: Iterable[Any], related: Iterable[Any]) -> bool:
    """Social care bought by call-off, spot purchase or direct award: taken to be about one person.

    `words` are what the notice says of its way of buying, `related` the relationships of its related processes.
    """
    return is_care(codes) and bought_alone(method, words, related)


def is_care(codes: Iterable[str]) -> bool:
    """Do CPV codes say that social care, or special education, is bought?"""
    return any(code.startswith(_CARE) for code in codes)


def bought_alone(method: str | None, words: Iterable[Any], related: Iterable[Any] = ()) -> bool:
    """Was it bought by call-off, spot purchase or direct award?"""
    if method in _ALONE or any(isinstance(one, str) and one in _BELOW for one in related):
        return True
    return any(isinstance(one, str) and _ALONE_WORDS.search(one[:2000]) is not None for one in words)


def _contact_names(value: Any, *, of_person: bool = False) -> Iterator[str]:
    """Names of two words and more of whoever is a contact: a single word may be any word."""
    if isinstance(value, list):
        for item in value:
            yield from _contact_names(item, of_person=of_person)
    elif isinstance(value, dict):
        for name, item in value.items():
            if of_person and name == "name" and isinstance(item, str) and 1 <= item.strip().count(" ") <= 5:
                yield item.strip()[:100]
            else:
                yield from _contact_names(item, of_person=of_person or name in _PERSONS)


def _is_telephone(found: str) -> bool:
    return sum(character.isdigit() for character in found) in _TELEPHONE_DIGITS
