"""Written answers without names: what whoever marks reads in place of the bids, where bids are marked without names.

- An answer that names a bidder, in its words or in the name of its file, is not given to anybody who marks.
- What could not be read is not taken for clean: whoever keeps the file looks at it, and says so.
- Given out is the copy without its authors alone, never the file as it came.
"""

from __future__ import annotations

from collections.abc import Collection

from fairplace.decision import History
from fairplace.errors import Refused
from fairplace.filing.passages import Look, Looked
from fairplace.filing.words import words_of
from fairplace.guarding.marks import find
from fairplace.people.sight import are_open
from fairplace.procurement.state import state_of
from fairplace.terms import Instant

KIND = "answer"
MOST_SAID = 8
"""Places that are said one by one; a document is mended once, and looked through again."""

_COMMON = (
    "and care centre charity children children’s community company council family foster fostering foundation group home"
    " homes house housing limited living lodge ltd north partners partnership school service services social south support"
    " supported the trust young youth"
)
COMMON = frozenset(_COMMON.split())
"""Words of a provider's name that stand in every answer and tell nobody."""


def names_of(past: History) -> set[str]:
    """What would tell whose a bid is: the names and ids of those who bid, and the words of a name that are nobody else's."""
    found: set[str] = set()
    for bid in state_of(past).bids.values():
        found |= {bid.provider.id, bid.provider.name}
        found |= {word for word in bid.provider.name.split() if len(word) > 3 and word.casefold() not in COMMON}
    return found


def look_for(past: History) -> Look:
    """How an answer is looked through: for the names of those who bid."""
    names = names_of(past)

    def look(data: bytes, media: str) -> Looked:
        words = words_of(data, media)
        said = [
            f"{passage.place}: “{found}” tells whose bid it is"
            for passage in words.passages
            for found in _found(passage.words, names)
        ]
        more = len(said) - MOST_SAID
        return Looked(found=(*said[:MOST_SAID], *((f"and {more} more",) if more > 0 else ())), unread=words.unread)

    return look


def _found(text: str, names: Collection[str]) -> list[str]:
    return [mark.words for mark in find(text, names) if mark.kind == "name"]


def may_come(past: History, now: Instant, name: str) -> None:
    """Raises Refused for an answer that comes before the bids are opened, and for a file that is called after a bidder."""
    if not state_of(past).veil:
        raise Refused("bids are not marked without names in this case; put it in as a bid", code="order")
    if not are_open(past, now):
        raise Refused("the bids are not opened yet; written answers come out of opened bids", code="order")
    plain = name.replace("_", " ").replace("-", " ")
    if named := _found(plain, names_of(past)) or _found(name, names_of(past)):
        raise Refused(
            f"the file is called after a bidder: “{named[0]}”; call it by its letter, such as Bid C.pdf", code="named"
        )
