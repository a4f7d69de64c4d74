"""How a fact is written for people: the filters of all templates. None is "not known" in the template, never here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from markupsafe import Markup

from fairplace.counted import counted
from fairplace.terms import LONDON, moment

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def as_day(value: str) -> dt.date:
    """The day in London of a day or of an instant."""
    return moment(value).astimezone(LONDON).date() if "T" in value else dt.date.fromisoformat(value)


def date(value: str) -> str:
    """`19 November 2026`."""
    found = as_day(value)
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def named_day(value: str | dt.date, today: dt.date | None = None) -> str:
    """`Thursday 3 December`; with its year where it is more than half a year from today."""
    found = as_day(value) if isinstance(value, str) else value
    year = f" {found.year}" if today is None or abs((found - today).days) > 183 else ""
    return f"{WEEKDAYS[found.weekday()]} {found.day} {MONTHS[found.month - 1]}{year}"


def clock(value: dt.datetime) -> str:
    """`4:10pm`, and in words the two hours that are misread: midday and midnight."""
    if not value.minute and value.hour in {0, 12}:
        return "midday" if value.hour else "midnight"
    half = "am" if value.hour < 12 else "pm"
    minutes = f":{value.minute:02d}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes}{half}"


def date_time(value: str) -> str:
    """`19 November 2026, 4:10pm` in London; a mere day gets no invented hour."""
    if "T" not in value:
        return date(value)
    return f"{date(value)}, {clock(moment(value).astimezone(LONDON))}"


_SAID = re.compile(
    r"""(?<!\w)'[^']*'|"[^"]*"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])"""
)


def dated(text: str) -> str:
    """The days and moments of a sentence as people read them. What stands in quotation marks somebody wrote: it stays."""

    def told(found: re.Match[str]) -> str:
        try:
            return found[0] if found[0][0] in "'\"" else date_time(found[0])
        except ValueError:
            return found[0]

    return _SAID.sub(told, text)


def time_tag(value: str, *, hour: bool = True) -> Markup:
    """The same for people and machines."""
    words = date_time(value) if hour else date(value)
    return Markup('<time datetime="{}">{}</time>').format(value, words)


def exact_time_tag(value: str) -> Markup:
    """`1 April 2026, 1:00:01pm`, for what a second decides: whether a bid was in time."""
    at = moment(value).astimezone(LONDON)
    half = "am" if at.hour < 12 else "pm"
    words = f"{date(value)}, {at.hour % 12 or 12}:{at.minute:02d}:{at.second:02d}{half}"
    return Markup('<time datetime="{}">{}</time>').format(value, words)


def span(first: str, last: str) -> Markup:
    """From one moment to another; a day in common is named once."""
    if date_time(first) == date_time(last):
        return time_tag(first)
    if as_day(first) != as_day(last) or "T" not in last:
        return Markup("{} to {}").format(time_tag(first), time_tag(last))
    until = Markup('<time datetime="{}">{}</time>').format(last, clock(moment(last).astimezone(LONDON)))
    return Markup("{} to {}").format(time_tag(first), until)


def money(pence: int) -> str:
    """`£1,234,567`, with pence only where there are some."""
    pounds, rest = divmod(abs(pence), 100)
    sign = "−" if pence < 0 else ""
    return f"{sign}£{pounds:,}.{rest:02d}" if rest else f"{sign}£{pounds:,}"


def share(basis_points: int) -> str:
    """`15%` or `12.5%`."""
    return f"{points(basis_points)}%"


def points(basis_points: int) -> str:
    """Hundredths without idle zeros: 8143 is `81.43`, 1500 is `15`."""
    whole, rest = divmod(abs(basis_points), 100)
    text = f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    return f"−{text}" if basis_points < 0 else text


def listed(names: Sequence[str]) -> str:
    """`Ada`, `Ada and Ben`, `Ada, Ben and Cay`."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def size(number: int) -> str:
    """`740 bytes`, `12 kB`, `1.2 MB`."""
    if number < 1000:
        return f"{number:,} bytes"
    return f"{round(number / 1000):,} kB" if number < 999_500 else f"{number / 1_000_000:,.1f} MB"


def capitalised(text: str) -> str:
    """A sentence that was written without its capital; unlike Jinja's own, the rest stays as it is."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """A label within a sentence; the names in it keep their capitals."""
    return text[:1].lower() + text[1:]


_UNSEEN = re.compile(
    "[\x85\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What shows nothing of its own, or turns the direction of what follows (Unicode UAX 9, section 2). Joiners stay: some
scripts need them."""


def plainly(text: str) -> str:
    """A text in which nothing is hidden, and of which no letter changes how another is read: `[U+202E]` for such."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def lines(text: str) -> Markup:
    """Free text with its own line ends kept: paragraphs at empty lines, breaks at single ones."""
    blocks = (block.strip("\n") for block in text.split("\n\n"))
    return Markup("").join(
        Markup("<p class='govuk-body'>{}</p>").format(Markup("<br>").join(block.split("\n")))
        for block in blocks
        if block.strip()
    )


FILTERS = {
    "date": date,
    "date_time": date_time,
    "dated": dated,
    "exact_time_tag": exact_time_tag,
    "time_tag": time_tag,
    "span_to": span,
    "money": money,
    "share": share,
    "points": points,
    "count_of": counted,
    "listed": listed,
    "capitalised": capitalised,
    "lower_first": lower_first,
    "plainly": plainly,
    "file_size": size,
    "text_lines": lines,
}
