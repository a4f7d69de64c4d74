// Published files of this register, fetched from the site that the page came from, and from nowhere else.

import { Unreadable, plain } from "./report.js";

const MOST = 20_000_000; // bytes of one file

export async function fromThisSite(path) {
  let answer;
  try {
    answer = await fetch(`/${path}`, { cache: "no-cache", credentials: "omit", redirect: "error" });
  } catch {
    throw new Unreadable(`the register did not answer when it was asked for ${plain(path)}`);
  }
  if (!answer.ok) throw new Unreadable(`the register has no ${plain(path)} now (${answer.status})`);
  const data = new Uint8Array(await answer.arrayBuffer());
  if (data.length > MOST) throw new Unreadable(`${plain(path)} is longer than ${MOST} bytes`);
  return data;
}
