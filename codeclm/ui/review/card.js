/* Draws one card, with the helpers of pieces.js. */

/* The two answers as they stand on screen: blind, a card's own number says which is left. */
function seats(card, blind) {
  return blind && card.flip ? ["target", "strong"] : ["strong", "target"];
}

/* Which answers the two accepting keys take: [A, O]. Blind they are left and right. */
function choices(card, blind) {
  if (hidden(card, blind)) return seats(card, blind);
  return card.winner === "target" ? ["target", "strong"] : ["strong", "target"];
}

function hidden(card, blind) {
  return blind && !card.decision;
}

/* What the two accepting buttons say, and in a word, for where there is no room. */
function acceptLabels(card, blind) {
  if (!card) return [["Accept better", "Better"], ["Accept other", "Other"]];
  if (hidden(card, blind)) return [["Accept left", "Left"], ["Accept right", "Right"]];
  return choices(card, blind).map((role, place) => {
    const which = card.winner ? `${place ? "other" : "better"} (${role})` : role;
    return [`Accept ${which}`, role[0].toUpperCase() + role.slice(1)];
  });
}

function drawAccepting(root, card, blind) {
  acceptLabels(card, blind).forEach(([whole, brief], place) => {
    const button = root.querySelector(`[data-do="${place ? "other" : "better"}"]`);
    button.querySelector("span").textContent = whole;
    button.querySelector("b").textContent = brief;
  });
}

/* What was decided of a card, in words; empty: nothing yet. */
function decisionWords(card) {
  const made = card.decision;
  if (!made) return "";
  if (made.verdict === "reject") return made.reasons.length ? `rejected: ${made.reasons.join(", ")}` : "rejected";
  return `accepted: ${made.answer || card.winner || "strong"}${made.edited ? ", edited" : ""}`;
}

function decisionBadge(card) {
  const words = decisionWords(card);
  return words ? badge(words, card.decision.verdict === "reject" ? "red" : "green") : null;
}

/* What a step back or up again came to, where its card is known: an earlier decision may stand again. */
function turnedWords(kind, card) {
  const words = card ? decisionWords(card) : "";
  if (kind === "redo") return words ? `Decided again: ${words}.` : "Decided again.";
  return `Undone: ${words ? `what was decided before stands again (${words})` : "this pair waits for a decision again"}. Y redoes it.`;
}

function drawFacts(root, card, blind) {
  const facts = root.querySelector(".facts");
  const found = [decisionBadge(card)];
  if (card.conflict) found.push(badge("reviewers disagree: your decision now settles it", "red"));
  if (card.draft) found.push(badge("an edit is unfinished: E goes on with it", "orange"));
  if (!hidden(card, blind)) found.push(badge(card.gap_text, card.over ? "green" : ""));
  found.push(badge(`iteration ${card.iteration}`));
  if (card.status !== "kept") found.push(badge(card.status));
  if (card.flagged) found.push(badge("flagged", "orange"));
  for (const note of card.remarks) found.push(badge(note, "orange"));
  if (card.verdict && !hidden(card, blind)) found.push(badge(card.verdict, ""));
  if (card.stale) found.push(badge("stale: its metadata was edited since", "orange"));
  if (card.use_case) found.push(badge(card.use_case));
  for (const skill of card.skills) found.push(badge(skill));
  for (const tag of card.tags) found.push(badge(`#${tag}`));
  facts.replaceChildren(...found.filter(Boolean));
  const pressed = root.querySelector('[data-do="flag"]');
  pressed.setAttribute("aria-pressed", String(Boolean(card.flagged)));
  pressed.querySelector("span").textContent = card.flagged ? "Flagged" : "Flag";
}

function drawLineage(root, card, blind) {
  const details = root.querySelector(".lineage");
  details.hidden = card.steps.length < 2;
  const items = card.steps.map((step) => {
    const item = element("li");
    const head = [`Iteration ${step.iteration}`];
    if (step.edited) head.push("edited by hand");
    if (step.scores && !hidden(card, blind)) head.push(step.scores);
    item.append(element("small", "", head.join(" · ")));
    if (step.action) item.append(element("small", "", `Action: ${step.action}`));
    item.append(pieces(step.pieces));
    return item;
  });
  details.querySelector("ol").replaceChildren(...items);
}

function drawAnswers(root, card, blind) {
  const boxes = root.querySelectorAll(".answer");
  const cover = hidden(card, blind);
  const marked = marksDifferences ? differences(card) : null;
  const taken = card.decision && card.decision.verdict === "accept" ? card.decision.answer || card.winner : null;
  seats(card, blind).forEach((role, place) => {
    const answer = card[role];
    const box = boxes[place];
    const head = box.querySelector("h3");
    const side = place ? "Right" : "Left";
    box.setAttribute("aria-label", cover ? `${side} answer` : `${role} answer`);
    box.classList.toggle("chosen", taken === role);
    if (cover) head.replaceChildren(badge(side));
    else {
      const scores = element("span");
      scores.append(element("b", "", answer.mean), ` ${answer.orders}`);
      head.replaceChildren(badge(role, role === "strong" ? "blue" : "orange"), element("span", "", answer.model), scores);
    }
    const note = box.querySelector(".note");
    note.hidden = !answer.truncated && answer.text.trim() !== "";
    note.textContent = answer.text.trim() === "" ? "The answer is empty." : "Cut off at its token limit: edit it before it can be exported.";
    const text = box.querySelector(".text");
    text.replaceChildren(...markedText(marked ? marked[role] : [[answer.text, true]], cover ? "side" : role));
  });
}

function drawScores(root, card, blind) {
  const details = root.querySelector(".scores");
  details.hidden = hidden(card, blind);
  const table = element("table");
  const head = element("thead");
  const row = element("tr");
  for (const name of ["Order", "Strong", "Target", "Gap"]) row.append(element("th", "", name));
  head.append(row);
  const rows = element("tbody");
  for (const cells of card.orders) {
    const line = element("tr");
    for (const cell of cells) line.append(element("td", "", cell));
    rows.append(line);
  }
  table.append(head, rows);
  const said = card.rationales.map((text) => {
    const box = element("p", "text", text);
    box.dir = "auto";
    return box;
  });
  details.querySelector("div").replaceChildren(table, ...said);
}

function drawOrigin(root, card, blind) {
  const list = root.querySelector(".origin dl");
  const cover = hidden(card, blind);
  const rows = [];
  for (const [name, value, isId] of card.origin) {
    if (cover && name.endsWith("model")) continue;
    rows.push(element("dt", "", name), element("dd", isId ? "id" : "text", value));
  }
  for (const { who, what } of cover ? [] : card.said) rows.push(element("dt", "", who), element("dd", "text", what));
  if (!cover) {
    const line = element("dd", "text");
    line.append(callsLink(card));
    rows.push(element("dt", "", "Calls"), line);
  }
  list.replaceChildren(...rows);
}

function callsLink(card) {
  const address = new URLSearchParams({ record: card.id });
  const project = new URLSearchParams(window.location.search).get("project");
  if (project) address.set("project", project);
  const link = element("a", "", "Every call that made it");
  link.href = `Runs?${address}`;
  return link;
}

function drawGuidelines(root, text) {
  const details = root.querySelector(".guidelines");
  details.hidden = !text;
  details.querySelector("p").textContent = text;
}

function drawCard(root, card, blind) {
  root.querySelector(".card").dataset.pair = card.id;
  root.querySelector(".instruction").replaceChildren(...markedText([[card.instruction, true]]));
  drawFacts(root, card, blind);
  drawLineage(root, card, blind);
  drawVersions(root, card, blind);
  drawAnswers(root, card, blind);
  drawScores(root, card, blind);
  drawOrigin(root, card, blind);
  drawAccepting(root, card, blind);
}
