// "Check this page": every public page can check the steps that it was made from, on the visitor's device.

import { canCheckSignatures } from "./note.js";
import { PageCheck, readMadeFrom } from "./page.js";
import { fromThisSite } from "./register-files.js";
import { Remembered } from "./remembered.js";
import { Falsehood, Unreadable } from "./report.js";
import { about, hint, reason } from "./sentences.js";
import { element, headline, limits, paragraph, verdict, working } from "./show.js";
import { Trust, readTrust } from "./trust.js";

// Check the open page, and show the answer in `results`.
export async function checkThisPage(results) {
  const progress = element("p", { classes: "govuk-body" }, "Checking…");
  results.replaceChildren(progress);
  for (const mark of document.querySelectorAll(".fp-checked")) mark.remove();
  const told = (done, all) => {
    if (done % 10 === 0) progress.textContent = `Checking: ${done} of ${all} steps fetched…`;
  };
  try {
    if (!(await canCheckSignatures())) throw new Unreadable("this browser cannot check signatures of the kind Ed25519");
    const madeFrom = readMadeFrom(document);
    if (!madeFrom) throw new Unreadable("the page does not say which steps it was made from");
    const remembered = new Remembered(madeFrom.checkpoint.origin);
    const trust = remembered.trust ? await readTrust(remembered.trust) : new Trust();
    const before = remembered.state;
    const checked = new PageCheck(document, madeFrom, { get: fromThisSite, trust, remembered, told });
    const report = await checked.run();
    const kept = !report.falsehood && remembered.keep(report.size, report.root);
    results.replaceChildren(
      verdict(
        report.verdict,
        headline(report, about(report)),
        [
          paragraph(reason("page", report)),
          hint(report) && element("p", { classes: "govuk-body" }, `${hint(report)} Have your browser remember it on the page `, element("a", { classes: "govuk-link", href: "/verify" }, "Check a record"), "."),
          ...limits(report),
          working(report),
          paragraph(`Checked on this device on ${new Date().toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" })}. Whoever runs this site also wrote the script that checked: the program on your own computer is the better judge.`),
          kept || before ? memory(remembered, kept) : null,
        ],
      ),
    );
    mark(checked);
  } catch (error) {
    const known = error instanceof Unreadable || error instanceof Falsehood;
    if (!known) console.error(error);
    const sentence = known ? error.message : "this page has a fault and could not finish; use the program instead";
    results.replaceChildren(verdict("not a record", "Not checked", [paragraph(`The check could not be finished: ${sentence}.`)]));
  }
  results.querySelector("h2").focus();
}

// That this device remembers the state, and how to make it forget.
function memory(remembered, kept) {
  const words = kept
    ? "Your browser now remembers this state of the log, so that the next check shows if the history was changed. It remembers only that, on this device, and sends it nowhere."
    : "Your browser remembers a state of this log from an earlier check, on this device.";
  const button = element("button", { type: "button", classes: "govuk-button govuk-button--secondary fp-forget" }, "Forget it");
  const part = element("div", { classes: "fp-memory" }, paragraph(words), button);
  button.addEventListener("click", () => {
    remembered.forget();
    part.replaceChildren(paragraph("Forgotten."));
  });
  return part;
}

// Each step of the trail says that it was checked; each text that differs is marked.
function mark(checked) {
  for (const index of checked.held) {
    const step = document.getElementById(`n${index}`);
    const title = step?.querySelector(".fp-timeline__when") ?? null;
    title?.append(element("span", { classes: "fp-checked" }, " Checked: in the log, and signed."));
  }
  for (const { element: part } of checked.words.different) part.classList.add("fp-differs");
}
