"""How a table was counted and what was hidden, in plain words, from the plan itself: the words cannot drift from it."""

from __future__ import annotations

from fairplace.disclosure_control.plan import LEAST_NAMED, MONEY_DELAY, Table

MEASURES = {
    "count": "Each number counts {unit}.",
    "share": "Each share is the number of {unit} divided by all to which it can apply; at least six of them.",
    "mean": "Each value is a mean of at least {least} decisions.",
    "median": "Each value is a median of at least {least} decisions: half have more, half have less.",
    "rate": "Each rate is for 1,000 looked-after children of the place.",
}
DEPTHS = {
    "authority": "An authority has numbers of its own where they are about six children or more; otherwise it is counted in the area around it.",
    "sub-region": "Numbers are given for regions and the parts of a region, not for single authorities.",
    "region": "Numbers are given for whole regions only.",
}


def method(table: Table) -> str:
    """A paragraph for whoever reads the table."""
    said = [
        table.text.strip(),
        MEASURES[table.measure].format(least=table.least_for_values, unit=table.unit),
        DEPTHS[table.down_to],
        "Numbers from one to five are never shown, nor others from which they could be worked out.",
        "Authorities that look after fewer than 100 children have their numbers rounded to the nearest five.",
        "What became known after the numbers of its period were out is counted in the next period.",
    ]
    if table.zero_reveals:
        said.append("Where all decisions of a place would be alike, none of its numbers are shown.")
    if table.named_providers:
        said.append(f"Providers are compared only where each has at least {LEAST_NAMED} decisions.")
    if table.pair is not None:
        said.append(f"Beside each stands {table.pair_words}; neither is shown without the other.")
    if table.money:
        said.append(
            f"Fees come out {MONEY_DELAY} quarters later, as medians only, and not where one provider stands for more "
            f"than 80% of them. The public-interest test: {table.public_interest_test.strip()}"
        )
    return " ".join(said)
