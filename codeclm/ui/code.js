/* Shows the fenced code of a text in the typeface of code, with its white space: as text, like all the rest. */

const FENCE = /^\s*(`{3,}|~{3,})(.*)$/;

/* Where code begins and ends, the lines of the fences with it: [[from, to], …]. Left open, it goes to the end. */
function fences(text) {
  const found = [];
  let open = null, at = 0;
  for (const line of text.split("\n")) {
    const end = Math.min(at + line.length + 1, text.length);
    const [, mark, rest] = FENCE.exec(line.trimEnd()) || [];
    if (mark && !open && !(mark[0] === "`" && rest.includes("`"))) open = { at, mark };
    else if (mark && open && mark.startsWith(open.mark) && !rest.trim()) {
      found.push([open.at, end]);
      open = null;
    }
    at = end;
  }
  if (open) found.push([open.at, text.length]);
  return found;
}

/* Nodes of a text that comes in parts, [text, kind], each made by `draw`. What is of the kind `gone` is no
   part of the text that the fences stand in. */
function withCode(parts, draw, gone) {
  const blocks = fences(parts.map(([text, kind]) => (kind === gone ? "" : text)).join(""));
  const nodes = [];
  let at = 0, box = null, ends = 0;
  const put = (node) => (box ? box.append(node) : nodes.push(node));
  for (const [text, kind] of parts) {
    if (kind === gone) {
      put(draw(text, kind));
      continue;
    }
    const whole = at + text.length;
    while (at < whole) {
      if (box && at === ends) box = null;
      if (!box && blocks.length && blocks[0][0] === at) {
        ends = blocks.shift()[1];
        nodes.push((box = element("code", "block")));
        box.dir = "ltr";
      }
      const to = Math.min(whole, box ? ends : blocks.length ? blocks[0][0] : whole);
      put(draw(text.slice(text.length - (whole - at), text.length - (whole - to)), kind));
      at = to;
    }
  }
  return nodes;
}
