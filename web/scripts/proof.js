// One proof file: a step, perhaps with opened parts, the way from it to a root, and a state with that root
// (published format, section 11; C2SP tlog-proof).

import { b64, fromB64, fromOctets, octets, same } from "./bytes.js";
import { readCheckpoint } from "./checkpoint.js";
import { readDisclosures, readEntry } from "./entry.js";
import { goodLines } from "./lines.js";
import { ED25519, PASSKEY, signs, who } from "./note.js";
import { Report, at, expect, plain, shown } from "./report.js";
import { rootFrom } from "./tree.js";

export const BEGINNING = "c2sp.org/tlog-proof@";

const PROOF =
  /^c2sp\.org\/tlog-proof@v1\nextra ([A-Za-z0-9+/]+={0,2})\nindex (0|[1-9][0-9]{0,17})\n((?:[A-Za-z0-9+/]{43}=\n){0,63})\n/;

// What a proof file holds, found well formed. Nothing is proved yet.
export function readProof(data) {
  const all = octets(data);
  const found = PROOF.exec(all);
  expect(found, "it is no proof file: expected tlog-proof@v1 with extra, index, hashes and a checkpoint");
  const hashes = found[3].split("\n").filter(Boolean).map(fromB64);
  const head = all.slice(found[0].length);
  const checkpoint = readCheckpoint(fromOctets(head));
  return { extra: fromB64(found[1]), index: BigInt(found[2]), hashes, checkpoint, head };
}

// The step, and its opened parts by slot. After the blank line the step's own lines begin with U+2014, openings with ~.
export async function readStep(proof) {
  const extra = octets(proof.extra);
  const start = extra.indexOf("\n~", Math.max(0, extra.indexOf("\n\n"))) + 1;
  const bytes = start ? proof.extra.subarray(0, start) : proof.extra;
  const entry = await readEntry(bytes);
  const openings = start ? await readDisclosures(proof.extra.subarray(start), entry.event.sealed) : new Map();
  const { origin } = proof.checkpoint;
  expect(entry.event.log === origin, `\`log\` is ${shown(entry.event.log)}, expected ${origin}`);
  return { bytes, entry, openings };
}

// Does the step stand where the file says, under the root of its state?
export async function checkInclusion(proof, entry) {
  const root = await rootFrom(entry.leaf, proof.index, proof.checkpoint.size, proof.hashes);
  const right = proof.checkpoint.rootB64;
  expect(same(root, proof.checkpoint.root), `the proof leads to ${b64(root)}, the state’s root is ${right}`);
}

export async function checkProof(data, trust) {
  const report = new Report();
  const actors = new Set(); // of the keys that the reader brought, those that signed the step
  let [proof, step, signers] = [null, null, null];
  await report.take({
    file: async () => {
      proof = readProof(data);
      Object.assign(report, { origin: proof.checkpoint.origin, size: proof.checkpoint.size, root: proof.checkpoint.rootB64 });
      report.index = proof.index;
      return ["The file is whole: a step, its place in the log and a signed state of the log.", 1];
    },
    step: () =>
      at({ entry: proof.index }, async () => {
        step = await readStep(proof);
        for (const line of step.entry.lines) {
          const key = trust.keys.find((one) => [ED25519, PASSKEY].includes(one.kind) && one.id === line.id);
          if (!key) continue;
          const good = await signs(key, line.signature, step.entry.text);
          expect(good, `the signature of ${who(line)} does not fit the event`);
          actors.add(key.vkey);
        }
        report.step = step;
        const opened = step.openings.size;
        const parts = opened ? ` ${opened === 1 ? "Its opened part is" : `All ${opened} opened parts are`} what was sealed then.` : "";
        return [`The step is of the kind ${plain(step.entry.event.type)}, signed in the name of ${plain(step.entry.event.actor)}.${parts}`, 1];
      }),
    place: () =>
      at({ entry: proof.index }, async () => {
        await checkInclusion(proof, step.entry);
        return [`It is number ${proof.index} of the ${proof.checkpoint.size} steps that the state covers.`, 1];
      }),
    state: async () => {
      let detail = "";
      [signers, detail] = await goodLines(proof.checkpoint, trust, report);
      return [detail, signers.size];
    },
  });
  if (trust.givenFor(report.origin)) await report.take({ key: () => trust.judge(report, signers, { actors }) });
  report.notes.push("whether the signer’s key was allowed to sign takes the key register, which is not in a proof file");
  return report;
}
