// A button that copies what stands beside it. Without a script there is no button, and the words can be marked by hand.

for (const place of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(place.dataset.copy);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary fp-copy";
  button.textContent = "Copy";
  const what = document.createElement("span");
  what.className = "govuk-visually-hidden";
  what.textContent = ` ${place.dataset.what}`;
  button.append(what);
  const said = document.createElement("span");
  said.className = "govuk-body-s fp-copy__said";
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    said.textContent = (await copied(source)) ? "Copied" : "Marked: copy it with your keyboard";
  });
  place.append(button, said);
}

async function copied(source) {
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    mark(source);
    return false;
  }
}

function mark(source) {
  if (source.select) {
    source.select();
    return;
  }
  const range = document.createRange();
  range.selectNodeContents(source);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}
