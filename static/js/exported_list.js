// Narrows the lists of the exported site, where no server answers (kanazawa_strategy/static_export/): a small JSON file
// beside the page says which row fits which choice. After exported_folding.js and before filters.js, which asks it.

const { wordsOf, holds } = globalThis.folding;

/** A list with filters: gives filters.js the page that the server would have given. */
class List {
  constructor(form) {
    this.form = form;
    this.place = new URL(form.dataset.rows, location.href);
    this.address = new URL("./", this.place);
    this.root = new URL("../", this.place);
    form.answer = (url) => this.answer(new URL(url, this.address));
    this.settle();
    // filters.js reads the address when somebody goes back: here too, once it has been loaded
    addEventListener("DOMContentLoaded", () => location.search && this.begin());
  }

  /** Give every page of the list the address of the first, its choices as a question, and links that hold there. */
  settle() {
    if (!this.form.elements.view) this.form.append(element("input", { type: "hidden", name: "view" }));
    if (location.pathname === this.address.pathname) return;
    completed(document, location.href);
    const query = new URLSearchParams([...new FormData(this.form)].filter(([, value]) => value));
    history.replaceState(null, "", this.address.pathname + (location.search || asking(query)));
  }

  begin() {
    dispatchEvent(new PopStateEvent("popstate"));
    for (const details of this.form.querySelectorAll("details")) {
      details.open ||= [...details.querySelectorAll("select")].some((field) => field.selectedIndex > 0);
    }
  }

  async answer(url) {
    try {
      this.index ??= await (await fetched(this.place)).json();
      const asked = this.understood(url.searchParams);
      const page = await this.page(asked);
      this.refine(page.getElementById("results"), asked);
      this.lead(page.getElementById("results"), url);
      return page;
    } catch (error) {
      console.warn(error);
      const words = "一覧を読み込めませんでした。ページを読み込み直してください。";
      return new DOMParser().parseFromString(`<div id="results"><p class="section results-count">${words}</p></div>`, "text/html");
    }
  }

  /** Give what is asked for, without what no box offers: the server ignores that too. */
  understood(query) {
    const { choices, pages } = this.index;
    const asked = Object.fromEntries([...query].filter(([name, value]) => choices[name]?.includes(value)));
    const page = ["edition", "view"].filter((name) => query.get(name)).map((name) => `${name}=${query.get(name)}`);
    const words = wordsOf(query.get("q") ?? "", this.index);
    const [first] = [page.join("&"), ...page, ""].filter((key) => key in pages);
    return { asked, words, page: pages[first], sort: query.get("sort") };
  }

  async page({ page }) {
    const address = new URL(page, this.root);
    const found = new DOMParser().parseFromString(await (await fetched(address)).text(), "text/html");
    completed(found.getElementById("results"), address.href);
    return found;
  }

  /** Take away the rows that do not fit, order the others, and say how many they are. */
  refine(results, { asked, words, sort }) {
    const places = new Map((this.index.sorts[sort] ?? []).map((key, place) => [key, place]));
    const kept = [];
    for (const row of results.querySelectorAll(".indicator-table tbody > tr, .cards-small > li, .measure-list > li, .opinion")) {
      const key = this.keyOf(row);
      const known = this.index.rows[key];
      const fits = Object.entries(asked).every(([name, value]) => known[name].includes(value));
      if (fits && holds(known.text, words, this.index)) kept.push({ row, known, place: places.get(key) ?? 0 });
      else row.remove();
    }
    kept.sort((one, other) => one.place - other.place).forEach(({ row }) => places.size && row.parentNode.append(row));
    if (Object.keys(asked).length || words.length) this.say(results, kept);
  }

  keyOf(row) {
    if (row.id) return row.id;
    const link = row.querySelector(".measure-more") ?? row.querySelector("th a, .card-name a");
    return decodeURI(link.href).slice(this.root.href.length);
  }

  say(results, kept) {
    const once = kept.filter(({ known }) => !known.again).length;
    const reprints = once === kept.length ? "" : `（再掲を除くと${once}件）`;
    const all = element("a", { href: this.address.href }, "条件をすべて外す");
    const count = results.querySelector(".results-count");
    count.replaceChildren(element("strong", {}, `${kept.length}件`), `${reprints}が見つかりました。`, all);
    for (const group of results.querySelectorAll(".direction, section[aria-labelledby^=meeting]")) {
      if (!group.querySelector(".measure-list > li, .opinion")) group.remove();
    }
    if (kept.length) return;
    for (const empty of results.querySelectorAll(".indicator-table, .cards-small")) (empty.closest(".table-frame") ?? empty).remove();
    const things = { "indicators/": "指標", "measures/": "取組" }[this.address.href.slice(this.root.href.length)] ?? "意見";
    const none = `条件に合う${things}はありません。ことばを短くするか、条件を減らしてみてください。`;
    (results.querySelector(".results-line") ?? count).after(element("p", {}, none));
  }

  /** Let the choice between table and cards keep the question. */
  lead(results, url) {
    const [table, cards] = results.querySelectorAll(".views a");
    for (const [link, view] of [[table, ""], [cards, "cards"]].filter(([each]) => each)) {
      const query = new URLSearchParams(url.searchParams);
      query.delete("view");
      if (view) query.set("view", view);
      link.href = this.address.pathname + asking(query);
    }
  }
}

function asking(query) {
  return String(query) && `?${query}`;
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`answer ${response.status}: ${address}`);
  return response;
}

/** Write the links of a part of a page so that they hold under any other address. */
function completed(part, address) {
  for (const link of part.querySelectorAll("a[href], link[href]:not([rel=stylesheet])")) {
    const value = link.getAttribute("href");
    if (!value.startsWith("#")) link.setAttribute("href", new URL(value, address).href);
  }
}

for (const form of document.querySelectorAll("form[data-rows]")) new List(form);
