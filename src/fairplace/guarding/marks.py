"""What in a text may tell who a child is, or where they live: numbers with a check, postcodes, ages, addresses, names.

- A number that has a check digit counts only when the check holds, an age only beside a name: a guard that cries at
  everything is switched off in the head.
- Nothing here knows for certain. What is found is asked about; what is not found may still tell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec

from fairplace.terms import with_few_marks

Kind = Literal["postcode", "birth", "age", "nhs-number", "upn", "telephone", "e-mail", "name", "address"]

SENTENCES: dict[Kind, str] = {
    "postcode": "looks like a postcode: with a child's age or school it tells which child is meant",
    "birth": "looks like a date of birth",
    "age": "gives an age beside a name",
    "nhs-number": "is an NHS number: its check digit is right",
    "upn": "is a unique pupil number: its check letter is right",
    "telephone": "looks like a telephone number",
    "e-mail": "is an e-mail address",
    "name": "is a name of this case",
    "address": "looks like where somebody lives",
}


class Mark(msgspec.Struct, frozen=True):
    """Something found: what kind of thing, and the words themselves."""

    kind: Kind
    words: str

    @property
    def sentence(self) -> str:
        return f"“{self.words}” {SENTENCES[self.kind]}"


def find(text: str, names: Iterable[str] = ()) -> list[Mark]:
    """Everything in a text, each once, in the order in which the kinds are looked for."""
    found: dict[Mark, None] = {}
    text, names = plain_letters(text), map(plain_letters, names)
    for kind, look in _LOOKS.items():
        for words in look(text):
            found[Mark(kind, " ".join(words.split()))] = None
    for words in _named(text, names):
        found[Mark("name", words)] = None
    return list(found)


_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")


def plain_letters(text: str) -> str:
    """As a reader sees it (Unicode NFKC): full-width digits, spaces that break no line, soft hyphens, marks that are not
    seen and long dashes, as they come from an office program or from a web page, hide nothing.
    """
    if text.isascii():
        return text
    seen = unicodedata.normalize("NFKC", with_few_marks(text)).translate(_DASHES)
    return "".join(one for one in seen if unicodedata.category(one) not in ("Cf", "Cs"))


# Postcodes: BS 7666; the areas are those of the Royal Mail.

_AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL"
    " GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX"
    " PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN"
    " WR WS WV YO ZE"
)
_AREA = "|".join(sorted(_AREAS.split(), key=len, reverse=True))
_BEGINS = r"(?<![\w/.-])(?=[A-Z]{1,2}[0-9])"
"""Where a postcode may begin: asked first, for most places in a text are none."""
_FULL = re.compile(rf"{_BEGINS}(?:{_AREA})[0-9][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{{2}}(?![\w/-])", re.IGNORECASE)
_SECTOR = re.compile(rf"{_BEGINS}(?:{_AREA})[0-9][0-9A-Z]? [0-9](?![\w/.,:%-]*[\w])")


def _postcodes(text: str) -> Iterator[str]:
    for found in _FULL.finditer(text):
        # Small letters run together are a word or a code more often than a postcode.
        if found[0] == found[0].upper() or " " in found[0]:
            yield found[0]
    yield from (found[0] for found in _SECTOR.finditer(text))


# Births and ages

_MONTH = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
_DATE = rf"(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:\d{{4}}|\d{{2}})|\d{{4}}-\d\d-\d\d|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}})"
_BORN = re.compile(rf"\b(?:born|birthday|date of birth|d\.?o\.?b)\b\.?[^.\n]{{0,20}}?(?<![\d/]){_DATE}", re.IGNORECASE)
_DAY = re.compile(_DATE, re.IGNORECASE)

_AGE = r"(?:1[0-9]|2[0-5]|[0-9])"
_NAME = r"(?P<name>[A-Z][a-zà-öø-ÿ’'-]+(?: [A-Z][a-zà-öø-ÿ’'-]+)?)"
_AGED = (
    re.compile(rf"\b{_NAME}(?:,| \(|,? who)? ?(?:is |was )?(?:aged?|age of) {_AGE}\b(?! ?(?:to|and|or|–|-|\+))"),
    re.compile(rf"\b{_NAME} (?:is|was|turned|turns) (?:only )?{_AGE}(?: years old\b|,|\.(?!\d)|$)"),
    re.compile(rf"\b{_NAME} \({_AGE}(?: years| yrs| years old)\)"),
    re.compile(rf"\b{_AGE}[- ]year[- ]old (?:called |named )?{_NAME}"),
)
_CAPITALISED = (
    "A Adults All An And Any Anybody Anyone Are As At Average Babies Boys Both But Care Carers Child Children Council Each"
    " Every Everybody Everyone Families For From Girls Group Groups He Homes Homework If In Infants Is It Key Learners Many"
    " Maximum Minimum Most No Nobody None Of On One Only Or Our Patients People Person Persons Places Pupils Residents"
    " School She Siblings Some Stage Staff Students Teenagers That The Their Them These They This Those To Under Until Up"
    " Users We Where Who With Year Years Young Youngsters Youth"
    " January February March April May June July August September October November December"
    " Monday Tuesday Wednesday Thursday Friday Saturday Sunday Article Clause Lot Part Question Schedule Section Table"
)  # fmt: skip
"""Words that begin a sentence, or stand before a number, and are nobody's name."""
_NO_NAMES = frozenset(_CAPITALISED.split())

_WORD = r"[A-Z][A-Za-zà-öø-ÿ’'-]*[a-zà-öø-ÿ]"
_FULL_NAME = rf"(?P<name>{_WORD} {_WORD}(?: {_WORD})?)"
_BARE_AGE = r"(?:1[0-8]|[0-9])(?: ?(?:years|yrs|yo))?"
_BESIDE = (
    re.compile(rf"\b{_FULL_NAME}, {_BARE_AGE}(?=[,;:)!?]|\.(?!\d)| (?:and|or|but|with|from|-)|$)", re.MULTILINE),
    re.compile(rf"\b{_FULL_NAME} \({_BARE_AGE}\)"),
    re.compile(rf"\b{_NAME}, {_AGE}, (?:who|is|has|lives|was|and|attends|needs)\b"),
)
"""A bare number beside a name: of two words at least, for after one it counts something else more often; or with a verb."""
_THINGS = (
    "Act Annex Appendix Avenue Band Bed Beds Bid Board Borough Breaks Building Chapter City Class Close Code Committee"
    " Contract Copies Count County Court Criterion Days Department Deputy District Division Drive Edition Figures Floor"
    " Form Framework Good Grade Hours House Hub Issue Item Lead Level Limited Lodge Ltd Manager Managers"
    " Meeting Meetings Mill Month Months Night Nights Note Number Office Officer Officers Order Outstanding Panel"
    " Paper Paragraph Phase Place Places Plan Point Points Policy Provider Providers Quality Rank Rating Ref Region"
    " Registered Regulation Regulations Report Review Road Rooms Round Row Rule Score Service Services Shift Shifts"
    " Shire Site Sleep Spaces Spring Square Standard Standards Statement Step Street Support Team Teams Term Terrace"
    " Total Town Trust Unit Units United Version Views Visits Volume Waking Way Week Weeks Worker Workers Yorkshire"
    " Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
)  # fmt: skip
"""Words of which a number beside them is no age."""
NO_PERSONS = _NO_NAMES | frozenset(_THINGS.split())
"""Capitalised words beside which a number is nobody's age."""


def _births(text: str) -> Iterator[str]:
    return (found[0] for found in _BORN.finditer(text))


def _ages(text: str) -> Iterator[str]:
    said = set[int]()  # the places that were found already
    for patterns, others in ((_BESIDE, NO_PERSONS), (_AGED, _NO_NAMES)):
        for pattern in patterns:
            for found in pattern.finditer(text):
                if not set(found["name"].split()) & others and found.end("name") not in said:
                    said.add(found.end("name"))
                    yield found[0].strip(" ,.")


# Numbers with a check

_NHS = re.compile(r"(?<![\w/.-])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}(?![\w/-])")
_UPN = re.compile(r"(?<!\w)[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z](?!\w)")
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def _nhs_numbers(text: str) -> Iterator[str]:
    """NHS Data Dictionary, NHS number: modulus 11 over nine digits weighted from 10 down to 2."""
    for found in _NHS.finditer(text):
        digits = [int(one) for one in found[0] if one.isdigit()]
        check = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
        if check % 11 == digits[9] and check != 10 and len(set(digits)) > 1:
            yield found[0]


def _pupil_numbers(text: str) -> Iterator[str]:
    """Department for Education, UPN guide: the first letter is the rest weighted from 2 up, modulus 23."""
    for found in _UPN.finditer(text):
        values = [int(one) if one.isdigit() else _UPN_LETTERS.index(one) for one in found[0][1:]]
        total = sum(value * weight for value, weight in zip(values, range(2, 14), strict=True))
        if _UPN_LETTERS[total % 23] == found[0][0]:
            yield found[0]


# Ways to reach somebody

_TELEPHONE = re.compile(
    r"(?<![\w£.,/-])(?:(?:\+44|0044)[ ()0-]{0,5}[1-9]|\(?0[1-9])[0-9]{1,4}\)?(?:[ -]?[0-9]{2,6}){1,4}(?![\w/])"
)
_AT = re.compile(r"@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_BEFORE_AT = re.compile(r"[\w.+-]{1,64}\Z")


_NOTICE = re.compile(r"[0-9]{6}-20[0-9]{2}")
"""The number of a notice on Find a Tender."""


def _telephones(text: str) -> Iterator[str]:
    for found in _TELEPHONE.finditer(text):
        is_other = _DAY.search(found[0]) or _NOTICE.fullmatch(found[0])
        if 10 <= sum(one.isdigit() for one in found[0]) <= 13 and not is_other:
            yield found[0]


def _e_mails(text: str) -> Iterator[str]:
    end = 0
    for found in _AT.finditer(text):
        before = _BEFORE_AT.search(text[max(end, found.start() - 64) : found.start()])
        if before:
            yield before[0] + found[0]
            end = found.end()


# Addresses

_WAY = r"(?:[A-Z][a-z’']+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Close|Crescent|Drive|Gardens|Terrace|Grove|Place|Row|Walk|Mews)\b"
_ADDRESS = (
    re.compile(rf"(?<![\w£.,/])[0-9]{{1,4}}[A-Za-z]?,? {_WAY}"),
    re.compile(
        r"\b(?:child|children|boys?|girls?|family|families|mother|father|parents|twins|siblings?|sons?|daughters?|baby|"
        rf"brothers?|sisters?)\b (?:of|from|at|in|on|living (?:at|in|on)|who lives? (?:at|in|on)) (?:the )?{_WAY}",
    ),
)  # fmt: skip


def _addresses(text: str) -> Iterator[str]:
    return (found[0] for pattern in _ADDRESS for found in pattern.finditer(text))


# Names of the case


def _named(text: str, names: Iterable[str]) -> Iterator[str]:
    """The names that stand in the text as whole words, in whatever case."""
    wanted = {" ".join(name.split()) for name in names}
    for name in sorted(wanted, key=lambda one: (-len(one), one)):
        pattern = r"\s+".join(map(re.escape, name.split()))
        if len(name) > 1 and (found := re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)):
            yield found[0]


_LOOKS: dict[Kind, Callable[[str], Iterator[str]]] = {
    "postcode": _postcodes,
    "birth": _births,
    "age": _ages,
    "nhs-number": _nhs_numbers,
    "upn": _pupil_numbers,
    "telephone": _telephones,
    "e-mail": _e_mails,
    "address": _addresses,
}
