// Signing keys on this device: made here, kept by the browser so that nothing can take them out, used to sign here.
//
// - A key is an Ed25519 pair of WebCrypto that cannot be exported. Clearing the site's data loses it.
// - What is signed is exactly the bytes that the page carries.

import { b64, fromB64, joined, utf8 } from "./bytes.js";

const ED25519 = 1;
const STORE = "keys";

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("fairplace", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function work(mode, what) {
  const database = await opened();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode);
    const asked = what(transaction.objectStore(STORE));
    transaction.oncomplete = () => {
      database.close();
      resolve(asked.result);
    };
    transaction.onerror = () => reject(transaction.error);
  });
}

export const kept = (vkey) => work("readonly", (store) => store.get(vkey));
const keep = (vkey, pair) => work("readwrite", (store) => store.put(pair, vkey));

async function keyId(name, publicKey) {
  const whole = joined(utf8(`${name}\n`), Uint8Array.of(ED25519), publicKey);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole)).slice(0, 4);
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// The signature line of a signed note (published format, section 1), without its line feed.
async function line(vkey, text) {
  const pair = await kept(vkey);
  if (!pair) return null;
  const [name, id] = vkey.split("+");
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, text));
  const keyBytes = Uint8Array.from(id.match(/../g), (pairOfDigits) => parseInt(pairOfDigits, 16));
  return `— ${name} ${b64(joined(keyBytes, signature))}`;
}

function told(form, words) {
  form.querySelector("[role=status]").textContent = words;
}

const UNSAFE = "This page was not loaded over https, so your browser keeps no keys here and nothing can be signed. Ask whoever runs the register for its https address.";

for (const form of document.querySelectorAll("form[data-new-key]")) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.signature.value) return;
    event.preventDefault();
    if (!window.isSecureContext) return told(form, UNSAFE);
    let pair;
    try {
      pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    } catch {
      return told(form, "Your browser does not know Ed25519 keys. Use a newer one: Chrome or Edge 137, Firefox 129, Safari 17 or later.");
    }
    const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    const name = form.dataset.name;
    const id = await keyId(name, publicKey);
    await keep(`${name}+${hex(id)}+${b64(joined(Uint8Array.of(ED25519), publicKey))}`, pair);
    const signature = await crypto.subtle.sign("Ed25519", pair.privateKey, utf8(form.dataset.text));
    form.elements.public.value = b64(publicKey);
    form.elements.signature.value = b64(new Uint8Array(signature));
    form.requestSubmit();
  });
}

for (const form of document.querySelectorAll("form[data-sign]")) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.line.value) return;
    event.preventDefault();
    if (!window.isSecureContext) return told(form, UNSAFE);
    const signed = await line(form.dataset.sign, fromB64(form.dataset.text));
    if (signed === null) {
      return told(form, "Your signing key is not on this device, or the site's data was cleared. Sign on the device that has it, or make a new key under “My keys”.");
    }
    form.elements.line.value = signed;
    form.requestSubmit();
  });
}

for (const cell of document.querySelectorAll("[data-held]")) {
  kept(cell.dataset.held).then(
    (pair) => (cell.textContent = pair ? "Yes" : "No"),
    () => (cell.textContent = "Your browser cannot tell"),
  );
}
