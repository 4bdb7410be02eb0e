// Shows the forms of the exported site, and searches where no server answers (kanazawa_strategy/static_export/): in a
// small JSON file that lies beside the page. After exported_folding.js.

const { fold, wordsOf, holds, pieces } = globalThis.folding;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function marked(characters, words, index) {
  return pieces(characters, words, index).map(([part, isHit]) =>
    isHit ? element("mark", {}, part.join("")) : part.join(""),
  );
}

/** Give the part of a text around its first hit, marked; nothing of a text without any. */
function excerptOf(entry, words, index) {
  const body = entry.bodies.find((text) => holds(fold(text), words.slice(0, 1), index)) ?? entry.bodies[0];
  const characters = Array.from(body);
  let before = 0;
  for (const [part, isHit] of pieces(characters, words, index)) {
    if (isHit) {
      const start = Math.max(0, before - index.around);
      const end = start + 3 * index.around;
      const shown = marked(characters.slice(start, end), words, index);
      return [start ? "…" : "", ...shown, end < characters.length ? "…" : ""];
    }
    before += part.length;
  }
  return [];
}

/** The page for searching: the same results as templates/portal/search.html. */
class Search {
  constructor(form) {
    this.form = form;
    this.place = new URL(form.dataset.index, location.href);
    this.field = form.elements.q;
    this.results = element("div");
    this.explanation = form.nextElementSibling;
    form.after(this.results);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const question = this.field.value.trim();
      history.pushState(null, "", question ? `?${new URLSearchParams({ q: question })}` : location.pathname);
      this.show();
    });
    addEventListener("popstate", () => this.show());
    this.show();
  }

  async show() {
    const question = new URLSearchParams(location.search).get("q")?.trim() ?? "";
    this.field.value = question;
    if (!question) {
      this.tell("", []);
      return;
    }
    try {
      this.index ??= await (await fetch(this.place)).json();
      const kept = Array.from(question).slice(0, this.index.longest).join("");
      this.tell(kept, wordsOf(kept, this.index));
    } catch (error) {
      console.warn(error);
      this.results.replaceChildren(element("p", { class: "section" }, "さがすためのデータを読み込めませんでした。もう一度お試しください。"));
    }
  }

  tell(question, words) {
    const heading = question ? `「${question}」をさがした結果` : "さがす";
    document.querySelector("h1").textContent = heading;
    document.title = `${heading}｜${document.title.split("｜").at(-1)}`;
    this.explanation.hidden = words.length > 0;
    const kinds = words.length ? this.found(words) : [];
    this.results.replaceChildren(...(words.length ? [this.count(kinds)] : []), ...kinds.map((kind) => this.section(kind, words)));
  }

  found(words) {
    const kinds = this.index.kinds.map(({ label, entries }) => ({
      label,
      hits: entries.filter(({ text }) => holds(text, words, this.index)),
    }));
    return kinds.filter(({ hits }) => hits.length).map((kind, place) => ({ ...kind, id: `kind-${place + 1}` }));
  }

  count(kinds) {
    const total = kinds.reduce((sum, { hits }) => sum + hits.length, 0);
    const links = kinds.flatMap(({ label, hits, id }) => ["、", element("a", { href: `#${id}` }, `${label} ${hits.length}件`)]);
    const words = total
      ? [element("strong", {}, `${total}件`), "が見つかりました。", ...links.slice(1)]
      : ["見つかりませんでした。ことばを短くするか、別の言い方でさがしてみてください。"];
    return element("p", { class: "section", role: "status" }, ...words);
  }

  section({ label, hits, id }, words) {
    const { shown } = this.index;
    const lines = hits.slice(0, shown).map((entry) => this.line(entry, words));
    const more = `はじめの${shown}件を表示しています。ことばを足すと、しぼり込めます。`;
    return element(
      "section",
      { class: "section", "aria-labelledby": id },
      element("h2", { id }, `${label}（${hits.length}件）`),
      element("ol", { class: "hits" }, ...lines),
      ...(hits.length > shown ? [element("p", { class: "small weak" }, more)] : []),
    );
  }

  line(entry, words) {
    const address = new URL(`../${entry.url}`, this.place).href;
    const link = element("a", { href: address }, ...marked(Array.from(entry.title), words, this.index));
    const excerpt = excerptOf(entry, words, this.index);
    return element(
      "li",
      {},
      element("p", { class: "small weak" }, entry.place),
      element("p", {}, link),
      ...(excerpt.length ? [element("p", { class: "small" }, ...excerpt)] : []),
    );
  }
}

for (const note of document.querySelectorAll("[data-without-script]")) note.remove();
for (const form of document.querySelectorAll("form[hidden]")) form.hidden = false;
for (const form of document.querySelectorAll("form[data-index]")) new Search(form);
