"""What a register's `fairplace.toml` and the environment may set; unknown keys are refused.

No secret stands here. Beside each setting: what somebody who controls it could do.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from fairplace.errors import Misconfigured, Missing

FORMAT = 1
FILE = "fairplace.toml"

ORIGIN = re.compile(r"[a-z0-9._-]+(?:/[a-z0-9._-]+)*")
_RESERVED = ("fairplace/", "cosignature/", "subtree/")

Kind = Literal["procurement", "placements"]
"""What a register is of. Of placements nothing is ever public but checkpoints, hashes and aggregates."""

Positive = Annotated[int, msgspec.Meta(ge=1, le=1 << 40)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=7 * 24 * 60)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=24 * 60 * 60)]

MOST_BYTES = 1 << 20
_SIGNER = re.compile(r"unix:(/[^\x00-\x1f]{1,200})")
_VKEYS = re.compile(r"^(\s*vkeys\s*=\s*)\[[^\]]*\]", re.MULTILINE)
_SIGNER_LINE = re.compile(r"signer\s*=")
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_WITNESS = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[?[0-9A-Fa-f:]{2,45}\]?")
_MAILBOX = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+(?:/[A-Za-z0-9._~%/-]*)?")
QUORUM_GROUP = "quorum-group"


class LogSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One log. `origin` is its schema-less URL; `vkeys` are its public keys (a false one makes readers refuse it)."""

    origin: str
    vkeys: list[str]


class PublishSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`every`: seconds between checkpoints; a large value delays what the public can see."""

    every: Seconds = 1


class WitnessSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A witness: `name` is ours for it, `vkey` its public key, `also` further keys of the same witness, `url` where it is
    asked (left out: its lines are taken when they come another way). A retired one is asked no more, and its old lines
    stay good. A false key lets an outsider be shown as a witness; a false URL leaves the log without one.
    """

    name: str
    vkey: str
    also: list[str] = []
    url: str = ""
    retired: bool = False

    @property
    def vkeys(self) -> list[str]:
        return [self.vkey, *self.also]


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The authority's own sign-in (OpenID Connect). Whoever names another `issuer` decides who may sign in as whom.

    `name` stands on the button. The client's secret is in `secrets/oidc.secret`.
    """

    issuer: str
    client_id: str
    name: str = "your work account"


class MailSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The authority's mail server. Whoever names another `host` reads every message, with the links in them.

    `sender` is the address that messages come from; `security` is how the connection is kept from others' eyes (`none`
    only on this machine). The password of `user` is in `secrets/mail.secret`.
    """

    host: str
    sender: str
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""


class VaultSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`keep_key_backups`: days after which a backup of keys is deleted; a large value keeps erased values readable."""

    keep_key_backups: Annotated[int, msgspec.Meta(ge=1, le=30)] = 30


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sizes in bytes; a large value lets a sender use more memory and disk."""

    command: Positive = 1 << 20
    document: Positive = 25 << 20
    bundle: Positive = 64 << 20
    body: Positive = 1 << 20


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A register's settings.

    `kind`: what the register is of (another kind is refused once entries stand). `site`: the address at which people sign in (another one locks everybody out). `format`: of the folder; a newer one is refused. `authority`: the name on every page (a false one misleads).
    `database`: file beside the settings (another file is another register). `signing_window`: minutes between prepare
    and append (a large value lets a stolen prepared act be used later). `quorum`: how many of the witnesses must sign
    (0: none need to, so nobody outside is asked to vouch for the log). `signer`: where the log's signer
    listens, `unix:PATH`; empty for the register's own process (another signer can only refuse: its key is not the log's).
    """

    format: int
    authority: str
    log: list[LogSettings]
    kind: Kind = "procurement"
    database: str = "register.sqlite"
    signing_window: Minutes = 15
    signer: str = ""
    publish: PublishSettings = PublishSettings()
    limits: Limits = Limits()
    vault: VaultSettings = VaultSettings()
    witness: list[WitnessSettings] = []
    quorum: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    site: str = ""
    oidc: OidcSettings | None = None
    mail: MailSettings | None = None

    @property
    def socket(self) -> str:
        """The path at which the signer listens; empty when it is in the register's own process."""
        found = _SIGNER.fullmatch(self.signer)
        return found[1] if found else ""

    @property
    def origin(self) -> str:
        """The origin of the first log: procurement's."""
        return self.log[0].origin


def load(folder: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of the register in `folder`. Raises Missing where there is none, Misconfigured with what to do."""
    path = folder / FILE
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Missing(
            f"{folder} is not a register: it has no {FILE}; make one with 'fairplace init' or 'fairplace demo'"
        ) from error
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read: {error.strerror}; see whose file it is") from error
    if len(data) > MOST_BYTES:
        raise Misconfigured(f"{path} has more than {MOST_BYTES} bytes; these are no settings")
    return read(data, str(path), environment)


def read(data: bytes, where: str, environment: Mapping[str, str]) -> Settings:
    """The settings in this TOML; `where` names it in what is said of it."""
    try:
        document = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Misconfigured(f"{where} cannot be read as TOML: {error}") from error
    except (RecursionError, ValueError) as error:
        raise Misconfigured(f"{where} cannot be read as TOML: it is nested too deeply or has a huge number") from error
    found = document.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise Misconfigured(f"{where} has format {found}, this fairplace knows up to {FORMAT}; use a newer fairplace")
    try:
        settings = msgspec.convert(_overridden(document, environment), Settings)
    except msgspec.ValidationError as error:
        raise Misconfigured(f"{where}: {error}; correct it, or take the line out") from error
    if settings.format != FORMAT:
        raise Misconfigured(f"{where} has format {settings.format}, expected {FORMAT}")
    if not settings.log:
        raise Misconfigured(f"{where} names no [[log]]; a register has one at least")
    if not _FILE_NAME.fullmatch(settings.database):
        raise Misconfigured(
            f"{where}: the database {settings.database[:200]!r} came; expected the name of a file beside the settings"
        )
    if settings.signer:
        check_signer(settings.signer, where)
    for log in settings.log:
        check_origin(log.origin)
    if len({log.origin for log in settings.log}) < len(settings.log):
        raise Misconfigured(f"{where} names a log twice; each has an origin of its own")
    _check_witnesses(settings, where)
    if settings.mail is not None:
        _check_mail(settings.mail, where)
    return settings


def _check_mail(mail: MailSettings, where: str) -> None:
    """A server that can be named, one address that messages come from, and no words in the clear over a network."""
    if not _HOST.fullmatch(mail.host):
        raise Misconfigured(f"{where}: the mail server {mail.host[:80]!r} came; expected a name such as mail.example")
    if not _MAILBOX.fullmatch(mail.sender):
        raise Misconfigured(f"{where}: the sender {mail.sender[:80]!r} came; expected one plain e-mail address")
    if mail.security == "none" and mail.host not in LOCAL_HOSTS:
        raise Misconfigured(
            f"{where}: mail.security is none, and {mail.host} is another machine; set it to starttls or tls, or name a"
            " mail server on this machine"
        )
    if not mail.user.isprintable():
        raise Misconfigured(f"{where}: mail.user holds what cannot be printed; write the name alone")


def _check_witnesses(settings: Settings, where: str) -> None:
    """Names that a policy file can hold, keys that stand once, and a quorum that can be reached."""
    named: set[str] = set()
    for witness in settings.witness:
        if not _WITNESS.fullmatch(witness.name) or witness.name in ("none", QUORUM_GROUP):
            raise Misconfigured(
                f"{where}: the witness {witness.name[:80]!r} came; expected a name of small letters, digits and . _ -"
            )
        if witness.url and not _URL.fullmatch(witness.url):
            raise Misconfigured(
                f"{where}: the witness {witness.name} has the address {witness.url[:200]!r};"
                " expected https:// and no query"
            )
        if witness.name in named:
            raise Misconfigured(f"{where} names the witness {witness.name} twice; each has a name of its own")
        named.add(witness.name)
    keys = [vkey for witness in settings.witness for vkey in witness.vkeys]
    if len(set(keys)) < len(keys):
        raise Misconfigured(f"{where} gives one key to two witnesses; each has keys of its own")
    asked = sum(not witness.retired for witness in settings.witness)
    if settings.quorum > asked:
        raise Misconfigured(
            f"{where}: the quorum is {settings.quorum}, of {asked} witnesses that are not retired; lower it, or add some"
        )


def check_signer(signer: str, where: str) -> None:
    """A signer is named by its socket."""
    if not _SIGNER.fullmatch(signer):
        raise Misconfigured(
            f"{where}: the signer {signer[:200]!r} came; expected unix: and the whole path of its socket, as"
            " unix:/run/fairplace/signer"
        )


def check_origin(origin: str) -> None:
    """An origin is a schema-less URL without a trailing slash (wire format, sections 1 and 8)."""
    if not ORIGIN.fullmatch(origin) or origin.startswith(_RESERVED) or len(origin) > 200:
        raise Misconfigured(
            f"the origin {origin!r} came; expected an address without https://, such as log.council.example/commissioning"
        )


def _overridden(document: dict[str, object], environment: Mapping[str, str]) -> dict[str, object]:
    """The settings with `FAIRPLACE_DATABASE`, `FAIRPLACE_SIGNING_WINDOW`, `FAIRPLACE_PUBLISH_EVERY` applied."""
    changed = dict(document)
    if database := environment.get("FAIRPLACE_DATABASE"):
        changed["database"] = database
    if window := environment.get("FAIRPLACE_SIGNING_WINDOW"):
        changed["signing_window"] = _number("FAIRPLACE_SIGNING_WINDOW", window)
    if every := environment.get("FAIRPLACE_PUBLISH_EVERY"):
        publish = document.get("publish")
        named = publish if isinstance(publish, dict) else {}
        changed["publish"] = {**named, "every": _number("FAIRPLACE_PUBLISH_EVERY", every)}
    return changed


def _number(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 12:
        raise Misconfigured(f"{name} is {value[:40]!r}; expected a whole number")
    return int(value)


def new(*, authority: str, origin: str, vkeys: list[str], signer: str = "", kind: Kind = "procurement") -> Settings:
    """The settings of a new register."""
    check_origin(origin)
    log = [LogSettings(origin=origin, vkeys=vkeys)]
    return Settings(format=FORMAT, authority=authority, log=log, signer=signer, kind=kind)


def write(folder: Path, settings: Settings) -> None:
    """Write the settings of a new register. Until this file stands there whole, the folder is no register."""
    [log] = settings.log
    keys = "\n".join(f"    {_quoted(vkey)}," for vkey in log.vkeys)
    signer = f"signer = {_quoted(settings.signer)}\n" if settings.signer else ""
    kind = "" if settings.kind == "procurement" else f"kind = {_quoted(settings.kind)}\n"
    text = (
        f"format = {settings.format}\nauthority = {_quoted(settings.authority)}\n{kind}{signer}\n"
        f"[[log]]\norigin = {_quoted(log.origin)}\nvkeys = [\n{keys}\n]\n"
    )
    _replace(folder, text)


def set_signer(folder: Path, signer: str) -> None:
    """Say in a register's settings where its signer listens; everything else stays as it was written."""
    check_signer(signer, FILE)
    path = folder / FILE
    lines = [line for line in path.read_text("utf-8").splitlines(keepends=True) if not _SIGNER_LINE.match(line)]
    text = "".join([f"signer = {_quoted(signer)}\n", *lines])
    if read(text.encode("utf-8"), str(path), {}).signer != signer:
        raise Misconfigured(f"{path} cannot be changed by a program; add the line signer = {_quoted(signer)} by hand")
    _replace(folder, text)


def set_vkeys(folder: Path, vkeys: list[str]) -> None:
    """Say in a register's settings which keys its log has; everything else stays as it was written."""
    path = folder / FILE
    text = path.read_text("utf-8")
    before = read(text.encode("utf-8"), str(path), {})
    if before.log[0].vkeys == vkeys:
        return
    lines = "".join(f"    {_quoted(vkey)},\n" for vkey in vkeys)
    text = _VKEYS.sub(lambda found: f"{found[1]}[\n{lines}]", text, count=1)
    wanted = msgspec.structs.replace(before, log=[msgspec.structs.replace(before.log[0], vkeys=vkeys), *before.log[1:]])
    if read(text.encode("utf-8"), str(path), {}) != wanted:
        raise Misconfigured(
            f"{path} cannot be changed by a program; say by hand under [[log]]: vkeys = [{', '.join(map(_quoted, vkeys))}]"
        )
    _replace(folder, text)


def _replace(folder: Path, text: str) -> None:
    fresh = folder / f".{FILE}.new"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(folder / FILE)


def _quoted(value: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return msgspec.json.encode(value).decode("utf-8").replace("\x7f", "\\u007F")
