// A bundle: one case, for a court, a bidder or the public (published format, section 11). All entries of the case and of
// the key register, proved to stand under one state of the log.

import { fromB64, fromOctets, octets } from "./bytes.js";
import { readJson } from "./canonical.js";
import { Case } from "./case.js";
import { readCheckpoint } from "./checkpoint.js";
import { Container, FOR_PEOPLE, inMember } from "./container.js";
import { checkContents, checkSaid } from "./contents.js";
import { allLines } from "./lines.js";
import { checkInclusion, readProof, readStep } from "./proof.js";
import { KeyRegister } from "./register.js";
import { Falsehood, Report, Unreadable, at, expect, plain, shown } from "./report.js";
import { isExtension } from "./tree.js";
import { readPolicy } from "./trust.js";

const MOST_PROOF = 4_000_000; // bytes
const MOST_CHECKPOINT = 1_000_000;
const MOST_TIMESTAMP = 65_536;
const MOST_JSON = 49_152;

export class Bundle {
  report = new Report();
  steps = new Map(); // place to {entry, values, bytes, name}
  ofCase = []; // places
  register = new KeyRegister();
  signers = new Set();

  constructor(data, trust) {
    Object.assign(this, { data, trust });
  }

  async run() {
    const { report } = this;
    await report.take({
      container: () => this.readContainer(),
      proofs: () => this.readProofs(),
      entries: () => this.readEntries(),
      checkpoint: () => this.checkCheckpoint(),
      links: () => this.checkLinks(),
      contents: async () => {
        const documents = await checkContents(this);
        report.notes.push("that no later step was left off the end cannot be seen from a bundle alone: hold it beside the register, with the program");
        report.notes.push(`${[...this.box.members.keys()].filter((name) => FOR_PEOPLE.includes(name) || name === "record.pdf").join(", ")}: for people, no evidence, and not compared with the entries`);
        return [`The documents are those that the entries name; ${documents} of them ${documents === 1 ? "is" : "are"} here.`, documents];
      },
    });
    if (this.trust.givenFor(report.origin)) await report.take({ key: () => this.trust.judge(report, this.signers, { rootKey: this.register.rootKey }) });
    return report;
  }

  readContainer() {
    this.box = new Container(this.data);
    this.said = checkSaid(readJson(this.box.read("bundle.json", MOST_JSON)));
    for (const name of FOR_PEOPLE) expect(this.box.members.has(name), "the member is missing", { file: name });
    return [`It is a bundle of the edition “${this.said.edition}”, with ${this.box.members.size} members and nothing else.`, 1];
  }

  // Every proof leads from its entry to the one state.
  async readProofs() {
    let head = null;
    for (const folder of ["register/", "proofs/"]) {
      const names = this.box.inside(folder);
      expect(names.length && (folder === "proofs/" || Number(names[0].slice(-31, -11)) === 0), "the first of them is missing", { file: folder });
      for (const name of names) {
        const index = Number(name.slice(-31, -11));
        await at({ file: name, entry: index }, async () => {
          const data = this.box.read(name, MOST_PROOF);
          const proof = readProof(data);
          expect(proof.index === BigInt(index), `the proof is of step ${proof.index}`);
          expect(!this.steps.has(index), "the step stands in two places");
          head ??= proof.head;
          expect(proof.head === head, "it is under another state of the log than the others");
          const { entry, openings, bytes: entryBytes } = await readStep(proof);
          await checkInclusion(proof, entry);
          this.checkpoint ??= proof.checkpoint;
          this.steps.set(index, { entry, values: openings, bytes: entryBytes, name });
        });
      }
    }
    const { origin, size, rootB64 } = this.checkpoint;
    Object.assign(this.report, { origin, size, root: rootB64 });
    await inMember("bundle.json", () => {
      const { checkpoint, log } = this.said;
      expect(checkpoint.root === rootB64 && BigInt(checkpoint.size) === size, "`checkpoint` is not that of the proofs");
      expect(log === origin, `\`log\` is ${plain(log)}, not ${origin}`);
    });
    return [`All ${this.steps.size} entries are in the log, under its state of ${size} steps.`, this.steps.size];
  }

  // All entries in the order of the log: signatures, keys, streams without gaps, and that they are of the case.
  async readEntries() {
    this.case = new Case(this.said.case, (index) => this.steps.get(index).entry.leaf);
    const [streams, ids, digests] = [new Map(), new Set(), new Set()];
    for (const [index, { entry, values, name }] of [...this.steps].sort(([one], [other]) => one - other)) {
      await at({ file: name, entry: index }, async () => {
        const { id, stream, n, prev, sealed } = entry.event;
        expect(!ids.has(id), `its id, ${id}, is already that of an earlier entry`);
        ids.add(id);
        for (const { d } of Object.values(sealed)) {
          expect(!digests.has(d), `its digest, ${d}, has already occurred`);
          digests.add(d);
        }
        await this.register.take(index, entry);
        const before = streams.get(stream) ?? { n: 0, leaf: "" };
        expect(n === before.n + 1, `\`n\` is ${n}, but this is event ${before.n + 1} of the stream ${stream}`);
        expect(prev === before.leaf, `\`prev\` is ${shown(prev)}, but the event before it in the stream is ${shown(before.leaf)}`);
        const isRegister = stream === this.register.stream;
        expect(name.startsWith(isRegister ? "register/" : "proofs/"), `the entry belongs in ${isRegister ? "register/" : "proofs/"}`);
        if (isRegister) {
          this.case.entries.set(index, { type: entry.event.type, sealed, register: true });
        } else {
          await this.case.judge(index, entry, values);
          this.checkReaffirmed(index, entry);
          this.ofCase.push(index);
        }
        streams.set(stream, { n, leaf: entry.leafB64 });
      });
    }
    expect(this.case.opened !== null, `no entry opens the case ${this.said.case}`);
    return [`All signatures are good, by keys that might sign there; ${this.ofCase.length} entries are of the case, and none is missing from the middle.`, this.steps.size];
  }

  // Somebody stands by what an earlier key of theirs signed, though that key was reported stolen.
  checkReaffirmed(index, entry) {
    if (entry.event.type !== "signature.reaffirmed/1") return;
    const [line, ...others] = entry.lines;
    expect(!others.length, `${entry.lines.length} signatures came under a signature.reaffirmed/1, expected one`);
    const contested = this.register.contested(index);
    for (const place of entry.event.body.entries.filter((one) => this.steps.has(one))) {
      const mine = [...(contested.get(place) ?? [])].some((id) => id !== line.id && id.startsWith(`${line.name} `));
      expect(mine, `step ${place} is reaffirmed, but no contested signature of ${line.name} is on it`);
    }
  }

  // The lines of the state, and of earlier ones that are tied to it.
  async checkCheckpoint() {
    const { report, box } = this;
    const trust = this.trust.with(await inMember("policy", () => readSuggested(box.read("policy", MOST_CHECKPOINT))));
    this.signers = await allLines(this.checkpoint, this.register, trust, report);
    const earlier = box.inside("consistency/");
    for (const name of earlier) await inMember(name, () => this.checkEarlier(name, trust));
    for (const name of box.inside("timestamp/")) {
      await inMember(name, () => {
        box.read(name, MOST_TIMESTAMP);
        expect(name === `timestamp/${report.size}.tsr`, "it is of another size than the state");
      });
      report.notes.push(`the signed time in ${name}: openssl can check it, and the program says how`);
    }
    if (report.skipped.size) report.notes.push(`${report.skipped.size} ${report.skipped.size === 1 ? "signature" : "signatures"} under the state: of the kind ML-DSA-44, which no browser can check yet`);
    const tied = earlier.length ? ` ${earlier.length} earlier ${earlier.length === 1 ? "state is" : "states are"} tied to it.` : "";
    return [`The state is signed by the log’s own key, as the key register names it.${tied}`, this.signers.size];
  }

  async checkEarlier(name, trust) {
    const text = octets(this.box.read(name, MOST_CHECKPOINT));
    const end = text.lastIndexOf("\n\n");
    const state = readCheckpoint(fromOctets(end < 0 ? "" : text.slice(0, end + 1)));
    const right = `consistency/${state.size}-${this.report.size}`;
    expect(name === right, `it ties the size ${state.size}, expected the name ${right}`);
    expect(state.origin === this.report.origin, `the state is of ${state.origin}`);
    const tail = text.slice(end + 2);
    expect(/^(?:[A-Za-z0-9+/]{43}=\n)*$/.test(tail), "its hashes are not lines of base64 each");
    const hashes = tail.split("\n").filter(Boolean).map(fromB64);
    const smaller = state.size < this.checkpoint.size;
    const grown = smaller && (await isExtension(state.size, state.root, this.checkpoint.size, this.checkpoint.root, hashes));
    expect(grown, `the state of ${state.size} steps is no beginning of that of ${this.report.size}`);
    await allLines(state, this.register, trust, this.report);
  }

  // What the entries say of each other, as far as this edition opens it; and what stays closed.
  async checkLinks() {
    const { notes } = this.report;
    const court = this.said.edition === "court";
    for (const [place, by] of this.case.absent) {
      expect(!court, `step ${by} opens parts of step ${place}, which is not in this edition for a court`);
      notes.push(`step ${by} opens parts of step ${place}, a deposit that is not in this edition`);
    }
    const opened = this.ofCase.map((index) => [index, this.steps.get(index).values]);
    notes.push(...(await this.case.judgeOpened(opened, !court)), ...this.register.notes(this.steps));
    if (this.said.edition === "provider") notes.push("it holds what is one provider’s own: that nothing else is in the case it does not say");
    const closed = new Map();
    for (const [index, { entry, values, name }] of this.steps) {
      for (const [slot, { basis }] of Object.entries(entry.event.sealed)) {
        if (!values.has(slot)) closed.set(basis, (closed.get(basis) ?? 0) + 1);
        else if (this.said.edition === "public" && !this.case.inEffect.get(index)?.has(slot)) {
          throw new Falsehood("this edition is public and opens the part, but no act has made it public", { file: name, entry: index, slot });
        }
      }
    }
    if (closed.size) notes.push(`sealed values that this edition does not open: ${[...closed].sort().map(([basis, count]) => `${count} ${basis}`).join(", ")}`);
    const count = opened.reduce((sum, [, values]) => sum + values.size, 0);
    return [`What the entries say of each other holds; ${count} sealed values are open, and each is what was sealed.`, count];
  }
}

// The policy that came with the bundle: a statement of the register about itself.
async function readSuggested(data) {
  expect(data.at(-1) === 0x0a, "the policy does not end in a line feed");
  try {
    return await readPolicy(octets(data));
  } catch (error) {
    if (error instanceof Unreadable) throw new Falsehood(error.message);
    throw error;
  }
}
