// Seals a bid so that any two of its openers open it together, and makes an opener's share (format: the how-to "Bid").
//
// - X25519, HKDF with SHA-256 and AES-256-GCM of WebCrypto; nothing of our own but their order.
// - It imports nothing, so that it can stand whole in a page that is kept for when this site is down.

const STEP = 65536;
const HEADER = "fairplace/sealed-bid/v1\n";
const utf8 = (text) => new TextEncoder().encode(text);

export const toB64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
export const ofB64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function derived(secret, salt, info) {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: utf8(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
}

async function encrypted(key, nonce, data, bound) {
  const made = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const how = bound ? { name: "AES-GCM", iv: nonce, additionalData: bound } : { name: "AES-GCM", iv: nonce };
  return new Uint8Array(await crypto.subtle.encrypt(how, made, data));
}

// An opener's share of one bid: from the secret between the opener's key and the bid's own.
export async function share(privateKey, openerKey, ephemeral, other) {
  const theirs = await crypto.subtle.importKey("raw", ofB64(other), "X25519", false, []);
  const secret = new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: theirs }, privateKey, 256));
  return derived(secret, joined(ofB64(ephemeral), ofB64(openerKey)), "fairplace/sealed-bid/v1 share\n");
}

// Was this file sealed already, as by the page that is kept for when this site is down?
export const isSealed = (data) => new TextDecoder().decode(data.subarray(0, HEADER.length)) === HEADER;

const startsWith = (data, hex) => (hex.match(/../g) ?? []).every((pair, at) => data[at] === parseInt(pair, 16));

// Why a file is no bid that can be opened and read: a sentence, or null. Once it is sealed nobody can look for that before
// the deadline. `kinds`: by the end of a name how such a file begins, in hexadecimal; nothing for a text.
export function unfit(data, name, kinds) {
  const begins = kinds[/\.[^.]*$/.exec(name.toLowerCase())?.[0] ?? ""];
  if (begins === undefined) return `“${name}” cannot be taken in; choose a PDF, a document without macros, or a picture.`;
  if (!data.length) return `“${name}” is empty; choose the file that holds your bid.`;
  const other = `“${name}” does not hold what its name says; save it anew, as PDF if you can, and choose it again.`;
  if (!startsWith(data, begins)) return other;
  try {
    if (!begins && new TextDecoder("utf-8", { fatal: true }).decode(data).includes("\0")) return other;
  } catch {
    return other;
  }
  const zipped = begins.startsWith("504b") && new TextDecoder("latin1").decode(data);
  if (zipped && /vbaProject|vbaData\.xml|macrosheets\/|activeX\/|Basic\/script-l|Scripts\/python/.test(zipped)) return `“${name}” holds macros; save it without them, or as PDF, and choose it again.`;
  return null;
}

export async function digest(data) {
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Pounds as people write them, in pence; null for nothing written, undefined for what is no amount.
export function pence(text) {
  if (!text.trim()) return null;
  const found = /^£?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,13})(?:\.([0-9]{2}))?$/.exec(text.trim());
  return found ? Number(found[1].replaceAll(",", "")) * 100 + Number(found[2] ?? 0) : undefined;
}

function padded(file, name, media, price) {
  const said = { bytes: file.length, media: media.slice(0, 100), name: name.slice(-120) };
  const manifest = utf8(JSON.stringify(price === null ? said : { ...said, price }));
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, manifest.length);
  const whole = joined(size, manifest, file);
  return joined(whole, new Uint8Array(STEP - (whole.length % STEP || STEP)));
}

// The sealed file. `price`: what the bid asks, in pence, or null. `terms`: the case, its deadline, and its openers, each
// with `key` (base64) and `name`.
export async function seal(file, name, media, price, terms) {
  const random = (size) => crypto.getRandomValues(new Uint8Array(size));
  const own = await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
  const ephemeral = toB64(new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey)));
  const shares = await Promise.all(terms.openers.map((one) => share(own.privateKey, one.key, ephemeral, one.key)));
  const content = random(32);
  const nonce = random(12);
  const wraps = [];
  for (let i = 0; i < shares.length; i++) {
    for (let j = i + 1; j < shares.length; j++) {
      const info = `fairplace/sealed-bid/v1 pair\n${terms.case}\n${terms.deadline}\n${ephemeral}\n`;
      const key = await derived(joined(shares[i], shares[j]), new Uint8Array(0), info);
      const own = random(12);
      wraps.push({ key: toB64(await encrypted(key, own, content)), nonce: toB64(own), pair: [i, j] });
    }
  }
  const openers = terms.openers.map((one) => ({ key: one.key, name: one.name }));
  // Members in the order of their names, and nothing but ASCII: the canonical form.
  const head = { case: terms.case, deadline: terms.deadline, ephemeral, nonce: toB64(nonce), openers, wraps };
  const bound = utf8(`${HEADER}${JSON.stringify(head)}\n`);
  return joined(bound, await encrypted(content, nonce, padded(file, name, media, price), bound));
}
