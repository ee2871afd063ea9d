/* The two panels above a card: reasons for a rejection, and the editor. They hand what was entered to the desk. */

/* Whether a field holds what was put into it: fields know one sign for a new line. */
function same(typed, text) { return typed === text.replace(/\r\n?/g, "\n"); }

/* The pair as an edit of one answer begins: with what was edited before, where that stands. */
function standing(card, answer) {
  const { instruction, response } = card.decision?.answer === answer ? card.decision : {};
  return { answer, instruction: instruction ?? card.instruction, response: response ?? card[answer].text };
}

class Panels {
  constructor(desk) {
    this.desk = desk;
    this.mode = "card";
    this.reasons = desk.root.querySelector(".reasons");
    this.editor = desk.root.querySelector(".editor");
    this.reasons.onsubmit = (event) => { event.preventDefault(); desk.reject(this.own()); };
    this.editor.onsubmit = (event) => { event.preventDefault(); this.submit(); };
    this.editor.oninput = this.editor.onchange = () => this.keep();
    this.reasons.onkeydown = this.editor.onkeydown = (event) => this.key(event);
  }

  key(event) {
    if (event.key === "Escape") this.cancel();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
    else return;
    event.preventDefault();
  }

  enter(mode) {
    this.mode = mode;
    this.reasons.hidden = mode !== "reasons";
    this.editor.hidden = mode !== "editor";
    if (mode === "reasons") this.ask();
    else this.edit();
  }

  leave() {
    if (this.mode === "card") return;
    this.mode = "card";
    this.reasons.hidden = this.editor.hidden = true;
    const active = this.desk.root.getRootNode().activeElement;
    if (active) active.blur();
    this.desk.hands.paint();
  }

  cancel() {
    const left = this.mode === "editor" && this.keep();
    this.leave();
    if (!left) return;
    this.desk.show();
    this.desk.say("Not decided. What you typed is kept in this browser: E goes on with it.");
  }

  /* An edit that is left, be it by a reload, is not lost: the editor goes on with it on the same pair. */
  keep() {
    const card = this.desk.current();
    const typed = this.typed();
    const begun = standing(card, typed.answer);
    const changed = !same(typed.instruction, begun.instruction) || !same(typed.response, begun.response);
    if (changed) this.desk.drafts.put(this.desk.data.reviewer, card.id, typed);
    else this.desk.drafts.drop(this.desk.data.reviewer, card.id);
    return changed;
  }

  typed() {
    return {
      answer: this.editor.querySelector(".basis input:checked").value,
      instruction: this.editor.querySelector(".new-instruction").value,
      response: this.editor.querySelector(".new-response").value,
    };
  }

  ask() {
    const chips = this.desk.data.reasons.map((reason, place) => {
      const chip = element("button", "", reason);
      chip.type = "button";
      chip.dataset.reason = reason;
      chip.setAttribute("aria-pressed", "false");
      chip.append(element("kbd", "", String(place + 1)));
      return chip;
    });
    this.reasons.querySelector(".chips").replaceChildren(...chips);
    this.reasons.querySelector(".own").value = "";
    this.reasons.focus({ preventScroll: true });
  }

  /* Several reasons are gathered first: by Shift with a number, or with a click. */
  gather(reason) {
    const chip = [...this.reasons.querySelectorAll(".chips button")].find((each) => each.dataset.reason === reason);
    chip?.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
  }

  own() {
    const chosen = [...this.reasons.querySelectorAll('.chips [aria-pressed="true"]')].map((chip) => chip.dataset.reason);
    const text = this.reasons.querySelector(".own").value.trim();
    return text ? [...chosen, text] : chosen;
  }

  edit() {
    const card = this.desk.current();
    const cover = hidden(card, this.desk.blind);
    const response = this.editor.querySelector(".new-response");
    const roles = choices(card, this.desk.blind);
    const begun = this.desk.drafts.get(this.desk.data.reviewer, card.id)
      || standing(card, card.decision?.edited ? card.decision.answer || roles[0] : roles[0]);
    const labels = roles.map((role, place) => {
      const label = element("label");
      const radio = element("input");
      Object.assign(radio, { type: "radio", name: "basis", value: role, checked: role === begun.answer });
      radio.onchange = () => {
        const other = card[role === "strong" ? "target" : "strong"].text;
        if (response.value === other) response.value = card[role].text;
      };
      label.append(radio, cover ? ["left", "right"][place] : role);
      return label;
    });
    const basis = this.editor.querySelector(".basis");
    basis.replaceChildren(basis.querySelector("legend"), ...labels);
    this.editor.querySelector(".new-instruction").value = begun.instruction;
    response.value = begun.response;
    response.focus();
    response.setSelectionRange(0, 0);
    response.scrollTop = 0;
  }

  submit() {
    const card = this.desk.current();
    const { answer, instruction, response } = this.typed();
    if (!instruction.trim() || !response.trim()) {
      this.desk.say("Neither the instruction nor the answer may be empty.");
      return;
    }
    this.desk.drafts.drop(this.desk.data.reviewer, card.id);
    this.desk.decide({
      verdict: "accept", answer, reasons: [],
      instruction: same(instruction, card.instruction) ? null : instruction,
      response: same(response, card[answer].text) ? null : response,
    });
  }
}
