"""A bidder's debrief by an e-mailed link, without an account: why the bid came out as it did, and what can be done.

- The link is for one case and one provider. What it opens is shown once an entry says that somebody looks.
- To ask why is private and has no legal effect; to challenge is recorded in the log. No page mixes the two.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

import msgspec
from litestar.datastructures import Cookie
from litestar.params import FromPath

from fairplace.challenge.commands import LodgeChallenge
from fairplace.errors import Malformed, Missing, Refused
from fairplace.forms.challenging import ASK, CHALLENGE
from fairplace.forms.fields import Fault, Field, read_all
from fairplace.http import case_file, debrief_view, evidence, giving, guarded, own_results
from fairplace.http.again import Form, Other, anew, stands_already
from fairplace.http.guard import AnyRequest, Sent, TheSent, from_page, see_other, whence
from fairplace.http.proofs import download, lodged, opening_proof
from fairplace.http.routing import public
from fairplace.http.site import Answer, Site, TheSite
from fairplace.http.typed import typed_in
from fairplace.post.links import Link
from fairplace.post.notes import Written
from fairplace.procurement.state import state_of
from fairplace.terms import text

COOKIE = "fairplace-debrief"
PER_MINUTE = 60
"""Requests from one network address."""
HOUR = timedelta(hours=1)
PER_HOUR = 20
"""Questions and challenges with one link."""

UNOPENED = "open this page first from its beginning, by the link in the message"

LAW = (
    "Only a claim that a court has issued, and of which the authority was told, before the standstill ends holds the"
    " contract back (Procurement Act 2023, section 101)."
)


def _found(request: AnyRequest, site: Site, token: str) -> Link:
    """What the link opens. Raises Missing in the same words whatever is wrong with it."""
    site.sessions.count(f"debrief {whence(request)}", PER_MINUTE)
    return site.links.find(token)


def _opened(request: AnyRequest, site: Site, token: str) -> Link:
    """The same, once this browser has opened it. Raises Missing before: its page asks to open it first."""
    link = _found(request, site, token)
    if not site.link_sessions.is_open(_secret(request), link):
        raise Missing(UNOPENED)
    return link


def _closed(site: Site, token: str, form: str, sent: Sent) -> Answer:
    """The answer to a form of a page that is closed to this browser by now: what was typed comes back."""
    typed = typed_in(f"/debrief/{token}/{form}", sent, first=f"/debrief/{token}")
    if typed is None:
        raise Missing(UNOPENED)
    return site.page("sent_again.html", status=403, typed=typed)


def _secret(request: AnyRequest) -> str | None:
    return request.cookies.get(COOKIE) or None


def _view(site: Site, link: Link) -> debrief_view.View:
    """Raises Missing while there is nothing to tell."""
    past = case_file.history(site, link.case)
    found = debrief_view.view(past, link.provider.id, giving.frame(site, link.case), site.register.store.now())
    if found is None and link.provider.id not in state_of(past).bids:
        raise Missing("nothing of a bid of yours is kept in this case any more; what was erased cannot be shown again")
    if found is None:
        raise Missing("the decision you were told of was taken back; you will be sent a new summary and a new link")
    return found


@public("/debrief/{token:str}")
def debrief(request: AnyRequest, site: TheSite, token: FromPath[str]) -> Answer:
    """The debrief; before it is opened, the page that says what opening it means."""
    link = _found(request, site, token)
    if not site.link_sessions.is_open(_secret(request), link):
        return site.page("debrief_cover.html", token=token, provider=link.provider, expires=link.expires)
    return _page(site, link, token)


def _page(site: Site, link: Link, token: str, form: Form | None = None) -> Answer:
    return site.page(
        "debrief.html",
        status=form.status if form else 200,
        token=token,
        provider=link.provider,
        view=_view(site, link),
        notes=[one for one in site.notes.of_case(link.case, link.provider.id) if one.written.kind != "challenge"],
        fields=ASK,
        form=form or Form(),
        law=LAW,
    )


@from_page("/debrief/{token:str}")
def open_it(request: AnyRequest, site: TheSite, token: FromPath[str], sent_by_anybody: TheSent) -> Answer:
    """Open it: the entry comes first."""
    link = _found(request, site, token)
    secret = site.link_sessions.open(_secret(request), link)
    site.links.used(link)
    return see_other(f"/debrief/{token}", _cookie(site, secret))


def _cookie(site: Site, secret: str) -> Cookie:
    return Cookie(
        key=COOKIE, value=secret, path="/debrief", httponly=True, samesite="lax",
        secure=site.address.startswith("https:"),
    )  # fmt: skip


@from_page("/debrief/{token:str}/ask")
def ask(request: AnyRequest, site: TheSite, token: FromPath[str], sent_by_anybody: TheSent) -> Answer:
    """A private question to the authority."""
    link, sent = _found(request, site, token), sent_by_anybody
    if not site.link_sessions.is_open(_secret(request), link):
        return _closed(site, token, "ask", sent)
    members, faults = _read(ASK, sent)
    try:
        if not faults:
            if looked := guarded.of_outsiders("challenge.lodged/1", ASK, sent.fields):
                return _page(site, link, token, Form(sent=sent.fields, looked=looked, status=422))
            asked = Written(
                kind="question", provider=link.provider, words=members["words"], name=members["name"], to=link.to
            )
            if not _waits(site, link, asked):
                site.sessions.count(f"debrief-ask {link.id}", PER_HOUR, within=HOUR)
                site.notes.put(link.case, asked)
            return see_other(f"/debrief/{token}#asked")
    except (Refused, Malformed) as error:
        return _page(site, link, token, Form(sent=sent.fields, refusal=str(error), status=error.status))
    return _page(site, link, token, Form(sent=sent.fields, faults=faults, status=422))


def _waits(site: Site, link: Link, asked: Written) -> bool:
    """Is the same question there already, and unanswered? A page that is sent again asks nothing new."""
    notes = site.notes.of_case(link.case, link.provider.id)
    answered = {note.written.answers for note in notes}
    return any(
        (note.written.kind, note.written.to, note.written.name, note.written.words)
        == ("question", asked.to, text(asked.name)[:200], text(asked.words))
        and note.id not in answered
        for note in notes
    )


def _read(fields: tuple[Field, ...], sent: Sent) -> tuple[dict[str, str], tuple[Fault, ...]]:
    members, faults = read_all(fields, sent.fields)
    return members, tuple(faults)


@public("/debrief/{token:str}/challenge")
def challenge_form(request: AnyRequest, site: TheSite, token: FromPath[str]) -> Answer:
    """What a challenge is and does, and its form."""
    return _challenge(site, _opened(request, site, token), token, Form())


def _challenge(site: Site, link: Link, token: str, form: Form) -> Answer:
    return site.page(
        "debrief_challenge.html",
        status=form.status,
        token=token,
        provider=link.provider,
        view=_view(site, link),
        fields=CHALLENGE,
        form=form,
        once=(form.sent.get("once") or [secrets.token_urlsafe(16)])[0],
        law=LAW,
        most=evidence.MOST_FILES,
        largest=site.settings.limits.document,
        kinds=sorted(evidence.MEDIA),
    )


@from_page("/debrief/{token:str}/challenge", most=evidence.LARGEST_FORM)
def challenge(request: AnyRequest, site: TheSite, token: FromPath[str], sent_by_anybody: TheSent) -> Answer:
    """Lodge a challenge. The register's receiver signs it, and the entry says that it came by a link."""
    link, sent = _found(request, site, token), sent_by_anybody
    if not site.link_sessions.is_open(_secret(request), link):
        return _closed(site, token, "challenge", sent)
    seen = _view(site, link)
    members, faults = _read(CHALLENGE, sent)
    files = sent.files.get("evidence", [])
    key = f"link:{link.id}:{sent.get('once')[:40]}"
    if faults:
        return _challenge(site, link, token, Form(sent=sent.fields, faults=faults, status=422))
    asks = {name: members[name] for name in ("kind", "ground", "remedy")}
    try:
        evidence.check(site, files)
        words = text(evidence.with_files(members["words"], members["name"], evidence.described(files)))
        if (before := stands_already(site, key, {"/words": words}, **asks)) is not None:
            return see_other(f"/debrief/{token}/receipts/{before}")
        if looked := guarded.of_outsiders("challenge.lodged/1", CHALLENGE, sent.fields):
            return _challenge(site, link, token, Form(sent=sent.fields, looked=looked, status=422))
        site.sessions.count(f"debrief-challenge {link.id}", PER_HOUR, within=HOUR)
        kept = evidence.keep(site, files)
        done = site.clerk.take_in_by_link(
            msgspec.convert(
                {
                    "id": key,
                    "do": "lodge-challenge",
                    "case": link.case,
                    "evidence": "sent-by-link",
                    "happened_at": site.register.store.now(),
                    **asks,
                    "about": seen.about,
                    "challenger": link.provider,
                    "words": words,
                },
                LodgeChallenge,
            ),
        )
    except Other as error:
        return _challenge(site, link, token, Form(sent=anew(sent.fields), refusal=str(error), status=409))
    except (Refused, Malformed) as error:
        return _challenge(site, link, token, Form(sent=sent.fields, refusal=str(error), status=error.status))
    site.notes.put(
        link.case,
        Written(
            kind="challenge",
            provider=link.provider,
            words=members["words"],
            name=members["name"],
            to=link.to,
            place=done.index,
            files=kept,
        ),
    )
    return see_other(f"/debrief/{token}/receipts/{done.index}")


@public("/debrief/{token:str}/others")
def others(request: AnyRequest, site: TheSite, token: FromPath[str]) -> Answer:
    """The provider's own results side by side: those whose own links were opened in this browser, and no others."""
    link = _opened(request, site, token)
    _view(site, link)
    cases = [one.case for one in site.link_sessions.beside(_secret(request), link) if site.links.is_good(one)]
    results = [
        found
        for case in dict.fromkeys([link.case, *cases])
        if (found := own_results.result(case_file.history(site, case), link.provider.id)) is not None
    ]
    return site.page(
        "debrief_others.html",
        token=token,
        provider=link.provider,
        case=link.case,
        results=results,
        shared=own_results.shared(results),
    )


@public("/debrief/{token:str}/receipts/{name:str}")
def receipt(request: AnyRequest, site: TheSite, token: FromPath[str], name: FromPath[str]) -> Answer:
    """The receipt of a challenge that was lodged with this link's provider: a page, a text to keep, or its proof."""
    link = _opened(request, site, token)
    mine = {one.index for one in debrief_view.challenges(case_file.history(site, link.case), link.provider.id)}
    return lodged(site, name, mine, template="debrief_receipt.html", token=token, provider=link.provider)


@public("/debrief/{token:str}/proofs/{name:str}")
def proof(request: AnyRequest, site: TheSite, token: FromPath[str], name: FromPath[str]) -> Answer:
    """That the own bid was opened together with the others: `opening` and `bid`, each a `.tlog-proof`."""
    link = _opened(request, site, token)
    opened = _view(site, link).opened
    if opened is None:
        raise Missing("no opening of this bid is on record")
    if name == "opening.tlog-proof":
        return download(opening_proof(site, opened.index, opened.place), "opening.tlog-proof")
    return lodged(site, name.replace("bid.", f"{opened.deposit}."), {opened.deposit}, template=None)


HANDLERS = (debrief, open_it, ask, challenge_form, challenge, others, receipt, proof)
