"""The words of a PDF: each page, each piece that pages share, notes, form fields, headings and links.

- Letters come one by one at places; where there is a gap, there was a space.
- A picture, writing whose letters cannot be told, and a page without any word are said to be unread: look yourself.
- Shapes that were drawn as letters are no text; a page that has words beside them does not tell of them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

from fairplace.filing import kinds
from fairplace.filing.passages import Passage, Unread, may_hold_words
from fairplace.filing.pdf_fonts import LOST, Font, font_of, unpacked

MOST_PAGES = 600
MOST_CONTENT = 2_000_000
"""Bytes of what draws one page: read at once, they take a hundred times their size in memory."""
MOST_STEPS = 400_000
"""Steps of drawing that are followed in one file."""
MOST_BYTES = 30_000_000
"""Bytes of drawing that are unpacked in one file; what is drawn twice counts twice."""
LEAST_OF_FONT = 20_000
"""Bytes that a font counts for beside its map: to read one takes a while, however small it is."""
MOST_INSIDE = 6
"""How deep one piece is drawn inside another."""

_PAINTS = frozenset({"f", "F", "f*", "S", "s", "B", "b", "B*", "b*", "sh"})
_SAID = (
    "/Contents",
    "/RC",
    "/V",
    "/DV",
    "/T",
    "/TU",
    "/TM",
    "/Opt",
    "/CA",
    "/Alt",
    "/ActualText",
    "/E",
    "/Title",
    "/URI",
    "/NM",
    "/Subj",
)
"""Members that hold what somebody wrote: notes, fields and what can be chosen in them, alternative texts, headings, links."""

_DAMAGE = (pikepdf.PdfError, TypeError, AssertionError, *kinds.DAMAGE)
_SAME = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

Matrix = tuple[float, float, float, float, float, float]


def passages(data: bytes) -> Iterator[Passage | Unread]:
    """Everything in the file that is words."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            reader = _Reader(pdf)
            for number, page in enumerate(pdf.pages, 1):
                if number > MOST_PAGES or reader.left <= 0:
                    yield Unread(what=f"what comes from page {number} on")
                    break
                yield from reader.page(page, number)
            yield from _said(pdf)
    except pikepdf.PasswordError:
        yield Unread(what="all of it: it is protected by a password")
    except _DAMAGE:
        yield Unread(what="all of it, or some: it is damaged")


def _said(pdf: pikepdf.Pdf) -> Iterator[Passage]:
    """What stands beside the pages, wherever in the file."""
    for one in pdf.objects:
        waiting: list[tuple[Any, int]] = [(one, 0)]
        while waiting:
            held, depth = waiting.pop()
            if isinstance(held, pikepdf.Array):
                inside = list(held)
            elif isinstance(held, pikepdf.Dictionary | pikepdf.Stream):
                for words in (words for name in _SAID for words in _strings(held.get(name))):
                    yield Passage(
                        place="a note, a form field, a heading or a link", words=words.removeprefix("mailto:")
                    )
                inside = [held[name] for name in held.keys()]  # noqa: SIM118 - a PDF dictionary is no mapping
            else:
                continue
            if depth < kinds.MOST_DEPTH:
                waiting += [(each, depth + 1) for each in inside if _is_inside(each)]


def _strings(held: Any, depth: int = 0) -> Iterator[str]:
    """A string, or those of a list: of what can be chosen, each has a value and a name (section 12.7.4.4)."""
    if isinstance(held, pikepdf.String):
        yield str(held)
    elif isinstance(held, pikepdf.Array) and depth < 2:
        for one in held:
            yield from _strings(one, depth + 1)


def _is_inside(each: object) -> bool:
    return isinstance(each, pikepdf.Object) and not each.is_indirect


class _Reader:
    """Follows what draws the pages of one file, as far as its words go."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._fonts: dict[tuple[int, int], Font] = {}
        self.left = MOST_STEPS
        self._bytes = MOST_BYTES

    def page(self, page: pikepdf.Page, number: int) -> Iterator[Passage | Unread]:
        drawn = _Drawn()
        place = f"page {number}"
        try:
            content = self._content(page.obj.get("/Contents"))
            if content is None:
                yield Unread(what=f"{place}, which cannot be unpacked")
                return
            self._draw(content, page.resources, drawn, _SAME, 0)
            for note in list(page.obj.get("/Annots") or [])[:500]:
                self._look_of(note, drawn)
        except _DAMAGE:
            yield Unread(what=f"{place}, or some of it: it is damaged")
        words = "".join(drawn.found)
        yield Passage(place=place, words=words.replace(LOST, ""))
        if drawn.pictures:
            yield Unread(
                what=f"a picture on {place}" if drawn.pictures == 1 else f"{drawn.pictures} pictures on {place}"
            )
        if LOST in words:
            yield Unread(what=f"writing on {place} in a font that does not tell its letters")
        elif not words.strip() and drawn.painted and not drawn.pictures:
            yield Unread(what=f"{place}, which has drawings and no words")
        if drawn.missed:
            yield Unread(what=f"a piece of {place} that cannot be unpacked")

    def _content(self, given: object) -> bytes | None:
        parts = list(given) if isinstance(given, pikepdf.Array) else [given] if given is not None else []
        found, size = [], 0
        for one in parts:
            data = unpacked(one, MOST_CONTENT - size)
            if data is None:
                return None
            size += len(data)
            found.append(data)
        return b"\n".join(found)

    def _look_of(self, note: object, drawn: _Drawn) -> None:
        """How a note or a field looks on the page (section 12.5.5)."""
        looks = note.get("/AP") if isinstance(note, pikepdf.Dictionary) else None
        normal = looks.get("/N") if isinstance(looks, pikepdf.Dictionary) else None
        if isinstance(normal, pikepdf.Stream):
            self._piece(normal, pikepdf.Dictionary(), drawn, _SAME, 0)

    def _piece(self, piece: pikepdf.Object, resources: Any, drawn: _Drawn, at: Matrix, depth: int) -> None:
        if str(piece.get("/Subtype", "")) == "/Image":
            drawn.pictures += may_hold_words(float(piece.get("/Width", 0)), float(piece.get("/Height", 0)))
            return
        content = unpacked(piece, MOST_CONTENT)
        if content is None or depth >= MOST_INSIDE:
            drawn.missed = True
            return
        own = piece.get("/Resources")
        given = piece.get("/Matrix")
        moved = _matrix(given) if isinstance(given, pikepdf.Array) and len(given) == 6 else _SAME
        self._draw(
            content, own if isinstance(own, pikepdf.Dictionary) else resources, drawn, _times(moved, at), depth + 1
        )

    def _draw(self, content: bytes, resources: Any, drawn: _Drawn, at: Matrix, depth: int) -> None:
        state = _State(at)
        kept: list[Matrix] = []
        self._bytes -= len(content)
        if self._bytes < 0:
            self.left = 0
            drawn.missed = True
            return
        for step in pikepdf.parse_content_stream(pikepdf.Stream(self._pdf, content)):
            self.left -= 1
            if self.left <= 0:
                drawn.missed = True
                return
            operator = str(step.operator)
            if operator == "INLINE IMAGE":
                drawn.pictures += 1
            elif operator in _PAINTS:
                drawn.painted = True
            elif operator == "q":
                kept.append(state.page)
            elif operator == "Q":
                state.page = kept.pop() if kept else state.page
            elif operator == "Do":
                piece = _named(resources, "/XObject", step.operands[0])
                if isinstance(piece, pikepdf.Stream):
                    self._piece(piece, resources, drawn, state.page, depth)
            elif operator == "Tf":
                state.font = self._font(_named(resources, "/Font", step.operands[0]))
                state.size = float(step.operands[1])
            else:
                state.take(operator, step.operands, drawn)

    def _font(self, given: object) -> Font | None:
        if not isinstance(given, pikepdf.Dictionary):
            return None
        if (found := self._fonts.get(given.objgen)) is None:
            if self._bytes < 0:
                return None
            found = font_of(given)
            self._bytes -= found.size + LEAST_OF_FONT
            if given.objgen != (0, 0):
                self._fonts[given.objgen] = found
        return found


class _Drawn:
    """What came of drawing one page."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.pictures = 0
        self.painted = False
        self.missed = False
        self.end: tuple[float, float] | None = None


class _State:
    """Where the next letter goes (section 9.4)."""

    def __init__(self, page: Matrix) -> None:
        self.page = page
        self.font: Font | None = None
        self.size = 1.0
        self._line = self._text = _SAME
        self._between = self._at_space = self._leading = 0.0
        self._scale = 1.0

    def take(self, operator: str, given: Any, drawn: _Drawn) -> None:
        match operator:
            case "BT":
                self._line = self._text = _SAME
            case "cm":
                self.page = _times(_matrix(given), self.page)
            case "Tm":
                self._line = self._text = _matrix(given)
            case "Td":
                self._next(float(given[0]), float(given[1]))
            case "TD":
                self._leading = -float(given[1])
                self._next(float(given[0]), float(given[1]))
            case "T*":
                self._next(0, -self._leading)
            case "Tc" | "Tw" | "Tz" | "TL":
                self._set(operator, float(given[0]))
            case "Tj":
                self._show(given[0], drawn)
            case "'" | '"':
                self._next(0, -self._leading)
                self._show(given[-1], drawn)
            case "TJ":
                self._show_apart(given[0], drawn)
            case _:
                pass

    def _set(self, operator: str, value: float) -> None:
        match operator:
            case "Tc":
                self._between = value
            case "Tw":
                self._at_space = value
            case "Tz":
                self._scale = value / 100
            case _:
                self._leading = value

    def _show_apart(self, given: Any, drawn: _Drawn) -> None:
        for one in given:
            if isinstance(one, pikepdf.String):
                self._show(one, drawn)
            else:
                self._move(-float(one) / 1000 * self.size * self._scale)

    def _next(self, across: float, down: float) -> None:
        self._line = self._text = _times((1, 0, 0, 1, across, down), self._line)

    def _move(self, across: float) -> None:
        self._text = _times((1, 0, 0, 1, across, 0), self._text)

    def _show(self, given: object, drawn: _Drawn) -> None:
        """Each letter at its place; what lies further on than a seventh of a letter's height, or on another line, stands apart."""
        if not isinstance(given, pikepdf.String):
            return
        if self.font is None:
            drawn.found.append(LOST)
            return
        a, b, _, d, x, y = _times(self._text, self.page)
        height = max(abs(self.size * d), abs(self.size * b), abs(self.size * a), 0.001)
        moved = 0.0
        for letters, width in self.font.read(bytes(given)):
            if drawn.end is not None:
                over, under = x + a * moved - drawn.end[0], y + b * moved - drawn.end[1]
                if abs(under) > 0.4 * height:
                    drawn.found.append("\n")
                elif over > 0.15 * height or over < -2 * height:
                    drawn.found.append(" ")
            drawn.found.append(letters)
            wide = width / 1000 * self.size + self._between + (self._at_space if letters == " " else 0)
            moved += wide * self._scale
            drawn.end = (x + a * moved, y + b * moved)
        self._move(moved)


def _named(resources: Any, kind: str, name: object) -> object:
    held = resources.get(kind) if isinstance(resources, pikepdf.Dictionary) else None
    return held.get(str(name)) if isinstance(held, pikepdf.Dictionary) else None


def _matrix(given: Any) -> Matrix:
    a, b, c, d, e, f = (float(one) for one in given)
    return a, b, c, d, e, f


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m
