// Sends a form with files and stays on its page until the answer is there: when the line breaks, nothing of it is lost.
//
// - A form with `data-sends` goes this way; its value says what stands then. Without this script it goes as any form does.
// - A refusal is the page that the server made of it, put in the place of this one; the chosen files stay chosen.
// - What is no page with this form on it (too large, signed out, out of order) is told here, and the page stays as it is.
// - Where the next page is comes as an address alone, so that it is loaded once. A line on which nothing moves is given up.

const BROKEN = "The line broke before an answer came";
const SILENT = "No answer came";
const PATIENCE = 90_000; // milliseconds in which nothing is sent and nothing comes
let underway = null;

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if (underway) say(underway, ""); // somebody came back to this page
  underway = null;
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.sends === undefined || form.dataset.seal !== undefined) return;
  event.preventDefault();
  send(form, event.submitter);
});

// `sealed`: what goes in place of the chosen files, by the names of their fields.
export async function send(form, button, sealed = {}) {
  if (underway || !fits(form)) return;
  underway = form;
  const data = new FormData(form);
  if (button?.name) data.append(button.name, button.value);
  for (const [name, file] of Object.entries(sealed)) data.set(name, file);
  untell();
  settle(form);
  say(form, "Sending. Stay on this page: the next one opens when it has arrived.");
  const address = form.getAttribute("action");
  let answer;
  try {
    answer = await posted(address, data, (sent) => say(form, `Sending: ${sent}. Stay on this page: the next one opens when it has arrived.`));
  } catch (why) {
    underway = null;
    say(form, "");
    if (await unreadable(form)) return tell(form, "The file cannot be read any more", "It was changed, moved or taken away since you chose it. Nothing was sent. Choose it again; all else that you typed is still here.");
    const given = why === SILENT ? " Nothing moved for a minute and a half, so this page stopped waiting." : "";
    return tell(form, given ? SILENT : BROKEN, `${form.dataset.sends}${given} All that you typed and chose is still here: press “${name(form, button)}” again.`);
  }
  if (answer.next) return location.assign(answer.next);
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  underway = null;
  say(form, "");
  const again = page.querySelector("[data-again]");
  if (again) return outOfTime(form, page, again, name(form, button));
  if (page.querySelector(`form[action="${CSS.escape(address)}"]`)) return showInstead(form, page, answer.ok);
  const words = (selector) => page.querySelector(`main ${selector}`)?.textContent.trim() ?? "";
  tell(form, words("h1") || `The site answered with ${answer.status}`, `${words("h1 ~ p")} ${form.dataset.sends} All that you typed and chose is still here.`);
}

// Sends it, and says each quarter that has gone. Raises what went wrong: a line that broke, or one on which nothing moves.
function posted(address, data, tell) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let waiting, quarters = 0;
    const wait = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        reject(SILENT);
        request.abort();
      }, PATIENCE);
    };
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      wait();
      const gone = Math.floor((4 * loaded) / total);
      if (gone > quarters && gone < 4) tell(`${gone * 25} % has gone`);
      quarters = gone;
    });
    request.addEventListener("progress", wait);
    request.addEventListener("loadend", () => clearTimeout(waiting));
    request.addEventListener("error", () => reject(BROKEN));
    request.addEventListener("load", () => {
      const { status, responseText: text, responseURL: url } = request;
      const moved = request.getResponseHeader("location");
      const elsewhere = new URL(address, document.baseURI).href !== url;
      resolve({ ok: status >= 200 && status < 300, status, text, next: moved ?? (elsewhere ? url : null) });
    });
    request.open("POST", address);
    request.setRequestHeader("accept", "text/html");
    request.setRequestHeader("x-stays", "yes");
    wait();
    request.send(data);
  });
}

const name = (form, button) => (button ?? form.querySelector("button[type=submit]")).textContent.trim();

function say(form, text) {
  const told = form.querySelector("[role=status]:not(#guard)");
  if (told) told.textContent = text;
}

// A file that is not as it was when it was chosen cannot be sent; the browser says no more than that sending failed.
async function unreadable(form) {
  for (const input of form.querySelectorAll("input[type=file]")) {
    for (const file of input.files) {
      try {
        await file.slice(0, 1).arrayBuffer();
      } catch {
        return true;
      }
    }
  }
  return false;
}

// Is every file small enough to be taken? What is not is told, and need not be sent for that.
export function fits(form) {
  const most = Number(form.dataset.most);
  const size = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  for (const input of form.querySelectorAll("input[type=file]")) {
    for (const file of input.files) {
      if (file.size <= most) continue;
      tell(form, "The file is too large", `“${file.name}” has ${size(file.size)}; at most ${size(most)} are taken here. Nothing was sent: choose a smaller one, or send it in parts.`);
      return false;
    }
  }
  return true;
}

// What was told here before is over, once the button is pressed again.
export function untell() {
  for (const one of document.querySelectorAll("main [data-told]")) one.remove();
}

// What the server found wrong may be put right by now: once it is sent again, nothing says so until the next answer.
function settle(form) {
  for (const one of document.querySelectorAll("main .govuk-error-summary")) one.remove();
  for (const message of form.querySelectorAll(".govuk-error-message")) {
    for (const field of form.querySelectorAll(`[aria-describedby~="${CSS.escape(message.id)}"]`)) {
      const others = field.getAttribute("aria-describedby").split(" ").filter((id) => id && id !== message.id);
      if (others.length) field.setAttribute("aria-describedby", others.join(" "));
      else field.removeAttribute("aria-describedby");
    }
    message.remove();
  }
  for (const state of ["form-group", "input", "textarea", "select", "file-upload"]) {
    for (const one of form.querySelectorAll(`.govuk-${state}--error`)) one.classList.remove(`govuk-${state}--error`);
  }
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  document.title = document.title.replace(/^Error: /, "");
}

// What happened and what to do, before the button, where it is read out and where the next key press is.
export function tell(form, title, text, link = null) {
  untell();
  settle(form);
  const box = document.createElement("div");
  box.className = "govuk-error-summary";
  box.dataset.told = "";
  box.tabIndex = -1;
  box.setAttribute("role", "alert");
  const heading = document.createElement("h2");
  heading.className = "govuk-error-summary__title";
  heading.textContent = title;
  const words = document.createElement("p");
  words.className = "govuk-body";
  words.textContent = text;
  if (link) words.prepend(link, " ");
  box.append(heading, words);
  form.querySelector("button[type=submit]").before(box);
  box.focus();
}

// Signed out, or in again: the same page can be sent once more, with the token of the session that is there now.
function outOfTime(form, page, again, button) {
  const token = page.querySelector("main form").elements.token.value;
  if (token && form.elements.token) form.elements.token.value = token;
  const title = page.querySelector("main h1").textContent.trim();
  const onward = page.querySelector("main a[target=_blank]");
  const who = again.dataset.again;
  const now = who ? `${who} is signed in here now: if another person filled this in, do not go on. ` : "";
  const link = onward && document.importNode(onward, true);
  if (link) link.className = "govuk-link";
  tell(form, title, `${link ? "first. " : ""}${now}Nothing was recorded. All that you typed and chose is still here: press “${button}” again.`, link);
}

// The page as the server made it. It is this site's own, under the policy of this page, and none of its scripts is run.
function showInstead(form, page, done) {
  const fresh = page.querySelector(`form[action="${CSS.escape(form.getAttribute("action"))}"]`);
  const chosen = done ? [] : form.querySelectorAll("input[type=file], input[data-sealed]");
  for (const input of chosen) {
    const place = fresh.querySelector(`#${CSS.escape(input.id)}`);
    if (!place) continue;
    if (input.type !== "file") place.value = input.value;
    else if (input.files.length) place.files = input.files;
    if (input.value) for (const one of fresh.querySelectorAll(`[data-anew="${CSS.escape(input.id)}"]`)) one.remove();
  }
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  const first = document.querySelector(".govuk-error-summary, #guard, .govuk-notification-banner, h1");
  first.tabIndex = -1;
  first.focus();
  scrollTo(0, 0);
}
