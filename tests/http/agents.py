"""A register of placements with its people signed in: for tests of what each may see and do at the desk."""

from __future__ import annotations

from collections.abc import Callable

from litestar import Litestar

from fairplace.accounts.sessions import Sessions
from fairplace.decision import Actor, History
from fairplace.http.app import create_app
from fairplace.referral.state import Search
from fairplace.workroom import Workroom
from tests.http.colleagues import Colleague
from tests.office import signer
from tests.placement_office import PlacementOffice


class Agents:
    """The people of an agency, each with an account and a key in the test's hand."""

    def __init__(self, agency: PlacementOffice) -> None:
        self.agency = agency
        self.register = agency.register
        self.app: Litestar = create_app(agency.register)
        self._known: dict[str, Colleague] = {}

    def be(self, who: Actor) -> Colleague:
        if who.key not in self._known:
            self._known[who.key] = Agent(self, who)
        return self._known[who.key]

    @property
    def search(self) -> Search:
        """The search as the register has it now."""
        reader = self.register.reader
        return Search(History(case=self.agency.case, events=reader.case(self.agency.case), market=reader.market()))

    def wait(self, **time: float) -> None:
        """Time goes by, and everybody signs in anew."""
        self.agency.pass_by(**time)
        for one in self._known.values():
            one.begin(self.app)


class Agent(Colleague):
    """One of them; a provider's account says for whom."""

    def __init__(self, agents: Agents, who: Actor) -> None:
        room = Workroom(agents.register)
        token = who.key.rpartition("/")[2]
        link = room.accounts.invite(
            name=f"Person {token}", email=f"{token}@council.example", roles=tuple(who.roles), provider=who.provider
        )
        with room.accounts.database.writing() as connection:
            self.person = room.accounts.accept(connection, room.accounts.invitation(link))
        room.accounts.keep_key(self.person.id, signer(who.key).vkey.text, "laptop", tuple(who.roles))
        self.drafts = room.drafts
        self.signer = signer(who.key)
        self._sessions = Sessions(room.accounts)
        self.begin(agents.app)

    def open_file(self, case: str) -> None:
        """Sign the request to read it, unless it is open in this session."""
        if "Open this case file" in self.get(f"/desk/cases/{case}").text:
            super().open_file(case)


Told = Callable[[str], Agents]
"""As far as which step a search is told."""
