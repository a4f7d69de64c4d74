// The answer of a check in plain words: what is wrong in a heading, why in a sentence, and what to do.

const ABOUT = {
  container: "it is not put together as a bundle must be",
  proofs: "an entry is not in the log as the bundle has it",
  entries: "an entry is not as it must be",
  checkpoint: "the state of the log is not signed as it must be",
  links: "the entries contradict each other",
  contents: "the documents are not those that the entries name",
  file: "the file is damaged, or of another form",
  step: "the step was changed",
  place: "the step does not stand where the file says",
  state: "a signature under the state of the log is not good",
  states: "a signature under the two states is not good",
  roots: "the two states do not contradict each other",
  key: "it is not signed by the key that counts here",
  paper: "it is not of the history on your paper",
  steps: "a step is not in the log as the page has it",
  signers: "a step is not signed as it must be",
  signature: "the state of the log is not signed as it must be",
  history: "the history was changed",
  words: "the page does not say what the record says",
};

// What is false, for a heading.
export function about(report) {
  const failed = report.checks.find((check) => !check.ok);
  return failed ? ABOUT[failed.name] : "";
}

const AGAIN =
  "The file was changed, is damaged, or comes from another register. Ask whoever gave it to you for it again; if it fails still, tell the council and keep the file.";

const WHAT = {
  proof: (report) => `It is step number ${report.index} of the log, unchanged, under a signed state of ${report.size} steps.`,
  bundle: (report) => `Its entries are in the log, unchanged and signed by whoever might sign, under a signed state of ${report.size} steps.`,
  page: (report) => `The page rests on steps of this log that are unchanged, under a signed state of ${report.size} steps.`,
  evidence: () => "The log signed two different histories: whoever runs it has to explain that.",
};

// Why the verdict is as it is.
export function reason(kind, report) {
  if (report.falsehood) return `The check that failed: ${report.falsehood.sentence}. ${AGAIN}`;
  const newer = report.superseded.length ? ` Since then: ${report.superseded.join("; ")}.` : "";
  return `${WHAT[kind](report)}${newer}`;
}

// How an answer can become “Genuine”; nothing where it is, or where something is false.
export function hint(report) {
  if (report.trusted || report.falsehood) return "";
  return "To be told “Genuine”, give a key that you got elsewhere: in a contract, a letter or a notice.";
}
