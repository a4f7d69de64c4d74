// Bytes and the texts that stand for them. Each has one written form, and no other is read.

import { Falsehood, shown } from "./report.js";

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();

export const utf8 = (text) => ENCODER.encode(text);

// The text of UTF-8 bytes; throws a TypeError when they are none.
export const fromUtf8 = (bytes) => DECODER.decode(bytes);

// A text in which each character is one byte: regular expressions then work on bytes.
export function octets(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return text;
}

export function fromOctets(text) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export const b64 = (bytes) => btoa(octets(bytes));

// Base64 with padding; a text that does not encode again to itself is refused (published format, "B64").
export function fromB64(text) {
  let data;
  try {
    data = atob(text);
  } catch {
    throw new Falsehood(`${shown(text)} is not base64`);
  }
  if (btoa(data) !== text) throw new Falsehood(`the base64 text ${shown(text)} is not canonical`);
  return fromOctets(data);
}

// Base64url without padding, held to the same ("B64U").
export function fromB64url(text) {
  if (/[^A-Za-z0-9_-]/.test(text)) throw new Falsehood(`${shown(text)} is not base64url`);
  return fromB64(text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4));
}

export const b64url = (bytes) => b64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const same = (one, other) => one.length === other.length && one.every((byte, i) => byte === other[i]);

export const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));

// An unsigned integer of 64 bits, the highest byte first.
export function u64(number) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

export const fromU64 = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
