"""A monitor at the command line: exit codes, what is said and said once, and states that came another way."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fairplace.cli import main
from fairplace.ledger import paper, proof
from fairplace.ledger.tiles import TileReader
from fairplace.ledger.tree import inclusion_proof
from fairplace.monitor import evidence
from fairplace.witness.client import Collector
from fairplace.witness.known import Witness
from fairplace.witness.own import create
from tests.ledger.story import ORIGIN
from tests.ledger.test_publisher import LOG_KEYS
from tests.monitor.test_following import Watch
from tests.witness.served import answering, reply, served

KEY = ("--key", LOG_KEYS[0].text)


class Said:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, " ".join(err.split())

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def kinds(self) -> list[str]:
        return [one["kind"] for one in self.objects]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Any:
    def ran(*arguments: object) -> Said:
        capfd.readouterr()
        code = main(["monitor", *(str(one) for one in arguments)])
        said = Said(code, *capfd.readouterr())
        assert "Traceback" not in said.err
        return said

    return ran


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    made = Watch(tmp_path)
    made.log.moment = datetime.now(UTC)
    made.publish(5)
    yield made
    made.log.store.close()


@pytest.fixture
def look(run: Any, watch: Watch) -> Any:
    """One look, with --json."""

    def looked(*more: object, at: object = watch.log.public) -> Said:
        said: Said = run(at, "--state", watch.folder / "state", "--once", "--json", *more)
        return said

    return looked


def test_the_exit_code_says_what_was_found(look: Any, watch: Watch, tmp_path: Path) -> None:
    assert look(*KEY).code == 0
    assert look().code == 3
    watch.publish(5)
    assert look(*KEY).code == 0
    fork = watch.other(9, 5)
    for _ in range(2):
        assert look(*KEY, at=fork).code == 1
    (tmp_path / "empty").mkdir()
    assert look(*KEY, at=tmp_path / "empty").code == 2
    assert look(*KEY, at=tmp_path / "missing").code == 2
    assert look(*KEY, at="http://127.0.0.1:9").code == 4
    assert look("--key", "nonsense").code == 2
    assert look("--policy", tmp_path / "missing").code == 2


def test_what_was_found_is_said_once_and_every_look_ends_with_its_state(look: Any, watch: Watch) -> None:
    first = look(*KEY)
    assert first.kinds == ["grown", *["key"] * 4, "looked"]
    assert first.objects[-1] == {"kind": "looked", "origin": ORIGIN, "size": 9, "exit": 0}
    assert look(*KEY).kinds == ["looked"]
    fork = watch.other(7, 5)
    assert look(*KEY, at=fork).kinds == ["fork", "looked"]
    assert look(*KEY, at=fork).kinds == ["looked"]


def test_for_people_there_is_a_line_for_each_finding(run: Any, watch: Watch) -> None:
    said = run(watch.log.public, "--state", watch.folder / "state", "--once", *KEY)
    first = said.out.splitlines()[0]
    assert first.endswith("Z  9 entries, 9 of them new; every one of these was read and holds")
    said = run(watch.other(7, 5), "--state", watch.folder / "state", "--once", *KEY)
    assert "FALSE  THE LOG" in said.out


def test_a_log_is_followed_over_the_network(look: Any, watch: Watch) -> None:
    with published(watch) as url:
        assert look(*KEY, at=url).code == 0
        watch.publish(300)
        assert look(*KEY, at=url).objects[-1]["size"] == 309


def published(watch: Watch) -> Any:
    """The public folder on a socket."""

    def answer(request: bytes, connection: Any) -> None:
        name = request.split(b" ", 2)[1].decode().lstrip("/")
        path = watch.log.public / name
        found = path.is_file()
        reply("200 OK" if found else "404 Not Found", path.read_bytes() if found else b"")(b"", connection)

    return answering(answer, head=True)


@pytest.mark.parametrize("status", ["500 Oops", "302 Found", "403 Forbidden"])
def test_an_address_that_answers_something_else_is_asked_again_later(look: Any, status: str) -> None:
    with answering(reply(status, b"")) as url:
        said = look(*KEY, at=url)
    assert said.code == 4
    assert f"status {status[:3]}; try again later" in said.objects[0]["sentence"]


# Witnesses of the reader's own policy


def test_the_readers_own_witnesses_are_asked_what_they_hold(
    look: Any, watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = create(tmp_path / "w", "w1.example")
    for key in LOG_KEYS:
        own.state.trust(key, 0)
    with served(own) as url:
        policy = tmp_path / "policy"
        policy.write_text(
            "".join(f"log {key.text}\n" for key in LOG_KEYS) + f"witness w1 {own.vkeys[0].text} {url}\nquorum w1\n"
        )
        witness = Witness("w1", tuple(own.vkeys), url, retired=False)
        alone = look("--policy", policy)
        assert (alone.code, "uncosigned" in alone.kinds) == (3, True)
        publisher = watch.log.publisher(collect=Collector([witness], 1))
        publisher.publish()
        assert look("--policy", policy).code == 0
        watch.log.grow(3)
        publisher.publish()
        shown = watch.other(9, 1)
        assert look("--policy", policy, at=shown).code == 3, "a witness may be ahead for a while"
        late = time.time() + 601
        monkeypatch.setattr("fairplace.cli.monitoring.time.time", lambda: late)
        hidden = look("--policy", policy, at=shown)
        assert hidden.code == 1
        assert "the witness w1: it is of 12 entries, of which 10 were seen so far" in hidden.out
        hidden = look("--policy", policy, at=watch.other(9, 3))
        assert (hidden.code, "fork" in hidden.kinds) == (1, True)


def test_a_witness_that_holds_another_history_gives_evidence(look: Any, watch: Watch, tmp_path: Path) -> None:
    own = create(tmp_path / "w", "w1.example")
    for key in LOG_KEYS:
        own.state.trust(key, 0)
    fork = watch.other(7, 2)
    note = (fork / "checkpoint").read_bytes()
    with served(own) as url:
        witness = Witness("w1", tuple(own.vkeys), url, retired=False)
        assert Collector([witness])(note, lambda _: [])
        policy = tmp_path / "policy"
        policy.write_text(f"log {LOG_KEYS[0].text}\nwitness w1 {own.vkeys[0].text} {url}\nquorum none\n")
        said = look("--policy", policy)
    assert said.code == 1
    assert "the witness w1 is signed, and is not what was seen" in said.objects[-2]["sentence"]
    [path] = (watch.folder / "state/evidence").iterdir()
    assert path.read_bytes().count(evidence.BETWEEN) == 1


# States that came another way


@pytest.fixture
def compare(run: Any, look: Any, watch: Watch, tmp_path: Path) -> Any:
    watch.publish(10)
    assert look(*KEY).code == 0

    def compared(*contents: bytes | str, state: bool = True) -> Said:
        paths = []
        for number, content in enumerate(contents):
            path = tmp_path / f"given-{number}"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(path)
        more = ("--state", watch.folder / "state") if state else ()
        said: Said = run("compare", *paths, *more, *KEY, "--json")
        return said

    return compared


def earlier(watch: Watch) -> bytes:
    return (watch.log.public / "checkpoints/9").read_bytes()


def test_a_checkpoint_agrees_in_every_form_in_which_it_may_come(compare: Any, watch: Watch) -> None:
    note, reader = earlier(watch), TileReader(watch.log.public, 9)
    receipt = proof.make(reader.entry(4), [], 4, inclusion_proof(4, 9, reader.node), note)
    five = paper.printed(note)
    said = compare(note, receipt, five, five.replace(" ", "  ").replace("\n", "\r\n"))
    assert (said.code, said.kinds) == (0, ["agrees"] * 4)


def test_typed_paper_is_forgiving_in_digits_and_strict_in_sense(compare: Any, watch: Watch) -> None:
    five = paper.printed(earlier(watch))
    first, origin, size, *rest = five.splitlines()
    soft = "\n".join(
        [first.upper(), origin.upper(), size, *(line.replace("0", "O").replace("1", "l").lower() for line in rest)]
    )
    assert compare(f"Page 3 of 4\n{soft}\n\nfooter").code == 0
    digit = rest[1][2]
    slip = five.replace(rest[1], rest[1][:2] + ("A" if digit != "A" else "B") + rest[1][3:])
    said = compare(slip)
    assert said.code == 2
    assert "line 5 does not fit its check" in said.err
    assert "line 4 does not fit its check" in compare(five.replace("size 9", "size 8")).err
    assert compare("nothing of the kind").code == 2


def test_a_state_that_differs_is_false_and_a_signed_one_is_evidence(compare: Any, watch: Watch) -> None:
    other = (watch.other(7, 2) / "checkpoint").read_bytes()
    said = compare(other)
    assert (said.code, said.kinds) == (1, ["fork"])
    assert len(list((watch.folder / "state/evidence").iterdir())) == 1
    said = compare(paper.printed(other))
    assert (said.code, said.kinds) == (1, ["differs"])
    assert "one of the two histories was changed" in said.objects[0]["sentence"]
    said = compare(earlier(watch), other, state=False)
    assert (said.code, said.kinds) == (1, ["fork"])
    pair = evidence.pair(earlier(watch), other)
    assert compare(pair).kinds == ["agrees", "fork", "fork"] or compare(pair).kinds == ["fork", "agrees", "fork"]


def test_what_was_not_seen_yet_cannot_be_compared(compare: Any, watch: Watch, run: Any, tmp_path: Path) -> None:
    watch.publish(5)
    said = compare((watch.log.public / "checkpoint").read_bytes())
    assert (said.code, said.kinds) == (3, ["ahead"])
    assert run("compare", tmp_path / "given-0", "--state", tmp_path / "nowhere").code == 2
    (tmp_path / "fresh").mkdir()
    assert run("compare", tmp_path / "given-0", "--state", tmp_path / "fresh").code == 2
    assert run("compare", tmp_path / "absent").code == 2


def test_the_help_names_both_uses(run: Any) -> None:
    said = run("--help")
    assert said.code == 0
    assert "compare FILE" in said.out
    assert "URL|FOLDER" in said.out
    assert "--every SECONDS" in run("follow", "--help").out
