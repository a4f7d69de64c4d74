"""The browser's checker and the independent one are two: they must judge alike, thousands of times, the strangest included."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page

import fairplace_verify as checker
from fairplace.ledger import proof, tree
from tests.browser import corpus
from tests.browser.test_pages import opened
from tests.http.town import Town
from tests.ledger import vectors as v
from tests.matrix import every, many
from tests.verifier import decoders, passkey_rules
from tests.verifier import test_key_rules as key_rules
from tests.verifier import writer as w

AT_ONCE = 500
"""Cases that are handed to the browser together."""

RUN = """async ([version, script, name, cases, more]) => {
  const ours = await import(`/scripts/${version}/${script}`), report = await import(`/scripts/${version}/report.js`);
  const trust = await import(`/scripts/${version}/trust.js`), canonical = await import(`/scripts/${version}/canonical.js`);
  const bytes = text => Uint8Array.from(atob(text), one => one.charCodeAt(0));
  const ways = {
    json: one => canonical.writeJson(ours.readJson(bytes(one))),
    entry: async one => (await ours.readEntry(bytes(one))).leafB64,
    key: async one => (await ours.readVkey(one)).id,
    policy: async one => { const found = await ours.readPolicy(one);
      return [found.logs.length, found.witnesses.size, found.groups.size, found.quorum].join(); },
    proof: async one => { const given = await trust.readTrust(more);
      return (await ours.checkProof(bytes(one), given)).verdict; },
    checkpoint: one => { const found = ours.readCheckpoint(bytes(one));
      return `${found.origin} ${found.size} ${found.rootB64} ${found.lines.length}`; },
  };
  const out = [];
  for (const one of cases) {
    try { out.push(await ways[name](one)); }
    catch (error) {
      if (!(error instanceof report.Falsehood || error instanceof report.Unreadable)) throw error;
      out.push(null);
    }
  }
  return out;
}"""

Answers = Callable[[str, str, Sequence[str], str], Any]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(site: str, chromium: Browser) -> AsyncIterator[Page]:
    async with opened(chromium, site, 390) as watched:
        await watched.page.goto(site + "/about")
        yield watched.page
        assert watched.said == []


async def answers(page: Page, version: str, script: str, name: str, cases: Sequence[str], more: str = "") -> list[Any]:
    found: list[Any] = []
    for start in range(0, len(cases), AT_ONCE):
        found += await page.evaluate(RUN, [version, script, name, cases[start : start + AT_ONCE], more])
    return found


def agree(cases: Sequence[Any], ours: Sequence[Any], theirs: Sequence[Any], least: float) -> None:
    """They agree on each; and enough of the cases are good for that to mean something."""
    different = [(i, cases[i], ours[i], theirs[i]) for i in range(len(cases)) if ours[i] != theirs[i]]
    assert different == [], f"{len(different)} of {len(cases)} are judged differently"
    assert least < sum(one not in {None, "not genuine"} for one in theirs) / len(theirs) < 1 - least


def judged(read: Callable[[Any], Any], cases: Sequence[Any]) -> list[Any]:
    out = []
    for one in cases:
        try:
            out.append(read(one))
        except (checker.Falsehood, checker.Unreadable):
            out.append(None)
    return out


async def test_canonical_json_is_read_alike(page: Page, town: Town, version: str) -> None:
    cases = list(corpus.json_texts(many(6000)))
    ours = await answers(page, version, "canonical.js", "json", [corpus.packed(one) for one in cases])
    theirs = judged(lambda one: checker.ENCODER.encode(checker.read_json(one)), cases)
    agree(cases, ours, theirs, 0.1)


async def test_entries_are_read_alike(page: Page, version: str) -> None:
    cases = list(corpus.entries(many(5000)))
    ours = await answers(page, version, "entry.js", "entry", [corpus.packed(one) for one in cases])
    agree(cases, ours, judged(lambda one: checker.read_entry(one).leaf_b64, cases), 0.1)


async def test_keys_are_read_alike(page: Page, version: str) -> None:
    cases = list(corpus.keys(many(2000)))
    ours = await answers(page, version, "note.js", "key", cases)
    theirs = judged(lambda one: f"{checker.read_vkey(one).name} {checker.read_vkey(one).keyid.hex()}", cases)
    agree(cases, ours, theirs, 0.001)


async def test_policies_are_read_alike(page: Page, version: str) -> None:
    cases = list(corpus.policies(many(3000)))
    ours = await answers(page, version, "trust.js", "policy", cases)

    def read(text: str) -> str:
        found = checker.read_policy(text)
        return f"{len(found.logs)},{len(found.witnesses)},{len(found.groups)},{found.quorum}"

    agree(cases, ours, judged(read, cases), 0.05)


async def test_checkpoints_are_read_alike(page: Page, version: str) -> None:
    story = w.story()
    text = story.head(5)
    good = text + b"\n" + w.LOG.note(text) + w.WITNESS.cosign(text)
    chance = corpus.random.Random(6)
    cases = [good, *(corpus.bent(good, chance) for _ in range(many(2000)))]
    ours = await answers(page, version, "checkpoint.js", "checkpoint", [corpus.packed(one) for one in cases])

    def read(data: bytes) -> str:
        found = checker.read_checkpoint(data)
        return f"{found.origin} {found.size} {checker.b64(found.root)} {len(found.lines)}"

    agree(cases, ours, judged(read, cases), 0.01)


def verdict(data: bytes, keys: Sequence[str] = (), policy: str | None = None) -> str:
    report = checker.verify_proof(data, keys, policy)
    return "not genuine" if not report.ok else "genuine" if report.trusted else "partly checked"


async def test_proofs_are_judged_alike(page: Page, version: str) -> None:
    cases = list(corpus.proofs(many(1500)))
    packed = [corpus.packed(one) for one in cases]
    keys = [w.LOG.vkey, w.OFFICER.vkey]
    ours = await answers(page, version, "proof.js", "proof", packed, "\n".join(keys))
    agree(cases, ours, [verdict(one, keys) for one in cases], 0.02)
    policy = f"log {w.LOG.vkey}\nwitness w1 {w.WITNESS.vkey}\nquorum w1\n"
    ours = await answers(page, version, "proof.js", "proof", packed, policy)
    agree(cases, ours, [verdict(one, policy=policy) for one in cases], 0.02)
    ours = await answers(page, version, "proof.js", "proof", packed)
    agree(cases, ours, [verdict(one) for one in cases], 0.02)


TREE = """async ([version, cases]) => {
  const tree = await import(`/scripts/${version}/tree.js`), bytes = await import(`/scripts/${version}/bytes.js`);
  const out = [];
  for (const [leaves, small, bent] of cases) {
    const hashes = leaves.map(bytes.fromB64), size = BigInt(hashes.length);
    const node = (level, number) => tree.rootOf(hashes.slice(Number(number << BigInt(level)), Number((number + 1n) << BigInt(level))));
    const proof = await tree.consistencyProof(BigInt(small), size, node);
    const [older, newer] = [await tree.rootOf(hashes.slice(0, small)), await tree.rootOf(hashes)];
    const good = await tree.isExtension(BigInt(small), older, size, newer, proof);
    const other = bent < proof.length ? proof.with(bent, bytes.fromB64(leaves[0]).map(byte => byte ^ 1)) : [...proof, older];
    const bad = await tree.isExtension(BigInt(small), older, size, newer, other);
    const short = proof.length ? await tree.isExtension(BigInt(small), older, size, newer, proof.slice(1)) : false;
    out.push([proof.map(bytes.b64), bytes.b64(newer), good, bad, short]);
  }
  return out;
}"""


async def test_consistency_is_proved_and_judged_as_in_the_engine(page: Page, version: str) -> None:
    leaves = [tree.leaf_hash(bytes([i])) for i in range(40)]
    cases = [(size, small) for size in range(1, 41) for small in range(1, size + 1)]
    given = [([checker.b64(leaf) for leaf in leaves[:size]], small, small % 5) for size, small in cases]
    found = await page.evaluate(TREE, [version, given])
    for (size, small), answer in zip(cases, found, strict=True):
        hashes = tree.consistency_proof(small, size, lambda level, i: tree.root(leaves[i << level : (i + 1) << level]))
        assert answer == [
            [checker.b64(one) for one in hashes],
            checker.b64(tree.root(leaves[:size])),
            True,
            False,
            False,
        ]


REGISTER = """async ([version, logs]) => {
  const { KeyRegister } = await import(`/scripts/${version}/register.js`), { readEntry } = await import(`/scripts/${version}/entry.js`);
  const report = await import(`/scripts/${version}/report.js`), bytes = await import(`/scripts/${version}/bytes.js`);
  const out = [];
  for (const entries of logs) {
    const register = new KeyRegister();
    let index = 0;
    try {
      for (; index < entries.length; index++) await register.take(index, await readEntry(bytes.fromB64(entries[index])));
    } catch (error) {
      if (!(error instanceof report.Falsehood)) throw error;
    }
    out.push(index);
  }
  return out;
}"""


async def test_each_rule_about_keys_is_judged_as_by_the_register_and_the_checker(page: Page, version: str) -> None:
    """The table that holds those two to one another; each log ends at the place where it is refused."""
    logs, right = [], []
    for story, refusal, _ in key_rules.CASES.values():
        log = key_rules.begun()
        story(log)
        logs.append([corpus.packed(one) for one in log.entries])
        right.append(len(log.entries) - bool(refusal))
    assert len(logs) > 60
    found = await page.evaluate(REGISTER, [version, logs])
    wrong = [name for name, one, other in zip(key_rules.CASES, found, right, strict=True) if one != other]
    assert wrong == []


async def test_passkeys_are_judged_as_by_the_checker(page: Page, version: str) -> None:
    """Each way in which an assertion is good or bent; each log ends at the place where it is refused."""
    logs, right = [], []
    for sentence in passkey_rules.ALL:
        log, good = passkey_rules.told(sentence)
        logs.append([corpus.packed(one) for one in log.entries])
        right.append(len(log.entries) - (not good))
    assert len(logs) > 130
    found = []
    for start in range(0, len(logs), 30):
        found += await page.evaluate(REGISTER, [version, logs[start : start + 30]])
    wrong = [name for name, one, other in zip(passkey_rules.ALL, found, right, strict=True) if one != other]
    assert wrong == []


async def test_spoiled_assertions_are_judged_as_by_the_checker(page: Page, version: str) -> None:
    """Bytes changed, cut, doubled and put elsewhere, as the campaign against the checker does it."""
    decoder = decoders.decoders()["assertion"]
    chance = corpus.random.Random(7)
    cases = [*decoder.good, *(decoder.spoil(chance.choice(decoder.good), chance) for _ in range(many(3000)))]
    keys = [signer.vkey for signer in decoders.PASSKEYS]
    found = await page.evaluate(ASSERTIONS, [version, keys, [corpus.packed(one) for one in cases]])
    agree(cases, found, [decoder.asked(one) or None for one in cases], 0.001)


ASSERTIONS = """async ([version, vkeys, cases]) => {
  const { readVkey, signs } = await import(`/scripts/${version}/note.js`), report = await import(`/scripts/${version}/report.js`);
  const bytes = await import(`/scripts/${version}/bytes.js`), keys = await Promise.all(vkeys.map(readVkey)), out = [];
  for (const one of cases) {
    let good = false;
    for (const key of keys) {
      try { good ||= await signs(key, bytes.fromB64(one), bytes.utf8("fairplace")); }
      catch (error) { if (!(error instanceof report.Falsehood)) throw error; }
    }
    out.push(good || null);
  }
  return out;
}"""


VECTOR = proof.make(v.ENTRY_2, [v.DISCLOSURE], 2, [checker.from_b64(v.ROOTS[1].encode())], v.CHECKPOINT)


async def test_the_vectors_of_the_format_hold(page: Page, version: str) -> None:
    assert len(VECTOR) == v.PROOF_SIZE
    packed = [corpus.packed(one) for one in v.ENTRIES]
    assert await answers(page, version, "entry.js", "entry", packed) == list(v.LEAVES)
    for more, right in (
        ("", "partly checked"),
        (v.LOG_VKEY, "genuine"),
        (v.OFFICER_VKEY, "partly checked"),
        (v.ADMIN_VKEY, "not genuine"),
    ):
        assert await answers(page, version, "proof.js", "proof", [corpus.packed(VECTOR)], more) == [right]


async def test_no_flip_of_one_bit_is_called_genuine(page: Page, version: str) -> None:
    """All bits of a whole proof file, under a policy that asks for the log and its witness."""
    cases = []
    for bit in every(5, range(8 * len(VECTOR))):
        changed = bytearray(VECTOR)
        changed[bit // 8] ^= 1 << bit % 8
        cases.append(corpus.packed(bytes(changed)))
    policy = f"log {v.LOG_VKEY}\nwitness w1 {v.WITNESS_VKEY}\nquorum w1\n"
    found = await answers(page, version, "proof.js", "proof", [corpus.packed(VECTOR), *cases], policy)
    assert found[0] == "genuine"
    assert len(VECTOR) == v.PROOF_SIZE
    assert {"genuine", "genuine but superseded", None}.isdisjoint(found[1:]), json.dumps(found)
    assert found.count("partly checked") < 200, "only a line under another key id is a stranger's: the quorum is missed"
