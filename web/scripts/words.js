// Do the words and figures that a page shows say what the record says?
//
// Parts of a page that come straight from the record carry `data-from`: `12/words`, the part /words that step 12 sealed
// and that is public now; without a number, of any step of the page; `*` stands for any one name. What follows the name
// of the part leads into its value. `data-as` says how a figure is written.

import { isObject, writeJson } from "./canonical.js";
import { plain } from "./report.js";

const bare = (text) => text.replace(/\s+/gu, "");

// Hundredths without idle zeros: 8143 is 81.43, 1500 is 15.
function points(value) {
  const [whole, rest] = [Math.floor(Math.abs(value) / 100), Math.abs(value) % 100];
  const written = rest ? `${whole}.${String(rest).padStart(2, "0").replace(/0$/, "")}` : `${whole}`;
  return value < 0 ? `−${written}` : written;
}

function money(pence) {
  const [pounds, rest] = [Math.floor(Math.abs(pence) / 100), Math.abs(pence) % 100];
  const grouped = String(pounds).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${pence < 0 ? "−" : ""}£${grouped}${rest ? `.${String(rest).padStart(2, "0")}` : ""}`;
}

const WAYS = {
  text: (value) => (typeof value === "string" ? value : null),
  number: (value) => (Number.isInteger(value) ? String(value) : null),
  bracketed: (value) => (Number.isInteger(value) ? `(${value})` : null),
  money: (value) => (Number.isInteger(value) ? money(value) : null),
  points: (value) => (Number.isInteger(value) ? points(value) : null),
  json: (value) => (typeof value === "string" ? value : writeJson(value)),
};

// All values at a path. `steps` maps a place in the log to its opened parts, slot to value.
function valuesAt(from, steps) {
  const found = [];
  for (const path of from.split(" ")) {
    const [, index, rest] = /^([0-9]*)(\/.*)$/.exec(path) ?? [];
    if (!rest) continue;
    const asked = index ? [steps.get(Number(index))] : steps.values();
    for (const openings of asked) {
      for (const [slot, value] of openings ?? []) found.push(...inside(value, after(slot, rest.split("/").slice(1))));
    }
  }
  return found;
}

// What is left of a path after the name of a part; null when it leads elsewhere.
function after(slot, path) {
  const names = slot.split("/").slice(1);
  const fits = names.length <= path.length && names.every((name, i) => path[i] === "*" || path[i] === name);
  return fits ? path.slice(names.length) : null;
}

function inside(value, path) {
  if (path === null) return [];
  if (!path.length) return [value];
  if (!isObject(value) && !Array.isArray(value)) return [];
  const names = path[0] === "*" ? Object.keys(value) : Object.hasOwn(value, path[0]) ? [path[0]] : [];
  return names.flatMap((name) => inside(value[name], path.slice(1)));
}

// Every marked part of a page against the record: {same, different, closed}, each a list of {element, from, shown, right}.
export function compareWords(page, steps) {
  const found = { same: [], different: [], closed: [] };
  for (const element of page.querySelectorAll("[data-from]")) {
    const { from, as = "text" } = element.dataset;
    const way = Object.hasOwn(WAYS, as) ? WAYS[as] : () => null;
    const rights = valuesAt(from, steps).map(way).filter((one) => one !== null);
    const one = { element, from, shown: plain(bare(element.textContent), 60), right: rights[0] ?? "" };
    const kind = !rights.length ? "closed" : rights.some((right) => bare(right) === bare(element.textContent)) ? "same" : "different";
    found[kind].push(one);
  }
  return found;
}
