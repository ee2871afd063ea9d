/* Makes elements of texts that are other people's: they are only ever set as textContent. */

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function badge(text, colour) {
  return element("span", colour ? `badge ${colour}` : "badge", text);
}

function pieces(parts) {
  const box = element("div", "text");
  box.dir = "auto";
  const tags = { new: "ins", gone: "del" };
  const draw = (text, kind) => (kind === "same" ? text : element(tags[kind], "", text));
  box.append(...withCode(parts.map(([kind, text]) => [text, kind]), draw, "gone"));
  return box;
}
