/* Keys and clicks: what each asks for, and which count. C and R are the app's own keys. */

const KEYS = {
  a: "better", o: "other", e: "edit", x: "reject", s: "skip", j: "skip", k: "back", u: "undo", z: "undo",
  y: "redo", l: "lineage", d: "scores", f: "flag", g: "guidelines", m: "differences", "/": "search", "?": "keys",
  ArrowRight: "skip", ArrowLeft: "back", Escape: "cancel", Enter: "submit",
};
const JUDGING = new Set(["better", "other", "edit", "reject", "submit"]);

/* Where letters are typed, and where arrows choose. */
const FIELD = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], " +
  "[role=listbox], [role=combobox], [role=menu], [role=dialog]";
const CHOICE = `${FIELD}, [role=radiogroup], [role=slider]`;

/* Whether the key is left to what has the focus. */
function inField(event) {
  const taken = event.key.startsWith("Arrow") ? CHOICE : FIELD;
  return event.composedPath().some((node) => node.matches && node.matches(taken));
}

/* Into the filter that is typed; Ctrl+Enter leads back. */
function toSearch() {
  const field = document.querySelector('[data-testid="stTextInput"] input[aria-label="Search"]');
  field?.focus();
  field?.select();
}

/* The filters or whatever else lies open over the card, which is not to be judged unseen. */
function cover() { return document.querySelector('[data-testid="stPopoverBody"]'); }

const CLOSING = 100;

/* The list that something was chosen from would keep the focus: the keys are the card's. */
function takeBack() {
  if (document.activeElement.matches('[data-testid="stSelectbox"] [role=combobox]')) document.activeElement.blur();
}

/* The key by its letter, or, on a keyboard of another script, by its place. */
function letter({ key, code }) {
  if (key.length > 1) return key;
  return key > "\x7f" && code.startsWith("Key") ? code[3].toLowerCase() : key.toLowerCase();
}

class Hands {
  constructor(desk) {
    this.desk = desk;
    this.panels = desk.panels;
    this.turn = 0;
    this.late = 0;
    this.lateAt = 0;
    this.shownAt = Infinity;
    this.onKey = (event) => this.key(event);
    this.onPointer = ({ target }) => { if (target.closest("[role=option]")) setTimeout(takeBack, CLOSING); };
    document.addEventListener("keydown", this.onKey);
    document.addEventListener("pointerup", this.onPointer, true);
    desk.root.addEventListener("click", (event) => this.click(event));
  }

  leave() {
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("pointerup", this.onPointer, true);
  }

  /* A key counts only where it was pressed after the card had been painted. */
  paint() {
    const turn = ++this.turn;
    this.shownAt = Infinity;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { if (turn === this.turn) this.shownAt = performance.now(); };
      channel.port2.postMessage(0);
    });
  }

  ignore() {
    if (Date.now() - this.lateAt > 5000) this.late = 0;
    this.lateAt = Date.now();
    this.late += 1;
    const { root } = this.desk;
    const keys = this.late === 1 ? "1 key was" : `${this.late} keys were`;
    root.querySelector(".late").textContent = `${keys} pressed before the card was on screen, and did nothing`;
    root.dataset.ignored = Number(root.dataset.ignored || 0) + 1;
  }

  key(event) {
    if (this.desk.leave() || !this.desk.data?.keys || event.isComposing) return;
    if (this.letGo(event) || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey || inField(event)) return;
    const onButton = event.composedPath().some((node) => node.matches && node.matches("button, summary, a"));
    if (onButton && event.key === "Enter") return;
    if (cover()) {
      if (event.key.length === 1) this.desk.say("No key counts while something lies open over the card: Esc closes it.");
      return;
    }
    const digit = /^[1-9]$/.exec(event.key) || /[1-9]$/.exec(/^Digit/.test(event.code) ? event.code : "");
    if (digit && this.panels.mode === "reasons") {
      event.preventDefault();
      if (!event.repeat) this.number(Number(digit[0]), event);
      return;
    }
    if (digit && this.panels.mode === "card" && this.desk.version(Number(digit[0]) - 1)) {
      event.preventDefault();
      if (!event.repeat) this.take(Number(digit[0]) - 1, event.timeStamp);
      return;
    }
    const name = KEYS[letter(event)];
    if (!name || (this.panels.mode === "card" && (name === "cancel" || name === "submit"))) return;
    event.preventDefault();
    if (!event.repeat) this.press(name, event.timeStamp);
  }

  /* Out of a filter without the mouse: Ctrl+Enter gives the keys back to the card, and folds the filters. A
     choice from a list by Enter alone gives them back too, but for the folded ones, of which more may be set. */
  letGo(event) {
    if (event.key !== "Enter" || !inField(event) || event.composedPath().includes(this.desk.root)) return false;
    if (!event.ctrlKey && !event.metaKey) {
      if (!cover()) setTimeout(takeBack, CLOSING);
      return false;
    }
    document.activeElement.blur();
    if (cover()) document.querySelector('[data-testid="stPopoverButton"][aria-expanded="true"]')?.click();
    return true;
  }

  number(place, { shiftKey, timeStamp }) {
    const reason = this.desk.data.reasons[place - 1];
    if (!reason) return;
    if (timeStamp < this.shownAt) this.ignore();
    else if (shiftKey) this.panels.gather(reason);
    else this.desk.reject([reason]);
  }

  /* Decide as another reviewer did, by their place on the card. */
  take(place, when) {
    if (this.desk.waiting || when < this.shownAt || this.panels.mode !== "card") this.ignore();
    else this.desk.adopt(place);
  }

  click(event) {
    const button = event.target.closest("button");
    if (!button || button.type === "submit") return;
    const { reason, take } = button.dataset;
    if (take) this.take(Number(take), event.timeStamp);
    else if (reason && event.shiftKey) this.panels.gather(reason);
    else if (reason) this.desk.reject([reason]);
    else if (button.dataset.do) this.press(button.dataset.do, event.timeStamp);
  }

  press(name, when) {
    const { desk, panels } = this;
    const early = !desk.current() || when < this.shownAt;
    if (name === "undo" || name === "redo") return panels.mode === "card" ? desk.turnBack(name) : this.ignore();
    if (name === "cancel") return panels.cancel();
    if (name === "flag") return early || panels.mode !== "card" ? this.ignore() : desk.flag();
    if (name === "differences") return desk.differ();
    if (name === "search") return panels.mode === "card" ? toSearch() : this.ignore();
    if (name === "keys") {
      const list = desk.root.querySelector(".keys");
      list.hidden = !list.hidden;
      return undefined;
    }
    if (name === "lineage" || name === "scores" || name === "guidelines") {
      const details = desk.root.querySelector(`.${name}`);
      details.open = !details.open;
      return undefined;
    }
    if (desk.waiting || (JUDGING.has(name) && early)) return this.ignore();
    if (panels.mode !== "card") {
      return name === "submit" && panels.mode === "reasons" ? desk.reject(panels.own()) : this.ignore();
    }
    if (name === "skip") return desk.skip();
    if (name === "back") return desk.back();
    if (name === "reject") return panels.enter("reasons");
    if (name === "edit") return panels.enter("editor");
    return desk.accept(name === "better" ? 0 : 1);
  }
}
