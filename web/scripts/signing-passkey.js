// Passkeys that sign: made here, and asked to sign exactly the bytes that the page carries.
//
// - What a device answers is put into the one form that the published format has for it (section 1).
// - It asks who is there each time. Its prompt does not show what is signed: the page does.

import { AUTHENTICATOR_BYTES, HALF_ORDER, hostOf } from "./assertion.js";
import { fromOctets, hex, joined, sha256 } from "./bytes.js";

const [EDDSA, ES256] = [-8, -7]; // COSE
const BARE = { [EDDSA]: [44, 32], [ES256]: [91, 65] }; // bytes of the key as the browser tells it, and of the key alone
const ORDER = 2n * HALF_ORDER + 1n;

export class Unable extends Error {}

// A new passkey at this site, for signing alone: its id, and its public key (32 bytes of Ed25519, or 65 of P-256).
export async function made(site, name) {
  const random = () => crypto.getRandomValues(new Uint8Array(32));
  const publicKey = {
    rp: { id: hostOf(site), name: hostOf(site) },
    user: { id: random(), name: `Signing key of ${name}`, displayName: `Signing key of ${name}` },
    challenge: random(),
    pubKeyCredParams: [EDDSA, ES256].map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { residentKey: "discouraged", userVerification: "required" },
    attestation: "none",
  };
  const { rawId, response } = await navigator.credentials.create({ publicKey });
  const [whole, bare] = BARE[response.getPublicKeyAlgorithm()] ?? [];
  const told = response.getPublicKey();
  if (!told || told.byteLength !== whole) throw new Unable("Your device made a passkey of a kind that cannot sign here. Try another device, or keep the key in the browser.");
  return { credential: new Uint8Array(rawId), publicKey: new Uint8Array(told).slice(-bare) };
}

// What this passkey says of a text: authenticator data, client data and signature, as a signature line has them.
export async function assertion({ site, public: key }, credential, text) {
  const publicKey = {
    rpId: hostOf(site),
    challenge: await sha256(text),
    allowCredentials: [{ type: "public-key", id: credential }],
    userVerification: "required",
  };
  const { response } = await navigator.credentials.get({ publicKey });
  const [said, client, signed] = [response.authenticatorData, response.clientDataJSON, response.signature].map((part) => new Uint8Array(part));
  if (said.length !== AUTHENTICATOR_BYTES) throw new Unable("Your device added something to its signature that the record has no place for. Try another device.");
  return joined(said, Uint8Array.of(client.length >> 8, client.length & 255), client, key.length === 32 ? signed : bare(signed));
}

export function saidOf(error) {
  if (error instanceof Unable) return error.message;
  if (error.name === "NotAllowedError") return "Nothing was signed: the passkey was not found on this device, you cancelled, or it took too long. Try again, on the device that has it.";
  if (error.name === "NotSupportedError") return "Your device makes no passkeys of the kinds that can sign here. Keep the key in the browser, or try another device.";
  if (error.name === "SecurityError") return "Your browser uses no passkeys at this address. Open the register at its https address.";
  return "Your browser could not use a passkey here. Try another browser or device.";
}

// Of an ECDSA signature in DER, r and s as 32 bytes each; of the two values of s the lower one.
function bare(der) {
  const parts = [];
  let at = 2;
  for (let i = 0; i < 2; i++) {
    const size = der[at + 1];
    parts.push(BigInt(`0x${hex(der.subarray(at + 2, at + 2 + size))}`));
    at += 2 + size;
  }
  const [r, s] = parts;
  return joined(wide(r), wide(s > HALF_ORDER ? ORDER - s : s));
}

const wide = (number) => fromOctets(number.toString(16).padStart(64, "0").replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16))));
