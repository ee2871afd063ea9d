/* Which key does what, and where keys are left alone. C and R are the app's own. */

const KEYS = {
  a: "better", o: "other", e: "edit", x: "reject", s: "skip", j: "skip", k: "back", u: "undo", z: "undo",
  y: "redo", l: "lineage", d: "scores", f: "flag", g: "guidelines", m: "differences", ArrowRight: "skip", ArrowLeft: "back", Escape: "cancel", Enter: "submit",
};

function inField(event) {
  return event.composedPath().some((node) => node.matches && node.matches(
    "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], " +
      "[role=listbox], [role=combobox], [role=menu], [role=dialog], [role=radiogroup], [role=slider]"));
}
