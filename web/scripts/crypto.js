// The browser's own cryptography: is this a good signature?

import { hex } from "./bytes.js";
import { Falsehood } from "./report.js";

const KINDS = {
  Ed25519: { read: "Ed25519", verify: "Ed25519" },
  "P-256": { read: { name: "ECDSA", namedCurve: "P-256" }, verify: { name: "ECDSA", hash: "SHA-256" } },
};
const known = new Map(); // public key to the browser's own form of it

// `kind` is Ed25519, or P-256 with SHA-256 and a signature r || s.
export async function isGood(kind, publicKey, signature, message) {
  const { read, verify } = KINDS[kind];
  const name = hex(publicKey);
  if (!known.has(name)) {
    try {
      known.set(name, await crypto.subtle.importKey("raw", publicKey, read, false, ["verify"]));
    } catch {
      throw new Falsehood("a key’s bytes are not a public key");
    }
  }
  return crypto.subtle.verify(verify, known.get(name), signature, message);
}
