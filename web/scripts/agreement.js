// Do two bundles of one case agree? (published format, section 11)

import { same } from "./bytes.js";

const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

// What `one` has more than `other`: entries, and opened values by basis.
function more(one, other) {
  const entries = one.ofCase.filter((index) => !other.steps.has(index) && BigInt(index) < other.report.size);
  const later = one.ofCase.filter((index) => BigInt(index) >= other.report.size);
  const bases = new Map();
  for (const [index, { entry, values }] of one.steps) {
    const known = other.steps.get(index)?.values;
    if (!known) continue; // an entry that only one of them holds is told of as such
    for (const slot of values.keys()) {
      if (known.has(slot)) continue;
      const { basis } = entry.event.sealed[slot];
      bases.set(basis, (bases.get(basis) ?? 0) + 1);
    }
  }
  return { entries, later, bases };
}

// Sentences about two bundles that both hold, each with its name; `agree` is false when one hides or changes something.
export function compareBundles([nameOne, one], [nameOther, other]) {
  if (one.said.case !== other.said.case || one.report.origin !== other.report.origin) {
    return { agree: null, sentences: ["The two bundles are of different cases: there is nothing to compare"] };
  }
  const both = [...one.steps.keys()].filter((index) => other.steps.has(index));
  const altered = both.filter((index) => !same(one.steps.get(index).bytes, other.steps.get(index).bytes));
  // As the program says it: the entries of the case are counted, those of the key register are compared beside them.
  const equal = one.ofCase.filter((index) => other.steps.has(index) && !altered.includes(index));
  const sentences = [`${count(equal.length, "entry agrees", "entries agree")} byte for byte`];
  const missing = [];
  for (const [file, mine, theirs] of [[nameOne, one, other], [nameOther, other, one]]) {
    const name = `“${file}”`;
    const { entries, later, bases } = more(mine, theirs);
    // The edition of a provider holds what is its own, and leaves out the rest.
    if (theirs.said.edition !== "provider") missing.push(...entries.filter((index) => !mine.steps.get(index).entry.event.type.startsWith("deposit.")));
    if (entries.length) sentences.push(`${name} holds ${count(entries.length, "entry", "entries")} more: ${entries.join(", ")}`);
    if (later.length) sentences.push(`${name} is newer and holds ${count(later.length, "later entry", "later entries")}: ${later.join(", ")}`);
    const values = [...bases.values()].reduce((sum, number) => sum + number, 0);
    if (values) sentences.push(`${name} opens ${count(values, "value", "values")} more: ${[...bases].sort().map(([basis, number]) => `${number} ${basis}`).join(", ")}`);
  }
  sentences.push(altered.length ? `altered: ${altered.join(", ")}` : "none is altered");
  sentences.push(missing.length ? `missing from one of them: ${missing.join(", ")}` : "none is missing");
  return { agree: !altered.length && !missing.length, sentences };
}
