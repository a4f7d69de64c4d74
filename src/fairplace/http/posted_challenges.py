"""Challenges that come by another way than this site, by letter or by e-mail, and those that their challengers let go.

Whoever keeps the file takes them in: a report, signed by the register's receiver, so that the log does not show who told it.
"""

from __future__ import annotations

import secrets

import msgspec
from litestar.params import FromPath

from fairplace.challenge.commands import LodgeChallenge, WithdrawChallenge
from fairplace.challenge.events import Lodged
from fairplace.errors import FairplaceError, Missing
from fairplace.forms.challenging import CHALLENGE, LET_GO
from fairplace.forms.fields import Fault, Field, read_all
from fairplace.forms.invitation import PROVIDER
from fairplace.guarding.drafts import Looked
from fairplace.http import asked, case_challenges, case_file, evidence, guarded
from fairplace.http.again import Other, anew, stands_already
from fairplace.http.cases import closed, closed_meanwhile
from fairplace.http.debriefs import SENDERS
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.post.notes import Written
from fairplace.terms import CaseId, Provider, text

FIELDS = (
    *PROVIDER,
    *(one for one in CHALLENGE if one.name != "name"),
    Field(name="name", label="Who wrote it, and what they are at the provider", kind="line"),
    Field(name="happened_at", label="When did it come?", kind="moment"),
)


@signed_in("/desk/cases/{case:str}/take-in-challenge")
def form(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """Say who challenged, on what ground, and when it came."""
    past = case_file.open_to(site, visitor, case, *SENDERS)
    return closed(site, visitor, case) if past is None else _page(site, visitor, past.case, Sent({}, {}))


def _page(
    site: Site, visitor: Visitor, case: CaseId, sent: Sent, *,
    faults: tuple[Fault, ...] = (), refusal: str = "", looked: Looked | None = None, status: int = 422,
) -> Answer:  # fmt: skip
    return site.page(
        "posted_challenge.html",
        status=status if faults or refusal or looked else 200,
        visitor=visitor,
        case=case,
        title=case_file.title(case_file.seen(site, case_file.history(site, case), visitor)),
        fields=FIELDS,
        sent=sent.fields,
        wrong={fault.name: fault.sentence for fault in faults},
        faults=faults,
        refusal=refusal,
        looked=looked or Looked(),
        once=sent.get("once") or secrets.token_urlsafe(16),
        kinds=sorted(evidence.MEDIA),
        most=evidence.MOST_FILES,
        largest=site.settings.limits.document,
    )


@acting("/desk/cases/{case:str}/take-in-challenge", most=evidence.LARGEST_FORM)
def take_in(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Record a challenge that came by another way: sent again, it is recorded once."""
    past = case_file.open_to(site, visitor, case, *SENDERS)
    if past is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/take-in-challenge", sent)
    members, faults = read_all(FIELDS, sent.fields)
    if found := tuple(faults) or guarded.never(site, past.case, FIELDS, sent.fields):
        return _page(site, visitor, past.case, sent, faults=found)
    looked = guarded.look_through(site, past.case, LodgeChallenge.gives, FIELDS, sent.fields, one_person=False)
    if not guarded.is_answered(looked, sent.fields):
        return _page(site, visitor, past.case, sent, looked=looked)
    files = sent.files.get("evidence", [])
    key = f"posted:{past.case}:{sent.get('once')[:40]}"
    said = {name: members[name] for name in ("kind", "ground", "remedy", "happened_at")}
    try:
        evidence.check(site, files)
        words = text(evidence.with_files(members["words"], members["name"], evidence.described(files)))
        before = stands_already(site, key, {"/words": words, "/challenger": members["provider"]}, **said)
        if before is not None:
            return _to(site, past.case, before)
        kept = evidence.keep(site, files)
        challenger = msgspec.convert(members["provider"], Provider)
        done = site.clerk.carry_out(
            msgspec.convert(
                {
                    "id": key,
                    "do": "lodge-challenge",
                    "as": visitor.key.name if visitor.key else "",
                    "case": past.case,
                    "evidence": "stated-by-officer",
                    **said,
                    "challenger": members["provider"],
                    "words": words,
                },
                LodgeChallenge,
            )
        ).recorded
    except Other as error:
        return _page(site, visitor, past.case, Sent(anew(sent.fields), {}), refusal=str(error), status=409)
    except (FairplaceError, msgspec.ValidationError) as error:
        status = error.status if isinstance(error, FairplaceError) else 422
        return _page(site, visitor, past.case, sent, refusal=str(error), status=status)
    guarded.keep_statements(site, visitor, past.case, "Take in a challenge", looked, sent.fields)
    site.notes.put(
        past.case,
        Written(
            kind="challenge",
            provider=challenger,
            words=members["words"],
            name=members["name"],
            place=done.index,
            files=kept,
        ),
    )
    return _to(site, past.case, done.index)


def _to(site: Site, case: CaseId, place: int) -> Answer:
    return see_other(f"/desk/cases/{case}/challenges/{site.register.reader.entry(place).envelope.stream}")


@acting("/desk/cases/{case:str}/challenges/{challenge:str}/let-go")
def let_go(site: TheSite, visitor: TheVisitor, case: FromPath[str], challenge: FromPath[str], sent: TheSent) -> Answer:
    """Record that whoever challenged let it go, by another way than this site."""
    past = case_file.open_to(site, visitor, case, *SENDERS)
    address = f"/desk/cases/{case}/challenges/{challenge}"
    if past is None:
        return closed_meanwhile(site, visitor, case, f"{address}/let-go", sent)
    stream = asked.identifier(challenge)
    if all(one.stream != stream for one, _ in past.of(Lodged)):
        raise Missing("there is no such challenge in this case")
    members, faults = read_all((LET_GO,), sent.fields)
    if faults:
        return case_challenges.page(site, visitor, past, stream, sent=sent.fields, fault=faults[0].sentence)
    try:
        site.clerk.carry_out(
            WithdrawChallenge(
                id=f"let-go:{stream}",
                as_=visitor.key.name if visitor.key else "",
                case=past.case,
                evidence="stated-by-officer",
                happened_at=members["happened_at"],
                challenge=stream,
            )
        )
    except FairplaceError as error:
        return case_challenges.page(
            site, visitor, past, stream, sent=sent.fields, fault=str(error), status=error.status
        )
    return see_other(address)


HANDLERS = (form, take_in, let_go)
