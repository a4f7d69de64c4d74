// The page that seals a bid when this site is down: it stands whole in one file, sends nothing, and gives the sealed file back.

import { pence, seal } from "./seal.js";

const form = document.querySelector("form[data-offline]");
const told = document.querySelector("[role=status]");

async function digest(data) {
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = form.querySelector("input[type=file]").files;
  if (!file) {
    told.textContent = "Choose the file that holds your bid.";
    return;
  }
  const price = pence(form.querySelector("#price").value);
  if (price === undefined) {
    told.textContent = "Write the price in pounds, like 1,250.00.";
    return;
  }
  try {
    const made = await seal(new Uint8Array(await file.arrayBuffer()), file.name, file.type, price, JSON.parse(form.dataset.offline));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([made]));
    link.download = "bid.sealed";
    link.click();
    told.textContent = `Sealed as bid.sealed, at ${new Date().toISOString()} by this device's clock. Its digest (SHA-256) is ${await digest(made)}. Write both down.`;
  } catch {
    told.textContent = "This browser cannot seal a bid. Use a newer one: Chrome or Edge 137, Firefox 130, Safari 17 or later.";
  }
});
