// What comes out of a check: what holds, the first thing that is false, and what could not be checked.

// Something is not as it must be. The message says what came and what was expected; the rest says where.
export class Falsehood extends Error {
  constructor(why, { entry, file, slot } = {}) {
    super(why);
    Object.assign(this, { entry, file, slot });
  }

  // The whole sentence: where, and why.
  get sentence() {
    const places = [
      this.entry === undefined ? "" : `step ${this.entry}`,
      this.slot === undefined ? "" : `part ${shown(this.slot)}`,
      this.file === undefined ? "" : plain(this.file),
    ].filter(Boolean);
    return places.length ? `${places.join(", ")}: ${this.message}` : this.message;
  }
}

// The question cannot be answered: what was given is no record, no key, no policy.
export class Unreadable extends Error {}

export function expect(holds, why, where) {
  if (!holds) throw new Falsehood(why, where);
}

// Run a part of a check; what it finds false is named with the place.
export async function at(where, run) {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Falsehood) {
      for (const [name, value] of Object.entries(where)) error[name] ??= value;
    }
    throw error;
  }
}

// Text from a file, made harmless for a sentence and cut short.
export function plain(text, most = 120) {
  const safe = text.replace(/[^\x20-\x7e]/gu, (one) => `\\u{${one.codePointAt(0).toString(16)}}`);
  return safe.length <= most ? safe : `${safe.slice(0, most)}…`;
}

export function shown(value) {
  return typeof value === "string" ? `“${plain(value)}”` : plain(JSON.stringify(value) ?? String(value));
}

export class Report {
  checks = []; // {name, ok, detail, count}: one thing that was checked, and how much of it there was
  falsehood = null;
  trusted = false;
  trust = "you gave no key that you trust, and anybody could make a register";
  superseded = []; // what a newer state shows
  skipped = new Set(); // vkeys whose good or bad line under the state was left out
  unchecked = []; // what could not be checked here, and why
  notes = []; // what no check of this kind can tell
  origin = "";
  size = 0n;
  root = "";

  // The checks in their order, up to the first that finds something false. Each gives [detail, count].
  async take(steps) {
    for (const [name, step] of Object.entries(steps)) {
      if (this.falsehood) return this;
      try {
        const [detail, count] = await step();
        this.checks.push({ name, ok: true, detail, count });
      } catch (error) {
        if (!(error instanceof Falsehood)) throw error;
        this.falsehood = error;
        this.checks.push({ name, ok: false, detail: error.sentence, count: 0 });
      }
    }
    return this;
  }

  // One of the five words that a check can end with.
  get verdict() {
    if (this.falsehood) return "not genuine";
    if (!this.trusted || this.unchecked.length) return "partly checked";
    return this.superseded.length ? "genuine but superseded" : "genuine";
  }
}
