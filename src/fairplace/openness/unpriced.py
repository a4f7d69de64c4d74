"""Whether the points of a bid, made public, would tell the price of a bid that lost.

- The formula, the weights, the marks and the winners' prices are public: whoever has the points of one bid for its price
  has its price, and the points of a winner that was not the cheapest give the lowest price.
- So points are told of all bids where price counts for nothing, else of the winners alone, and of those only when they
  are what they would be if the bids that lost had never come.
"""

from __future__ import annotations

from collections.abc import Collection

from fairplace.decision import History
from fairplace.procurement.events import CriteriaChanged, Moderated, TenderPublished
from fairplace.procurement.scoring import Scored, results
from fairplace.procurement.state import state_of
from fairplace.terms import Place


def price_counts_for_nothing(history: History) -> bool:
    """No criterion was ever about price, nor does price part bids that come out level."""
    published = history.of(TenderPublished)
    criteria = [one for _, event in published for one in event.criteria]
    criteria += [one for _, event in history.of(CriteriaChanged) for one in event.criteria]
    by_price = any(event.tie_break == "lowest-price" for _, event in published)
    return bool(published) and not by_price and all(one.kind != "price" for one in criteria)


def winners_stand_alone(history: History, winners: Collection[Place]) -> bool:
    """The recorded points of the winners follow from their own marks and prices, as if nobody else had bid."""
    state, moderated = state_of(history), history.last(Moderated)
    if moderated is None or state.scale is None or state.tender is None or not winners:
        return False
    prices = {bid.place: bid.price for bid in state.bids.values()}
    alone = {
        place: Scored(marks=marks, price=prices.get(place))
        for place in winners
        if (marks := moderated[1].bids[place].marks.get()) is not None
    }
    computed = results(state.criteria, state.scale, state.price_formula, state.tender.tie_break, alone)
    return all(
        place in computed and place in state.results and computed[place].points == state.results[place].points
        for place in winners
    )
