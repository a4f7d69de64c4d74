// A page that somebody saved, as plain HTML or as the one file (MHTML) that some browsers write.
//
// It is only read: a document made by DOMParser runs no script and loads nothing.

import { fromOctets, octets } from "./bytes.js";

const HTML = /^\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html|head|body)[\s>]/i;
const MIME = /^(?:From: |MIME-Version: |Content-Type: multipart\/related)/i;

// The document, or null when the bytes are no page.
export function readPage(data) {
  const text = octets(data.subarray(0, 4096)).replace(/^\xef\xbb\xbf/, "");
  const html = MIME.test(text) ? mainPart(octets(data)) : HTML.test(text) ? data : null;
  return html && new DOMParser().parseFromString(new TextDecoder().decode(html), "text/html");
}

// The first part of type text/html (RFC 2557), decoded (RFC 2045, section 6.7).
function mainPart(text) {
  const boundary = /boundary="([^"\r\n]{1,70})"/.exec(text)?.[1];
  if (!boundary) return null;
  for (const part of text.split(`--${boundary}`)) {
    const [head, ...rest] = part.split(/\r?\n\r?\n/);
    if (!/^content-type: text\/html/im.test(head)) continue;
    const body = part.slice(part.indexOf(rest[0] ?? "", head.length));
    if (/^content-transfer-encoding: base64/im.test(head)) {
      try {
        return fromOctets(atob(body.replace(/\s+/g, "")));
      } catch {
        return null;
      }
    }
    if (!/^content-transfer-encoding: quoted-printable/im.test(head)) return fromOctets(body);
    const joined = body.replace(/[ \t]*=\r?\n/g, "");
    return fromOctets(joined.replace(/=([0-9A-Fa-f]{2})/g, (_, pair) => String.fromCharCode(parseInt(pair, 16))));
  }
  return null;
}
