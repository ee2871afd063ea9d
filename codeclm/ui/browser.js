/* What only the browser can do for a page: give the focus, and keep the address. */

const EVERY = 50;
const LONGEST = 8000;
const LEAVING = 500;

/* Whether no page is being drawn. */
function settled() {
  return Boolean(document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]'));
}

/* To the element of a key, once that stands; unless the person has moved on meanwhile. */
function giveFocus(to, turn) {
  if (window.codeclmFocus === turn) return;
  window.codeclmFocus = turn;
  const before = document.activeElement;
  const begun = Date.now();
  const look = () => {
    const active = document.activeElement;
    const free = active === document.body || active === before;
    const [target] = ["input", "button", "a"].flatMap((tag) => document.querySelector(`.st-key-${to} ${tag}`) || []);
    if (target && free && settled()) target.focus();
    else if (free && Date.now() - begun < LONGEST && window.codeclmFocus === turn) setTimeout(look, EVERY);
  };
  look();
}

/* On the way to another page Streamlit first takes the filters out of the address of the one that is left, or puts
   those of the next into it, and on the page that is come to what was set there before: each as an entry of its own.
   Back would lead to pages that nobody saw. So an entry is made only of what a person changes on a page that stays. */
function keepAddress() {
  if (window.codeclmPush) return;
  const push = window.codeclmPush = history.pushState.bind(history);
  let touched = false;
  let held = null;
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => { touched = true; }, true);
  const back = () => {
    const there = held?.now === location.href;
    if (there) history.replaceState({}, "", held.before);
    return there;
  };
  const enter = () => {
    if (held?.entry && back()) push({}, "", held.now);
    held = null;
  };
  const later = () => setTimeout(() => (settled() ? enter() : later()), LEAVING);
  history.pushState = (state, title, to) => {
    const next = new URL(to, location.href);
    if (next.pathname === location.pathname) {
      enter();
      held = { now: next.href, before: location.href, entry: touched };
      history.replaceState(state, title, to);
      later();
    } else {
      back();
      held = null;
      touched = false;
      push(state, title, to);
    }
  };
}

export default function ({ data }) {
  keepAddress();
  if (data.to) giveFocus(data.to, data.turn);
}
