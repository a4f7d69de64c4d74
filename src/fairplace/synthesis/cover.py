"""Cover rounds through the story, by the law that a served register keeps: else the demo's log would count its bids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from fairplace.covering import CoverRounds
from fairplace.synthesis.agenda import at
from fairplace.synthesis.chance import Chance
from fairplace.synthesis.council import Council


def covered(council: Council) -> Iterator[datetime]:
    """Ask every half hour or so, day and night, whether a round is due. Like all else it comes on a full minute."""
    rounds = CoverRounds(council.register)
    chance = Chance("demo", council.seed, "cover")
    moment = at(0, 9)
    while True:
        minutes = chance.between(1, 59)
        moment += timedelta(minutes=minutes)
        yield moment
        if rounds.tick(60 * minutes):
            council.clock.pass_by(chance.between(15, 75))
