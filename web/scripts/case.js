// One case: what binds its entries together (published format, section 3), and what is public of them (section 6).

import { b64 } from "./bytes.js";
import { checkMembers } from "./canonical.js";
import { UUID4 } from "./entry.js";
import { isListOfTypes } from "./key-changes.js";
import { HASH } from "./note.js";
import { expect, plain, shown } from "./report.js";
import { rootOf } from "./tree.js";

const OPENINGS = {
  "value.disclosed/1": ["case", "evidence", "happened_at", "occasion", "openings"],
  "value.withdrawn/1": ["case", "evidence", "ground", "happened_at", "openings"],
};
const REAFFIRMED = "signature.reaffirmed/1";

const isSortedOnce = (list) => list.every((one, i) => i === 0 || list[i - 1] < one);

export class Case {
  opened = null; // the place of its first entry
  entries = new Map(); // place to {type, sealed, deposit}
  standing = new Map(); // leaf hash in the case's own stream to its place
  members = new Map(); // type to places
  inEffect = new Map(); // place to the slots whose opening is public
  absent = new Map(); // place of an entry that is not here to that of the act that names it

  // `leaf` gives the leaf hash at a place.
  constructor(id, leaf) {
    Object.assign(this, { id, leaf });
  }

  // One entry outside the key register; all before it have been judged. `values` are its opened parts.
  async judge(index, entry, values) {
    const { type, body, stream, sealed } = entry.event;
    if (type.startsWith("deposit.")) {
      for (const part of ["case", "seen"]) expect(!(part in body) && `/${part}` in sealed, `a deposit has no sealed part /${part}`);
      expect(stream !== this.id, `a deposit tells its case: it stands in its stream, ${stream}`);
      expect(values.get("/case") === this.id, `the case of the deposit is ${shown(values.get("/case"))}, expected it open, and ${this.id}`);
      this.entries.set(index, { type, sealed, deposit: true });
      return;
    }
    expect(!["sealed.", "hold.", "placements."].some((kind) => type.startsWith(kind)), `${type} came, which is of no case`);
    expect(typeof body.case === "string" && UUID4.test(body.case), `\`case\` is ${shown(body.case)}, expected the stream of a case`);
    expect(body.case === this.id, `the case of the entry is ${body.case}, expected ${this.id}`);
    if (stream === this.id && entry.event.n === 1) this.opened = index;
    expect(this.opened !== null, `its \`case\` is ${this.id}, but no earlier entry opens that case`);
    const own = !(type in OPENINGS) && type !== REAFFIRMED;
    expect(own || stream === this.id, `${type} stands in the stream ${stream}, expected the case’s own`);
    if (type in OPENINGS) this.judgeOpenings(index, type, body);
    if (type === REAFFIRMED) this.judgeNamed(index, body);
    const seen = body.seen ?? null;
    if (stream !== this.id || seen !== null) this.judgeSeen(index, seen);
    if ((body.rests_on ?? null) !== null) await this.judgeRestsOn(index, body.rests_on, this.members);
    if (stream === this.id) this.standing.set(entry.leafB64, index);
    this.members.set(type, [...(this.members.get(type) ?? []), index]);
    this.entries.set(index, { type, sealed, deposit: false });
  }

  judgeSeen(index, seen) {
    expect(typeof seen === "string" && HASH.test(seen), `\`seen\` is ${shown(seen)}, expected the leaf hash of an entry of the case’s stream`);
    const earlier = (this.standing.get(seen) ?? index) < index;
    expect(earlier, `\`seen\` is ${seen}, which is no earlier entry of the stream of the case`);
  }

  // Number and root are those of the entries of these types. A note where some of them are not known here.
  async judgeRestsOn(index, restsOn, members, partly = false) {
    checkMembers("`rests_on`", restsOn, ["count", "root", "types"]);
    const { count, root, types } = restsOn;
    expect(typeof count === "number" && typeof root === "string", `\`rests_on\` is ${shown(restsOn)}, expected a number and a root`);
    expect(isListOfTypes(types) && isSortedOnce(types), `\`rests_on\` has the types ${shown(types)}, expected event types, sorted, each once`);
    const known = types
      .flatMap((type) => members.get(type) ?? [])
      .filter((one) => one < index)
      .sort((one, other) => one - other);
    if (partly && known.length < count && types.some((type) => type.startsWith("deposit."))) {
      return `step ${index} rests on ${count} deposits, of which ${known.length} are open: that none was left out cannot be checked until all are open`;
    }
    expect(known.length === count, `it rests on ${count} entries of ${plain(types.join(", "))}, but the case has ${known.length}`);
    const right = b64(await rootOf(known.map(this.leaf)));
    expect(root === right, `it rests on entries with root ${shown(root)}, but those of the case give ${right}`);
    return "";
  }

  // What an act makes public or takes down. The last act on a slot wins; each takes effect at its own place.
  judgeOpenings(index, type, body) {
    checkMembers("the body", body, OPENINGS[type]);
    const { openings } = body;
    expect(Array.isArray(openings) && openings.length, `\`openings\` is ${shown(openings)}, expected a list, not empty`);
    let last = -1;
    for (const opening of openings) {
      checkMembers("an opening", opening, ["entry", "slots"]);
      const { entry: place, slots } = opening;
      expect(typeof place === "number" && place > last && place < index, `an opening names step ${shown(place)}, expected ascending ones below ${index}`);
      const good = Array.isArray(slots) && slots.length && slots.every((slot) => typeof slot === "string") && isSortedOnce(slots);
      expect(good, `an opening names the parts ${shown(slots)}, expected them sorted and each once`);
      last = place;
      const entry = this.entries.get(place);
      if (!entry) {
        if (!this.absent.has(place)) this.absent.set(place, index);
        continue;
      }
      expect(!entry.register, `an opening names step ${place}, which belongs to no case`);
      for (const slot of slots) expect(slot in entry.sealed, `an opening names step ${place}, which does not have the part ${shown(slot)}`);
      const open = this.inEffect.get(place) ?? new Set();
      for (const slot of slots) type === "value.disclosed/1" ? open.add(slot) : open.delete(slot);
      this.inEffect.set(place, open);
      expect(!entry.deposit || !open.size || open.has("/case"), `parts of the deposit at step ${place} are public while its /case is not`);
    }
  }

  // The entries of which somebody reaffirms the signature are earlier ones of the case.
  judgeNamed(index, body) {
    checkMembers("the body", body, ["case", "entries", "evidence", "happened_at"]);
    const { entries } = body;
    const good = Array.isArray(entries) && entries.length && entries.every((one) => typeof one === "number" && one >= 0 && one < index);
    expect(good && isSortedOnce(entries), `\`entries\` is ${shown(entries)}, expected steps below ${index}, ascending, at least one`);
    for (const place of entries) {
      const entry = this.entries.get(place);
      if (!entry) this.absent.set(place, this.absent.get(place) ?? index);
      else expect(!entry.register, `step ${place} is reaffirmed, which does not belong to the case`);
    }
  }

  // `seen` and `rests_on` that were sealed, as far as they are open here; notes on what cannot be judged.
  async judgeOpened(opened, partly) {
    const deposits = new Map();
    const notes = [];
    for (const [index, values] of opened) {
      const { type, deposit } = this.entries.get(index);
      const has = (slot) => (values.get(slot) ?? null) !== null;
      if (deposit) {
        expect(this.opened < index, "no earlier entry opens the case of the deposit", { entry: index, slot: "/case" });
        deposits.set(type, [...(deposits.get(type) ?? []), index]);
        if (has("/seen")) this.judgeSeen(index, values.get("/seen"));
      } else if (has("/rests_on")) {
        notes.push(await this.judgeRestsOn(index, values.get("/rests_on"), new Map([...deposits, ...this.members]), partly));
      }
    }
    return notes.filter(Boolean);
  }
}
