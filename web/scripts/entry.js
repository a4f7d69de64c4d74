// Entries (published format, section 3) and sealed values (section 6).

import { isAssertionSize } from "./assertion.js";
import { b64, b64url, fromB64url, octets, sha256, utf8 } from "./bytes.js";
import { checkMembers, isObject, readJson } from "./canonical.js";
import { ED25519, HASH, NAME, SIGNATURE_BYTES, inOrder, readLines, who } from "./note.js";
import { Falsehood, expect, plain, shown } from "./report.js";
import { leafHash } from "./tree.js";

const HEADER = "fairplace/event/v1\n";
const UUID = (version) => `[0-9a-f]{8}-[0-9a-f]{4}-${version}[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`;
const HASH_URL = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const SLOT = /^(?=.{1,256}$)(?:\/[a-z0-9_-]{1,64}){1,8}$/;
const MEMBERS = ["actor", "at", "body", "id", "keys", "log", "n", "prev", "sealed", "stream", "type"];
const BASES = ["child", "commercial", "legal-privilege", "personal", "security", "standstill"];

export const UUID4 = new RegExp(`^${UUID(4)}$`);
export const TYPE = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+\/[1-9][0-9]*$/;

const FORMS = {
  actor: [new RegExp(`^${NAME}$`), "a key name"],
  at: [/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/, "YYYY-MM-DDTHH:MM:SS.sssZ"],
  id: [new RegExp(`^${UUID(7)}$`), "a UUIDv7"],
  keys: [new RegExp(`^$|${HASH.source}`), "a leaf hash, or nothing in the first entry"],
  log: [new RegExp(`^${NAME}$`), "the origin of the log"],
  prev: [new RegExp(`^$|${HASH.source}`), "a leaf hash, or nothing in the first event of a stream"],
  stream: [UUID4, "a UUIDv4"],
  type: [TYPE, "a type such as evaluation.scored/1"],
};

// An entry whose form is right: header, canonical JSON, members, signature lines. `text` is what is signed.
export async function readEntry(data) {
  const all = octets(data);
  expect(all.startsWith(HEADER), `it begins ${shown(all.slice(0, 19))}, expected ${shown(HEADER)}`);
  const end = all.indexOf("\n\n", HEADER.length);
  expect(end >= 0, "it has no blank line between the event and its signatures");
  const event = readJson(data.subarray(HEADER.length, end));
  checkEnvelope(event);
  const lines = readLines(data.subarray(end + 2), 8);
  expect(lines[0].name === event.actor, `the first signature is by ${who(lines[0])}, expected the actor, ${plain(event.actor)}`);
  for (const line of lines) {
    const bytes = line.signature.length;
    const right = bytes === SIGNATURE_BYTES[ED25519] || isAssertionSize(bytes);
    expect(right, `the signature of ${who(line)} has ${bytes} bytes, expected 64, or those of a passkey`);
  }
  for (let i = 2; i < lines.length; i++) {
    expect(inOrder(lines[i - 1], lines[i]), "the second and later signature lines are not sorted by name and key id");
  }
  const leaf = await leafHash(data);
  return { event, lines, leaf, text: data.subarray(0, end + 1), leafB64: b64(leaf) };
}

// The eleven members of an event, no other.
function checkEnvelope(event) {
  checkMembers("the event", event, MEMBERS);
  for (const [member, [form, words]] of Object.entries(FORMS)) {
    const value = event[member];
    expect(typeof value === "string" && form.test(value), `\`${member}\` is ${shown(value)}, expected ${words}`);
  }
  expect(isMoment(event.at), `\`at\` is ${shown(event.at)}, which is no moment of the calendar`);
  expect(typeof event.n === "number" && event.n >= 1, `\`n\` is ${shown(event.n)}, expected 1 or more`);
  expect(isObject(event.body) && isObject(event.sealed), "`body` and `sealed` were expected to be two objects");
  for (const [slot, seal] of Object.entries(event.sealed)) {
    checkSeal(slot, seal);
    checkSlotIsFree(slot, event.body, event.sealed);
  }
}

// YYYY-MM-DDTHH:MM:SS.sssZ, at a moment that the calendar has.
export const isInstant = (value) => typeof value === "string" && FORMS.at[0].test(value) && isMoment(value);

// Has the calendar this moment? `Date` alone would take 30 February for 2 March.
function isMoment(text) {
  const [year, month, day, hour, minute, second] = text.match(/\d+/g).map(Number);
  const days = [31, year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  const dated = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
  return dated && hour <= 23 && minute <= 59 && second <= 59;
}

// A slot has a basis and a digest.
function checkSeal(slot, seal) {
  expect(SLOT.test(slot), "a slot of this name came, expected 1 to 8 parts such as /score", { slot });
  expect(isObject(seal) && Object.keys(seal).sort().join() === "basis,d", `${shown(seal)} came, expected a basis and a digest`, { slot });
  expect(BASES.includes(seal.basis), `the basis is ${shown(seal.basis)}, expected one of ${BASES.join(", ")}`, { slot });
  const digest = typeof seal.d === "string" && HASH_URL.test(seal.d);
  expect(digest, `the digest is ${shown(seal.d)}, expected base64url of 32 bytes`, { slot });
}

// The value has a place in the body, in which nothing stands; and no slot lies inside another.
function checkSlotIsFree(slot, body, sealed) {
  const parents = slot.slice(1).split("/");
  const last = parents.pop();
  let [where, path] = [body, ""];
  for (const parent of parents) {
    path += `/${parent}`;
    expect(!(path in sealed), `the slot lies inside the slot ${shown(path)}`, { slot });
    where = isObject(where) ? (parent in where ? where[parent] : Object.create(null)) : null;
  }
  expect(isObject(where) && !(last in where), "the body already has something in the place of this slot", { slot });
}

// Lines of `~` disclosure LF, sorted by slot, each slot once: slot to value.
export async function readDisclosures(data, sealed) {
  const openings = new Map();
  const lines = octets(data).split("\n");
  expect(lines.pop() === "" && lines.length, "a disclosure does not end in a line feed");
  let last = "";
  for (const line of lines) {
    expect(line.startsWith("~"), `a line begins ${shown(line.slice(0, 20))}, expected ~ and a disclosure`);
    const [slot, value] = await readDisclosure(line.slice(1), sealed);
    expect(slot > last, `the slot comes after ${shown(last)}, expected slots sorted, each once`, { slot });
    openings.set(slot, value);
    last = slot;
  }
  return openings;
}

// Slot and value of a disclosure that fits the entry's digest at that slot (RFC 9901, section 4.2).
async function readDisclosure(text, sealed) {
  const parts = readJson(fromB64url(text));
  expect(Array.isArray(parts) && parts.length === 3, "a disclosure is not [salt, slot, value]");
  const [salt, slot, value] = parts;
  expect(typeof salt === "string" && HASH_URL.test(salt), `a disclosure has the salt ${shown(salt)}, expected base64url of 32 bytes`);
  if (typeof slot !== "string" || !(slot in sealed)) {
    throw new Falsehood(`a disclosure opens the part ${shown(slot)}, which the step does not have`);
  }
  const digest = b64url(await sha256(utf8(text)));
  expect(digest === sealed[slot].d, `the disclosure has digest ${digest}, the step holds ${sealed[slot].d}`, { slot });
  return [slot, value];
}
