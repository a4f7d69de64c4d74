// What was sealed on this device, kept in this tab alone until it is signed: the page of the signature says what is inside.

const KEPT = "fairplace-sealed";

// `sealed`: the digest of the sealed file. `what`: the name, size and digest of the file inside, and its price in pence.
export function remember(sealed, what) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ sealed, ...what }));
  } catch {
    // a browser that keeps nothing: the page of the signature says less
  }
}

function recalled(sealed) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    return kept?.sealed === sealed ? kept : null;
  } catch {
    return null;
  }
}

const pounds = (pence) => `£${(pence / 100).toLocaleString("en-GB", { minimumFractionDigits: pence % 100 ? 2 : 0 })}`;

const place = document.querySelector("[data-sealed]");
const inside = place && recalled(place.dataset.sealed);
if (inside) {
  const price = inside.price === null ? "none" : pounds(inside.price);
  const facts = { name: `${inside.name} (${inside.bytes.toLocaleString("en-GB")} bytes)`, digest: inside.digest, price };
  for (const [name, value] of Object.entries(facts)) {
    const row = place.querySelector(`[data-inside="${name}"]`);
    row.querySelector("dd").textContent = value;
    row.hidden = false;
  }
  place.querySelector("[data-not-here]").hidden = true;
  document.querySelector("#sign")?.addEventListener("submit", () => sessionStorage.removeItem(KEPT));
}
