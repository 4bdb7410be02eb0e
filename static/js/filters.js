// Narrows a list without reloading the page (templates/includes/filters.html). Without it the same form sends itself.
// In the exported site `form.answer` gives the page in the place of a server (exported_list.js).
// The address always carries the state, so that it can be kept, sent, and gone back to.

const WAIT = 300; // milliseconds after the last key

const form = document.querySelector("form.filters");
// A status has to stand there before its text, or it is not read out
const said = Object.assign(document.createElement("p"), { id: "results-said", className: "visually-hidden" });
said.setAttribute("role", "status");
form.after(said);
let timer;
let latest = 0;

/** Return the address of the list as the form stands, without the fields that are left open. */
function address() {
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const text = query.toString();
  return text ? `${location.pathname}?${text}` : location.pathname;
}

async function fetched(url) {
  const response = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (!response.ok) throw new Error(`answer ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Put the list of another address in the place of this one's; where that fails, go there. */
async function show(url, { keep = true } = {}) {
  const ticket = ++latest;
  const results = document.getElementById("results");
  results.setAttribute("aria-busy", "true");
  try {
    const page = await (form.answer ?? fetched)(url);
    if (ticket !== latest) return; // a later question is under way
    results.replaceChildren(...page.getElementById("results").childNodes);
    results.removeAttribute("aria-busy");
    const count = results.querySelector(".results-count");
    count.removeAttribute("role");
    said.textContent = count.textContent.trim();
    if (keep) history.pushState(null, "", url);
  } catch {
    if (ticket === latest) location.assign(url);
  }
}

function refine() {
  clearTimeout(timer);
  show(address());
}

form.addEventListener("change", (event) => {
  if (event.target.type !== "search" && event.target.type !== "text") refine();
});

form.addEventListener("input", (event) => {
  if (event.isComposing || event.target.tagName !== "INPUT") return;
  clearTimeout(timer);
  timer = setTimeout(refine, WAIT);
});

form.addEventListener("compositionend", () => {
  clearTimeout(timer);
  timer = setTimeout(refine, WAIT);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  refine();
});

addEventListener("popstate", () => {
  const query = new URLSearchParams(location.search);
  for (const field of form.elements) {
    if (!field.name) continue;
    const value = query.get(field.name);
    if (field.tagName === "SELECT") {
      field.value = value ?? field.options[0].value;
      if (field.selectedIndex < 0) field.selectedIndex = 0; // no such choice: the list takes no notice of it
    } else {
      field.value = value ?? "";
    }
  }
  show(location.href, { keep: false });
});
