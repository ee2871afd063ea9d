/* How far the queue is, at what pace, and whether all is written down. */

const COUNTS = { decide: 1, redo: 1, undo: -1 };

/* What is ahead is of this queue; what waits at all, for others too and what was skipped, the sidebar says. */
function drawProgress(root, { total, today, at, skipped, waits, times, late }) {
  const waiting = waits.length;
  const fresh = waits.reduce((sum, op) => sum + (COUNTS[op.kind] || 0), 0);
  const left = Math.max(0, total - at);
  const passed = skipped ? ` · ${grouped(skipped)} skipped` : "";
  root.querySelector(".count").textContent = total
    ? `${grouped(Math.min(at + 1, total))} of ${grouped(total)} · ${grouped(Math.max(0, today + fresh))} decided today · ${grouped(left)} ahead${passed}${pace(times, left)}` : "";
  const bar = root.querySelector(".progress");
  bar.setAttribute("aria-valuemax", total);
  bar.setAttribute("aria-valuenow", at);
  bar.firstElementChild.style.width = `${total ? (100 * at) / total : 0}%`;
  const slow = waiting > 0 && Date.now() - waits[0].at > late;
  const saving = root.querySelector(".saving");
  saving.classList.toggle("slow", slow);
  saving.textContent = slow ? `${waiting} not saved yet: no answer. They are kept in this browser and sent again`
    : waiting ? `saving ${waiting}…` : "saved";
}

const BREAK = 180000;

function grouped(count) { return count.toLocaleString("en-US"); }

/* Decisions a minute over the last twenty, and how long the rest takes at that; a break is no work. */
function pace(times, left) {
  const seen = times.slice(-20);
  const steps = seen.slice(1).map((time, at) => time - seen[at]).filter((step) => step < BREAK);
  if (steps.length < 4) return "";
  const minutes = steps.reduce((sum, step) => sum + step, 0) / 60000;
  const speed = steps.length / Math.max(minutes, 0.01);
  const rest = left / speed;
  const time = rest < 90 ? `${Math.max(1, Math.round(rest))} min` : `${(rest / 60).toFixed(1)} h`;
  return ` · ${speed.toFixed(speed < 10 ? 1 : 0)} a minute · about ${time} left`;
}
