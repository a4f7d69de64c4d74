"""What a weekly fee is made of: lines that add up to it, each linked to a need or to the running of the home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairplace.referral.values import FeeLine
from fairplace.terms import Pence

SHARES: Mapping[str, Mapping[str, int]] = {
    "residential": {"accommodation": 22, "care_staffing": 47, "education": 8, "therapy": 6, "allowances": 4},
    "foster": {"accommodation": 15, "care_staffing": 55, "allowances": 12},
    "supported": {"accommodation": 40, "care_staffing": 35, "allowances": 8},
}
"""Hundredths; what is left is management."""
MATCHING = 4
"""Hundredths for visits and bridging before the move, where a specialist need is met."""


def composed(fee: Pence, family: str, category: str, needs: Sequence[str]) -> list[FeeLine]:
    """The lines of a fee, to the penny. Every need has a line, every line but management a need."""
    shares = dict(SHARES[family])
    if category == "specialist":
        shares["matching_transition"] = MATCHING
    amounts = {code: fee * share // 100 for code, share in shares.items()}
    linked = list(shares)
    lines = [
        FeeLine(
            code=code,  # type: ignore[arg-type]  # a word of the list
            amount=amount,
            payer="send" if code == "education" else "care",
            needs=[need for number, need in enumerate(needs) if linked[number % len(linked)] == code] or [needs[0]],
        )
        for code, amount in amounts.items()
    ]
    return [*lines, FeeLine(code="management", amount=fee - sum(amounts.values()), payer="care", needs=[])]
