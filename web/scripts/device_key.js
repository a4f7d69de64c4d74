// Signing keys on this device: made here, kept by the browser so that nothing can take them out, used to sign here.
//
// - A key is an Ed25519 pair of WebCrypto that cannot be exported. Clearing the site's data loses it.
// - What is signed is exactly the bytes that the page carries.
// - A person may have a passkey instead: the device keeps it, and asks who is there each time.

import { readPasskey } from "./assertion.js";
import { b64, b64url, fromB64, fromB64url, joined, utf8 } from "./bytes.js";
import { readVkey } from "./note.js";
import * as passkeys from "./signing-passkey.js";

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
export const keep = (vkey, pair) => work("readwrite", (store) => store.put(pair, vkey));

async function keyId(name, publicKey) {
  const whole = joined(utf8(`${name}\n`), Uint8Array.of(ED25519), publicKey);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole)).slice(0, 4);
}

const fromHex = (digits) => Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// The signature line of a signed note (published format, section 1), without its line feed.
export async function line(vkey, text) {
  const pair = await kept(vkey);
  if (!pair) return null;
  const [name, id] = vkey.split("+");
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, text));
  return `— ${name} ${b64(joined(fromHex(id), signature))}`;
}

function told(form, words) {
  form.querySelector("[role=status]").textContent = words;
}

const UNSAFE = "This page was not loaded over https, so your browser keeps no keys here and nothing can be signed. Ask whoever runs the register for its https address.";

if (!window.isSecureContext) {
  for (const part of document.querySelectorAll("[data-insecure]")) part.hidden = false;
}

for (const form of document.querySelectorAll("form[data-new-key]")) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.signature.value) return;
    event.preventDefault();
    if (!window.isSecureContext) return told(form, UNSAFE);
    try {
      await (form.elements.kind?.value === "passkey" ? passkeyFor(form) : keyFor(form));
    } catch (error) {
      return told(form, passkeys.saidOf(error));
    }
    form.requestSubmit();
  });
}

// A key that this browser keeps.
async function keyFor(form) {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]).catch(() => {
    throw new passkeys.Unable("Your browser does not know Ed25519 keys. Use a newer one: Chrome or Edge 137, Firefox 129, Safari 17 or later.");
  });
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const name = form.dataset.name;
  const id = await keyId(name, publicKey);
  await keep(`${name}+${hex(id)}+${b64(joined(Uint8Array.of(ED25519), publicKey))}`, pair);
  const signature = await crypto.subtle.sign("Ed25519", pair.privateKey, utf8(form.dataset.text));
  form.elements.public.value = b64(publicKey);
  form.elements.signature.value = b64(new Uint8Array(signature));
}

// A passkey: made, and tried at once.
async function passkeyFor(form) {
  const { site, holder } = form.dataset;
  told(form, "Your device asks twice: once to make the passkey, once to sign with it.");
  const { credential, publicKey } = await passkeys.made(site, holder);
  const signature = await passkeys.assertion({ site, public: publicKey }, credential, utf8(form.dataset.text));
  form.elements.public.value = b64(publicKey);
  form.elements.credential.value = b64url(credential);
  form.elements.signature.value = b64(signature);
}

for (const form of document.querySelectorAll("form[data-sign]")) {
  form.addEventListener("submit", async (event) => {
    if (form.elements.line.value) return;
    event.preventDefault();
    if (!window.isSecureContext) return told(form, UNSAFE);
    const { sign, site, credential } = form.dataset;
    const text = fromB64(form.dataset.text);
    try {
      const signed = site ? await byPasskey(sign, credential, text) : await line(sign, text);
      if (signed === null) {
        return told(form, "Your signing key is not on this device, or the site's data was cleared. Sign on the device that has it, or make a new key under “My keys”.");
      }
      form.elements.line.value = signed;
    } catch (error) {
      return told(form, passkeys.saidOf(error));
    }
    form.requestSubmit();
  });
}

async function byPasskey(vkey, credential, text) {
  const key = await readVkey(vkey);
  const passkey = readPasskey(key.public);
  if (passkey.site !== location.origin) throw new passkeys.Unable(`Your passkey signs at ${passkey.site} alone. Open the register there.`);
  const signature = await passkeys.assertion(passkey, fromB64url(credential), text);
  return `— ${key.name} ${b64(joined(fromHex(key.keyid), signature))}`;
}

for (const cell of document.querySelectorAll("[data-held]")) {
  kept(cell.dataset.held).then(
    (pair) => (cell.textContent = pair ? "Yes" : "No"),
    () => (cell.textContent = "Your browser cannot tell"),
  );
}
