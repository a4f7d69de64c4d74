// What was given, and the check for it: a proof file, a bundle, evidence or a saved page.

import { Bundle } from "./bundle.js";
import { fromB64, octets } from "./bytes.js";
import { readCheckpoint } from "./checkpoint.js";
import { looksLikeBundle } from "./container.js";
import { checkEvidence } from "./evidence.js";
import { PageCheck, readMadeFrom } from "./page.js";
import { expectPaper } from "./paper.js";
import { BEGINNING, checkProof } from "./proof.js";
import { fromThisSite } from "./register-files.js";
import { Unreadable, expect, plain } from "./report.js";
import { readPage } from "./saved.js";
import { Tiles } from "./tiles.js";
import { rootAt } from "./tree.js";

const MOST = 200_000_000; // bytes: beyond that a page is the wrong place

export const KINDS = {
  proof: "a proof file",
  bundle: "a bundle",
  evidence: "evidence of two histories",
  page: "a saved page",
};

// The report on one file, and what kind of file it is. Raises Unreadable when it is none.
export async function judge(data, { trust, paper = null, remembered = null, told = null }) {
  if (data.length > MOST) throw new Unreadable(`the file has ${data.length} bytes, which is too much for a page: use the program`);
  const found = await judged(data, { trust, remembered, told });
  if (paper && !found.report.falsehood) await checkPaper(found.report, paper);
  return found;
}

async function judged(data, given) {
  const text = octets(data.subarray(0, 64));
  if (text.startsWith(BEGINNING)) return { kind: "proof", report: await checkProof(data, given.trust) };
  if (looksLikeBundle(data)) {
    const bundle = new Bundle(data, given.trust);
    return { kind: "bundle", report: await bundle.run(), bundle };
  }
  const page = readPage(data);
  if (page) {
    const madeFrom = readMadeFrom(page);
    if (!madeFrom) throw new Unreadable("the page does not say which steps of a register it was made from: it is not of a register, or of an older version of one");
    const check = new PageCheck(page, madeFrom, { get: fromThisSite, ...given });
    return { kind: "page", report: await check.run(), check };
  }
  if (octets(data).includes("\n--\n")) return { kind: "evidence", report: await checkEvidence(data, given.trust) };
  throw new Unreadable("it is not a proof file, not a bundle, not evidence and not a saved page");
}

// A state on paper, against the state of the record: at once for one size, else through the tree that this register
// publishes. Both are then found to be beginnings of one tree, so the larger is the smaller, grown.
async function checkPaper(report, paper) {
  await report.take({
    paper: async () => {
      expect(paper.origin === report.origin, `the paper is of the log ${plain(paper.origin)}, the file of ${plain(report.origin)}`);
      const state = { size: report.size, root: fromB64(report.root) };
      if (paper.size === state.size) expectPaper(paper, state.root);
      else await tie(paper, state);
      report.trusted = true;
      report.trust = "the record is of the history that your paper names";
      return [`It is the history that your paper names at size ${paper.size}.`, 1];
    },
  });
}

async function tie(paper, state) {
  const newest = readCheckpoint(await fromThisSite("checkpoint"));
  const large = [paper, state].find((one) => one.size > newest.size);
  if (newest.origin !== paper.origin || large) {
    throw new Unreadable(`the paper is of ${paper.size} steps, the file of ${state.size}: only the register ${plain(paper.origin)} itself, grown to both sizes, can tie them together`);
  }
  const tiles = new Tiles(newest.size, fromThisSite);
  const node = (level, number) => tiles.node(level, number);
  if (!(await tiles.extends(paper.size, paper.root, newest.root))) expectPaper(paper, await rootAt(paper.size, node));
  const grown = await tiles.extends(state.size, state.root, newest.root);
  expect(grown, `the state of the file, of ${state.size} steps, is no beginning of the history that the register gives now`);
}
