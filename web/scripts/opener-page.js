// An opener's key on this device: made here, vouched for by the signing key, and used to give shares of sealed bids.

import { keep, kept, line } from "./device_key.js";
import { share, toB64 } from "./seal.js";

const told = (form, words) => (form.querySelector("[role=status]").textContent = words);
const text = (name, key) => new TextEncoder().encode(`fairplace/opener/v1\n${name}\n${key}\n`);

for (const form of document.querySelectorAll("form[data-opener]")) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.line.value) return;
    event.preventDefault();
    let pair;
    try {
      pair = await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
    } catch {
      return told(form, "Your browser does not know X25519 keys. Use a newer one over https: Chrome or Edge 137, Firefox 130, Safari 17 or later.");
    }
    const key = toB64(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
    const vkey = form.dataset.opener;
    const signed = await line(vkey, text(vkey.split("+")[0], key));
    if (signed === null) return told(form, "Your signing key is not on this device. Make the opener's key on the device that has it.");
    await keep(`opener ${key}`, pair);
    form.elements.key.value = key;
    form.elements.line.value = signed;
    form.requestSubmit();
  });
}

for (const form of document.querySelectorAll("form[data-bids]")) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.shares.value) return;
    event.preventDefault();
    const given = {};
    for (const bid of JSON.parse(form.dataset.bids)) {
      const pair = await kept(`opener ${bid.key}`);
      if (pair) given[bid.id] = toB64(await share(pair.privateKey, bid.key, bid.ephemeral, bid.ephemeral));
    }
    if (!Object.keys(given).length) return told(form, "Your opener's key is not on this device. Open the bids on the device that has it.");
    form.elements.shares.value = JSON.stringify(given);
    form.requestSubmit();
  });
}
