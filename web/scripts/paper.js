// A state of the log as somebody typed it from paper, or pasted it (published format, section 12).

import { fromOctets, hex, octets, sha256, utf8 } from "./bytes.js";
import { readCheckpoint } from "./checkpoint.js";
import { NAME } from "./note.js";
import { Falsehood, Unreadable, expect } from "./report.js";

const HEAD = new RegExp(`fairplace\\s+checkpoint\\s+1\\s+(${NAME})\\s+size\\s+([1-9][0-9]{0,17})\\s+([\\s\\S]+)`, "i");
const MOST = 65_536; // characters: five lines, and whatever stands around them

// Origin, size and root. Two digits check each line of the root, so a slip of the pen is found and named.
export async function readPaper(text) {
  if (text.length > MOST) throw new Unreadable("what was typed is too long for a state of the log");
  const found = HEAD.exec(text);
  if (!found) return pasted(text);
  const [, written, size, rest] = found;
  const origin = written.toLowerCase();
  const digits = rest.replace(/\s+/g, "").toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
  const lines = [digits.slice(0, 34), digits.slice(34, 68)];
  const root = [];
  for (const [i, line] of lines.entries()) {
    if (!/^[0-9A-F]{34}$/.test(line)) {
      throw new Unreadable(`line ${i + 1} of the long number has another character than 0-9 and A-F, or too few`);
    }
    const check = await sha256(utf8(`${origin}\n${size}\n${i + 1}\n${line.slice(0, 32)}`));
    if (hex(check.subarray(0, 1)).toUpperCase() !== line.slice(32)) {
      throw new Unreadable(`line ${i + 1} of the long number is not as it was printed: look at it again, or at the name and the size above it`);
    }
    root.push(...line.slice(0, 32).match(/../g).map((pair) => parseInt(pair, 16)));
  }
  return { origin, size: BigInt(size), root: Uint8Array.from(root) };
}

// The ordinary form, with or without signature lines.
function pasted(text) {
  const start = text.replaceAll("\r\n", "\n").trimStart();
  const lines = start.split("\n");
  const head = `${lines.slice(0, 3).join("\n").trimEnd()}\n`;
  const unsigned = "\n\u2014 unsigned AAAAAA==\n"; // the reader wants a line; what it says is not looked at here
  try {
    const { origin, size, root } = readCheckpoint(fromOctets(octets(utf8(head)) + octets(utf8(unsigned))));
    return { origin, size, root };
  } catch (error) {
    if (!(error instanceof Falsehood)) throw error;
    throw new Unreadable("what was typed is not a state of a log: expected the five lines that begin “fairplace checkpoint 1”");
  }
}

// Does what was found agree with the paper? Sizes are the same; else the two must be tied together first.
export function expectPaper(paper, root) {
  const came = hex(root).toUpperCase();
  const right = hex(paper.root).toUpperCase();
  expect(came === right, `the paper says ${right}, the record gives ${came} at size ${paper.size}: one of the two histories was changed`);
}
