// Checkpoints and what is signed under them (published format, sections 8 and 9).

import { fromB64, fromOctets, fromU64, joined, octets, utf8 } from "./bytes.js";
import { ML_DSA_44, NAME, SIGNATURE_BYTES, WITNESS_ED25519, isSigned, readLines, who } from "./note.js";
import { expect, plain, shown } from "./report.js";

const TEXT = new RegExp(`^(${NAME})\\n([1-9][0-9]{0,17})\\n([A-Za-z0-9+/]{43}=)\\n$`);
const RESERVED = ["fairplace/", "cosignature/", "subtree/"];

// Origin, size and root, with the signature lines. Nothing is proved by reading it.
export function readCheckpoint(data) {
  const all = octets(data);
  const blank = all.indexOf("\n\n");
  expect(blank >= 0, "a checkpoint has no blank line before its signatures");
  const text = all.slice(0, blank + 1);
  const found = TEXT.exec(text);
  expect(found, `a checkpoint reads ${shown(text)}, expected three lines: origin, size, root`);
  const origin = found[1];
  expect(!RESERVED.some((word) => origin.startsWith(word)), `the origin ${plain(origin)} begins with a word that is reserved`);
  const root = fromB64(found[3]);
  const lines = readLines(data.subarray(blank + 2), 256);
  return { origin, size: BigInt(found[2]), root, rootB64: found[3], text: fromOctets(text), lines };
}

// Is the line a good signature by this key under this checkpoint? `null`: this browser cannot tell.
export async function checkLine(key, line, checkpoint) {
  const size = SIGNATURE_BYTES[key.kind];
  const came = line.signature.length;
  expect(size, `the key of ${who(line)} is a passkey, which signs no checkpoints`);
  expect(came === size, `the signature of ${who(line)} has ${came} bytes, expected ${size}`);
  let [text, signature] = [checkpoint.text, line.signature];
  if (key.kind === WITNESS_ED25519 || key.kind === ML_DSA_44) {
    const seconds = fromU64(signature);
    const after = seconds > 0n && seconds < 1n << 63n;
    expect(after, `the signature of ${who(line)} has the time ${seconds}, expected one after 1970`);
    if (key.kind === ML_DSA_44) return null;
    text = joined(utf8(`cosignature/v1\ntime ${seconds}\n`), text);
    signature = signature.subarray(8);
  }
  expect(await isSigned(key.public, signature, text), `the signature of ${who(line)} does not fit the checkpoint`);
  return true;
}

// Equivocation evidence: two checkpoints of one log, one size, two roots (published format, section 13).
export function readEvidence(data) {
  const all = octets(data);
  const middle = all.indexOf("\n--\n");
  expect(middle >= 0, "the two checkpoints are not joined by a line --");
  return [all.slice(0, middle + 1), all.slice(middle + 4)].map((text) => readCheckpoint(fromOctets(text)));
}
