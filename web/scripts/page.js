// A page of a register, open or saved: which steps it was made from, and whether they and its words hold
// (published format, section 16).

import { b64, fromB64, octets, utf8 } from "./bytes.js";
import { checkLine, readCheckpoint } from "./checkpoint.js";
import { HASH, who } from "./note.js";
import { checkInclusion, readProof, readStep } from "./proof.js";
import { KeyRegister } from "./register.js";
import { Report, Unreadable, at, expect, plain } from "./report.js";
import { Tiles } from "./tiles.js";
import { compareWords } from "./words.js";

const PATH = /^\/(?!\/)[\x21-\x7e]{0,1000}$/;
const MOST_STEPS = 5000;
const AT_ONCE = 6; // requests

// What a page says of itself, in the attribute data-made-from; null when it says nothing.
export function readMadeFrom(page) {
  const text = page.querySelector("[data-made-from]")?.dataset.madeFrom;
  if (!text) return null;
  try {
    const { checkpoint, format, page: path, steps } = JSON.parse(text);
    const good =
      format === "fairplace/page/1" &&
      typeof path === "string" &&
      PATH.test(path) &&
      Array.isArray(steps) &&
      steps.length <= MOST_STEPS &&
      steps.every(([index, leaf]) => Number.isSafeInteger(index) && index >= 0 && typeof leaf === "string" && HASH.test(leaf));
    return good ? { checkpoint: readCheckpoint(utf8(checkpoint)), path, steps } : null;
  } catch {
    return null;
  }
}

// Work through a list, a few at a time, in order of coming.
async function each(list, work, told) {
  const results = new Array(list.length);
  let [next, done] = [0, 0];
  const worker = async () => {
    while (next < list.length) {
      const i = next++;
      try {
        results[i] = await work(list[i]);
      } catch (error) {
        next = list.length; // what the others have begun comes to its end; nothing more is begun
        throw error;
      }
      told?.(++done, list.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

// `get(path)` gives the bytes of a file of the register, as this site has it.
export class PageCheck {
  report = new Report();
  steps = new Map(); // place to opened parts
  held = []; // places of the steps that were found to hold
  words = { same: [], different: [], closed: [] };

  constructor(page, madeFrom, { get, trust, remembered = null, told = null }) {
    Object.assign(this, { page, madeFrom, get, trust, remembered, told });
  }

  async run() {
    const { report } = this;
    await report.take({
      state: () => this.readState(),
      steps: () => this.readSteps(),
      signers: () => this.checkSigners(),
      signature: () => this.checkState(),
      history: () => this.checkHistory(),
      words: () => this.checkWords(),
    });
    if (this.trust.givenFor(report.origin)) await report.take({ key: () => this.trust.judge(report, this.signers, { rootKey: this.register.rootKey }) });
    if (report.falsehood) return report;
    report.notes.push(
      ...this.register.notes(this.steps),
      "words that the site writes itself: headings, sums, dates in words, and what the rules said",
      "whether the newest entries about keys were left out: that takes the whole log",
    );
    await this.lookForNewer();
    return report;
  }

  async readState() {
    this.state = readCheckpoint(await this.get("checkpoint"));
    const { origin, size, rootB64 } = this.state;
    Object.assign(this.report, { origin, size, root: rootB64 });
    const said = this.madeFrom.checkpoint;
    expect(said.origin === origin, `the page is of the register ${plain(said.origin)}, this site is that of ${plain(origin)}`);
    const listed = JSON.parse(octets(await this.get("log/register.json")));
    const right = Array.isArray(listed.indexes) && listed.indexes.every((one) => Number.isSafeInteger(one) && one >= 0);
    expect(right && listed.indexes[0] === 0, "the list of the key register’s places is not one");
    this.registerAt = listed.indexes.filter((one) => BigInt(one) < size);
    return [`The newest signed state of the log covers ${size} steps.`, 1];
  }

  // Every step of the page, and every entry of the key register, in the log where it says.
  async readSteps() {
    const { size } = this.state;
    const said = new Map(this.madeFrom.steps);
    const wanted = [...new Set([...this.registerAt, ...said.keys()])].sort((one, other) => one - other);
    const beyond = wanted.find((index) => BigInt(index) >= size);
    expect(beyond === undefined, `the page names step ${beyond}, but the log has ${size} steps`);
    this.states = new Map();
    this.read = await each(
      wanted,
      (index) =>
        at({ entry: index }, async () => {
          const proof = readProof(await this.get(`log/${index}.tlog-proof`));
          expect(proof.index === BigInt(index), `a proof of step ${proof.index} came`);
          const { entry, openings } = await readStep(proof);
          await checkInclusion(proof, entry);
          this.states.set(octets(proof.checkpoint.text), proof.checkpoint);
          const leaf = said.get(index) ?? entry.leafB64;
          expect(leaf === entry.leafB64, `the page gives the fingerprint ${leaf}, the log has ${entry.leafB64}`);
          return { index, entry, openings };
        }),
      this.told,
    );
    for (const { index, openings } of this.read) if (said.has(index)) this.steps.set(index, openings);
    for (const state of this.states.values()) if (state.size > this.state.size) this.state = state; // published meanwhile
    Object.assign(this.report, { size: this.state.size, root: this.state.rootB64 });
    const count = said.size;
    return [`${count === 1 ? "The step" : `All ${count} steps`} that the page was made from ${count === 1 ? "is" : "are"} in the log, unchanged and in ${count === 1 ? "its place" : "their places"}.`, count];
  }

  // Who signed each step, and whether they might: by the key register, from its first entry on.
  async checkSigners() {
    this.register = new KeyRegister();
    let lines = 0;
    for (const { index, entry } of this.read) {
      await this.register.take(index, entry);
      if (this.steps.has(index)) {
        lines += entry.lines.length;
        this.held.push(index);
      }
    }
    return [`All ${lines} signatures of these steps are good, by keys that might sign there. The key register has ${this.registerAt.length} entries, none of them missing in the middle.`, lines];
  }

  // The states under which the proofs came are signed by the log's own key.
  async checkState() {
    this.signers = new Set();
    this.states.set(octets(this.state.text), this.state);
    let [good, skipped] = [0, 0];
    for (const state of this.states.values()) {
      expect(state.origin === this.state.origin, `a proof under a state of ${plain(state.origin)} came`);
      const keys = this.register.keysAt(state.size);
      const first = keys.find((key) => key.id === state.lines[0].id);
      expect(first, `the state is signed first by ${who(state.lines[0])}, which is not a key of the log at this size`);
      for (const line of state.lines) {
        const key = keys.find((one) => one.id === line.id) ?? this.trust.witness(line);
        const checked = key && (await checkLine(key, line, state));
        if (checked) {
          good += 1;
          if (state === this.state) this.signers.add(key.vkey);
        } else if (state === this.state) {
          skipped += 1;
          if (key) this.report.skipped.add(key.vkey);
        }
      }
    }
    if (skipped) this.report.notes.push(`${skipped} further ${skipped === 1 ? "signature" : "signatures"} under the state: of a kind that no browser can check yet, or by witnesses whose keys you did not give`);
    return [`The state is signed by the log’s own key, as the key register names it.`, good];
  }

  // One history: under the proofs, on the page, and on an earlier visit.
  async checkHistory() {
    const { size, root } = this.state;
    const tiles = new Tiles(size, (path) => this.get(path));
    const grown = async (small, smallRoot, what) => {
      const newer = small > size;
      expect(!newer, `${what} covered ${small} steps, the register now says that it has ${size}: steps were taken out, or this is an old copy`);
      const good = await tiles.extends(small, smallRoot, root);
      expect(good, `${what} covered ${small} steps with the root ${b64(smallRoot)}, which is no beginning of this log: the history was changed`);
    };
    for (const state of this.states.values()) await grown(state.size, state.root, "a state that the register gave just now");
    const said = this.madeFrom.checkpoint;
    await grown(said.size, said.root, "the state that the page was made from");
    const before = this.remembered?.state;
    if (before) await grown(before.size, fromB64(before.root), `the state that this device saw on ${dated(before.at)}`);
    const since = before ? ` It is also the history that this device saw on ${dated(before.at)}, grown by ${size - before.size} steps.` : "";
    return [`The page was made from ${said.size} steps of the same history.${since}`, before ? 2 : 1];
  }

  checkWords() {
    this.words = compareWords(this.page, this.steps);
    const { same, different, closed } = this.words;
    const [first] = different;
    expect(!first, `the page says ${first && `“${first.shown}”`} where the record says “${first && plain(first.right, 60)}” (${first?.from})`);
    if (closed.length) {
      const closedNow = `${closed.length} ${closed.length === 1 ? "text or figure" : "texts and figures"} of the page are not public now, so they could not be compared`;
      this.report.superseded.push(closedNow);
    }
    const all = same.length === 1 ? "The one marked text" : `All ${same.length} marked texts and figures`;
    return [same.length ? `${all} of the page ${same.length === 1 ? "is" : "are"} what the record says.` : "The page shows no texts of the record that could be compared.", same.length];
  }

  // Has the page got further steps since?
  async lookForNewer() {
    try {
      const page = new DOMParser().parseFromString(new TextDecoder().decode(await this.get(this.madeFrom.path.slice(1))), "text/html");
      const now = readMadeFrom(page);
      const known = new Set(this.madeFrom.steps.map(([index]) => index));
      const newer = now ? now.steps.map(([index]) => index).filter((index) => !known.has(index)) : [];
      if (newer.length) {
        const which = newer.length === 1 ? `step ${newer[0]} has` : `${newer.length} steps have`;
        this.report.superseded.push(`${which} been added to what this page shows; the newest is number ${Math.max(...newer)}`);
      }
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.report.unchecked.push("whether the page has got further steps since: it is not at its address now");
    }
  }
}

const dated = (text) => {
  const day = new Date(text);
  return Number.isNaN(day.getTime()) ? "an earlier visit" : day.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
};
