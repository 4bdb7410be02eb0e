// Words as a reader means them, as goals/notation/folding.py has them; for the scripts of the exported site (exported_….js).
// No module can import another here: the names of static files carry digests that scripts do not know.

const HIRAGANA = 0x60; // from ァ to ぁ

/** As goals/notation/folding.py: width, case, composition and kana folded. */
function fold(text) {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/ς/g, "σ")
    .replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - HIRAGANA));
}

function wordsOf(question, { most_words: most }) {
  return [...new Set(fold(question).split(/\s+/).filter(Boolean))].slice(0, most);
}

/** Give a word with every other spelling of what it holds: 子ども for こども. */
function spellingsOf(word, { spellings }) {
  const found = [word];
  for (const group of spellings) {
    for (const written of group.filter((each) => word.includes(each))) {
      found.push(...group.filter((each) => each !== written).map((each) => word.replaceAll(written, each)));
    }
  }
  return found;
}

/** Tell whether a folded text holds every word. */
function holds(folded, words, index) {
  return words.every((word) => spellingsOf(word, index).some((spelling) => folded.includes(spelling)));
}

function joins(before, character) {
  const isMark = /^\p{M}/u.test(character.normalize("NFKD"));
  return isMark || (before + character).normalize("NFKC") !== before.normalize("NFKC") + character.normalize("NFKC");
}

/** Fold a text, and tell for each folded character which characters of the text it came from. */
function foldedWithOrigins(characters) {
  let folded = "";
  const origins = [];
  let begin = 0;
  for (let end = 1; end <= characters.length; end += 1) {
    const before = characters.slice(begin, end).join("");
    if (end < characters.length && joins(before, characters[end])) continue;
    const part = fold(before);
    folded += part;
    for (let unit = 0; unit < part.length; unit += 1) origins.push([begin, end]);
    begin = end;
  }
  return { folded, origins };
}

/** Cut a text, given as characters, into pieces as written, each with whether it is a hit. */
function pieces(characters, words, index) {
  const { folded, origins } = foldedWithOrigins(characters);
  const hit = new Array(characters.length).fill(false);
  for (const spelling of words.flatMap((word) => spellingsOf(word, index))) {
    for (let start = folded.indexOf(spelling); start >= 0; start = folded.indexOf(spelling, start + 1)) {
      hit.fill(true, origins[start][0], origins[start + spelling.length - 1][1]);
    }
  }
  const cut = [];
  let begin = 0;
  for (let place = 1; place <= characters.length; place += 1) {
    if (place < characters.length && hit[place] === hit[begin]) continue;
    cut.push([characters.slice(begin, place), hit[begin]]);
    begin = place;
  }
  return cut;
}

globalThis.folding = { fold, wordsOf, holds, pieces };
