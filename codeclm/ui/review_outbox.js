/* What was decided and is not yet known to be written down.

   It is sent whole and in order until the server says up to which number it has it. So nothing is lost by
   a rerun that overtakes another, a dropped connection or a refresh, and nothing is applied twice. */

class Outbox {
  constructor(project) {
    this.slot = `codeclm-review:${project}`;
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(this.slot)); } catch { kept = null; }
    this.token = kept ? kept.token : Math.random().toString(36).slice(2) + Date.now().toString(36);
    this.seq = kept ? kept.seq : 0;
    this.ops = kept ? kept.ops : [];
  }

  put(op) {
    this.seq += 1;
    this.ops.push({ seq: this.seq, ...op });
    this.keep();
  }

  settle(ack) {
    if (!this.ops.length || ack < this.ops[0].seq) return;
    this.ops = this.ops.filter((op) => op.seq > ack);
    this.keep();
  }

  keep() {
    const kept = JSON.stringify({ token: this.token, seq: this.seq, ops: this.ops });
    try { sessionStorage.setItem(this.slot, kept); } catch { /* no storage: it lives in the page alone */ }
  }
}
