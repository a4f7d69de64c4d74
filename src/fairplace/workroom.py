"""What people work with between signing in and signing: their accounts, their drafts, and acts that wait for them.

DIR/accounts.sqlite       who can sign in; no evidence, and can be erased
DIR/drafts.sqlite         what people write before they sign, encrypted
DIR/secrets/drafts.seed   the key to that; made when it is first needed
DIR/secrets/oidc.secret   the client's secret for the authority's own sign-in, if there is one
DIR/documents.sqlite      what the documents of cases are, encrypted
DIR/secrets/documents.seed  the key to that; made when it is first needed
DIR/post.sqlite           messages on their way and the links in them, encrypted
DIR/secrets/post.seed     the key to that; made when it is first needed
DIR/openers.sqlite        who can open sealed bids, and what they gave towards it, encrypted
DIR/secrets/openers.seed  the key to that; made when it is first needed
DIR/secrets/mail.secret   the password for the authority's mail server, if it needs one
"""

from __future__ import annotations

from functools import cached_property

from fairplace import erasures
from fairplace.accounts.accounts import Accounts
from fairplace.accounts.oidc import Oidc
from fairplace.documents import LIST
from fairplace.drafting.acts import Acts
from fairplace.drafting.cipher import Cipher
from fairplace.drafting.drafts import APPLICATION, SCHEMA, Drafts
from fairplace.drafting.layouts import Layouts
from fairplace.errors import Misconfigured
from fairplace.filing import cabinet
from fairplace.filing.cabinet import Cabinet
from fairplace.on_disk import Register, own_seed
from fairplace.post import outbox
from fairplace.post.links import Links
from fairplace.post.lodgings import Lodgings
from fairplace.post.notes import Notes
from fairplace.post.outbox import Outbox
from fairplace.post.postman import Postman
from fairplace.private_file import PrivateFile
from fairplace.sealing import openers
from fairplace.sealing.openers import Openers

DRAFTS, POST, OPENERS = "drafts.sqlite", "post.sqlite", "openers.sqlite"
LODGING = "lodging"
"""The draft that holds what waits for a provider's signature: one for each person and case."""


class Workroom:
    """The workroom of one register."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._folder = register.folder

    @cached_property
    def accounts(self) -> Accounts:
        """Who can sign in."""
        return Accounts(self._folder / "accounts.sqlite", self._register.sources)

    @cached_property
    def drafts(self) -> Drafts:
        """What people write before they sign."""
        return Drafts(self._file, self._cipher, self._register.sources)

    @cached_property
    def layouts(self) -> Layouts:
        """How workbooks of marks are laid out."""
        return Layouts(self.drafts)

    @cached_property
    def acts(self) -> Acts:
        """Acts that wait for a signature."""
        return Acts(self._file, self._cipher, self._register.sources)

    def oidc(self, redirect: str) -> Oidc | None:
        """The authority's own sign-in, when the settings name one. `redirect` is where it sends people back to."""
        chosen = self._register.settings.oidc
        if chosen is None:
            return None
        secret = self._secret("oidc.secret", "the client's secret")
        return Oidc(self.accounts, chosen, secret, redirect=redirect)

    @cached_property
    def outbox(self) -> Outbox:
        """Messages on their way."""
        return Outbox(*self._post, self._register.sources)

    @cached_property
    def links(self) -> Links:
        """Links that were sent to bidders."""
        return Links(*self._post, self._register.sources)

    @cached_property
    def notes(self) -> Notes:
        """What bidders asked, and what they were answered."""
        return Notes(*self._post, self._register.sources)

    @cached_property
    def cabinet(self) -> Cabinet:
        """The documents of cases."""
        register = self._register
        file = PrivateFile(self._folder / LIST, cabinet.SCHEMA, application=cabinet.APPLICATION)
        return Cabinet(file, Cipher(own_seed(self._folder, "documents")), register.documents, register.sources)

    def forget_erased(self) -> None:
        """Take away what was written about a case before all that is sealed of it was erased, as the log orders it.

        That is what nobody signed, the names that were looked for in it, and what was written to bidders and by them.
        Asked again it does what is left.
        """
        for case, at in erasures.whole_cases(self._register.store, self._register.origin):
            if (self._folder / DRAFTS).exists():
                self.drafts.forget(case, at)
                self.acts.forget(case, at)
            if (self._folder / POST).exists():
                self.notes.forget(case, at)
                self.outbox.forget(case, at)
                self.links.forget(case, at)
                self.lodgings.forget(case, at)
        self._forget_erased_bids()

    def _forget_erased_bids(self) -> None:
        """What is kept beside the log of a bid that was erased: the list of what was lodged and marked, what was not signed,
        and the file and price that openers took out of a sealed one.
        """
        store, log = self._register.store, self._register.origin
        if next(erasures.ordered(store, log), None) is None:
            return
        of_bids = erasures.deposits(store, log)
        if (self._folder / POST).exists():
            for case, provider in self.lodgings.without_bid(of_bids.erased):
                for one in self.accounts.people():
                    if one.provider == provider:
                        self.drafts.drop(case, LODGING, one.id)
            self.lodgings.forget_bids(of_bids.erased)
        if (self._folder / OPENERS).exists():
            gone = self.openers.left_over(of_bids.files)
            for name in gone - erasures.named(store, log, gone):
                self._register.documents.destroy(name)
            self.openers.forget_but(of_bids.files)

    def postman(self) -> Postman | None:
        """Whoever hands messages to the mail server, when the settings name one."""
        settings = self._register.settings
        if settings.mail is None:
            return None
        password = self._secret("mail.secret", "the mail server's password") if settings.mail.user else ""
        return Postman(
            self.outbox, settings.mail, password, authority=settings.authority, sources=self._register.sources
        )

    def _secret(self, name: str, what: str) -> str:
        path = self._folder / "secrets" / name
        try:
            found = path.read_text("utf-8").strip()
        except OSError as error:
            raise Misconfigured(
                f"{path} cannot be read: {error.strerror}; write {what} into it, readable by you alone"
            ) from error
        if not found:
            raise Misconfigured(f"{path} is empty; write {what} into it, readable by you alone")
        return found

    @cached_property
    def _file(self) -> PrivateFile:
        return PrivateFile(self._folder / DRAFTS, SCHEMA, application=APPLICATION)

    @cached_property
    def lodgings(self) -> Lodgings:
        """What providers lodged here in a browser."""
        return Lodgings(*self._post, self._register.sources)

    @cached_property
    def openers(self) -> Openers:
        """Who can open sealed bids."""
        file = PrivateFile(self._folder / OPENERS, openers.SCHEMA, application=openers.APPLICATION)
        seed = own_seed(self._folder, "openers")
        return Openers(file, Cipher(seed), seed, self._register.sources)

    @cached_property
    def _post(self) -> tuple[PrivateFile, Cipher]:
        file = PrivateFile(self._folder / POST, outbox.SCHEMA, application=outbox.APPLICATION)
        return file, Cipher(own_seed(self._folder, "post"))

    @cached_property
    def _cipher(self) -> Cipher:
        return Cipher(own_seed(self._folder, "drafts"))
