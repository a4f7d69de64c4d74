// Canonical JSON (published format, section 2): a text has one form, and only that one is read.
//
// - The browser's own JSON.parse takes white space, duplicate keys and numbers beyond 2^53; so the text is read here,
//   character by character, and what is not in its one form is refused where it stands.
// - Keys ascend, so none occurs twice. Objects have no prototype: a key such as `__proto__` is a key like any other.

import { fromUtf8 } from "./bytes.js";
import { Falsehood, expect, plain, shown } from "./report.js";

const MOST_BYTES = 49_152;
const MOST_DEPTH = 16;
const KEY = /^[A-Za-z0-9_./:-]{1,256}$/;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\bfnrt]|u00(?:0[1-7bef]|1[0-9a-f]))/y; // those of RFC 8785, section 3.2.2.2, without U+0000
const NUMBER = /-?(?:0|[1-9][0-9]{0,16})(?![0-9.eE])/y;

// The value of a canonical JSON text, given as bytes.
export function readJson(data) {
  expect(data.length <= MOST_BYTES, `a JSON text of ${data.length} bytes came, expected at most ${MOST_BYTES}`);
  let text;
  try {
    text = fromUtf8(data);
  } catch {
    throw new Falsehood("the JSON text is not UTF-8");
  }
  const reader = new Reader(text);
  const value = reader.value(0);
  expect(reader.at === text.length, `the JSON text goes on after its value: ${shown(text.slice(reader.at, reader.at + 32))}`);
  return value;
}

class Reader {
  at = 0;

  constructor(text) {
    this.text = text;
  }

  value(depth) {
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  object(depth) {
    const value = Object.create(null);
    let last = "";
    this.open(depth);
    if (this.skip("}")) return value;
    do {
      expect(this.text[this.at] === '"', `the JSON text is not canonical: a key was expected, ${this.here()} came`);
      const key = this.string();
      expect(KEY.test(key), `the JSON key ${shown(key)} came, expected 1 to 256 of A-Z a-z 0-9 _ . / : -`);
      expect(key > last, `the JSON text is not canonical: the key ${shown(key)} comes after ${shown(last)}`);
      this.take(":");
      value[key] = this.value(depth + 1);
      last = key;
    } while (this.skip(","));
    this.take("}");
    return value;
  }

  array(depth) {
    const value = [];
    this.open(depth);
    if (this.skip("]")) return value;
    do value.push(this.value(depth + 1));
    while (this.skip(","));
    this.take("]");
    return value;
  }

  string() {
    const start = this.at++;
    do this.match(PLAIN);
    while (this.match(ESCAPE));
    expect(this.text[this.at] === '"', `the JSON text is not canonical: in a string came ${this.here()}`);
    return JSON.parse(this.text.slice(start, ++this.at));
  }

  number() {
    const found = this.match(NUMBER);
    expect(found && found !== "-0", `the JSON text is not canonical: a whole number or a value was expected, ${this.here()} came`);
    const value = Number(found);
    expect(Number.isSafeInteger(value), `the number ${found} is outside -${Number.MAX_SAFE_INTEGER} .. ${Number.MAX_SAFE_INTEGER}`);
    return value;
  }

  word(word, value) {
    for (const letter of word) this.take(letter);
    return value;
  }

  open(depth) {
    expect(depth < MOST_DEPTH, `the JSON text is nested more than ${MOST_DEPTH} deep`);
    this.at += 1;
  }

  take(letter) {
    expect(this.skip(letter), `the JSON text is not canonical: ${letter} was expected, ${this.here()} came`);
  }

  skip(letter) {
    if (this.text[this.at] !== letter) return false;
    this.at += 1;
    return true;
  }

  match(form) {
    form.lastIndex = this.at;
    const found = form.exec(this.text);
    if (!found) return "";
    this.at += found[0].length;
    return found[0];
  }

  here() {
    return this.at < this.text.length ? `“${plain(this.text.slice(this.at, this.at + 16))}” at place ${this.at}` : "the end";
  }
}

// The canonical text of a value that was read.
export function writeJson(value) {
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${writeJson(value[key])}`).join(",")}}`;
}

export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// An object with exactly these members, given sorted.
export function checkMembers(what, value, members) {
  expect(isObject(value), `${what} is ${shown(value)}, expected an object`);
  const right = Object.keys(value).sort().join() === members.join();
  expect(right, `${what} has the members ${plain(Object.keys(value).sort().join(", "))}, expected ${members.join(", ")}`);
}
