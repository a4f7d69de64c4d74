// The signature lines under a state of the log, by keys that are known (published format, sections 8 and 9).

import { hex } from "./bytes.js";
import { checkLine } from "./checkpoint.js";
import { ED25519, who } from "./note.js";
import { Falsehood, expect } from "./report.js";

// Of a state without the key register: the vkeys of the good lines by keys that the reader knows, and a sentence.
export async function goodLines(checkpoint, trust, report) {
  const signers = new Set();
  const logs = trust.logKeys(checkpoint.origin);
  let skipped = 0;
  for (const line of checkpoint.lines) {
    const key = logs.find((one) => one.id === line.id) ?? trust.witness(line);
    if (!key) continue;
    if ((await checkLine(key, line, checkpoint)) === null) {
      skipped += 1;
      report.skipped.add(key.vkey);
      report.notes.push(`the signature of ${who(line)} under the state was not checked: it is of the kind ML-DSA-44, which no browser can check yet`);
    } else {
      signers.add(key.vkey);
    }
  }
  const others = checkpoint.lines.length - signers.size - skipped;
  const rest = others ? ` ${others} by other keys ${others === 1 ? "was" : "were"} not judged.` : "";
  const good = `${signers.size} ${signers.size === 1 ? "signature" : "signatures"} under the state by known keys`;
  return [signers, `${good}: ${signers.size === 1 ? "good" : "all good"}.${rest}`];
}

// Of a state with the key register beside it: every line is good, by a key of the log that stands there or by a witness
// that is named, and they stand in order. The vkeys of those that this browser could check.
export async function allLines(checkpoint, register, trust, report) {
  const signers = new Set();
  const order = [];
  for (const line of checkpoint.lines) {
    let key = register.keysAt(checkpoint.size).find((one) => one.id === line.id);
    if (key) {
      order.push(key.kind === ED25519 ? "0" : "1");
    } else {
      expect(!register.logKeys.has(line.id), `it is signed by ${who(line)}, a key that is not one of the log at this size`);
      key = trust.witness(line);
      if (!key) throw new Falsehood(`it is signed by ${who(line)}, neither a key of the log nor a witness in your policy or its own`);
      expect(!register.publics.has(hex(key.public)), `the witness ${who(line)} uses a key of the register`);
      order.push(`2 ${line.name} ${line.keyid}`);
    }
    if (await checkLine(key, line, checkpoint)) signers.add(key.vkey);
    else report.skipped.add(key.vkey);
  }
  expect(order[0] === "0", "the first line is not by an Ed25519 key of the log");
  const sorted = order.every((one, i) => i === 0 || order[i - 1] <= one);
  expect(sorted, "the lines are not in order: the log’s Ed25519, its ML-DSA-44, then witnesses by name");
  return signers;
}
