/* What only the browser can do for a page: give the focus, and keep the address. */

const EVERY = 50;
const LONGEST = 8000;

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
    const settled = document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]');
    if (target && free && settled) target.focus();
    else if (free && Date.now() - begun < LONGEST && window.codeclmFocus === turn) setTimeout(look, EVERY);
  };
  look();
}

/* Whether an address has nothing but what another has, and not all of that. */
function isLess(one, other) {
  const theirs = [...new URL(other).searchParams].map(String);
  const mine = [...new URL(one).searchParams].map(String);
  return mine.length < theirs.length && mine.every((each) => theirs.includes(each));
}

/* On the way to another page Streamlit first takes the filters out of the address of the one that is left, as an
   entry of its own: Back would lead there, to a page that nobody saw. That entry gets the filters again. */
function keepAddress() {
  if (window.codeclmPush) return;
  window.codeclmPush = history.pushState.bind(history);
  let bare = null;
  history.pushState = (state, title, to) => {
    const next = new URL(to, location.href).href;
    const stays = new URL(next).pathname === location.pathname;
    if (!stays && bare?.now === location.href) history.replaceState({}, "", bare.before);
    bare = stays && isLess(next, location.href) ? { now: next, before: location.href } : null;
    window.codeclmPush(state, title, to);
  };
}

export default function ({ data }) {
  keepAddress();
  if (data.to) giveFocus(data.to, data.turn);
}
