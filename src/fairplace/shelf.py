"""Find the shelves (`policies/`, `projections/`, `web/`) and load one of their files by path.

- From the checkout when there is one, else from `fairplace/shipped/` in the installed package.
- The hash of a file is over its bytes: it is what an assessment cites.
- A council's own policies stand in its register's `policies/` folder and are loaded in the same way.
- A policy file says in `KIND` which kind of register it judges; without one it judges procurements. What judges the
  other kind is not asked at all: no findings document grows by a rule that can only be not-applicable.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from importlib.abc import SourceLoader
from pathlib import Path
from types import ModuleType

import msgspec

from fairplace.errors import Misconfigured
from fairplace.settings import Kind

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent


class Shelved(msgspec.Struct, frozen=True):
    """One file of a shelf, loaded. `sha256` is of its bytes."""

    name: str
    path: Path
    sha256: str
    module: ModuleType

    @property
    def kind(self) -> Kind:
        """Which kind of register a policy file judges."""
        found: Kind = getattr(self.module, "KIND", "procurement")
        return found


class _Exactly(SourceLoader):
    """Runs the very bytes whose hash is cited: neither a file that changed meanwhile nor byte code that lies about."""

    def __init__(self, path: Path, source: bytes) -> None:
        self.path, self.source = path, source

    def get_filename(self, fullname: str) -> str:
        return str(self.path)

    def get_data(self, path: str) -> bytes:
        return self.source


def root(shelf: str) -> Path:
    """The folder of a shelf."""
    for place in (_CHECKOUT / shelf, _PACKAGE / "shipped" / shelf):
        if place.is_dir() and (place.parent != _CHECKOUT or (_CHECKOUT / "pyproject.toml").is_file()):
            return place
    raise Misconfigured(f"the folder {shelf}/ of fairplace is missing; install fairplace again")


def policies(own: Path | None = None, kind: Kind = "procurement") -> list[Shelved]:
    """Every policy file for this kind of register, by name; `own` is a register's folder of further ones."""
    files = sorted(root("policies").glob("*.py"))
    if own is not None and own.is_dir():
        files += sorted(own.glob("*.py"))
    names = [file.name for file in files]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Misconfigured(f"two policy files are called {twice[0]}; give the register's own file another name")
    found = [load(file, "policies") for file in files]
    return [file for file in found if file.kind == kind or file.path.parent == own]


def projections() -> list[Shelved]:
    """Every projection file, by name."""
    return [load(file, "projections") for file in sorted(root("projections").glob("*.py"))]


def load(path: Path, shelf: str) -> Shelved:
    """Load one file by path; the same bytes are loaded once."""
    try:
        source = path.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read: {error}") from error
    digest = hashlib.sha256(source).hexdigest()
    name = f"fairplace_shelf.{shelf}.{path.stem}_{digest[:16]}"
    module = sys.modules.get(name)
    if module is None:
        loader = _Exactly(path, source)
        spec = importlib.util.spec_from_loader(name, loader)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        # Before it runs: msgspec and typing look a class's names up in its module.
        sys.modules[name] = module
        try:
            loader.exec_module(module)
        except (Exception, SystemExit) as error:
            del sys.modules[name]
            raise Misconfigured(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
    return Shelved(path.name, path, digest, module)
