// Seals the chosen file and the price on this device before the form of a bid is sent: neither leaves it in the clear.

import { isSealed, pence, seal } from "./seal.js";

for (const form of document.querySelectorAll("form[data-seal]")) {
  const input = form.querySelector("input[type=file]");
  const asks = form.querySelector("input[data-sealed]");
  const told = form.querySelector("[role=status]");
  let sealed = false;
  input.addEventListener("change", () => (sealed = false));
  form.addEventListener("submit", async (event) => {
    if (sealed || !input.files.length) return;
    event.preventDefault();
    const [file] = input.files;
    try {
      const data = new Uint8Array(await file.arrayBuffer());
      if (isSealed(data)) {
        sealed = true;
        return form.requestSubmit();
      }
      const price = pence(asks.value);
      if (price === undefined) {
        told.textContent = "Write the price in pounds, like 1,250.00. It is sealed with the file.";
        return asks.focus();
      }
      told.textContent = "Sealing your bid on this device…";
      const made = await seal(data, file.name, file.type, price, JSON.parse(form.dataset.seal));
      const given = new DataTransfer();
      given.items.add(new File([made], "bid.sealed", { type: "application/vnd.fairplace.sealed-bid" }));
      input.files = given.files;
      sealed = true;
    } catch {
      told.textContent = "Your browser cannot seal a bid. Use a newer one over https: Chrome or Edge 137, Firefox 130, Safari 17 or later.";
      return;
    }
    told.textContent = "Sending your sealed bid. Stay on this page: the next one opens when it has arrived.";
    form.requestSubmit();
  });
}
