// Hashes of the published tree, from its tiles (published format, section 10; C2SP tlog-tiles).

import { Unreadable, plain } from "./report.js";
import { consistencyProof, isExtension, rootOf } from "./tree.js";

// 1234067 as x001/x234/067.
export function numberPath(number) {
  const digits = number.toString();
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g);
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
}

// The tree of a log of this size. `get(path)` gives the bytes of a published file.
export class Tiles {
  files = new Map();

  constructor(size, get) {
    Object.assign(this, { size, get });
  }

  // The root over the 2^level leaves from number * 2^level on.
  async node(level, number) {
    const high = Math.floor(level / 8);
    const within = level % 8;
    const start = number << BigInt(within);
    const tile = await this.tile(high, start >> 8n);
    const offset = Number(start & 255n);
    return rootOf(tile.slice(offset, offset + 2 ** within));
  }

  async tile(level, number) {
    const all = this.size >> BigInt(8 * level);
    const width = all - 256n * number < 256n ? Number(all - 256n * number) : 256;
    const path = `tile/${level}/${numberPath(number)}${width < 256 ? `.p/${width}` : ""}`;
    if (!this.files.has(path)) this.files.set(path, this.read(path, width));
    return this.files.get(path);
  }

  async read(path, width) {
    const data = await this.get(path);
    if (data.length !== 32 * width) throw new Unreadable(`${plain(path)} has ${data.length} bytes, expected ${32 * width}`);
    return Array.from({ length: width }, (_, i) => data.subarray(32 * i, 32 * i + 32));
  }

  // Did the log of a smaller size and root grow into this one?
  async extends(small, smallRoot, root) {
    const proof = await consistencyProof(small, this.size, (level, number) => this.node(level, number));
    return isExtension(small, smallRoot, this.size, root, proof);
  }
}
