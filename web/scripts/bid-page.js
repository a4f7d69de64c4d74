// Seals the chosen file and the price on this device before the form of a bid is sent: neither leaves it in the clear.

import { digest, isSealed, pence, seal, unfit } from "./seal.js";
import { remember } from "./sealed-here.js";
import { fits, send, tell, untell } from "./sending.js";

let sealing = false;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.seal === undefined) return;
  event.preventDefault();
  if (sealing) return;
  sealing = true;
  try {
    await lodge(form, event.submitter);
  } finally {
    sealing = false;
  }
});

async function lodge(form, button) {
  const input = form.querySelector("input[type=file]");
  const asks = form.querySelector("input[data-sealed]");
  const told = form.querySelector("[role=status]");
  const [file] = input.files;
  if (!file) return send(form, button);
  if (!fits(form)) return;
  untell();
  let data;
  try {
    data = new Uint8Array(await file.arrayBuffer());
  } catch {
    return tell(form, "The file cannot be read", "It was changed, moved or taken away since you chose it. Nothing was sent. Choose it again; all else that you typed is still here.");
  }
  if (isSealed(data)) {
    if (!asks.value.trim()) return send(form, button);
    return tell(form, "The price is inside already", "This file is sealed already, with its price inside. Leave the price here empty. Nothing was sent.");
  }
  const terms = JSON.parse(form.dataset.seal);
  const wrong = unfit(data, file.name, terms.kinds);
  if (wrong) return tell(form, "This file cannot be lodged", `${wrong} Nothing was sent; all else that you typed is still here.`);
  const price = pence(asks.value);
  if (price === undefined) return tell(form, "The price is no amount", "Write the price in pounds, like 1,250.00. It is sealed with the file. Nothing was sent.");
  told.textContent = "Sealing your bid on this device…";
  let made;
  try {
    made = await seal(data, file.name, file.type, price, terms);
  } catch {
    told.textContent = "Your browser cannot seal a bid. Use a newer one over https: Chrome or Edge 137, Firefox 130, Safari 17 or later.";
    return;
  }
  remember(await digest(made), { name: file.name, bytes: file.size, digest: await digest(data), price });
  const sealed = new File([made], "bid.sealed", { type: "application/vnd.fairplace.sealed-bid" });
  await send(form, button, { document: sealed });
}
