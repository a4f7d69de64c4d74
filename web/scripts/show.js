// A report as a part of a page. Text stays text: nothing that was read becomes markup.

import { writeJson } from "./canonical.js";

const STYLE = {
  genuine: "genuine",
  "genuine but superseded": "genuine",
  "partly checked": "partly",
  "not genuine": "false",
  "not a record": "other",
};

const WORDS = {
  genuine: "Genuine",
  "genuine but superseded": "Genuine but superseded",
  "partly checked": "Partly checked",
  "not genuine": "Not genuine",
  "not a record": "This is not a record",
};

export function element(name, { classes = "", ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

export function paragraph(text, classes = "govuk-body") {
  return element("p", { classes: `${classes} fp-break` }, text);
}

export function headline(report, about = "") {
  const passed = report.checks.filter((check) => check.ok).length;
  if (report.verdict === "not genuine") return `${WORDS["not genuine"]}: ${about}`;
  return `${WORDS[report.verdict]}. ${passed} of ${report.checks.length} checks passed`;
}

// The frame of a verdict: a heading that can be given the focus, and what stands under it. `name` tells several apart.
export function verdict(kind, heading, parts, name = "") {
  const id = `verdict-${Math.random().toString(36).slice(2)}`;
  const head = element("h2", { classes: "govuk-heading-l", id, tabindex: "-1" }, heading);
  const label = name ? { "aria-label": `${name}: ${heading}` } : { "aria-labelledby": id };
  return element("section", { classes: `fp-verdict fp-verdict--${STYLE[kind]}`, ...label }, head, ...parts.filter(Boolean));
}

export function list(items, classes = "govuk-list govuk-list--bullet") {
  return element("ul", { classes }, ...items.map((item) => element("li", { classes: "fp-break" }, sentence(item))));
}

export function folded(summary, ...parts) {
  return element(
    "details",
    { classes: "govuk-details" },
    element("summary", { classes: "govuk-details__summary" }, element("span", { classes: "govuk-details__summary-text" }, summary)),
    element("div", { classes: "govuk-details__text" }, ...parts.filter(Boolean)),
  );
}

export function working(report) {
  const steps = report.checks.map((check) =>
    element("li", {}, element("strong", {}, check.ok ? "Passed: " : "Failed: "), element("span", { classes: "fp-break" }, sentence(check.detail))),
  );
  return folded("Show the working", element("ol", { classes: "fp-working", role: "list" }, ...steps));
}

const MOST_SHOWN = 2000; // characters of a value that a proof opens
const UNSEEN =
  /[\u0085\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

// A text in which no letter is hidden or turns others round, as the filter `plainly` of the pages has it.
const plainly = (text) =>
  text.replace(UNSEEN, (one) => `[U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);

// What a proof opens, letter for letter; nothing of a file in which something is false.
export function opens({ falsehood, step }) {
  if (falsehood || !step) return [];
  const { type, at } = step.entry.event;
  const rows = [...step.openings].map(([slot, value]) => {
    const text = typeof value === "string" ? value : writeJson(value);
    const left = text.length - MOST_SHOWN;
    const rest = left > 0 ? [" … ", element("span", { classes: "fp-muted" }, `(${left} more characters: the program prints all with --json)`)] : [];
    return element(
      "div",
      { classes: "govuk-summary-list__row" },
      element("dt", { classes: "govuk-summary-list__key fp-break" }, slot),
      element("dd", { classes: "govuk-summary-list__value" }, element("bdi", {}, plainly(text.slice(0, MOST_SHOWN))), ...rest),
    );
  });
  const which = rows.length ? "These values were sealed in it, letter for letter; sums are in pence, and times that end in Z in UTC." : "No sealed value is open in this file.";
  return [
    element("h3", { classes: "govuk-heading-s" }, "What it opens"),
    paragraph(`The step is of the kind ${type}, at ${at} as its signer states it. ${which}`),
    rows.length ? element("dl", { classes: "govuk-summary-list fp-opened" }, ...rows) : null,
  ];
}

// What could not be checked, and what no check of this kind can tell.
export function limits(report) {
  const whose = report.trusted || report.falsehood ? [] : [`whose register it is: ${report.trust}`];
  const unknown = [...whose, ...report.unchecked, ...report.notes];
  return unknown.length ? [element("h3", { classes: "govuk-heading-s" }, "What was not checked"), list(unknown)] : [];
}

export function command(lines) {
  return [
    element("h3", { classes: "govuk-heading-s" }, "Check more on your own computer"),
    element("pre", { classes: "fp-code" }, lines.join("\n")),
  ];
}
