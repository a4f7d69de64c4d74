"""The pictures of `docs/how-to/pictures`: which look of which story becomes which file.

`make pictures` tells the stories with `FAIRPLACE_PICTURES` naming the folder, and each look that is listed here leaves its
picture there: small, with few colours, and without what lies below a screen and a half.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image
from playwright.async_api import Page

PHONE, DESK = 390, 800
"""Widths in pixels."""
TALLEST = 1100
COLOURS = 32

PICTURES = {
    "my work, waiting for the standstill": ("my-work", DESK),
    "bought at once, with what is missing": ("bought-at-once", PHONE),
    "my work, with a challenge": ("my-work-with-a-challenge", DESK),
    "decide on a late bid": ("a-late-bid", DESK),
    "decide on an interest": ("decide-on-an-interest", DESK),
    "staying out": ("staying-out", DESK),
    "an override": ("an-override", DESK),
    "my work, with something to sign second": ("to-sign-second", DESK),
    "marks": ("marks", DESK),
    "sign an award": ("sign-an-award", DESK),
    "our details": ("our-details", DESK),
    "sign a bid": ("sign-a-bid", DESK),
    "receipt of a bid": ("receipt-of-a-bid", DESK),
    "debrief": ("debrief", DESK),
    "own results, side by side": ("side-by-side", DESK),
    "trade secrets, marked": ("trade-secrets", DESK),
    "the fill sheet of a change": ("fill-sheet", DESK),
    "formal faults, what came": ("what-was-put-right", DESK),
    "awards, looked at": ("awards-looked-at", DESK),
    "people": ("people", DESK),
    "somebody's keys": ("somebodys-keys", DESK),
    "openers": ("an-openers-key", DESK),
    "opening, for one opener": ("opening", DESK),
    "take in a bid, with what is missing": ("take-in-a-bid", DESK),
    "home 08 judge the offers": ("judge-the-offers", DESK),
    "home 09 the table of offers": ("the-table-of-offers", DESK),
}
"""File and width by the name of the look."""


async def picture(page: Page, name: str) -> None:
    """Leave the picture of this look, where pictures are asked for and this is one of them."""
    folder = os.environ.get("FAIRPLACE_PICTURES")
    if not folder or name not in PICTURES:
        return
    file, width = PICTURES[name]
    before = page.viewport_size
    await page.set_viewport_size({"width": width, "height": TALLEST})
    await page.evaluate("scrollTo(0, 0)")
    taken = await page.screenshot(clip={"x": 0, "y": 0, "width": width, "height": TALLEST})
    if before is not None:
        await page.set_viewport_size(before)
    with Image.open(io.BytesIO(taken)) as whole:
        few = whole.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(Path(folder) / f"{file}.png", optimize=True)
