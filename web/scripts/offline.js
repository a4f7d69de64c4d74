// The page that seals a bid when this site is down: it stands whole in one file, sends nothing, and gives the sealed file back.

import { digest, pence, seal, unfit } from "./seal.js";

const form = document.querySelector("form[data-offline]");
const told = document.querySelector("[role=status]");

// A digest that a narrow page can break, and that is copied whole.
function breakable(hex) {
  const code = document.createElement("code");
  for (const part of hex.match(/.{1,16}/g)) code.append(part, document.createElement("wbr"));
  return code;
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = form.querySelector("input[type=file]").files;
  if (!file) {
    told.textContent = "Choose the file that holds your bid.";
    return;
  }
  const terms = JSON.parse(form.dataset.offline);
  let data;
  try {
    data = new Uint8Array(await file.arrayBuffer());
  } catch {
    told.textContent = "The file cannot be read: it was changed, moved or taken away since you chose it. Choose it again.";
    return;
  }
  const wrong = unfit(data, file.name, terms.kinds);
  if (wrong) {
    told.textContent = wrong;
    return;
  }
  const price = pence(form.querySelector("#price").value);
  if (price === undefined) {
    told.textContent = "Write the price in pounds, like 1,250.00.";
    return;
  }
  try {
    const made = await seal(data, file.name, file.type, price, terms);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([made]));
    link.download = "bid.sealed";
    link.click();
    const now = new Date();
    const late = now > new Date(terms.deadline) ? " By that clock the deadline has passed: a bid that is not in yet is late." : "";
    const sealed = breakable(await digest(made));
    told.replaceChildren(`“${file.name}” is sealed as bid.sealed, at ${now.toLocaleString("en-GB")} by this device's clock. The digest (SHA-256) of bid.sealed is `, sealed, `. Write both down.${late} It holds the file whose own digest is `, breakable(await digest(data)), ".");
  } catch {
    told.textContent = "This browser cannot seal a bid. Use a newer one: Chrome or Edge 137, Firefox 130, Safari 17 or later.";
  }
});
