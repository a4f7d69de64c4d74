// Whose word counts: keys and policies that the reader brought (published format, section 13; C2SP tlog-policy).

import { hex } from "./bytes.js";
import { ED25519, ML_DSA_44, WITNESS_ED25519, readVkey } from "./note.js";
import { Falsehood, Unreadable, expect, plain } from "./report.js";

// What the reader brought. `own` is false for keys that only the register's own site named.
export class Trust {
  constructor({ keys = [], policy = null, own = true, suggested = null } = {}) {
    Object.assign(this, { keys, policy, own, suggested });
  }

  // The same, with a policy that came with a record: its witnesses must sign well, but count for nothing.
  with(suggested) {
    return new Trust({ ...this, suggested });
  }

  // Did anybody name a key or a policy that could say whose this log is?
  givenFor(origin) {
    return this.policy !== null || this.keys.some((key) => this.own || key.name === origin);
  }

  // Keys that may stand under a checkpoint of this log.
  logKeys(origin) {
    return [...this.keys, ...(this.policy?.logs ?? [])].filter((key) => key.name === origin);
  }

  witness(line) {
    const policies = [this.policy, this.suggested].filter(Boolean);
    return policies.flatMap((policy) => [...policy.witnesses.values()]).find((key) => key.id === line.id);
  }

  // Is it the register that the reader means? `signers` are the vkeys of all good lines; `actors` those of the step.
  judge(report, signers, { rootKey = "", actors = new Set() } = {}) {
    const reasons = [];
    const keys = this.keys.filter((key) => !actors.has(key.vkey) && (this.own || key.name === report.origin));
    if (keys.length) {
      const found = keys.find((key) => signers.has(key.vkey) || key.vkey === rootKey);
      const names = keys.map((key) => plain(key.vkey)).join(", ");
      const whose = this.own ? "the key that you gave" : "a key of this register";
      if (found) {
        reasons.push(`the log ${report.origin} ${found.vkey === rootKey ? "was opened" : "is signed"} by ${whose}`);
      } else {
        leftOpen(report, keys, `the state of ${report.origin} is not signed by ${whose}: ${names}`);
      }
    }
    if (this.policy?.logs.length) {
      if (this.policy.logs.some((key) => signers.has(key.vkey))) {
        reasons.push(`the log ${report.origin} is one that your policy names`);
      } else {
        leftOpen(report, this.policy.logs, `the state of ${report.origin} is not signed by a log that your policy names`);
      }
    }
    if (this.policy && !isMet(this.policy, signers)) {
      report.trust = `the witnesses that your policy asks for (${plain(this.policy.quorum)}) have not all signed`;
    } else if (reasons.length && !this.own) {
      report.trust = "the key came from this site, and anybody could make a site";
      return [reasons[0], keys.length];
    } else if (reasons.length) {
      report.trusted = true;
      report.trust = reasons.join(" and ");
    }
    return [report.trust, keys.length];
  }
}

// None of these keys is known to have signed: that is false, unless the line of one was there and could not be checked.
function leftOpen(report, keys, why) {
  expect(keys.some((key) => report.skipped.has(key.vkey)), why);
  report.unchecked.push("a key that you gave is of the kind ML-DSA-44, and no browser can check its signature yet");
}

// Do the witnesses among these vkeys make the quorum? A group names only what stands before it.
function isMet(policy, signers) {
  const have = new Set([...policy.witnesses].filter(([, key]) => signers.has(key.vkey)).map(([name]) => name));
  for (const [name, [least, parts]] of policy.groups) {
    if (parts.filter((part) => have.has(part)).length >= least) have.add(name);
  }
  return policy.quorum === "none" || have.has(policy.quorum);
}

// Keys one a line, or a policy: whatever somebody typed or pasted to say whom they trust.
export async function readTrust(text) {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.some((line) => /^(log|witness|group|quorum)[ \t]/.test(line))) {
    return new Trust({ policy: await readPolicy(lines.join("\n")) });
  }
  const keys = lines.map((line) => line.trim()).filter(Boolean);
  try {
    return new Trust({ keys: await Promise.all(keys.map(readVkey)) });
  } catch (error) {
    if (error instanceof Falsehood) throw new Unreadable(`a key that was given cannot be read: ${error.message}`);
    throw error;
  }
}

// A tlog-policy file.
export async function readPolicy(text) {
  const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: "" };
  const members = new Set();
  for (const [number, line] of text.split("\n").entries()) {
    const words = line.match(/[^ \t]+/g) ?? [];
    if (!words.length || words[0].startsWith("#")) continue;
    try {
      await readPolicyLine(policy, words, members);
    } catch (error) {
      if (!(error instanceof Falsehood)) throw error;
      throw new Unreadable(`line ${number + 1} of the policy cannot be read: ${plain(line)} (${error.message})`);
    }
  }
  if (!policy.quorum) throw new Unreadable("the policy has no quorum line");
  const keys = [...policy.logs, ...policy.witnesses.values()].map((key) => hex(key.public));
  if (new Set(keys).size !== keys.length) throw new Unreadable("the policy names one public key twice");
  return policy;
}

const EXPECTED = "expected log, witness, group or quorum, with known names and suitable keys";

async function readPolicyLine(policy, words, members) {
  const defined = new Set([...policy.witnesses.keys(), ...policy.groups.keys(), "none"]);
  const [word, name, ...rest] = words;
  if (word === "log" && name !== undefined && rest.length <= 1) {
    const key = await readVkey(name);
    expect(key.kind === ED25519 || key.kind === ML_DSA_44, EXPECTED);
    policy.logs.push(key);
  } else if (word === "witness" && (rest.length === 1 || rest.length === 2) && !defined.has(name)) {
    const key = await readVkey(rest[0]);
    expect(key.kind === WITNESS_ED25519 || key.kind === ML_DSA_44, EXPECTED);
    policy.witnesses.set(name, key);
  } else if (word === "group" && rest.length >= 2 && !defined.has(name)) {
    const [least, ...parts] = rest;
    const needed = least === "any" ? 1 : least === "all" ? parts.length : /^[0-9]{1,9}$/.test(least) ? Number(least) : 0;
    const usable = parts.every((part) => defined.has(part) && part !== "none" && !members.has(part));
    const once = new Set(parts).size === parts.length;
    expect(needed >= 1 && needed <= parts.length && once && usable, "expected names defined above, each a member once, and a number that they can reach");
    policy.groups.set(name, [needed, parts]);
    for (const part of parts) members.add(part);
  } else {
    expect(word === "quorum" && words.length === 2 && !policy.quorum && defined.has(name), EXPECTED);
    policy.quorum = name;
  }
}
