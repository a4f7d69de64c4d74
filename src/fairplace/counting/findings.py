"""What the rules found in each decision, as tables: whether anything, and by which rule.

- A decision counts once: nothing found, one rule, or more than one. Rules whose answer is told by a table of its own
  (asked alike, matched, reasons, emergencies) are not among them: two tables over the same answers could be subtracted.
- A rule found something where it says *not met* or *concern*. That is a question to the authority, not a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping

from fairplace.disclosure_control.plan import Table

RULES: Mapping[str, str] = {
    "PL-04": "no head start by introduction",
    "PL-05": "tier order",
    "PL-06": "referral complete",
    "PL-07": "own homes asked the same",
    "PL-08": "criteria first and kept",
    "PL-09": "every offer on every criterion",
    "PL-10": "own homes judged the same",
    "PL-11": "best or reasoned departure",
    "PL-12": "nearest suitable",
    "PL-14": "not more specialist than needed",
    "PL-15": "staff are no specialism",
    "PL-16": "clinical basis",
    "PL-17": "child's view weighed",
    "PL-18": "connections weighed",
    "PL-20": "fee adds up",
    "PL-21": "fee against like needs",
    "PL-22": "agreed rate honoured",
    "PL-23": "same uplift rule",
    "PL-24": "paid capacity first",
    "PL-26": "lawful setting",
    "PL-27": "distance approved and told",
}
"""The rules that are counted here, with their names."""

FOUND = ("not-met", "concern")
UNREGISTERED, NONE, SEVERAL, UNTOLD = "unregistered-use", "nothing-found", "several-rules", "cannot-tell"
_WORDS = {
    UNREGISTERED: "Unregistered use, whatever else was found",
    NONE: "Nothing found",
    UNTOLD: "Nothing found, but a rule could not tell",
}
_BY_RULE = {code.lower(): f"{code}, {name}" for code, name in RULES.items()}


def labels(outcomes: Mapping[str, str], *, unregistered: bool) -> tuple[str, str]:
    """Whether the rules found anything in one decision, and which of them did. A rule that was not asked cannot tell."""
    if unregistered:
        return UNREGISTERED, UNREGISTERED
    said = {code: outcomes.get(code, UNTOLD) for code in RULES}
    found = [code for code, outcome in said.items() if outcome in FOUND]
    if found:
        return "found", found[0].lower() if len(found) == 1 else SEVERAL
    none = UNTOLD if UNTOLD in said.values() else NONE
    return none, none


TABLES = (
    Table(
        name="outcomes",
        title="Did the rules find anything?",
        text=(
            "Each decision, by whether one of the rules PL-04 to PL-27 says “not met” or “concern” of it. Such a finding "
            "is a question to the authority, not a verdict. PL-01 to PL-03, PL-13, PL-19 and PL-25 are not counted here: "
            "what they find is told by the tables about asking alike, matching, reasons and emergencies."
        ),
        by="outcome",
        labels=(NONE, "found", UNREGISTERED, UNTOLD),
        words={**_WORDS, "found": "Something found"},
        measure="share",
        within="unregistered",
        inside={NONE: "not-used", "found": "not-used", UNTOLD: "not-used", UNREGISTERED: "used"},
        grain="half-year",
    ),
    Table(
        name="findings",
        title="Findings by rule",
        text="Each decision, by the rule that found something in it. Where more than one did, it has a line of its own.",
        by="finding",
        labels=(NONE, *_BY_RULE, SEVERAL, UNREGISTERED, UNTOLD),
        words={**_WORDS, **_BY_RULE, SEVERAL: "More than one of these rules"},
        measure="share",
        within="outcomes",
        inside={
            NONE: NONE,
            **dict.fromkeys((*_BY_RULE, SEVERAL), "found"),
            UNREGISTERED: UNREGISTERED,
            UNTOLD: UNTOLD,
        },
        grain="half-year",
    ),
)
