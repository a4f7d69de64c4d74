// Passkeys: asks the device for a new one, or for an answer of one, and sends it with the form that the page has.

import { b64url, fromB64url } from "./bytes.js";

const decoded = (text) => fromB64url(text).buffer;
const encoded = (buffer) => b64url(new Uint8Array(buffer));

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    if (form.answer.value) return;
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    said.textContent = "";
    if (!window.isSecureContext || !navigator.credentials) {
      said.textContent = "This page was not loaded over https, so your browser keeps no passkeys here. Ask whoever runs the register for its https address.";
      return;
    }
    const options = JSON.parse(form.dataset.options);
    try {
      form.answer.value = JSON.stringify(await (form.dataset.passkey === "create" ? created(options) : given(options)));
    } catch (error) {
      said.textContent = saidOf(error, options.rpId ?? options.rp.id);
      return;
    }
    form.requestSubmit();
  });
}

async function created(options) {
  const publicKey = { ...options, challenge: decoded(options.challenge), user: { ...options.user, id: decoded(options.user.id) } };
  publicKey.excludeCredentials = (options.excludeCredentials ?? []).map((one) => ({ ...one, id: decoded(one.id) }));
  const made = await navigator.credentials.create({ publicKey });
  return sent(made, {
    attestationObject: encoded(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function given(options) {
  const publicKey = { ...options, challenge: decoded(options.challenge) };
  publicKey.allowCredentials = (options.allowCredentials ?? []).map((one) => ({ ...one, id: decoded(one.id) }));
  const found = await navigator.credentials.get({ publicKey });
  return sent(found, {
    authenticatorData: encoded(found.response.authenticatorData),
    signature: encoded(found.response.signature),
    userHandle: found.response.userHandle ? encoded(found.response.userHandle) : null,
  });
}

function sent(credential, response) {
  return {
    id: credential.id,
    rawId: encoded(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    response: { clientDataJSON: encoded(credential.response.clientDataJSON), ...response },
  };
}

// `site`: the name for which passkeys are made here.
function saidOf(error, site) {
  if (error.name === "SecurityError") return `Passkeys of this register work at ${site}, and this page was opened at ${location.hostname}. Open it at its own address.`;
  if (error.name === "NotAllowedError") return "Nothing was chosen, or it took too long. Try again.";
  if (error.name === "InvalidStateError") return "This device has a passkey here already. Sign in with it.";
  return "Your browser could not use a passkey here. Try another browser or device.";
}
