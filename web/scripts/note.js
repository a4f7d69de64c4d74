// Keys and signature lines (published format, section 1; C2SP signed-note).

import { checkAssertion, readPasskey } from "./assertion.js";
import { fromB64, fromOctets, hex, octets, sha256, utf8 } from "./bytes.js";
import { isGood } from "./crypto.js";
import { expect, plain, shown } from "./report.js";

export const NAME = "[a-z0-9._/-]{1,200}";
export const HASH = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/; // base64 of 32 bytes: the last character has no stray bits
export const ED25519 = 0x01;
export const WITNESS_ED25519 = 0x04;
export const ML_DSA_44 = 0x06;
export const PASSKEY = 0xff;
export const SIGNATURE_BYTES = { [ED25519]: 64, [WITNESS_ED25519]: 8 + 64, [ML_DSA_44]: 8 + 2420 };

const PUBLIC_BYTES = { [ED25519]: 32, [WITNESS_ED25519]: 32, [ML_DSA_44]: 1312 };
const VKEY = new RegExp(`^(${NAME})\\+([0-9a-f]{8})\\+([A-Za-z0-9+/]+={0,2})$`);
const LINE = new RegExp(`\\xe2\\x80\\x94 (${NAME}) ([A-Za-z0-9+/]+={0,2})\\n`, "y"); // on bytes: U+2014 is three of them

// A public key with its name: what a vkey says. `id` is what a signature line calls it.
export async function readVkey(text) {
  const found = VKEY.exec(text);
  expect(found, `${shown(text)} is not a key; expected name+keyid+base64`);
  const [, name, keyid, written] = found;
  const data = fromB64(written);
  const kind = data[0];
  const size = PUBLIC_BYTES[kind];
  if (kind === PASSKEY) {
    readPasskey(data.subarray(1));
  } else {
    expect(size, `the key ${shown(text)} has type ${kind}, expected 1, 4, 6 or 255`);
    expect(data.length - 1 === size, `the key ${shown(name)} has ${data.length - 1} bytes, expected ${size}`);
  }
  const right = hex((await sha256(utf8(`${name}\n`), data)).subarray(0, 4));
  expect(keyid === right, `the key ${shown(name)} has key id ${keyid}, expected ${right}`);
  return { name, keyid, kind, public: data.subarray(1), vkey: text, id: `${name} ${keyid}` };
}

// The signature lines that end a note: who, with which key, and the bytes.
export function readLines(data, most) {
  const text = octets(data);
  const lines = [];
  let at = 0;
  while (at < text.length) {
    LINE.lastIndex = at;
    const found = LINE.exec(text);
    expect(found, `signature line ${lines.length + 1} is malformed: ${shown(text.slice(at, at + 60))}`);
    const signed = fromB64(found[2]);
    const keyid = hex(signed.subarray(0, 4));
    lines.push({ name: found[1], keyid, signature: signed.subarray(4), id: `${found[1]} ${keyid}` });
    at = LINE.lastIndex;
  }
  const right = lines.length >= 1 && lines.length <= most;
  expect(right, `${lines.length} signature lines came, expected 1 to ${most}`);
  expect(new Set(lines.map((line) => line.id)).size === lines.length, "two signature lines are by the same key");
  return lines;
}

export const who = (line) => `${plain(line.name)} (key id ${line.keyid})`;

// By name, then key id, as lines and keys are sorted.
export function inOrder(one, other) {
  return one.name === other.name ? one.keyid <= other.keyid : one.name < other.name;
}

// Is this a good Ed25519 signature?
export const isSigned = (publicKey, signature, message) => isGood("Ed25519", publicKey, signature, message);

// Is this a good signature under an event, by a key of either kind that signs events?
export const signs = (key, signature, text) => (key.kind === PASSKEY ? checkAssertion(readPasskey(key.public), signature, text) : isSigned(key.public, signature, text));

// The public key alone: of a passkey, without what says where it signs.
export const bare = (key) => (key.kind === PASSKEY ? readPasskey(key.public).public : key.public);

// Can this browser check Ed25519? One good and one bad signature of RFC 8032, section 7.1, test 1, tell.
export async function canCheckSignatures() {
  const bytes = (text) => fromOctets(text.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16))));
  const key = bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const signature = bytes(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  );
  try {
    const good = await isSigned(key, signature, new Uint8Array());
    return good && !(await isSigned(key, signature, new Uint8Array(1)));
  } catch {
    return false;
  }
}
