"""A register of a council, and the witnesses that its settings name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fairplace.on_disk import Register
from fairplace.witness.own import Own, create
from tests.office import open_office, signer
from tests.story import DOMAIN


def founded(folder: Path) -> Path:
    """A register with its people, published, and without a witness."""
    with open_office(folder, real_time=True, keys=True) as office:
        office.register.follow()
    return folder


def neighbour(folder: Path, name: str, council: Path) -> Own:
    """A witness that watches the council's log."""
    made = create(folder, name)
    with Register.open(council) as register:
        for key in register.reader.register().log_keys():
            made.state.trust(key, 0)
    return made


def name_witnesses(folder: Path, *witnesses: tuple[Own, str], quorum: int = 0) -> None:
    """Write them into the settings."""
    path = folder / "fairplace.toml"
    bare = path.read_text().split("[[witness]]")[0]
    bare = "\n".join(line for line in bare.splitlines() if not line.startswith("quorum"))
    tables = "".join(
        f'[[witness]]\nname = "{one.name}"\nvkey = "{one.vkeys[0].text}"\n'
        f'also = {json.dumps([key.text for key in one.vkeys[1:]])}\nurl = "{url}"\n'
        for one, url in witnesses
    )
    path.write_text(f"quorum = {quorum}\n{bare}\n{tables}")


@contextmanager
def opened(folder: Path) -> Iterator[Register]:
    with Register.open(folder) as register:
        yield register


def grow(register: Register) -> int:
    """One more entry: a key is let act. Its index."""
    number = register.reader.size
    new = signer(f"{DOMAIN}/officer/{number:04x}")
    done = register.enrol(
        new.vkey.text, "officer", holder=f"Officer {number}", provider=None, admin=signer(f"{DOMAIN}/root")
    )
    return done.index
