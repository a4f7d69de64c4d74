// The key register (published format, section 5): who might sign, judged by place in the log and never by a clock.

import { hex } from "./bytes.js";
import { checkMembers } from "./canonical.js";
import { change, isKind, partsOf } from "./key-changes.js";
import { ED25519, HASH, ML_DSA_44, NAME, PASSKEY, bare, readVkey, signs, who } from "./note.js";
import { Falsehood, at, expect, plain, shown } from "./report.js";

// What the register says of one key, with the places at which it said so.
class Standing {
  ended = null; // may sign no more, or retired
  how = ""; // it ended: revoked, replaced, reported stolen
  lost = false; // it ended in a way after which its holder may recover it
  limits = new Map(); // type of event to the first place that forbids it
  limited = -1; // by the last event that limited it
  contested = []; // [said at, from, until]

  constructor(key, added, moment, roles = new Map()) {
    Object.assign(this, { key, added, moment, roles });
  }

  end(index, how, lost = false) {
    Object.assign(this, { ended: index, how, lost });
  }
}

export class KeyRegister {
  stream = "";
  last = { n: 0, leaf: "" };
  events = new Map(); // leaf hash of an event of the register to its place
  keys = new Map(); // those that sign events, by name and key id
  newest = new Map(); // of each name the key that came last
  logKeys = new Map(); // those of the log itself, which sign states
  publics = new Map(); // public key to the one vkey under which it stands
  recoveries = new Map(); // by the place of their start
  losses = new Map(); // by the place that declares it
  signed = new Map(); // by each key the places that it signed
  continues = null; // log, root and size of an earlier log
  rootKey = "";

  // One entry, after all register events before it: each line is good, and by a key that might sign here.
  async take(index, entry) {
    return at({ entry: index }, async () => {
      const { event, lines, text, leafB64 } = entry;
      let named = 0;
      if (index === 0) {
        await this.open(event);
      } else {
        const stands = isKind(event.type) === (event.stream === this.stream);
        expect(stands, `an event ${plain(event.type)} stands ${isKind(event.type) ? "outside" : "inside"} the stream of the key register`);
        named = this.events.get(event.keys);
        expect(named !== undefined, `\`keys\` is ${shown(event.keys)}, expected the leaf hash of an earlier event of the key register`);
      }
      const standings = lines.map((line) => this.signer(line, named, event.type));
      for (const [i, line] of lines.entries()) {
        const good = await signs(standings[i].key, line.signature, text);
        expect(good, `the signature of ${who(line)} does not fit the event`);
        this.signed.set(line.id, [...(this.signed.get(line.id) ?? []), index]);
      }
      if (event.stream !== this.stream) return;
      const { n, leaf } = this.last;
      expect(event.n === n + 1 && event.prev === leaf, `it is event ${event.n} of the key register, expected ${n + 1}: one is missing`);
      if (index !== 0) await change(this, { index, event, signers: standings, named });
      this.last = { n: event.n, leaf: leafB64 };
      this.events.set(leafB64, index);
    });
  }

  signer(line, named, type) {
    const found = this.keys.get(line.id);
    let why = "";
    if (!found) why = "is not in the key register at this point";
    else if (found.added > named) why = `was added by step ${found.added}, after step ${named}, which \`keys\` names`;
    else if (found.ended !== null) why = `was ${found.how} by step ${found.ended}`;
    else if (found.limits.has(type)) why = `may not sign ${plain(type)} since step ${found.limits.get(type)}`;
    else if (found.limited > named) why = `was limited by step ${found.limited}, after step ${named}, which \`keys\` names`;
    else return found;
    throw new Falsehood(`it is signed by ${who(line)}, a key that ${why}`);
  }

  // Entry 0 brings the root key, and is signed by it.
  async open(event) {
    expect(event.type === "log.opened/1", `the first entry is of type ${event.type}, expected log.opened/1`);
    expect(!event.keys, `\`keys\` of the first entry is ${shown(event.keys)}, expected nothing`);
    const { continues, ...body } = event.body;
    if (continues !== undefined) checkContinues(event.log, continues);
    checkMembers("the body", body, partsOf("log.opened/1"));
    const key = await this.key(body.root_key, event.log, false);
    expect(key.name === event.actor, `the root key is ${key.name}, but the actor is ${event.actor}`);
    Object.assign(this, { stream: event.stream, rootKey: key.vkey, continues: continues ?? null });
    this.bring(key, 0, event.at, new Map([["root", 0]]));
  }

  bring(key, index, moment, roles) {
    const standing = new Standing(key, index, moment, roles);
    this.keys.set(key.id, standing);
    this.newest.set(key.name, standing);
    return standing;
  }

  // A key for its use: the log's keys have its name, nobody else's does; one public key stands under one vkey.
  async key(vkey, origin, ofLog) {
    expect(typeof vkey === "string", `${shown(vkey)} came, expected a key`);
    const key = await readVkey(vkey);
    const kind = key.kind === ED25519 || key.kind === (ofLog ? ML_DSA_44 : PASSKEY);
    expect(kind && (key.name === origin) === ofLog, `the key ${plain(vkey)} came, which cannot stand here: its name or its kind is wrong`);
    const publicKey = hex(bare(key));
    const other = this.publics.get(publicKey) ?? vkey;
    expect(other === vkey, `the key ${plain(vkey)} is already in use as ${plain(other)}`);
    this.publics.set(publicKey, vkey);
    return key;
  }

  addLogKey(key, index, moment) {
    this.logKeys.set(key.id, new Standing(key, index, moment));
  }

  // The log's own keys that stand at a size.
  keysAt(size) {
    const stands = ({ added, ended }) => added < size && (ended === null || ended >= size);
    return [...this.logKeys.values()].filter(stands).map((one) => one.key);
  }

  // The places with lines that are contested at a size, and the keys of these lines.
  contested(size) {
    const found = new Map();
    for (const [id, standing] of this.keys) {
      for (const [said, first, last] of standing.contested) {
        if (said >= size) continue;
        for (const index of this.signed.get(id) ?? []) {
          if (index >= first && index <= last) found.set(index, (found.get(index) ?? new Set()).add(id));
        }
      }
    }
    return found;
  }

  // What a reader is to be told of these places.
  notes(places) {
    const contested = [...this.contested(Infinity).keys()].filter((index) => places.has(index));
    const running = [...this.recoveries.values()].filter((one) => !one.over);
    return [
      ...(contested.length ? [`a key was reported stolen: signatures on ${contested.length === 1 ? "step" : "steps"} ${contested.join(", ")} are contested`] : []),
      ...running.map((one) => `since step ${one.start} the key of ${one.key.name} is being recovered`),
      ...[...this.losses.keys()].map((index) => `step ${index} declares a loss: what had been signed beyond it cannot be brought back`),
      ...(this.continues ? [`the log continues an earlier one, ${plain(this.continues.log)}, which was not looked at`] : []),
    ];
  }
}

function checkContinues(origin, earlier) {
  checkMembers("`continues`", earlier, ["log", "root", "size"]);
  const { log, root, size } = earlier;
  const named = typeof log === "string" && new RegExp(`^${NAME}$`).test(log) && log !== origin;
  expect(named, `\`continues\` names the log ${shown(log)}, expected another origin`);
  expect(typeof root === "string" && HASH.test(root), `\`continues\` has the root ${shown(root)}, expected a hash`);
  expect(typeof size === "number" && size > 0, `\`continues\` has the size ${shown(size)}, expected 1 or more`);
}
