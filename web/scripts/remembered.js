// What this device remembers of a register, in the browser's own store: nothing of it is ever sent.
//
// A state seen on an earlier visit shows a register that changed its history since. A key that somebody trusts need not
// be typed again. Where the store is closed (a private window, a setting), nothing is remembered and nothing breaks.

const PREFIX = "fairplace ";

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export class Remembered {
  constructor(origin) {
    this.origin = origin;
  }

  // {size, root, at} of the largest state that was checked here, or null.
  get state() {
    const found = read(`state ${this.origin}`);
    const good = found && /^[1-9][0-9]{0,17}$/.test(found.size) && /^[A-Za-z0-9+/]{43}=$/.test(found.root);
    return good ? { size: BigInt(found.size), root: found.root, at: String(found.at) } : null;
  }

  keep(size, root) {
    const before = this.state;
    if (before && before.size > size) return true;
    return write(`state ${this.origin}`, { size: size.toString(), root, at: new Date().toISOString() });
  }

  // Keys or a policy, as text.
  get trust() {
    const found = read(`trust ${this.origin}`);
    return typeof found === "string" ? found : "";
  }

  set trust(text) {
    write(`trust ${this.origin}`, text);
  }

  forget() {
    for (const name of ["state", "trust"]) {
      try {
        localStorage.removeItem(`${PREFIX}${name} ${this.origin}`);
      } catch {
        // a closed store has nothing to forget
      }
    }
  }
}
