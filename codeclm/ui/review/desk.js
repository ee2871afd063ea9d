/* The desk: a queue of cards fetched ahead, and the hands on them. A decision is applied to the card on
   screen at once and goes into the outbox. */

const READY = 12;
const PATIENCE = 3000;
const ROOM = 120;

class Desk {
  constructor(parent) {
    this.root = parent.querySelector(".desk");
    this.cards = new Map();
    this.at = 0;
    this.skipped = new Set();
    this.detour = null;
    this.panels = new Panels(this);
    this.history = new History();
    this.hands = new Hands(this);
    this.timer = setInterval(() => this.again(), PATIENCE);
  }

  /* Close, once the page is gone. This is asked also where one answer of the server overtakes another: then
     the desk stands and is at work. */
  leave() {
    if (this.root.isConnected) return false;
    this.hands.leave();
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
      this.drafts = new Drafts(data.project);
      this.root.hidden = false; // from here on keys are heard
      this.told = 0;
      this.times = [];
    }
    if (fresh) {
      this.queue = data.queue;
      this.cards.clear();
      ({ at: this.at, skipped: this.skipped } = placeIn(data.queue));
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
    drawGuidelines(this.root, data.guidelines);
    const moved = data.token === this.outbox.token && this.hear(data.results);
    const shown = this.root.querySelector(".card").dataset.pair;
    if (fresh || moved || !shown || this.missing || data.blind !== this.blind) this.show();
    else this.count();
    if (first) this.recall();
    if (first && this.outbox.waiting) this.send();
    this.fill();
  }

  /* Say where an edit waits that was left unfinished, be it by a reload. */
  recall() {
    const [place] = [...this.cards].find(([, card]) => this.drafts.get(this.data.reviewer, card.id)) || [];
    if (place === undefined) return;
    const where = place === this.at ? "this pair" : `pair ${place + 1} of this queue`;
    this.say(`What you typed on ${where} is kept in this browser: E goes on with it there.`);
  }

  hear(results) {
    let moved = false;
    for (const result of results) {
      const { seq, kind, pair, index, card, count } = result;
      if (seq <= this.told || seq > this.outbox.seq) continue;
      this.told = seq;
      if (kind === "decide") {
        this.history.found(pair, result.before);
        const words = decisionWords({ ...card, decision: result.before });
        this.say(`That pair had been decided on another page since its card was drawn (${words}). Yours stands now; U takes it back.`);
        continue;
      }
      if (this.history.foretold.has(seq)) {
        this.say(this.history.settle(result));
        moved = true;
        continue;
      }
      if (seq === this.waiting) this.waiting = null;
      if (!pair) { this.say(`Nothing to ${kind}.`); continue; }
      this.history.clear();
      moved = true;
      this.detour = index === null && kind === "undo" ? card : null;
      if (index !== null) {
        this.cards.set(index, card);
        // of many, the queue that was made anew begins with the first
        if (count === 1) this.at = kind === "undo" ? index : index + 1;
      }
      if (count > 1) this.say(`${kind === "undo" ? "Undone" : "Decided again"}: ${count} decisions that were made together.`);
      else this.say(turnedWords(kind, card));
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
    if (this.leave() || !this.data || Date.now() - this.sentAt <= PATIENCE) return;
    if (!this.data.behind && !this.outbox.of(this.data.reviewer).length) return;
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
    if (card) card.draft = Boolean(this.drafts.get(this.data.reviewer, card.id));
    if (card) drawCard(this.root, card, this.blind);
    else {
      delete this.root.querySelector(".card").dataset.pair;
      drawAccepting(this.root);
      nothing.textContent = this.at < this.data.total ? "Fetching the next pairs…" : this.data.end;
    }
    const off = { back: this.at === 0 && !this.detour, skip: !card };
    for (const name of ["better", "other", "edit", "reject", "flag", "back", "skip"]) {
      this.root.querySelector(`.actions [data-do="${name}"]`).disabled = off[name] ?? !card;
    }
    this.root.dataset.pair = card ? card.id : "";
    this.count();
    this.makeRoom();
    this.hands.paint();
  }

  /* The desk comes to the top where the hand left it behind, or has begun and the card needs the room. */
  makeRoom() {
    const { top, bottom } = this.root.getBoundingClientRect();
    const cramped = this.times.length > 0 && top > ROOM && bottom > innerHeight;
    if (top < -40 || cramped) this.root.scrollIntoView({ block: "start" });
  }

  count() {
    const waits = this.outbox.of(this.data.reviewer);
    keepPlace(this.queue, this.at, this.skipped);
    drawProgress(this.root, { ...this.data, at: this.at, skipped: this.skipped.size, waits, times: this.times, late: 2 * PATIENCE });
  }

  say(text) { this.root.querySelector(".said").textContent = text; }

  /* ---- what is done to a card ---- */

  skip() {
    const card = this.current();
    this.say(card ? "Skipped: nothing was decided." : "");
    if (card && !card.decision) this.skipped.add(card.id);
    this.move(1);
  }

  back() {
    this.say("");
    this.move(-1);
  }

  /* Accept what stands on one of the two accepting keys. */
  accept(place) {
    this.decide({ verdict: "accept", answer: choices(this.current(), this.blind)[place], reasons: [] });
  }

  /* The decision at this place on the card that may be taken over, if any. */
  version(place) {
    const card = this.current();
    const version = card && versionsOf(card, this.blind)[place];
    return version && mayTake(card, version) ? version : null;
  }

  adopt(place) {
    const { verdict, answer, reasons, instruction, response } = this.version(place);
    const which = verdict === "accept" ? answer || this.current().winner : null;
    this.decide({ verdict, answer: which, reasons, instruction, response });
  }

  move(step) {
    if (this.detour) this.detour = null;
    else this.at = Math.max(0, Math.min(this.data.total, this.at + step));
    this.show();
    this.fill();
  }

  decide(made) {
    const card = this.current();
    this.skipped.delete(card.id);
    const settles = card.conflict ? { adjudicated: true } : {};
    this.outbox.put({ kind: "decide", queue: this.queue, pair: card.id, reviewer: this.data.reviewer, saw: sawOf(card), ...settles, ...made });
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
  flag() {
    const card = this.current();
    card.flagged = !card.flagged;
    this.outbox.put({ kind: "flag", queue: this.queue, pair: card.id, reviewer: this.data.reviewer, on: card.flagged });
    this.say(card.flagged ? "Flagged: find it again by the filter. F takes the flag off." : "The flag is off.");
    this.show();
    this.send();
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
    const step = this.waiting ? undefined : this.history.turn(kind);
    if (step === null) {
      this.say("Nothing to redo.");
      return;
    }
    this.outbox.put({ kind, queue: this.queue, reviewer: this.data.reviewer, pair: step ? step.card.id : null });
    if (step) {
      this.history.foretold.set(this.outbox.seq, step);
      this.turned(kind, step);
    } else {
      this.waiting = this.outbox.seq;
      this.say(kind === "undo" ? "Undoing…" : "Redoing…");
      this.count();
    }
    this.send();
  }

  /* To the card that a step was made on, or past it where it was made again. */
  turned(kind, { card, at }) {
    if (at !== null) this.at = kind === "undo" ? at : at + 1;
    this.detour = at === null && kind === "undo" ? card : null;
    this.say(turnedWords(kind, card));
    this.show();
    this.fill();
  }
}

/* What a card said of the reviewer's own decision, as it is sent along with another one. */
function sawOf({ decision }) { return decision && [decision.verdict, decision.answer]; }

/* The place in a queue outlives the desk, which goes where the grid is looked at. */
const PLACE = "codeclm-place";

function keepPlace(queue, at, skipped) {
  try { sessionStorage.setItem(PLACE, JSON.stringify({ queue, at, skipped: [...skipped] })); } catch { /* no storage */ }
}

function placeIn(queue) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(PLACE));
    if (kept.queue === queue && Number.isInteger(kept.at)) return { at: kept.at, skipped: new Set(kept.skipped) };
  } catch { /* none, no storage, or not ours */ }
  return { at: 0, skipped: new Set() };
}

const desks = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  let desk = desks.get(parentElement);
  if (!desk) desks.set(parentElement, (desk = new Desk(parentElement)));
  desk.setState = (state) => setStateValue("desk", state);
  desk.take(data);
  return () => desk.leave();
}
