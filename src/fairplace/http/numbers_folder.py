"""All releases of numbers as a folder that any web server can give out: pages, data, proofs, a feed and a style sheet.

- The same code makes the same tables, files and feed as on the site; only the addresses are those of files.
- No page has a script or asks for anything from elsewhere.
- It is written beside its place and moved there when it is whole; the one before goes after that, and not sooner.
- A folder that this did not make is left alone, and so is one in which somebody put something of their own.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from fairplace.errors import Misconfigured, Refused
from fairplace.http import numbers_made as made
from fairplace.http.numbers_made import in_folder
from fairplace.http.pages import Pages
from fairplace.http.published import Published
from fairplace.on_disk import Register

FRAME, STYLE, MARKER = "numbers_frame.html", "fairplace.css", "fairplace-numbers.txt"
NOTE = "Made by fairplace release folder. It is made anew, whole, each time; change nothing in it by hand. It holds:\n"


def write(register: Register, web: Path, folder: Path) -> int:
    """Write the folder anew; how many releases are in it.

    Raises Refused for a folder that holds something else, Misconfigured when it cannot be moved to its place: the one
    before is then there as it was.
    """
    folder = folder.absolute()
    if folder.exists() and not (folder.is_dir() and ((folder / MARKER).is_file() or not any(folder.iterdir()))):
        raise Refused(f"{folder} holds something else; give a new folder, or one that this command made before")
    found = made.out(register, Published(register.public).size())
    files = _files(register, web, found)
    files[MARKER] = "".join([NOTE, *(f"{name}\n" for name in sorted(files))]).encode()
    _check_own(folder, files.keys())
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as aside:
        whole = Path(aside) / folder.name
        whole.mkdir()
        for name, data in files.items():
            (whole / name).write_bytes(data)
        _put(whole, folder)
    return len(found)


def _check_own(folder: Path, names: Iterable[str]) -> None:
    """Raises Refused when the folder holds a file that this writes neither now nor, as it notes itself, wrote before."""
    if not (folder / MARKER).is_file():
        return
    before = (folder / MARKER).read_text("utf-8", "replace").splitlines()
    others = sorted({one.name for one in folder.iterdir()} - {*names, *before})
    if others:
        raise Refused(
            f"{folder} holds {', '.join(others[:5])}, which this command did not write and would lose; write into another"
            " folder and copy it from there"
        )


def _put(whole: Path, folder: Path) -> None:
    """Move the whole folder to its place. Whatever goes wrong, the one before is kept."""
    if not folder.exists():
        whole.rename(folder)
        return
    before = Path(tempfile.mkdtemp(prefix=f".{folder.name}-before-", dir=folder.parent))
    folder.rename(before)  # in the place of an empty one
    try:
        whole.rename(folder)
    except OSError as error:
        before.rename(folder)
        raise Misconfigured(
            f"the new folder could not be moved to {folder}: {error.strerror}; the one before is there as it was"
        ) from error
    shutil.rmtree(before, ignore_errors=True)


def _files(register: Register, web: Path, found: list[made.Out]) -> dict[str, bytes]:
    settings, published = register.settings, Published(register.public)
    pages = Pages(web, authority=settings.authority, origin=register.origin, kind="placements")
    style = pages.assets.get(STYLE)

    def page(template: str, **context: object) -> bytes:
        return pages.render(template, size=published.size(), paper=published.paper(), **context).encode("utf-8")

    files = {
        MARKER: b"",  # names all of them, once they are known
        STYLE: style[0] if style else b"",
        in_folder(""): page("numbers.html", **made.index(found, in_folder, FRAME)),
        in_folder("over-time"): page("numbers_over_time.html", **made.over_time(found, in_folder, FRAME)),
        in_folder("feed", ".json"): made.feed(register, found, in_folder),
    }
    for one in found:
        files[in_folder(one.name)] = page("numbers_release.html", **made.page(one, in_folder, FRAME))
        files |= {in_folder(one.name, suffix): made.file(register, one, suffix) for suffix in one.suffixes}
    return files
