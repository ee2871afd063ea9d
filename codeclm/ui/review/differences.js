/* Which words of two answers are in one of them alone, in order: worked out for the card on screen only. */

let marksDifferences = true;
const MOST_WORDS = 1500;
const LEAST_SHARED = 0.15;
const SEGMENTS = new Intl.Segmenter(undefined, { granularity: "word" });

function wordsOf(text) { return [...SEGMENTS.segment(text)].map((part) => part.segment); }

/* { strong: [[text, shared]], target: … }, or null where marking would say nothing. Kept with the card. */
function differences(card) {
  if (card.marked === undefined) card.marked = compare(card.strong.text, card.target.text);
  return card.marked;
}

function compare(one, other) {
  const a = wordsOf(one), b = wordsOf(other);
  if (!a.length || !b.length || a.length > MOST_WORDS || b.length > MOST_WORDS) return null;
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i * width + j] = a[i] === b[j] ? table[(i + 1) * width + j + 1] + 1
        : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
    }
  }
  const inA = new Array(a.length).fill(false), inB = new Array(b.length).fill(false);
  let letters = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      inA[i] = inB[j] = true;
      if (a[i].trim().length > 1) letters += 2 * a[i].length;
      i += 1; j += 1;
    } else if (table[(i + 1) * width + j] >= table[i * width + j + 1]) i += 1;
    else j += 1;
  }
  if (letters < LEAST_SHARED * (one.length + other.length)) return null;
  return { strong: runs(a, inA), target: runs(b, inB) };
}

function runs(words, shared) {
  const found = [];
  words.forEach((word, at) => {
    const same = shared[at] || !word.trim();
    const last = found[found.length - 1];
    if (last && last[1] === same) last[0] += word;
    else found.push([word, same]);
  });
  return found;
}

function markedText(parts, colour) {
  return withCode(parts, (text, shared) => (shared ? text : element("mark", colour, text)));
}
