"""Templates into pages, and the addresses of styles and scripts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from fairplace.templating import environment


class Pages:
    """The pages of one register, in its name."""

    def __init__(self, web: Path, *, authority: str, origin: str, kind: str = "procurement") -> None:
        self.assets = Assets(web)
        self.scripts = Scripts(web)
        self.environment = environment(web / "templates")
        self.environment.globals.update(
            authority=authority, origin=origin, kind=kind, asset=self.assets.address, script=self.scripts.address
        )

    def render(self, template: str, /, **context: Any) -> str:
        return self.environment.get_template(template).render(context)


MEDIA = {".css": "text/css", ".svg": "image/svg+xml"}


class Assets:
    """The few files that a page brings, read once; each is addressed with its digest, so it can be kept for ever."""

    def __init__(self, web: Path) -> None:
        self._files = {
            file.name: file.read_bytes()
            for file in sorted((web / "static").glob("*"))
            if file.suffix in MEDIA and file.is_file()
        }
        self._versions = {name: hashlib.sha256(data).hexdigest()[:12] for name, data in self._files.items()}

    def get(self, name: str) -> tuple[bytes, str] | None:
        """A file's bytes and media type; the names are a fixed list, so no path can be made up."""
        data = self._files.get(name)
        return None if data is None else (data, MEDIA[Path(name).suffix])

    def version(self, name: str) -> str | None:
        return self._versions.get(name)

    def address(self, name: str) -> str:
        """The address for a page. A new build has a new digest and so a new address."""
        return f"/static/{name}?v={self.version(name) or ''}"


class Scripts:
    """Our own ES modules. One digest over all of them stands in their address, so no page ever mixes two versions.

    `version` is SHA-256 over a line for each file, by name: the name, a space, the SHA-256 of its bytes. A module that
    imports `./note.js` thereby asks for the same version.
    """

    def __init__(self, web: Path) -> None:
        self._files = {file.name: file.read_bytes() for file in sorted((web / "scripts").glob("*.js"))}
        lines = (f"{name} {hashlib.sha256(data).hexdigest()}\n" for name, data in self._files.items())
        self.version = hashlib.sha256("".join(lines).encode()).hexdigest()

    def get(self, version: str, name: str) -> bytes | None:
        return self._files.get(name) if version == self.version else None

    def address(self, name: str) -> str:
        return f"/scripts/{self.version}/{name}"
