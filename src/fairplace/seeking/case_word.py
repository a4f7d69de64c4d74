"""Two words by which people speak of a search: drawn from the case's random number, so that they say nothing of a child.

Never initials, never anything that was typed. Two searches can share a word; their numbers differ.
"""

from __future__ import annotations

import hashlib

from fairplace.terms import CaseId


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    "Amber Ash Azure Birch Bronze Cedar Chalk Clay Cobalt Copper Coral Cotton Crimson Dusk Elm Ember"
    " Fern Flint Frost Gorse Granite Hazel Heather Indigo Iron Ivory Jade Juniper Larch Laurel Linen Maple"
    " Marble Meadow Mist Moss Oak Ochre Olive Opal Pearl Pine Plum Poplar Quartz Rowan Russet Sage"
    " Sand Scarlet Shale Silver Slate Spruce Straw Summer Teal Thistle Timber Topaz Umber Violet Willow Winter"
)
_SECOND = _words(
    "Anchor Arch Barn Basket Beacon Bell Bench Boat Bridge Candle Canal Chimney Clock Compass Cup Door"
    " Drum Engine Ferry Field Flute Ford Fountain Garden Gate Harbour Hill Island Kettle Kite Ladder Lake"
    " Lamp Lantern Lighthouse Loom Market Mill Mirror Orchard Oven Paddle Path Pier Pillar Pond Quay Quilt"
    " Raft River Sail Shell Stair Stile Stone Stream Table Tower Trumpet Valley Wagon Well Wheel Window"
)


def case_word(case: CaseId) -> str:
    """`Copper Lantern`: the same for a case wherever it is shown."""
    digest = hashlib.sha256(f"case word\n{case}".encode("utf-8", "replace")).digest()
    return f"{_FIRST[digest[0] % len(_FIRST)]} {_SECOND[digest[1] % len(_SECOND)]}"
