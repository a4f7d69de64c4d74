// The container of a bundle (published format, section 11): a ZIP file as plain as can be.
//
// It is read from front to back; each header must be the one that name, size and CRC-32 give, and so must the directory at
// the end. So nothing hides in gaps, nothing comes twice, nothing is unpacked, and a name that no bundle has leads nowhere.

import { octets, same, utf8 } from "./bytes.js";
import { at, expect, shown } from "./report.js";

const MOST_MEMBERS = 65_534;
const DATE = 0x0021; // 1980-01-01
const PLAIN_FILE = 0o100644 << 16;
export const FOR_PEOPLE = ["README.txt", "certificate.txt", "chronology.csv", "index.csv", "record.html", "schedule.csv"];
const MEMBER = new RegExp(
  "^(?:bundle\\.json|policy|(?:proofs|register)/[0-9]{20}\\.tlog-proof|documents/[0-9a-f]{64}|record\\.pdf|" +
    "consistency/[1-9][0-9]{0,17}-[1-9][0-9]{0,17}|timestamp/[1-9][0-9]{0,17}\\.tsr|" +
    `${FOR_PEOPLE.map((name) => name.replace(".", "\\.")).join("|")})$`,
);

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255];
  return (crc ^ 0xffffffff) >>> 0;
}

// Numbers in so many bytes each, the lowest byte first.
function packed(...fields) {
  const bytes = [];
  for (const [size, number] of fields) for (let i = 0; i < size; i++) bytes.push(Math.floor(number / 256 ** i) % 256);
  return Uint8Array.from(bytes);
}

const local = (crc, size, name) =>
  packed([4, 0x04034b50], [2, 20], [2, 0], [2, 0], [2, 0], [2, DATE], [4, crc], [4, size], [4, size], [2, name], [2, 0]);

const central = (crc, size, name, start) =>
  packed(
    [4, 0x02014b50], [2, (3 << 8) | 20], [2, 20], [2, 0], [2, 0], [2, 0], [2, DATE], [4, crc], [4, size], [4, size],
    [2, name], [2, 0], [2, 0], [2, 0], [2, 0], [4, PLAIN_FILE >>> 0], [4, start],
  );

const end = (count, size, start) =>
  packed([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, start], [2, 0]);

export const looksLikeBundle = (data) => data[0] === 0x50 && data[1] === 0x4b;

export class Container {
  members = new Map(); // name to bytes

  constructor(data) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const directory = [];
    let [place, last] = [0, ""];
    while (place + 4 <= data.length && view.getUint32(place, true) === 0x04034b50) {
      const [name, crc, size] = header(data, view, place);
      expect(name > last, `the member ${shown(name)} comes after ${shown(last)}, expected names sorted, each once`);
      last = name;
      const start = place + 30 + name.length;
      expect(start + size <= data.length, `it is to have ${size} bytes, but the file ends before`, { file: name });
      const bytes = data.subarray(start, start + size);
      expect(crc32(bytes) === crc, "its CRC-32 is not the one that its header says", { file: name });
      directory.push(central(crc, size, name.length, place), utf8(name));
      this.members.set(name, bytes);
      expect(this.members.size <= MOST_MEMBERS, `more than ${MOST_MEMBERS} members came`);
      place = start + size;
    }
    const size = directory.reduce((sum, part) => sum + part.length, 0);
    let rest = place;
    for (const part of [...directory, end(this.members.size, size, place)]) {
      const came = data.subarray(rest, rest + part.length);
      expect(same(came, part), `after ${this.members.size} members the directory is not theirs`);
      rest += part.length;
    }
    expect(rest === data.length, `the file goes on for ${data.length - rest} bytes after its end`);
  }

  read(name, most) {
    const found = this.members.get(name);
    expect(found, "the member is missing", { file: name });
    expect(found.length <= most, `the member has ${found.length} bytes, expected at most ${most}`, { file: name });
    return found;
  }

  inside(folder) {
    return [...this.members.keys()].filter((name) => name.startsWith(folder));
  }
}

// Name, CRC-32 and size of a member whose header has nothing else to say.
function header(data, view, place) {
  expect(place + 30 <= data.length, `the file ends in the middle of the header at byte ${place}`);
  const [crc, size] = [view.getUint32(place + 14, true), view.getUint32(place + 22, true)];
  const length = Math.min(view.getUint16(place + 26, true), 256);
  const name = octets(data.subarray(place + 30, place + 30 + length));
  expect(MEMBER.test(name), `a member ${shown(name)} came, which no bundle has`);
  const right = same(data.subarray(place, place + 30), local(crc, size, name.length));
  expect(right, `the header of ${name} is not the plain one: it must be stored, without flags, extra fields or a time`);
  return [name, crc, size];
}

// Run a part of a check with the name of a member.
export const inMember = (file, run) => at({ file }, run);
