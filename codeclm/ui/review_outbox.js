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

  /* The outboxes of other pages, by token. One that still lives may be among them: what is sent twice is
     written once. */
  left() {
    const found = [];
    try {
      for (const key of Object.keys(localStorage)) {
        if (!key.startsWith(this.prefix)) continue;
        const ops = JSON.parse(localStorage.getItem(key));
        if (Array.isArray(ops) && ops.length) found.push({ token: key.slice(this.prefix.length), ops });
      }
    } catch { return []; }
    return found;
  }

  /* Milliseconds for which the oldest has waited. */
  get age() { return this.ops.length ? Date.now() - this.ops[0].at : 0; }

  get waiting() { return this.ops.length + this.others.length > 0; }

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
    this.others = this.others.filter(({ token, ops }) => {
      const done = (acks[token] || 0) >= ops[ops.length - 1].seq;
      if (done) this.store(token, []);
      return !done;
    });
  }

  keep() { this.store(this.token, this.ops); }

  store(token, ops) {
    try {
      if (ops.length) localStorage.setItem(this.prefix + token, JSON.stringify(ops));
      else localStorage.removeItem(this.prefix + token);
    } catch { /* no storage: it lives in the page alone */ }
  }
}
