// The button "Check this page", where a browser can do it. What checks is loaded when it is asked for.

const place = document.querySelector("[data-made-from]");
const offer = place?.querySelector("[data-check-offer]");

if (offer && globalThis.crypto?.subtle) {
  const button = offer.querySelector("button");
  offer.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const { checkThisPage } = await import("./check-page.js");
    await checkThisPage(place.querySelector("[data-results]"));
    button.disabled = false;
  });
}
