"""Trade secrets of a bid at the command line: what its bidder marks is kept beside the log until the bids are opened."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from fairplace import procedure
from fairplace.bidding.commands import MOST_PARTS
from fairplace.counted import counted
from fairplace.decision import History
from fairplace.errors import Malformed, Missing, Refused
from fairplace.forms.secrets import LONGEST, marks_of, wrong
from fairplace.guarding.marks import find
from fairplace.on_disk import Register
from fairplace.post.lodgings import Mark
from fairplace.procurement.state import state_of
from fairplace.workroom import Workroom

BY = "console"
"""Who marked it, as far as the register's own list says."""


def mark_secrets(folder: Path, case: str, provider: str, file: Path, told: Console) -> int:
    """Keep what a bidder marks; its newest word counts, and a file without a line takes every mark back."""
    procedure.a_case(case, "the case")
    found = marks_of([line for line in _text(file).splitlines() if line.strip()])
    if why := wrong(found):
        raise Malformed(f"{file}: {why}")
    with Register.open(folder) as register:
        past = register.reader.case(case)
        if not past:
            raise Missing(
                f"there is no case {case} in {folder}; 'fairplace check {folder} --json' names those that there are"
            )
        state = state_of(History(case=case, events=past))
        if state.opened:
            raise Refused(
                "the bids are opened; record what else is marked with mark-secrets and 'fairplace record'", code="order"
            )
        if state.in_time(provider) is None and provider not in state.undecided_late:
            raise Refused(f"no bid of {provider[:100]} is in; lodge it first, then mark its parts", code="order")
        marks = tuple(Mark(part=one["part"], reason=one["reason"]) for one in found)
        Workroom(register).lodgings.mark(case, provider, marks, person=BY)
    told.print(
        f"Kept {counted(len(marks), 'mark')} of {provider}. It leaves no entry: the officer records it once the bids are opened.",
        markup=False,
        soft_wrap=True,
    )
    if doubts := [one.sentence for one in find("\n".join(f"{one.part}: {one.reason}" for one in marks), ())]:
        told.print(
            f"Look at these words once more: {'; '.join(doubts)}. If they tell of a child, take them out and mark anew:"
            " the newest word counts.",
            markup=False,
            soft_wrap=True,
        )
    return 0


def _text(file: Path) -> str:
    most = 4 * LONGEST * MOST_PARTS
    try:
        with file.open("rb") as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise Malformed(f"{file} has more than {most} bytes; name at most {MOST_PARTS} parts, one a line")
        return data.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise Missing(
            f"there is no file {file}; give one with a line for each part: its name, a colon, the reason"
        ) from error
    except OSError as error:
        raise Malformed(f"{file} cannot be read: {error.strerror}; give a text file") from error
    except UnicodeDecodeError as error:
        raise Malformed(f"{file} is no text in UTF-8; save it as one, a line for each part") from error
