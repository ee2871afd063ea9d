/* The desk: a queue of cards fetched ahead, and the hands on them. A decision is applied to the card on
   screen at once and goes into the outbox. */

const JUDGING = new Set(["better", "other", "edit", "reject", "submit"]);
const READY = 12;
const PATIENCE = 3000;
const ROOM = 120;
const TURNED = { undo: "Undone: this pair waits for a decision again. Y redoes it.", redo: "Decided again." };

class Desk {
  constructor(parent) {
    this.root = parent.querySelector(".desk");
    this.cards = new Map();
    this.at = 0;
    this.detour = null;
    this.panels = new Panels(this);
    this.history = new History();
    this.turn = 0;
    this.late = 0;
    this.lateAt = 0;
    this.shownAt = Infinity;
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.root.addEventListener("click", (event) => this.click(event));
    this.timer = setInterval(() => this.again(), PATIENCE);
  }

  /* Close, once the page is gone. This is asked also where one answer of the server overtakes another: then
     the desk stands and is at work. */
  leave() {
    if (this.root.isConnected) return false;
    document.removeEventListener("keydown", this.onKey);
    clearInterval(this.timer);
    return true;
  }

  current() { return this.detour || this.cards.get(this.at); }

  /* ---- what the server says ---- */

  take(data) {
    const fresh = data.queue !== this.queue;
    const first = !this.data;
    this.data = data;
    if (first) {
      this.outbox = new Outbox(data.project);
      this.told = 0;
      this.times = [];
    }
    if (fresh) {
      this.queue = data.queue;
      this.cards.clear();
      this.at = 0;
      this.detour = null;
      this.say("");
      this.panels.leave();
      this.history.clear();
    }
    for (const [index, card] of data.cards) if (!this.cards.has(index)) this.cards.set(index, card);
    this.outbox.settle(data.acks);
    const fault = this.root.querySelector(".fault");
    fault.hidden = !data.fault;
    fault.textContent = data.fault;
    const moved = data.token === this.outbox.token && this.hear(data.results);
    const shown = this.root.querySelector(".card").dataset.pair;
    if (fresh || moved || !shown || this.missing || data.blind !== this.blind) this.show();
    else this.count();
    if (first && this.outbox.waiting) this.send();
    this.fill();
  }

  hear(results) {
    let moved = false;
    for (const result of results) {
      const { seq, kind, pair, index, card, count } = result;
      if (seq <= this.told || seq > this.outbox.seq) continue;
      this.told = seq;
      if (this.history.foretold.has(seq)) {
        this.say(this.history.settle(result));
        moved = true;
        continue;
      }
      if (seq === this.waiting) this.waiting = null;
      if (!pair) { this.say(`Nothing to ${kind}.`); continue; }
      this.history.clear();
      if (index !== null) {
        this.cards.set(index, card);
        this.at = kind === "undo" ? index : index + 1;
        this.detour = null;
        moved = true;
      } else if (kind === "undo") {
        this.detour = card;
        moved = true;
      }
      if (count > 1) this.say(`${kind === "undo" ? "Undone" : "Decided again"}: ${count} decisions that were made together. Make the queue anew to see them.`);
      else this.say(TURNED[kind]);
    }
    if (this.waiting && (this.data.acks[this.outbox.token] || 0) >= this.waiting) this.unheard();
    return moved;
  }

  /* It is written, but a server that was started anew no longer knows what it came to. */
  unheard() {
    this.waiting = null;
    this.say("That is done. Make the queue anew to see what it came to.");
  }

  /* ---- what goes to the server ---- */

  /* The cards at hand without a gap: [first, end). */
  span() {
    let low = this.at, high = this.at;
    while (this.cards.has(low - 1)) low -= 1;
    while (this.cards.has(high)) high += 1;
    return [low, high];
  }

  send() {
    const [low, high] = this.span();
    this.asked = `${this.queue} ${low} ${high}`;
    this.sentAt = Date.now();
    const { token, ops, others } = this.outbox;
    this.setState({ token, ops, others, told: this.told, queue: this.queue, at: this.at, have: [low, high], beat: this.sentAt });
  }

  /* What is not acknowledged is sent again, and the person hears of it where that takes long. In a pause the
     figures of the sidebar catch up. */
  again() {
    if (this.leave() || !(this.outbox?.waiting || this.data?.behind) || Date.now() - this.sentAt <= PATIENCE) return;
    this.send();
    this.count();
  }

  /* Ask for more cards where few are ready. */
  fill() {
    const [low, high] = this.span();
    const short = high < Math.min(this.at + READY, this.data.total) || (low > 0 && this.at - low < 2);
    if (short && this.asked !== `${this.queue} ${low} ${high}`) this.send();
  }

  /* ---- what is on screen ---- */

  show() {
    const card = this.current();
    this.blind = this.data.blind;
    this.missing = !card;
    const nothing = this.root.querySelector(".nothing");
    this.root.querySelector(".card").hidden = !card;
    nothing.hidden = Boolean(card);
    drawGuidelines(this.root, this.data.guidelines);
    if (card) drawCard(this.root, card, this.blind);
    else {
      delete this.root.querySelector(".card").dataset.pair;
      ["better", "other"].forEach((name) => { this.root.querySelector(`[data-do="${name}"] span`).textContent = `Accept ${name}`; });
      nothing.textContent = this.at < this.data.total ? "Fetching the next pairs…" : this.data.end;
    }
    const off = { back: this.at === 0 && !this.detour, skip: !card };
    for (const name of ["better", "other", "edit", "reject", "flag", "back", "skip"]) {
      this.root.querySelector(`.actions [data-do="${name}"]`).disabled = off[name] ?? !card;
    }
    this.root.dataset.pair = card ? card.id : "";
    this.count();
    this.makeRoom();
    this.paint();
  }

  /* The desk comes to the top where the hand left it behind, or has begun and the card needs the room. */
  makeRoom() {
    const { top, bottom } = this.root.getBoundingClientRect();
    const cramped = this.times.length > 0 && top > ROOM && bottom > innerHeight;
    if (top < -40 || cramped) this.root.scrollIntoView({ block: "start" });
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

  count() {
    drawProgress(this.root, { ...this.data, at: this.at, outbox: this.outbox, times: this.times, late: 2 * PATIENCE });
  }

  say(text) { this.root.querySelector(".said").textContent = text; }

  ignore() {
    if (Date.now() - this.lateAt > 5000) this.late = 0;
    this.lateAt = Date.now();
    this.late += 1;
    const keys = this.late === 1 ? "1 key was" : `${this.late} keys were`;
    this.root.querySelector(".late").textContent = `${keys} pressed before the card was on screen, and did nothing`;
    this.root.dataset.ignored = Number(this.root.dataset.ignored || 0) + 1;
  }

  /* ---- hands ---- */

  key(event) {
    if (this.leave() || !this.data || !this.data.keys || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || inField(event)) return;
    const onButton = event.composedPath().some((node) => node.matches && node.matches("button, summary, a"));
    if (onButton && event.key === "Enter") return;
    const digit = /^[1-9]$/.exec(event.key) || /[1-9]$/.exec(/^Digit/.test(event.code) ? event.code : "");
    if (digit && this.panels.mode === "reasons") {
      event.preventDefault();
      const reason = this.data.reasons[Number(digit[0]) - 1];
      if (event.repeat || !reason) return;
      if (event.timeStamp < this.shownAt) this.ignore();
      else if (event.shiftKey) this.panels.gather(reason);
      else this.reject([reason]);
      return;
    }
    const name = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!name || (this.panels.mode === "card" && (name === "cancel" || name === "submit"))) return;
    event.preventDefault();
    if (!event.repeat) this.press(name, event.timeStamp);
  }

  click(event) {
    const button = event.target.closest("button");
    if (!button || button.type === "submit") return;
    if (button.dataset.reason && event.shiftKey) this.panels.gather(button.dataset.reason);
    else if (button.dataset.reason) this.reject([button.dataset.reason]);
    else if (button.dataset.do) this.press(button.dataset.do, event.timeStamp);
  }

  press(name, when) {
    if (name === "undo" || name === "redo") return this.turnBack(name);
    if (name === "cancel") return this.panels.leave();
    if (name === "flag") return this.flag(when);
    if (name === "differences") return this.differ();
    if (name === "lineage" || name === "scores" || name === "guidelines") {
      const details = this.root.querySelector(`.${name}`);
      details.open = !details.open;
      return undefined;
    }
    if (this.waiting || (JUDGING.has(name) && (!this.current() || when < this.shownAt))) return this.ignore();
    if (this.panels.mode !== "card") {
      if (name === "submit" && this.panels.mode === "reasons") return this.reject(this.panels.own());
      return this.ignore();
    }
    if (name === "skip" || name === "back") {
      this.say(name === "skip" && this.current() ? "Skipped: nothing was decided." : "");
      return this.move(name === "skip" ? 1 : -1);
    }
    if (name === "reject") return this.panels.enter("reasons");
    if (name === "edit") return this.panels.enter("editor");
    const role = choices(this.current(), this.blind)[name === "better" ? 0 : 1];
    return this.decide({ verdict: "accept", answer: role, reasons: [] });
  }

  move(step) {
    if (this.detour) this.detour = null;
    else this.at = Math.max(0, Math.min(this.data.total, this.at + step));
    this.show();
    this.fill();
  }

  decide(made) {
    const card = this.current();
    const settles = card.conflict ? { adjudicated: true } : {};
    this.outbox.put({ kind: "decide", pair: card.id, reviewer: this.data.reviewer, ...settles, ...made });
    this.times.push(Date.now());
    const decision = { ...made, edited: Boolean(made.instruction || made.response) };
    this.history.decided(card, this.detour ? null : this.at, { decision, conflict: false });
    const what = made.verdict === "reject" ? `Rejected${made.reasons.length ? `: ${made.reasons.join(", ")}` : ""}`
      : `Accepted the ${made.answer} answer${card.decision.edited ? " as edited" : ""}`;
    this.say(`${what} (${card.gap_text})${settles.adjudicated ? ", which settles it" : ""}. U undoes it.`);
    this.panels.leave();
    this.move(1);
    this.send();
  }

  /* A flag is a mark and no verdict: the card stays. */
  flag(when) {
    const card = this.current();
    if (!card || this.panels.mode !== "card" || when < this.shownAt) return this.ignore();
    card.flagged = !card.flagged;
    this.outbox.put({ kind: "flag", pair: card.id, reviewer: this.data.reviewer, on: card.flagged });
    this.say(card.flagged ? "Flagged: find it again by the filter. F takes the flag off." : "The flag is off.");
    this.show();
    this.send();
    return undefined;
  }

  differ() {
    marksDifferences = !marksDifferences;
    const card = this.current();
    const little = card && !differences(card) ? ", but these two share too little for it" : "";
    this.say(marksDifferences ? `Differences between answers are marked${little}.` : "Differences are not marked.");
    this.show();
  }

  reject(reasons) { this.decide({ verdict: "reject", answer: null, reasons }); }

  turnBack(kind) {
    if (this.panels.mode !== "card") return this.ignore();
    const step = this.waiting ? undefined : this.history.turn(kind);
    if (step === null) return this.say("Nothing to redo.");
    this.outbox.put({ kind, reviewer: this.data.reviewer, pair: step ? step.card.id : null });
    if (step) {
      this.history.foretold.set(this.outbox.seq, step);
      this.turned(kind, step);
    } else {
      this.waiting = this.outbox.seq;
      this.say(kind === "undo" ? "Undoing…" : "Redoing…");
      this.count();
    }
    this.send();
    return undefined;
  }

  /* To the card that a step was made on, or past it where it was made again. */
  turned(kind, { card, at }) {
    if (at !== null) this.at = kind === "undo" ? at : at + 1;
    this.detour = at === null && kind === "undo" ? card : null;
    this.say(TURNED[kind]);
    this.show();
    this.fill();
  }
}

const desks = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  let desk = desks.get(parentElement);
  if (!desk) desks.set(parentElement, (desk = new Desk(parentElement)));
  desk.setState = (state) => setStateValue("desk", state);
  desk.take(data);
  return () => desk.leave();
}
