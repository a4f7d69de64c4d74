// What a bundle says of itself in bundle.json, and the documents that it carries (published format, section 11).

import { hex, sha256 } from "./bytes.js";
import { checkMembers, isObject } from "./canonical.js";
import { UUID4, isInstant } from "./entry.js";
import { inMember } from "./container.js";
import { NAME } from "./note.js";
import { expect, shown } from "./report.js";

const MEMBERS = ["case", "checkpoint", "documents", "documents_left_out", "edition", "format", "log", "made_at", "software"];
const FORMS = {
  case: UUID4,
  edition: /^(?:bidder|provider|ring|court|public)$/,
  format: /^fairplace\/bundle\/1$/,
  log: new RegExp(`^${NAME}$`),
  software: /^[ -~]{1,64}$/,
};
const DOCUMENT = ["bytes", "media", "sha256"];
const DIGEST = /^[0-9a-f]{64}$/;
const where = { file: "bundle.json" };

export function checkSaid(said) {
  checkMembers("the text of bundle.json", said, MEMBERS);
  for (const [member, form] of Object.entries(FORMS)) {
    expect(typeof said[member] === "string" && form.test(said[member]), `\`${member}\` is ${shown(said[member])}`, where);
  }
  expect(isInstant(said.made_at), `\`made_at\` is ${shown(said.made_at)}, expected YYYY-MM-DDTHH:MM:SS.sssZ`, where);
  checkMembers("`checkpoint`", said.checkpoint, ["root", "size"]);
  const { size } = said.checkpoint;
  expect(typeof size === "number", `\`checkpoint\` has the size ${shown(size)}`, where);
  const left = said.documents_left_out;
  expect(typeof left === "number" && left >= 0, `\`documents_left_out\` is ${shown(left)}, expected a number`, where);
  return said;
}

// Every object that names a document, anywhere in these values.
function* documentsIn(values) {
  for (const value of values) {
    if (Array.isArray(value)) yield* documentsIn(value);
    if (!isObject(value)) continue;
    const named = Object.keys(value).sort().join() === DOCUMENT.join() && typeof value.sha256 === "string" && DIGEST.test(value.sha256);
    if (named) yield value;
    yield* documentsIn(Object.values(value));
  }
}

const sameDocument = (one, other) => DOCUMENT.every((member) => one[member] === other[member]);

// The documents are those that the entries name, and those that are said to be here are. How many are here.
export async function checkContents({ box, said, steps, ofCase }) {
  const named = new Map();
  for (const index of ofCase) {
    const { entry, values } = steps.get(index);
    for (const one of documentsIn([entry.event.body, ...values.values()])) named.set(one.sha256, [...(named.get(one.sha256) ?? []), one]);
  }
  const listed = new Map();
  await inMember("bundle.json", () => readList(said.documents, named, listed));
  const left = named.size - listed.size;
  expect(left === said.documents_left_out, `\`documents_left_out\` is ${said.documents_left_out}, but ${left} documents are named and not listed`, where);
  for (const name of box.inside("documents/")) {
    expect(listed.get(name.slice(10))?.included, "bundle.json does not say that this document is here", { file: name });
  }
  const here = [...listed.values()].filter((one) => one.included);
  for (const document of here) {
    const name = `documents/${document.sha256}`;
    await inMember(name, async () => {
      const data = box.members.get(name);
      expect(data, "the member is missing");
      expect(data.length === document.bytes, `it has ${data.length} bytes, expected ${document.bytes}`);
      const found = hex(await sha256(data));
      expect(found === document.sha256, `its SHA-256 is ${found}`);
    });
  }
  return here.length;
}

function readList(documents, named, listed) {
  expect(Array.isArray(documents), "`documents` is no list");
  let last = "";
  for (const one of documents) {
    checkMembers("a document", one, ["bytes", "included", "media", "sha256", "why"]);
    const { included, sha256: digest, why } = one;
    const known = typeof digest === "string" && (named.get(digest) ?? []).some((other) => sameDocument(one, other));
    expect(known, `nothing names the document ${shown(digest)} as bundle.json does`);
    expect(digest > last, "the documents are not sorted by digest, each once");
    const good = typeof included === "boolean" && typeof why === "string" && (why !== "") !== included;
    expect(good, `the document ${digest} is ${shown(included)} for ${shown(why)}: expected true, or a reason`);
    listed.set(digest, one);
    last = digest;
  }
}
