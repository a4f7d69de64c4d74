// Evidence that a log showed two histories: two states of one size with two roots, both signed by it
// (published format, section 12).

import { readEvidence } from "./checkpoint.js";
import { goodLines } from "./lines.js";
import { Report, expect, plain } from "./report.js";

export async function checkEvidence(data, trust) {
  const report = new Report();
  let pair = [];
  const signers = [];
  await report.take({
    file: () => {
      pair = readEvidence(data);
      const [one, other] = pair;
      Object.assign(report, { origin: one.origin, size: one.size, root: one.rootB64 });
      expect(one.origin === other.origin, `the two states are of two logs, ${plain(one.origin)} and ${plain(other.origin)}`);
      return [`The file holds two states of the log ${plain(one.origin)}.`, 2];
    },
    states: async () => {
      for (const state of pair) {
        const [good] = await goodLines(state, trust, report);
        signers.push(good);
      }
      return ["Each signature under them by a known key is good.", 2];
    },
    roots: () => {
      const [one, other] = pair;
      if (one.size !== other.size) {
        report.unchecked.push(`the two states have different sizes, ${one.size} and ${other.size}: by themselves they prove nothing; the program can ask the register for the rest`);
        return ["The two states have different sizes.", 1];
      }
      expect(one.rootB64 !== other.rootB64, "the two states are of the same history: they prove nothing");
      return [`Both are of ${one.size} steps, but of two histories: ${one.rootB64} and ${other.rootB64}.`, 1];
    },
  });
  if (trust.givenFor(report.origin)) await report.take({ key: () => signers.map((good) => trust.judge(report, good)).pop() });
  return report;
}
