/* What was decided and is not yet known to be written down.

   It is sent whole and in order until the server says up to which number it has it, so nothing is lost by a
   rerun that overtakes another or a dropped connection, and nothing is applied twice. It is kept in the
   browser under a token of this page; what a page that is gone left there is taken along by the next one. */

class Outbox {
  constructor(project) {
    this.prefix = `codeclm-review:${project}:`;
    this.token = Math.random().toString(36).slice(2) + Date.now().toString(36);
    this.seq = 0;
    this.ops = [];
    this.others = this.left();
  }

  /* The outboxes of other pages, by token, the one begun first before the others, as an undo takes back what
     was decided last. One that still lives may be among them: what is sent twice is written once. */
  left() {
    let keys = [];
    try { keys = Object.keys(localStorage); } catch { /* no storage */ }
    return keys.filter((key) => key.startsWith(this.prefix)).map((key) => key.slice(this.prefix.length))
      .map((token) => ({ token, ops: this.stored(token) })).filter(({ ops }) => ops.length)
      .sort((one, other) => one.ops[0].at - other.ops[0].at);
  }

  get waiting() { return this.ops.length + this.others.length > 0; }

  /* What one reviewer waits for, on this page or from one that is gone, the oldest first. */
  of(reviewer) {
    const left = this.others.flatMap(({ ops }) => ops).filter((op) => op.reviewer === reviewer);
    return [...left, ...this.ops];
  }

  put(op) {
    this.seq += 1;
    this.ops.push({ seq: this.seq, at: Date.now(), ...op });
    this.keep();
  }

  settle(acks) {
    const ack = acks[this.token] || 0;
    if (this.ops.length && ack >= this.ops[0].seq) {
      this.ops = this.ops.filter((op) => op.seq > ack);
      this.keep();
    }
    this.others = this.others.filter((other) => !(acks[other.token] >= other.ops[0].seq) || this.goneOn(other, acks));
  }

  /* The page that it is of may live, and have put more into it since it was read here. */
  goneOn(other, acks) {
    other.ops = this.stored(other.token).filter((op) => op.seq > acks[other.token]);
    this.store(other.token, other.ops);
    return other.ops.length > 0;
  }

  keep() { this.store(this.token, this.ops); }

  stored(token) {
    try {
      const ops = JSON.parse(localStorage.getItem(this.prefix + token));
      return Array.isArray(ops) ? ops.filter((op) => Number.isInteger(op?.seq)) : [];
    } catch { return []; }
  }

  store(token, ops) {
    try {
      if (ops.length) localStorage.setItem(this.prefix + token, JSON.stringify(ops));
      else localStorage.removeItem(this.prefix + token);
    } catch { /* no storage: it lives in the page alone */ }
  }
}
