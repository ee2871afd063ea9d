/* Edits that were begun and not decided. They are kept in the browser, by project, reviewer and pair, so that
   neither a reload nor a look at another page loses one; with no storage there they live in the page alone. */

const MOST_DRAFTS = 50;

class Drafts {
  constructor(project) {
    this.whole = "codeclm-draft:";
    this.project = project;
    this.here = new Map();
    this.prune();
  }

  key(reviewer, pair) { return `${this.whole}${[this.project, reviewer, pair].map(encodeURIComponent).join(":")}`; }

  get(reviewer, pair) {
    const key = this.key(reviewer, pair);
    try {
      const { answer, instruction, response } = JSON.parse(localStorage.getItem(key));
      const sound = [instruction, response].every((text) => typeof text === "string");
      if (sound && ["strong", "target"].includes(answer)) return { answer, instruction, response };
    } catch { /* none, no storage, or not ours */ }
    return this.here.get(key);
  }

  put(reviewer, pair, typed) {
    const key = this.key(reviewer, pair);
    this.here.set(key, typed);
    try { localStorage.setItem(key, JSON.stringify({ ...typed, at: Date.now() })); } catch { /* no storage */ }
  }

  drop(reviewer, pair) {
    const key = this.key(reviewer, pair);
    this.here.delete(key);
    try { localStorage.removeItem(key); } catch { /* no storage */ }
  }

  /* Those of pairs that nobody came back to make room for new ones. */
  prune() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.whole));
      const begun = (key) => { try { return JSON.parse(localStorage.getItem(key)).at || 0; } catch { return 0; } };
      keys.sort((one, other) => begun(other) - begun(one)).slice(MOST_DRAFTS).forEach((key) => localStorage.removeItem(key));
    } catch { /* no storage */ }
  }
}
