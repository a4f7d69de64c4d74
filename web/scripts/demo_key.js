// The worthless key of somebody in a demo, put on this device before they sign in: everybody has it, so it proves nothing.

import { fromB64, joined } from "./bytes.js";
import { keep } from "./device_key.js";

// What stands before the 32 bytes of a private key, by the last byte of its kind (RFC 8410, sections 3 and 7).
const before = (kind) => Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, kind, 4, 34, 4, 32);
const ED25519 = 112, X25519 = 110;

async function imported(name, kind, seed, publicBytes, uses) {
  const privateKey = await crypto.subtle.importKey("pkcs8", joined(before(kind), fromB64(seed)), name, false, [uses[0]]);
  const publicKey = await crypto.subtle.importKey("raw", publicBytes, name, true, uses.slice(1));
  return { privateKey, publicKey };
}

for (const form of document.querySelectorAll("form[data-demo-key]")) {
  form.addEventListener("submit", async (event) => {
    if (form.dataset.kept) return;
    event.preventDefault();
    try {
      const { demoKey, seed, openerKey, openerSeed } = form.dataset;
      const publicBytes = fromB64(demoKey.split("+").slice(2).join("+")).slice(1);
      await keep(demoKey, await imported("Ed25519", ED25519, seed, publicBytes, ["sign", "verify"]));
      if (openerKey) await keep(`opener ${openerKey}`, await imported("X25519", X25519, openerSeed, fromB64(openerKey), ["deriveBits"]));
    } catch {
      // They can still look; the page that signs says why it cannot.
    }
    form.dataset.kept = "yes";
    form.requestSubmit();
  });
}
