/* What reviewers made of a pair, side by side, where they disagree or one of them edited it; each to be taken over. */

/* The decisions that may be seen, one's own first. */
function versionsOf(card, blind) {
  if (hidden(card, blind)) return [];
  const own = card.decision ? [{ who: "you", what: decisionWords(card), own: true, ...card.decision }] : [];
  const all = [...own, ...card.said];
  return card.conflict || all.some((each) => each.edited) ? all : [];
}

/* Whether it would change anything to decide the same. */
function mayTake(card, version) { return card.conflict || !version.own; }

/* What an edit changed; of one that was made on this page a moment ago only what it came to is known. */
function changesOf({ changes, instruction, response }) {
  const made = [["Instruction", instruction], ["Answer", response]].filter(([, text]) => typeof text === "string");
  return changes || made.map(([name, text]) => [name, [["same", text]]]);
}

function drawVersions(root, card, blind) {
  const box = root.querySelector(".versions");
  const versions = versionsOf(card, blind);
  box.hidden = !versions.length;
  box.querySelector("ol").replaceChildren(...versions.map((version, place) => {
    const item = element("li");
    const head = element("div", "row");
    head.append(element("b", "", version.who), badge(version.what, version.verdict === "reject" ? "red" : "green"));
    if (mayTake(card, version)) {
      const button = element("button", "", "Decide the same");
      button.type = "button";
      button.dataset.take = place;
      if (place < 9) button.append(element("kbd", "", String(place + 1)));
      head.append(button);
    }
    item.append(head);
    for (const [name, parts] of changesOf(version)) item.append(element("small", "", name), pieces(parts));
    return item;
  }));
}
