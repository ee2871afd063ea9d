/* What was decided on this page, so that undo and redo need not wait for the server.

   Such a step names its pair, and the server takes back that pair's newest decision of the reviewer. Where
   it finds another state, as two pages share a name, it says so. What is older is asked of the server. */

class History {
  constructor() { this.clear(); }

  clear() {
    this.done = [];
    this.undone = [];
    this.foretold = new Map();
    this.begun = false;
  }

  /* `at`: the card's place in the queue, null beside it; `before`, `after`: what the decision changed on it. */
  decided(card, at, after) {
    const before = { decision: card.decision, conflict: card.conflict };
    this.done.push({ card, at, before, after });
    this.undone = [];
    this.begun = true;
    Object.assign(card, after);
  }

  /* Another page had decided a pair before this one did: that is what a step back comes to. */
  found(pair, decision) {
    const step = this.done.findLast(({ card }) => card.id === pair);
    if (step) step.before = { ...step.before, decision };
  }

  /* Take the newest step back, or make it again; undefined: the server must say; null: there is nothing to
     make again, as a decision was made since. */
  turn(kind) {
    const [from, to] = kind === "undo" ? [this.done, this.undone] : [this.undone, this.done];
    const step = from.pop();
    if (!step) return this.begun && kind === "redo" ? null : undefined;
    to.push(step);
    Object.assign(step.card, kind === "undo" ? step.before : step.after);
    return step;
  }

  /* What the server says of a step that was foretold: words for it, where it came out otherwise. */
  settle({ seq, kind, pair, count }) {
    const step = this.foretold.get(seq);
    this.clear();
    if (pair) return `Taken ${kind === "undo" ? "back" : "up again"} with it: ${count} decisions in all, which were made together.`;
    if (kind === "redo" && step.card.decision === step.after.decision) Object.assign(step.card, step.before);
    return kind === "undo" ? "That was taken back already, on another page."
      : "That could not be decided again: something else was decided since, on another page.";
  }
}
