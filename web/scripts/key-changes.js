// What the events of the key register do, once those who signed them could (published format, section 5).

import { fromB64 } from "./bytes.js";
import { checkMembers } from "./canonical.js";
import { TYPE } from "./entry.js";
import { Falsehood, expect, plain, shown } from "./report.js";

const MEMBERS = {
  "log.opened/1": ["root_key"],
  "key.added/1": ["role", "vkey"],
  "key.limited/1": ["not_for", "vkey"],
  "key.revoked/1": ["reason", "vkey"],
  "key.rotated/1": ["replaces", "vkey"],
  "key.compromised/1": ["from", "until", "vkey"],
  "key.recovery-started/1": ["replaces", "vkey"],
  "key.recovery-stopped/1": ["reason", "start"],
  "key.recovered/1": ["start"],
  "log-key.added/1": ["vkey"],
  "log-key.retired/1": ["vkey"],
  "log.loss-declared/1": ["kept", "lost", "reason"],
};
const ROLE = /^[a-z][a-z-]{0,63}$/;
const HOUR = 3_600_000; // milliseconds
const RECOVERY_WAIT = 24 * HOUR;
const LOG_KEY_OVERLAP = 30 * 24 * HOUR;

export const isKind = (type) => Object.hasOwn(MEMBERS, type);
export const partsOf = (type) => MEMBERS[type];


export function isListOfTypes(value) {
  return Array.isArray(value) && value.every((one) => typeof one === "string" && TYPE.test(one));
}

// `signers` are the standings of the keys that signed, in order; `named` is the place that `keys` names.
export async function change(register, { index, event, signers, named }) {
  const { type } = event;
  expect(type !== "log.opened/1", "the log is opened a second time");
  const body = { ...event.body };
  const { reason = "" } = body;
  if (type === "log-key.retired/1" && "reason" in body) {
    expect(reason === "compromised", `\`reason\` is ${shown(reason)}, expected compromised or none`);
    delete body.reason;
  }
  checkMembers("the body", body, MEMBERS[type]);
  expect(typeof reason === "string", `\`reason\` is ${shown(reason)}, expected a word`);
  const has = (signer, role) => (signer.roles.get(role) ?? index) <= named;
  const heads = signers.map((signer) => has(signer, "root") || has(signer, "key-admin"));
  const head = (also = false) => expect(heads[0] || also, `${signers[0].key.name} changes the key register without the role root or key-admin`);
  const step = { register, index, event, body, signers, heads, reason };
  switch (type) {
    case "key.rotated/1":
      return rotate(step);
    case "key.recovery-started/1":
      return startRecovery(step);
    case "key.recovery-stopped/1":
    case "key.recovered/1":
      return endRecovery(step, head);
    case "log-key.added/1":
    case "log-key.retired/1":
      head();
      return changeLogKey(step);
    case "log.loss-declared/1":
      head();
      expect(has(signers[0], "root"), `${signers[0].key.name} declares a loss without the role root`);
      return register.losses.set(index, readLoss(index, body));
    case "key.added/1":
      head();
      return add(step);
    default:
      return endOrLimit(step, head);
  }
}

// Revoked, limited, or reported stolen.
async function endOrLimit({ register, index, event, body, signers, reason }, head) {
  const key = await register.key(body.vkey, event.log, false);
  const found = register.keys.get(key.id);
  const inUse = found && found.key.vkey === key.vkey && (found.ended === null || event.type === "key.compromised/1");
  expect(inUse, `${event.type} names ${plain(key.vkey)}, which is not a key in use now`);
  const byItself = signers[0] === found;
  if (event.type === "key.revoked/1") {
    head(byItself);
    found.end(index, "revoked", reason === "lost" || reason === "stolen");
    return;
  }
  head();
  if (event.type === "key.limited/1") {
    const types = body.not_for;
    expect(isListOfTypes(types) && types.length, `\`not_for\` is ${shown(types)}, expected a list of event types`);
    found.limited = index;
    for (const one of types) if (!found.limits.has(one)) found.limits.set(one, index);
    return;
  }
  expect(!byItself, `${key.name} reports its own key as stolen, with that very key`);
  const { from, until } = body;
  const good = Number.isInteger(from) && Number.isInteger(until) && from >= 0 && from <= until && until < index;
  expect(good, `signatures on entries ${shown(from)} to ${shown(until)} are contested, expected some below ${index}`);
  found.contested.push([index, from, until]);
  if (found.ended === null) found.end(index, "reported stolen", true);
}

// A key comes, or gets a further role. A second key of a name comes so to a service only.
async function add({ register, index, event, body }) {
  const key = await register.key(body.vkey, event.log, false);
  let found = register.keys.get(key.id);
  const newest = register.newest.get(key.name);
  if (found) {
    expect(found.key.vkey === key.vkey, `another key has the name and key id of ${plain(key.vkey)}`);
    expect(found.ended === null, `${plain(key.vkey)} is added again, but it was ${found.how} by step ${found.ended}`);
  } else {
    if (newest) {
      expect(partBeforeLast(key.name) === "service", `${key.name} has a key already: a further one comes to a person by key.rotated/1 or key.recovered/1`);
      expect(newest.ended !== null, `${key.name} has a key in use already, ${plain(newest.key.vkey)}`);
    }
    found = register.bring(key, index, event.at, new Map());
  }
  expect(typeof body.role === "string" && ROLE.test(body.role), `the role is ${shown(body.role)}, expected a word`);
  if (!found.roles.has(body.role)) found.roles.set(body.role, index);
}

// The old key and a head of another name let a new key take its place.
async function rotate({ register, index, event, body, signers, heads }) {
  const [old, other] = signers;
  expect(body.replaces === old.key.vkey, `\`replaces\` is ${shown(body.replaces)}, expected the key that signs first, ${plain(old.key.vkey)}`);
  const admitted = signers.length === 2 && heads[1] && other.key.name !== old.key.name;
  expect(admitted, `${old.key.name} rotates its key without a second signature, by another root or key-admin`);
  succeed(register, index, event.at, old, await successor(register, event, old));
}

// A new key of the same name.
async function successor(register, event, old) {
  const key = await register.key(event.body.vkey, event.log, false);
  expect(key.name === old.key.name, `the new key is named ${key.name}, expected ${old.key.name} as the old`);
  expect(!register.keys.has(key.id), `the new key ${plain(key.vkey)} was in use before`);
  return key;
}

// The new key has the roles and limits of the old, which ends here if it did not before.
function succeed(register, index, moment, old, key) {
  const from = (map) => new Map([...map.keys()].map((name) => [name, index]));
  register.bring(key, index, moment, from(old.roles)).limits = from(old.limits);
  if (old.ended === null) old.end(index, "replaced");
}

async function startRecovery({ register, index, event, body, signers }) {
  const lost = [...register.keys.values()].find((one) => one.key.vkey === body.replaces);
  expect(lost, `\`replaces\` is ${shown(body.replaces)}, which is no key of the register`);
  checkRecoverers(lost, signers);
  checkLost(register, lost);
  const running = [...register.recoveries.values()].some((one) => !one.over && one.key.name === lost.key.name);
  expect(!running, `a recovery of ${lost.key.name} begins, but another is under way`);
  const key = await successor(register, event, lost);
  register.recoveries.set(index, { start: index, moment: event.at, lost, key, over: "" });
}

function endRecovery({ register, index, event, body, signers }, head) {
  const recovery = register.recoveries.get(body.start);
  expect(recovery && !recovery.over, `\`start\` is ${shown(body.start)}, which is no recovery under way`);
  if (event.type === "key.recovery-stopped/1") {
    head(signers[0] === recovery.lost);
    recovery.over = `stopped by step ${index}`;
    return;
  }
  checkRecoverers(recovery.lost, signers);
  checkLost(register, recovery.lost);
  const waited = Date.parse(event.at) - Date.parse(recovery.moment);
  expect(waited >= RECOVERY_WAIT, `the recovery ends ${waited / HOUR} hours after its start at ${recovery.moment}, expected at least 24`);
  recovery.over = `ended by step ${index}`;
  succeed(register, index, event.at, recovery.lost, recovery.key);
}

// Two persons, and neither is the one who lost the key.
function checkRecoverers(lost, signers) {
  const names = signers.map((signer) => signer.key.name);
  const good = names.length === 2 && new Set([...names, lost.key.name]).size === 3 && names.every(isPerson);
  expect(good, `the key of ${lost.key.name} is recovered by ${names.join(", ")}, expected two other persons`);
}

function checkLost(register, lost) {
  const newest = register.newest.get(lost.key.name);
  expect(newest === lost, `the key ${plain(lost.key.vkey)} has a successor, ${plain(newest.key.vkey)}`);
  expect(lost.ended === null || lost.lost, `the key ${plain(lost.key.vkey)} was ${lost.how} by step ${lost.ended}, and not as lost or stolen`);
}

async function changeLogKey({ register, index, event, body, reason }) {
  const key = await register.key(body.vkey, event.log, true);
  const name = plain(key.vkey);
  const found = register.logKeys.get(key.id);
  if (event.type === "log-key.added/1") {
    expect(!found, `the log key ${name} is added twice`);
    expect(!register.keys.has(key.id), `another key has the name and key id of ${name}`);
    register.addLogKey(key, index, event.at);
    return;
  }
  const inUse = found && found.key.vkey === key.vkey && found.ended === null;
  expect(inUse, `log-key.retired/1 names ${name}, which is not a key in use now`);
  const others = [...register.logKeys.values()].filter((one) => one !== found && one.ended === null && one.key.kind === key.kind);
  expect(others.length, `the log key ${name} is retired, but no other of its type is in use`);
  const waited = Date.parse(event.at) - Math.min(...others.map((one) => Date.parse(one.moment)));
  expect(reason || waited >= LOG_KEY_OVERLAP, `the log key ${name} is retired ${waited / HOUR} hours after another came, expected at least 30 days beside each other`);
  found.ended = index;
}

// What is kept ends where the loss is declared.
function readLoss(index, body) {
  for (const name of ["kept", "lost"]) {
    checkMembers(`\`${name}\``, body[name], ["root", "size"]);
    const { root, size } = body[name];
    expect(typeof size === "number" && size > 0, `\`${name}\` has the size ${shown(size)}, expected one above 0`);
    const hash = typeof root === "string" && fromB64(root).length === 32;
    if (!hash) throw new Falsehood(`\`${name}\` has the root ${shown(root)}, expected base64 of 32 bytes`);
  }
  expect(body.kept.size === index, `\`kept\` has the size ${body.kept.size}, but ${index} entries stand before the declaration`);
  return { kept: body.kept, lost: body.lost };
}

const partBeforeLast = (name) => name.split("/").at(-2) ?? "";

// Does a key of this name speak for somebody, and not for a provider or a service?
const isPerson = (name) => partBeforeLast(name) === "officer" || name.split("/").at(-1) === "root";
