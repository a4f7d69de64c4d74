"""A look at a page in the middle of a story: accessible, narrow enough at every width, and a picture when asked for.

The page is measured at every width. axe runs at one of them, which the name of the page chooses; in `make matrices`, and
for pictures, at all of them. Contrast, of text and of links within it, takes most of its time and comes from one style
sheet: it is looked at where that width is the largest.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

from axe_playwright_python.async_playwright import Axe
from axe_playwright_python.base import AxeResults
from playwright.async_api import Page

from tests.browser.pictures import picture
from tests.matrix import WHOLE, some

WIDTHS = (320, 390, 1280)

LOOK = """() => {
  const page = document.documentElement, details = [...document.querySelectorAll('details')];
  const offered = [...document.querySelectorAll('[data-check-offer], [data-when]')].map(one => [one, one.hidden]);
  details.forEach(one => one.open = false);
  const folded = page.scrollWidth;
  offered.forEach(([one]) => one.hidden = one.dataset.when !== 'server');
  const tall = document.body.getBoundingClientRect().height;
  offered.forEach(([one, hidden]) => one.hidden = hidden);
  details.forEach(one => one.open = true);
  return [folded, tall, page.scrollWidth];
}"""
"""How wide the page is, how tall without what its script offers, and how wide with everything unfolded, as which it is
left: that is part of it too."""

BROKEN = r"""() => {
  const found = [], words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const within = node.parentElement;
    if (within.closest('code, pre, textarea, svg, .fp-digest') || within.getBoundingClientRect().width < 2) continue;
    for (const word of node.data.matchAll(/(?<=^|\s)[A-Za-z\u2019]{3,14}(?=[\s.,;:?!)]|$)/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].filter(one => one.width).map(one => Math.round(one.top)));
      if (lines.size > 1) found.push(word[0]);
    }
  }
  return found;
}"""
"""Words that a narrow column breaks in two; digests, ids and addresses may be."""

RUN_AXE = """contrast => axe.run({
  resultTypes: ['violations'], preload: false,
  rules: {'color-contrast': {enabled: contrast}, 'link-in-text-block': {enabled: contrast}},
}).then(found => ({violations: found.violations}))"""
"""What is well is not carried out of the page: there is far more of it."""


def widths_for_axe(name: str) -> Sequence[int]:
    """One for each page, so that a third of the pages is looked at as a telephone, a third as a desk."""
    return some(WIDTHS, WIDTHS[crc32(name.encode()) % len(WIDTHS)])


async def accessible(page: Page, name: str, *, contrast: bool = True) -> None:
    """As the page stands; axe is in it already."""
    found = AxeResults(await page.evaluate(RUN_AXE, contrast))
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"


async def look(page: Page, name: str) -> None:
    """Check the page as it stands; `FAIRPLACE_SCREENSHOTS` names a folder for pictures of it."""
    await picture(page, name)
    pictures = os.environ.get("FAIRPLACE_SCREENSHOTS")
    before = page.viewport_size
    await page.evaluate(Axe().axe_script)
    chosen = WIDTHS if pictures else widths_for_axe(name)
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        folded, _, unfolded = await page.evaluate(LOOK)
        assert max(folded, unfolded) <= width, f"{name} scrolls sideways at {width} px"
        broken = await page.evaluate(BROKEN) if width > WIDTHS[0] else []
        assert not broken, f"{name} breaks words at {width} px: {broken[:9]}"
        if width in chosen:
            contrast = WHOLE or bool(pictures) or width == WIDTHS[-1]
            await accessible(page, f"{name}, {width} px", contrast=contrast)
        if pictures and width != WIDTHS[0]:
            await page.screenshot(path=Path(pictures) / f"{name}-{width}.png", full_page=True)
    if before is not None:
        await page.set_viewport_size(before)
