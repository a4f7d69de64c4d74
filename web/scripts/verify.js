// The page that checks what one chooses, drops or pastes, on this device.
//
// The form works without this script: it is then sent to the server. Here it is caught before it is sent.

import { utf8 } from "./bytes.js";
import { compareBundles } from "./agreement.js";
import { KINDS, judge } from "./judge.js";
import { canCheckSignatures, readVkey } from "./note.js";
import { readPaper } from "./paper.js";
import { Remembered } from "./remembered.js";
import { Falsehood, Unreadable } from "./report.js";
import { about, hint, reason } from "./sentences.js";
import { command, element, headline, limits, list, opens, paragraph, verdict, working } from "./show.js";
import { Trust, readTrust } from "./trust.js";

const form = document.querySelector("[data-verify]");
const results = document.querySelector("[data-results]");
const remembered = new Remembered(form.dataset.log);
const field = (name) => form.elements.namedItem(name);

async function start() {
  if (!globalThis.crypto?.subtle || !(await canCheckSignatures())) {
    show("cannot");
    return;
  }
  show("here");
  field("file").multiple = true;
  field("keys").value ||= remembered.trust;
  form.addEventListener("submit", (event) => {
    if (event.submitter?.dataset.server !== undefined) return;
    event.preventDefault();
    void check();
  });
  for (const kind of ["dragover", "drop"]) document.addEventListener(kind, dragged);
}

// What is true of this browser is shown instead of what is true without a script.
function show(which) {
  for (const part of document.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== which;
}

function dragged(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  form.classList.toggle("fp-dragged", event.type === "dragover");
  if (event.type !== "drop") return;
  field("file").files = event.dataTransfer.files;
  void check();
}

async function check() {
  const files = [...field("file").files].map((file) => ({ name: file.name, read: async () => new Uint8Array(await file.arrayBuffer()) }));
  const pasted = field("proof").value.replaceAll("\r\n", "\n").trim();
  if (pasted) files.push({ name: "pasted text", read: async () => utf8(`${pasted}\n`) });
  if (!files.length) return answer([verdict("not a record", "Choose a file first", [paragraph("Choose a file, drop it on this page, or paste its text.")])], "Error");
  const progress = element("p", { classes: "govuk-body" }, "Checking…");
  results.replaceChildren(progress);
  const told = (done, all) => {
    if (done % 10 === 0) progress.textContent = `Checking: ${done} of ${all} steps fetched…`;
  };
  const given = await brought();
  const held = []; // bundles that hold, with their names
  const sections = await Promise.all(files.map((file) => section(file, given, told, held)));
  if (held.length === 2) sections.unshift(agreement(held));
  return answer(sections);
}

// Whom the reader trusts: keys or a policy, and a state on paper. What cannot be read is said, never passed over.
async function brought() {
  try {
    const [typed, paper] = [field("keys").value.trim(), field("paper").value.trim()];
    const trust = typed ? await readTrust(typed) : null;
    if (field("remember").checked) remembered.trust = typed;
    return { trust, paper: paper ? await readPaper(paper) : null };
  } catch (error) {
    if (error instanceof Unreadable || error instanceof Falsehood) return { error };
    throw error;
  }
}

async function section(file, given, told, held) {
  if (given.error) return verdict("not a record", "What you trust cannot be read", [paragraph(`${given.error.message}.`)], file.name);
  try {
    const trust = given.trust ?? new Trust({ keys: await siteKeys(), own: false });
    const { kind, report, bundle } = await judge(await file.read(), { trust, paper: given.paper, remembered, told });
    if (bundle && !report.falsehood) held.push([file.name, bundle]);
    return verdict(
      report.verdict,
      headline(report, about(report)),
      [
        paragraph(`${file.name}: ${KINDS[kind]} of ${report.origin || "an unknown log"}`, "fp-verdict__file"),
        paragraph(reason(kind, report)),
        hint(report) && paragraph(`${hint(report)} The place for it is below, under “Say whom you trust”.`),
        ...opens(report),
        ...limits(report),
        working(report),
        ...command(commands(kind, file.name)),
        here(kind),
      ],
      file.name,
    );
  } catch (error) {
    const known = error instanceof Unreadable || error instanceof Falsehood;
    const sentence = known ? error.message : "this page has a fault and could not finish the check; use the program instead";
    if (!known) console.error(error);
    const heading = known ? "This is not a record that can be checked here" : "Not checked";
    return verdict("not a record", heading, [paragraph(`${file.name}: ${sentence}.`)], file.name);
  }
}

// Two bundles of one case beside each other.
function agreement(held) {
  const { agree, sentences } = compareBundles(...held);
  const heading = agree === null ? "Two bundles of different cases" : agree ? "The two bundles agree" : "The two bundles do not agree";
  return verdict(agree === null ? "not a record" : agree ? "genuine" : "not genuine", heading, [list(sentences)]);
}

// Those of this register, for want of a better source: they make nothing trusted.
async function siteKeys() {
  const keys = await Promise.all(form.dataset.keys.split(" ").filter(Boolean).map(readVkey));
  return keys;
}

function here(kind) {
  const asked = "This register was asked for the proofs of the steps that the page names; the page itself stayed on this device.";
  const nothing = "This was checked on this device. Nothing of the file was sent.";
  return element("p", { classes: "fp-note" }, kind === "page" ? asked : nothing);
}

function commands(kind, name) {
  const [first] = (field("keys").value.trim() || form.dataset.keys).split(/\s+/);
  const trust = /^[a-z0-9._/-]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/.test(first) ? `--key "${first}"` : "--policy POLICY";
  const path = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) ? name : "FILE";
  return kind === "page" ? ["unzip -d record log.zip", `python3 fairplace_verify.py record ${trust}`] : [`python3 fairplace_verify.py ${path} ${trust}`];
}

function answer(sections, word = "Result") {
  results.replaceChildren(...sections);
  document.title = `${word}: ${document.title.replace(/^(Result|Error): /, "")}`;
  const head = results.querySelector("h2");
  head.focus({ preventScroll: true });
  head.parentElement.scrollIntoView({ block: "start" });
}

void start();
