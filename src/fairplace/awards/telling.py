"""What in the words of a register may tell who somebody is: initials, ages, whoever something is for, and beside care names.

Nothing here knows for certain: what is found keeps an award back, and a person may still release it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fairplace.awards.first_names import FIRST_NAMES
from fairplace.guarding.marks import NO_PERSONS, find, plain_letters

_TAKEN_OUT = ("telephone", "e-mail")
"""They never come into an entry, whosever they are."""

_NO_INITIALS = "SEN|LAC|CLA|CYP|EHC|IFA|DPS|ITT|RFQ|PQQ|EOI|NHS|ICB|UK|LLP|CIC|LTD|PLC|ICT|VAT|THE|AND|FOR|OF|TO|IN|ON|AT|BY|OR|AN|ALL|NEW|DAY|OUT|OFF|AGE"
"""What capitals also are: words of the trade, and those of a title that has capitals alone."""
_DOTTED = r"(?<![\w.])(?:[A-Z]\.\s?){2,3}(?!\w)"
_INITIALS = re.compile(
    rf"{_DOTTED}|(?<![\w&])(?!(?:{_NO_INITIALS})\b)[A-Z]{{2,3}}(?![\w&])"
    r"|\b(?:[Cc]hild(?:ren)?|CHILD(?:REN)?|[Ff]or|FOR|[Rr]e:?) [A-Z]\b|\b(?i:placement (?:for|of|[-–:])) ?[A-Z]\w*"
)
"""Initials, however they are written; and whoever a single placement is for."""
_KIN = (
    r"(?:[Cc]hild(?:ren)?|[Ff]amil(?:y|ies)|[Ss]iblings?|[Tt]wins|[Bb]rothers?|[Ss]isters?|[Bb]oys?|[Gg]irls?|[Bb]aby)"
)
_FAMILY = re.compile(rf"\b[Tt]he (?!{_KIN})(?P<name>[A-Z][\w’'-]*[a-z]) {_KIN}\b")
_FAMILIES = (
    "Disabled Vulnerable Looked Adopted Fostered Local Young Younger Older Early Troubled Military Homeless Missing"
)
_NO_FAMILIES = frozenset(_FAMILIES.split())
"""Kinds of children and families."""
_SAINT = re.compile(r"\b(?:St\.?|Saint) [A-Z]\w*")
_WORD = re.compile(r"[^\W\d_]+")

_AGE = r"(?:1[0-7]|[1-9])(?: ?(?:years?|yrs?|yo)(?: old)?)?"
_AGED = (
    re.compile(rf"\b(?P<name>[A-Z][a-zà-öø-ÿ’'-]+), {_AGE}(?=[,;:)!?]|\.(?!\d)| (?:and|or|with|from|at|-)|\s*$)"),
    re.compile(rf"\b(?P<name>[A-Z][a-zà-öø-ÿ’'-]+) \({_AGE}\)"),
)
"""A bare number beside one capitalised word. It is at the end, or a sign comes after it: so it is no number of a house."""
_FOR = re.compile(r"(?:\b(?:for|re:?) |[(:-] ?)\Z", re.IGNORECASE)
"""What stands before a name. Elsewhere a number beside one word counts things, unless the word is a first name."""
_ONE = re.compile(
    r"\b(?:1[0-7]|[1-9])[- ](?:year|yr)[- ]old\b|\b(?:Mr|Mrs|Ms|Miss|Mx)\b\.? [A-Z]"
    rf"|(?!(?:U\.? ?K|U\.? ?S|E\.? ?U|I\.? ?T|A\.? ?I|P\.? ?E|H\.? ?R)\b){_DOTTED}"
)
"""Somebody, whatever is bought: by age, by title, by initials with points."""
_PERSON = re.compile(r"(?:mr|mrs|ms|miss|mx|dr|prof)\b\.?\s", re.IGNORECASE)


def tells(text: str) -> bool:
    """Whatever was bought, do these words tell who somebody is?"""
    text = plain_letters(text)
    if any(mark.kind not in _TAKEN_OUT for mark in find(text)) or _ONE.search(text):
        return True
    return any(found["name"] in FIRST_NAMES or _FOR.search(text[: found.start()]) for found in _aged(text))


def tells_beside_care(text: str) -> bool:
    """Words that tell who somebody is where care is bought: initials, a first name, a family's name."""
    text = plain_letters(text)
    if (
        _INITIALS.search(text)
        or any(_aged(text))
        or any(found["name"] not in _NO_FAMILIES for found in _FAMILY.finditer(text))
    ):
        return True
    return not FIRST_NAMES.isdisjoint(_capitalised(_WORD.findall(_SAINT.sub("", text))))


def _aged(text: str) -> Iterator[re.Match[str]]:
    """Ages beside one capitalised word."""
    return (found for look in _AGED for found in look.finditer(text) if found["name"] not in NO_PERSONS)


def is_person(supplier: str) -> bool:
    return _PERSON.match(supplier) is not None


def _capitalised(words: Iterable[str]) -> Iterable[str]:
    """Words as they stand; those of capitals alone as if one capital began them."""
    return (word.capitalize() if word.isupper() else word for word in words)
