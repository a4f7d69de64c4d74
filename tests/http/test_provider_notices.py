"""Providers of a search are told by e-mail that something waits for them: once, without a word of what or about whom."""

from __future__ import annotations

import msgspec

from fairplace import erasing
from fairplace.catalogue import PLACEMENTS
from fairplace.cli.posting import kept_sending
from fairplace.http.app import create_app
from fairplace.on_disk import Register
from fairplace.post.outbox import Message
from fairplace.provider_notices import STEPS, ProviderNotices, cause
from fairplace.referral.commands import SendReasons, WithdrawOffer
from fairplace.referral.values import ReasonsGiven
from fairplace.seeking.case_word import case_word
from fairplace.settings import MailSettings
from fairplace.terms import instant
from fairplace.workroom import Workroom
from tests.homes import ASH, BEECH, DIRECTOR, MONITORING, OFFICER, OWN, Seller, made
from tests.http.agents import Agents, Told
from tests.http.colleagues import text_of
from tests.http.test_contests import challenged
from tests.http.test_seeking import do
from tests.office import signer
from tests.placement_office import Live
from tests.post.mailserver import mailserver
from tests.searches import Telling
from tests.test_of_placements import secrets_of

ASKED = "You are asked for a home: sign in to read it"
NEWS = "There is something new for you: sign in to read it"
OUTCOME = "A search that you were asked in is decided: sign in to read what became of it"


def written(agents: Agents) -> list[Message]:
    """Everything in the outbox; no message of a search stands under its case."""
    outbox = Workroom(agents.register).outbox
    assert [one for case in agents.register.reader.cases() for one in outbox.of_case(case)] == []
    return outbox.of_case("")


def people(agents: Agents, *sellers: object) -> None:
    for one in sellers:
        agents.be(one.actor)  # type: ignore[attr-defined]


def test_everybody_who_is_asked_is_told_once_and_nothing_of_the_search_stands_in_the_message(told: Told) -> None:
    agents = told("published")
    people(agents, ASH, BEECH)
    room = Workroom(agents.register)
    assert [ProviderNotices(agents.register, room).tell() for _ in range(2)] == [2, 0], (
        "two processes, one message each"
    )
    found = written(agents)
    assert {one.letter.to for one in found} == {
        f"{one.actor.key.rpartition('/')[2]}@council.example" for one in (ASH, BEECH)
    }
    assert {one.letter.subject for one in found} == {ASKED}
    case = agents.agency.case
    for one in found:
        text = f"{one.letter.subject} {one.letter.text} {one.cause}"
        assert "Referrals to us" in text
        for secret in (
            case,
            case_word(case),
            ASH.name,
            BEECH.name,
            "2026",
            *(one.decode() for one in secrets_of(agents.agency)),
        ):
            assert secret not in text, secret
        assert "/desk/" not in text


def address(seller: Seller) -> str:
    return f"{seller.actor.key.rpartition('/')[2]}@council.example"


def subjects(agents: Agents, seller: Seller) -> list[str]:
    return [one.letter.subject for one in written(agents) if one.letter.to == address(seller)]


def test_every_provider_that_answered_is_told_once_that_it_is_decided_and_the_message_is_one_for_all(
    told: Told,
) -> None:
    agents = told("chosen")
    people(agents, ASH, BEECH, OWN)
    notices = ProviderNotices(agents.register, Workroom(agents.register))
    notices.tell()
    assert agents.search.chosen is not None
    winner = agents.search.offers[agents.search.chosen.offer].terms.provider  # type: ignore[union-attr]
    won, lost = sorted((ASH, BEECH), key=lambda one: one.provider != winner)
    assert (subjects(agents, won).count(OUTCOME), subjects(agents, lost).count(OUTCOME)) == (1, 0), (
        "who was not chosen is told with the reasons"
    )
    agents.agency.pass_by(minutes=1)
    [[offer, one]] = agents.search.choice.rejected.get().items()  # type: ignore[union-attr]
    given = ReasonsGiven(offer=offer, at=instant(agents.register.sources.clock()), code=one.code, comparison=True)
    agents.agency.record(made(SendReasons, {}, sent=[given]))
    notices.tell()
    assert [subjects(agents, seller).count(OUTCOME) for seller in (won, lost, OWN)] == [1, 1, 0], (
        "who did not answer is not told of it"
    )
    texts = {one.letter.text for one in written(agents) if one.letter.subject == OUTCOME}
    assert len(texts) == 1, "from the message nobody can tell who was chosen"
    assert notices.tell() == 0


def test_who_took_its_offer_back_or_declined_is_told_by_the_decision(told: Told) -> None:
    agents = told("published")
    people(agents, ASH, BEECH)
    story = Telling(Live(agents.agency), {}, (ASH, BEECH))
    story.answered()
    back = next(name for name, one in story.story.search.live.items() if one.terms.provider == BEECH.provider)  # type: ignore[union-attr]
    story.story.do(made(WithdrawOffer, {}, offer=back, reason="place_filled"), by=BEECH.actor)
    story.judged()
    story.chosen()
    ProviderNotices(agents.register, Workroom(agents.register)).tell()
    assert [subjects(agents, one).count(OUTCOME) for one in (ASH, BEECH)] == [1, 1]


def test_a_search_that_is_withdrawn_in_mid_answer_is_told_to_who_answered_and_who_still_could(told: Told) -> None:
    agents = told("published")
    people(agents, ASH, BEECH)
    do(agents, OFFICER, agents.agency.case, "end-referral", {"how": "withdrawn", "reason": "Family can care"})
    ProviderNotices(agents.register, Workroom(agents.register)).tell()
    assert [set(subjects(agents, one)) for one in (ASH, BEECH)] == [{ASKED, OUTCOME}] * 2


def test_a_challenge_that_is_answered_and_decided_is_told_to_whoever_lodged_it_alone(told: Told) -> None:
    agents = told("reasoned")
    people(agents, ASH)
    stream, case = challenged(agents), agents.agency.case
    room = Workroom(agents.register)
    notices = ProviderNotices(agents.register, room)
    before = notices.tell()
    do(agents, OFFICER, case, "answer-contest", {"contest": stream, "answer": "Two days are offered, four are needed."})
    assert notices.tell() == 1
    decided = {"contest": stream, "outcome": "upheld", "reason": "They were not counted.", "remedy": "judge-again"}
    do(agents, DIRECTOR, case, "decide-contest", decided)
    assert notices.tell() == 1
    do(agents, OFFICER, case, "remedy-contest", {"contest": stream, "words": "Judged again."})
    assert notices.tell() == 1
    assert notices.tell() == 0
    beech = f"{BEECH.actor.key.rpartition('/')[2]}@council.example"
    found = written(agents)
    assert len(found) == before + 3
    assert [(one.letter.to, one.letter.subject) for one in found[:3]] == [(beech, NEWS)] * 3
    assert not any("challenge" in one.letter.text.casefold() for one in found), "not even that there is one"


def test_whoever_answers_sees_what_became_of_the_message(told: Told) -> None:
    agents = told("reasoned")
    stream, case = challenged(agents), agents.agency.case
    do(agents, OFFICER, case, "answer-contest", {"contest": stream, "answer": "Two days are offered."})

    def seen() -> str:
        return text_of(agents.be(OFFICER).get(f"/desk/searches/{case}/challenges"))

    assert "No e-mail told them that there is something new: tell them yourself." in seen()
    room = Workroom(agents.register)
    ProviderNotices(agents.register, room).tell()
    assert "An e-mail to them is on its way." in seen()
    while (taken := room.outbox.take()) is not None:
        room.outbox.hindered(taken.message, "550 no such user", for_good=True)
    assert "The e-mail to them failed: tell them yourself." in seen()
    assert "e-mail" not in text_of(agents.be(BEECH.actor).get(f"/desk/referrals/{case}/challenges"))


def test_the_officer_reads_who_is_asked_and_was_not_reached(told: Told) -> None:
    agents = told("published")
    people(agents, ASH)
    case = agents.agency.case

    def seen() -> str:
        agents.be(OFFICER).open_file(case)
        return text_of(agents.be(OFFICER).get(f"/desk/cases/{case}"))

    assert "No e-mail told" not in seen(), "where the register sends none, nobody waits for one"
    mail = MailSettings(host="127.0.0.1", port=25, security="none", sender="homes@council.example")
    agents.register.settings = msgspec.structs.replace(agents.register.settings, mail=mail)
    agents.app = create_app(agents.register)
    agents.wait(minutes=1)
    room = Workroom(agents.register)
    ProviderNotices(agents.register, room).tell()
    assert f"No e-mail told {BEECH.name} that they are asked" in seen(), "who has no account is told in another way"
    taken = room.outbox.take()
    assert taken is not None
    room.outbox.hindered(taken.message, "550 no such user", for_good=True)
    assert f"No e-mail told {ASH.name}, {BEECH.name} that they are asked" in seen()


def test_who_could_not_be_written_to_or_came_later_is_not_taken_for_told(told: Told) -> None:
    agents = told("published")
    people(agents, ASH)
    mail = MailSettings(host="127.0.0.1", port=25, security="none", sender="homes@council.example")
    agents.register.settings = msgspec.structs.replace(agents.register.settings, mail=mail)
    agents.app = create_app(agents.register)
    room = Workroom(agents.register)
    with room.accounts.database.writing() as connection:
        connection.execute("UPDATE person SET email = 'Ada <script>' WHERE provider = ?", (ASH.provider,))
    notices = ProviderNotices(agents.register, room)
    assert notices.tell() == 0
    people(agents, BEECH)
    assert notices.tell() == 0, "the step was told before there was an account"
    agents.wait(minutes=11)
    agents.be(OFFICER).open_file(agents.agency.case)
    seen = text_of(agents.be(OFFICER).get(f"/desk/cases/{agents.agency.case}"))
    assert f"No e-mail told {ASH.name}, {BEECH.name} that they are asked" in seen


def test_what_is_older_than_two_days_is_told_to_nobody(told: Told) -> None:
    """Whoever turns e-mail on does not write to everybody about last year."""
    agents = told("published")
    people(agents, ASH)
    agents.agency.pass_by(days=2, minutes=1)
    assert ProviderNotices(agents.register, Workroom(agents.register)).tell() == 0


def test_nobody_is_told_whose_address_is_none_or_whose_account_is_barred(told: Told) -> None:
    agents = told("published")
    people(agents, ASH, BEECH)
    room = Workroom(agents.register)
    room.accounts.bar(next(one.id for one in room.accounts.people() if one.provider == ASH.provider))
    with room.accounts.database.writing() as connection:
        connection.execute("UPDATE person SET email = 'Ada <script>' WHERE provider = ?", (BEECH.provider,))
    assert ProviderNotices(agents.register, room).tell() == 0


def test_the_server_sends_it_while_the_register_is_served(told: Told) -> None:
    agents = told("published")
    people(agents, ASH)
    folder, sources = agents.register.folder, agents.register.sources
    agents.register.close()
    with mailserver() as server:
        with (folder / "fairplace.toml").open("a") as file:
            file.write(
                f'\n[mail]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nsender = "homes@council.example"\n'
            )
        with Register.open(folder, sources) as register, kept_sending(register, every=0.02):
            assert server.kept.arrived.wait(20)
    assert [one["Subject"] for one in server.kept.messages] == [ASKED]


def test_what_was_erased_meanwhile_is_told_to_nobody(told: Told) -> None:
    agents = told("published")
    people(agents, ASH)
    erase(agents)
    assert ProviderNotices(agents.register, Workroom(agents.register)).tell() == 0
    assert written(agents) == []


def erase(agents: Agents) -> None:
    """The search is withdrawn, and then its key is destroyed."""
    case = agents.agency.case
    do(agents, OFFICER, case, "end-referral", {"how": "withdrawn", "reason": "Family can care"})
    erasing.erase(
        agents.register,
        [f"case:{case}"],
        "erasure-request",
        "They asked",
        [signer(OFFICER.key), signer(MONITORING.key)],
    )


def test_once_the_key_of_the_case_is_gone_nothing_ties_a_message_to_its_search(told: Told) -> None:
    agents = told("published")
    people(agents, ASH)
    room = Workroom(agents.register)
    ProviderNotices(agents.register, room).tell()
    [message] = written(agents)
    [step] = [one for one in agents.register.reader.case(agents.agency.case) if one.type == "referral.published/1"]
    person = next(one.id for one in room.accounts.people() if one.provider == ASH.provider)
    assert cause(agents.register, step, person) == message.cause
    erase(agents)
    assert cause(agents.register, step, person) is None


def test_every_step_that_is_told_has_the_slot_that_names_its_message() -> None:
    for kind, slot in STEPS.items():
        assert slot.strip("/") in PLACEMENTS[kind].__struct_fields__, kind
