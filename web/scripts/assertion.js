// Passkeys that sign events, and what they sign (published format, section 1; Web Authentication, sections 5.8.1, 6.1, 7.2).
//
// - A passkey signs what a device and a browser say of a text, in which the text’s hash stands.
// - One assertion has one form: no extensions, plain client data, the lower s of ES256. Any other is refused.

import { b64url, hex, joined, octets, same, sha256, utf8 } from "./bytes.js";
import { isGood } from "./crypto.js";
import { expect, shown } from "./report.js";

export const TYPES = { "fairplace/passkey-eddsa/v1": 32, "fairplace/passkey-es256/v1": 65 };
export const AUTHENTICATOR_BYTES = 32 + 1 + 4;
const SIGNATURE = 64;
const MOST_CLIENT_DATA = 1024;
const SITE = /^(?:https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)*|http:\/\/localhost)(?::[1-9][0-9]{0,4})?$/;
const CLIENT_DATA =
  /^\{"type":"webauthn\.get","challenge":"([A-Za-z0-9_-]{43})","origin":"([^"\\]*)"(?:,"crossOrigin":false)?((?:,"[A-Za-z0-9_]{1,64}":(?:true|false|"[ !#-[\]-~]*"))*)\}$/;
const FURTHER = /,"([A-Za-z0-9_]{1,64})":/g;
const ONCE = ["type", "challenge", "origin", "crossOrigin", "topOrigin"];
const [PRESENT, VERIFIED, MAY_BE_COPIED, IS_COPIED] = [0x01, 0x04, 0x08, 0x10];
export const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

// The site of a passkey and its public key: what stands in a vkey after the byte 0xff.
export function readPasskey(data) {
  const end = data.indexOf(10);
  const type = octets(data.subarray(0, Math.max(end, 0)));
  const known = Object.hasOwn(TYPES, type) && data.length > end + 1;
  expect(known, `a key of type 0xff says that it is ${shown(type)}, expected a passkey of EdDSA or ES256`);
  const from = end + 2 + data[end + 1];
  const site = octets(data.subarray(end + 2, from));
  const publicKey = data.subarray(from);
  expect(SITE.test(site), `a passkey is of ${shown(site)}, expected the address of a site`);
  expect(publicKey.length === TYPES[type], `a passkey has ${publicKey.length} bytes, expected ${TYPES[type]}`);
  expect(publicKey.length === 32 || publicKey[0] === 4, "a passkey’s point is not written uncompressed");
  return { site, public: publicKey };
}

export const isAssertionSize = (size) => size > AUTHENTICATOR_BYTES + 2 + SIGNATURE && size <= AUTHENTICATOR_BYTES + 2 + MOST_CLIENT_DATA + SIGNATURE;

export const hostOf = (site) => site.split("://")[1].split(":")[0];

// Is this the passkey’s answer to the question: do you sign this text?
export async function checkAssertion(key, signature, text) {
  expect(isAssertionSize(signature.length), `a passkey’s signature has ${signature.length} bytes`);
  const said = signature.subarray(0, AUTHENTICATOR_BYTES);
  const rest = signature.subarray(AUTHENTICATOR_BYTES + 2);
  const size = signature[AUTHENTICATOR_BYTES] * 256 + signature[AUTHENTICATOR_BYTES + 1];
  expect(rest.length === size + SIGNATURE, `a passkey’s signature holds ${rest.length - SIGNATURE} bytes where it says ${size}`);
  const [client, signed] = [rest.subarray(0, size), rest.subarray(size)];
  await checkClient(key.site, octets(client), text);
  const host = hostOf(key.site);
  expect(same(said.subarray(0, 32), await sha256(utf8(host))), `a passkey signed for another site than ${host}`);
  const flags = said[32];
  expect(flags & PRESENT && flags & VERIFIED, "a passkey signed without a person there who was verified");
  const readable = (flags & ~(PRESENT | VERIFIED | MAY_BE_COPIED | IS_COPIED)) === 0 && !(flags & IS_COPIED && !(flags & MAY_BE_COPIED));
  expect(readable, `a passkey’s flags are ${flags}, which are none that are read`);
  const message = joined(said, await sha256(client));
  if (key.public.length === 32) return isGood("Ed25519", key.public, signed, message);
  const low = BigInt(`0x${hex(signed.subarray(32))}`) <= HALF_ORDER;
  return low && isGood("P-256", key.public, signed, message);
}

// What the browser said: this very text, at this very site, in a page that stands in no other.
async function checkClient(site, client, text) {
  const found = CLIENT_DATA.exec(client);
  expect(found, `a passkey’s client data is ${shown(client.slice(0, 80))}, which is not of the form that is read`);
  const [, challenge, origin, further] = found;
  expect(challenge === b64url(await sha256(text)), "a passkey signed another text");
  expect(origin === site, `a passkey signed at ${shown(origin)}, expected ${site}`);
  const names = [...further.matchAll(FURTHER)].map((one) => one[1]);
  const once = new Set(names).size === names.length && !names.some((name) => ONCE.includes(name));
  expect(once, "a passkey’s client data says something twice");
}
