// The Merkle tree (published format, section 4; RFC 6962, section 2.1) and its proofs (RFC 9162, sections 2.1.3.2 and 2.1.4.2).
//
// Places and sizes are BigInt: a number of JavaScript is exact to 2^53 only, a proof may name 10^18 - 1.

import { same, sha256 } from "./bytes.js";
import { expect } from "./report.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const leafHash = (entry) => sha256(LEAF, entry);
export const nodeHash = (left, right) => sha256(NODE, left, right);

// The root that an inclusion proof leads to: RFC 9162, section 2.1.3.2, step by step.
export async function rootFrom(leaf, index, size, proof) {
  expect(index >= 0n && index < size, `the proof is for number ${index} of a log of ${size}`);
  let [at, last, value] = [index, size - 1n, leaf];
  for (const step of proof) {
    expect(last > 0n, "the inclusion proof has more hashes than the path");
    if (at & 1n || at === last) {
      value = await nodeHash(step, value);
      while (!(at & 1n) && at) [at, last] = [at >> 1n, last >> 1n];
    } else {
      value = await nodeHash(value, step);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  expect(last === 0n, "the inclusion proof has fewer hashes than the path");
  return value;
}

// Is the log of `size` and `root` the log of `small` and `smallRoot`, grown? RFC 9162, section 2.1.4.2.
export async function isExtension(small, smallRoot, size, root, proof) {
  if (small < 1n || small > size) return false;
  if (small === size) return proof.length === 0 && same(smallRoot, root);
  const path = small & (small - 1n) ? [...proof] : [smallRoot, ...proof];
  if (!path.length) return false;
  let [at, last] = [small - 1n, size - 1n];
  while (at & 1n) [at, last] = [at >> 1n, last >> 1n];
  let [older, newer] = [path[0], path[0]];
  for (const step of path.slice(1)) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      [older, newer] = [await nodeHash(step, older), await nodeHash(step, newer)];
      while (!(at & 1n) && at) [at, last] = [at >> 1n, last >> 1n];
    } else {
      newer = await nodeHash(newer, step);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && same(older, smallRoot) && same(newer, root);
}

// The root over some leaves: of one, itself; else of the largest power of two below their number, and the rest.
export async function rootOf(leaves) {
  if (!leaves.length) return sha256();
  if (leaves.length === 1) return leaves[0];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return nodeHash(await rootOf(leaves.slice(0, half)), await rootOf(leaves.slice(half)));
}

// The hashes that tie a smaller size to a larger one (RFC 9162, section 2.1.4.1). `node(level, number)` is the root over
// the 2^level leaves from number * 2^level on.
export async function consistencyProof(small, size, node) {
  const proof = [];
  const subproof = async (m, start, end, whole) => {
    if (m === end) {
      if (!whole) proof.push(await rangeRoot(start, end, node));
      return;
    }
    const middle = start + split(end - start);
    if (m <= middle) {
      await subproof(m, start, middle, whole);
      proof.push(await rangeRoot(middle, end, node));
    } else {
      await subproof(m, middle, end, false);
      proof.push(await rangeRoot(start, middle, node));
    }
  };
  if (small < size) await subproof(small, 0n, size, true);
  return proof;
}

// The largest power of two below a number.
function split(count) {
  let half = 1n;
  while (half * 2n < count) half *= 2n;
  return half;
}

// The root over the first leaves.
export const rootAt = (size, node) => rangeRoot(0n, size, node);

async function rangeRoot(start, end, node) {
  const count = end - start;
  if ((count & (count - 1n)) === 0n) {
    const level = count.toString(2).length - 1;
    return node(level, start >> BigInt(level));
  }
  const middle = start + split(count);
  return nodeHash(await rangeRoot(start, middle, node), await rangeRoot(middle, end, node));
}
