// The worthless key of somebody in a demo, put on this device before they sign in: everybody has it, so it proves nothing.

import { fromB64, joined } from "./bytes.js";
import { keep } from "./device_key.js";

// What stands before the 32 bytes of a seed in an Ed25519 private key (RFC 8410, section 7).
const BEFORE = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);

for (const form of document.querySelectorAll("form[data-demo-key]")) {
  form.addEventListener("submit", async (event) => {
    if (form.dataset.kept) return;
    event.preventDefault();
    try {
      const whole = joined(BEFORE, fromB64(form.dataset.seed));
      const publicBytes = fromB64(form.dataset.demoKey.split("+").slice(2).join("+")).slice(1);
      const privateKey = await crypto.subtle.importKey("pkcs8", whole, "Ed25519", false, ["sign"]);
      const publicKey = await crypto.subtle.importKey("raw", publicBytes, "Ed25519", true, ["verify"]);
      await keep(form.dataset.demoKey, { privateKey, publicKey });
    } catch {
      // They can still look; the page that signs says why it cannot.
    }
    form.dataset.kept = "yes";
    form.requestSubmit();
  });
}
