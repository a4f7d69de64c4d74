"""What somebody fills in who asks why, or who challenges: two forms that are never one."""

from __future__ import annotations

from fairplace.forms.fields import Field
from fairplace.forms.task import options

GROUNDS = options(
    ("equal-treatment", "We were treated differently from others", "Who may bid, what they are told, and until when"),
    ("criteria", "The criteria or their weights were not those published"),
    ("scoring", "Our bid, or another, was given the wrong mark"),
    ("reasons", "The reasons we were given are missing, or do not explain the mark"),
    ("conflict-of-interest", "Somebody who judged has an interest in the outcome"),
    ("time-limits", "A time limit was not kept, or was too short"),
    ("notice", "A notice was missing, late or wrong"),
    ("award", "The contract goes to the wrong bid, or to nobody who should have it"),
    ("other", "Something else"),
)
REMEDIES = options(
    ("explanation", "A full explanation"),
    ("re-score", "Our bid, or all bids, marked again"),
    ("re-run", "The competition held again"),
    ("withdraw-award", "The award taken back"),
    ("apology", "An apology"),
    ("other", "Something else", "Say what in your own words above"),
)

ASK = (
    Field(name="words", label="What do you want to know?", kind="words"),
    Field(name="name", label="Your name", kind="line", hint="So that they know whom they answer"),
)

LET_GO = Field(name="happened_at", label="When was it let go?", kind="moment")

CHALLENGE = (
    Field(
        name="kind",
        label="What is this?",
        kind="choice",
        options=options(
            ("complaint", "A challenge to the authority", "It has to acknowledge it, answer it and decide it"),
            ("pre-action-letter", "A letter before court action", "Your lawyer will tell you whether you need one"),
        ),
        public=True,
    ),
    Field(name="ground", label="On what ground?", kind="choice", options=GROUNDS, public=True),
    Field(
        name="words",
        label="What was wrong, point by point?",
        kind="words",
        hint="Name the criterion, the mark and the page of your bid. Name no child",
    ),
    Field(name="remedy", label="What should follow?", kind="choice", options=REMEDIES, public=True),
    Field(name="name", label="Your name and what you are at the provider", kind="line"),
)
