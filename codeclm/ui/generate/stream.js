/* The newest instructions. An item is made anew only where it changed, so that nothing flickers or loses its place. */

const made = new WeakMap();

function draw(item) {
  const row = element("li");
  const head = element("div", "facts");
  head.append(badge(item.iteration), badge(item.state, item.colour));
  if (item.use_case) head.append(badge(item.use_case));
  if (item.changed) head.append(element("small", "", item.changed));
  row.append(head);
  if (item.action) row.append(element("small", "", `Action: ${item.action}`));
  row.append(pieces(item.pieces));
  return row;
}

export default function ({ parentElement, data }) {
  const list = parentElement.querySelector(".stream");
  const before = made.get(list) || new Map();
  const now = new Map();
  for (const item of data.items) {
    const text = JSON.stringify(item);
    const old = before.get(item.id);
    now.set(item.id, old && old.text === text ? old : { text, row: draw(item) });
  }
  made.set(list, now);
  const rows = [...now.values()].map((each) => each.row);
  const same = rows.length === list.children.length && rows.every((row, at) => row === list.children[at]);
  if (!same) list.replaceChildren(...rows);
}
