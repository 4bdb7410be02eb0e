// The yearly sheet: saves each row as it is left, without reloading, and loses nothing that was typed.
// Without this script the same form is saved as a whole.
"use strict";

(() => {
  const form = document.getElementById("sheet");
  if (!form) return;

  const rows = [...form.querySelectorAll(".sheet-row")].filter((row) => row.querySelector("[name$='-seen']"));
  const said = document.getElementById("sheet-said");
  const store = form.dataset.key;
  const column = form.dataset.column; // the cell that Enter, arrows and a pasted column run through
  const stamps = new Map(); // row → how often it was changed since it was saved; absent: nothing unsaved
  let queue = Promise.resolve();
  let leaving = false;
  document.documentElement.classList.add("has-sheet-script");

  const code = (row) => row.dataset.code;
  const name = (row, cell) => `${code(row)}-${cell}`;
  const input = (row, cell) => form.elements.namedItem(name(row, cell));
  const cellsOf = (row) =>
    [...row.querySelectorAll("input, select, textarea")].filter((field) => !/-(seen|current|confirmed)$/.test(field.name));
  const cellOf = (field, row) => field.name.slice(code(row).length + 1);
  const rowOf = (element) => element.closest?.(".sheet-row") ?? null;

  function read(row) {
    return Object.fromEntries(
      cellsOf(row).map((field) => [cellOf(field, row), field.type === "checkbox" ? (field.checked ? "on" : "") : field.value]),
    );
  }

  function fill(row, cells) {
    for (const field of cellsOf(row)) {
      const text = cells[cellOf(field, row)];
      if (text === undefined) continue;
      if (field.type === "checkbox") field.checked = Boolean(text);
      else if (field.value !== text) field.value = text;
    }
    countWords(row);
  }

  function countWords(row) {
    const place = row.querySelector(".sheet-words");
    if (!place) return;
    const filled = [...row.querySelectorAll(".sheet-fields input, .sheet-fields select, .sheet-fields textarea")];
    place.textContent = filled.filter((field) => (field.type === "checkbox" ? field.checked : field.value.trim())).length;
  }

  // What is typed stays on this computer until it is saved

  function drafts() {
    try {
      return JSON.parse(localStorage.getItem(store)) ?? {};
    } catch {
      return {};
    }
  }

  function keep(row, draft) {
    try {
      const all = drafts();
      if (draft) all[code(row)] = draft;
      else delete all[code(row)];
      if (Object.keys(all).length) localStorage.setItem(store, JSON.stringify(all));
      else localStorage.removeItem(store);
    } catch {
      // No storage: the warning on leaving is left.
    }
  }

  function changed(row) {
    stamps.set(row, (stamps.get(row) ?? 0) + 1);
    row.classList.add("is-unsaved");
    row.classList.remove("is-saved");
    keep(row, { seen: input(row, "seen").value, cells: read(row) });
  }

  function restore() {
    const all = drafts();
    let count = 0;
    for (const row of rows) {
      const draft = all[code(row)];
      if (!draft) continue;
      const shown = read(row);
      if (Object.entries(draft.cells).every(([cell, text]) => (shown[cell] ?? text) === text)) {
        keep(row, null);
        continue;
      }
      fill(row, draft.cells);
      input(row, "seen").value = draft.seen;
      changed(row);
      count += 1;
    }
    if (count) say(`前に入力してまだ保存していなかった${count}件を、この画面に戻しました。確かめて「保存」を押してください。`, true);
  }

  // What the page says

  function say(text, alarm = false) {
    said.textContent = text;
    said.classList.toggle("is-alarm", alarm);
  }

  function sayDoor(text) {
    say(text, true);
    const door = document.createElement("a");
    door.href = location.href;
    door.textContent = "この画面を開き直す";
    door.addEventListener("click", () => {
      leaving = true;
    });
    said.append(" ", door);
  }

  function sayCount() {
    const wrong = rows.filter((row) => row.matches(".is-invalid, .is-doubted, .is-conflict, .is-refused")).length;
    const unsaved = stamps.size;
    if (wrong) say(`${wrong}件は、確かめることがあるため、まだ保存していません。行の説明を読んでください。`, true);
    else if (!unsaved) say("すべて保存しました。");
    const filled = rows.filter((row) => !row.querySelector("[name$='-seen']").value.startsWith("0:")).length;
    for (const place of document.querySelectorAll(".sheet-filled")) place.textContent = filled;
  }

  // Saving, one row after the other

  function save(row, choose = "") {
    queue = queue.then(() => (stamps.has(row) || choose ? send(row, choose) : true)).catch(() => false);
    return queue;
  }

  async function send(row, choose) {
    const stamp = stamps.get(row);
    const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.namedItem("csrfmiddlewaretoken").value });
    for (const field of row.querySelectorAll("input, select, textarea")) {
      if (field.type !== "checkbox" || field.checked) body.append(field.name, field.value);
    }
    if (choose) body.append("choose", choose);
    row.classList.add("is-saving");
    try {
      const response = await fetch(new URL(`rows/${code(row)}/`, location.href), {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      const isAnswer = response.ok && (response.headers.get("Content-Type") ?? "").includes("application/json");
      if (isAnswer) return take(row, await response.json(), stamp, choose);
      if (response.redirected || response.status === 403) {
        sayDoor("ログインの期限が切れたか、権限が変わったため、保存できませんでした。入力した内容はこのパソコンに残しています。ログインし直すと、続きから入力できます。");
      } else {
        say("保存できませんでした。入力した内容は残しています。少し待って、もう一度「保存」を押してください。", true);
      }
    } catch {
      say("通信ができず、保存できませんでした。入力した内容は残しています。つながったら、もう一度「保存」を押してください。", true);
    } finally {
      row.classList.remove("is-saving");
    }
    return false;
  }

  function take(row, answer, stamp, choose) {
    const typedOn = stamps.get(row) !== stamp; // while it was being saved
    row.classList.remove("is-invalid", "is-doubted", "is-conflict", "is-refused", "is-saved");
    row.classList.add(`is-${answer.outcome}`);
    row.querySelector(".sheet-judgement").innerHTML = answer.judgement;
    row.querySelector(".sheet-said").innerHTML = answer.said;
    for (const field of cellsOf(row)) {
      if (answer.wrong.includes(cellOf(field, row))) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    const details = row.querySelector(".sheet-more > td > details");
    if (details && details.querySelector("[aria-invalid]")) details.open = true;
    const done = answer.outcome === "saved" || answer.outcome === "same";
    if (done) {
      input(row, "seen").value = answer.seen;
      if (typedOn && !choose.endsWith(":theirs")) {
        keep(row, { seen: answer.seen, cells: read(row) });
        save(row);
      } else {
        fill(row, answer.cells);
        stamps.delete(row);
        row.classList.remove("is-unsaved");
        keep(row, null);
      }
    }
    sayCount();
    return done;
  }

  async function saveAll() {
    const results = [];
    for (const row of [...stamps.keys()]) results.push(await save(row));
    return results.every(Boolean) && !stamps.size;
  }

  // Typing

  // A value without a state is final
  function settleState(row) {
    const state = input(row, "state");
    if (state && !state.value) state.value = "FINAL";
  }

  form.addEventListener("input", (event) => {
    const row = rowOf(event.target);
    if (!row || !input(row, "seen")) return;
    if (event.target === input(row, column) && event.target.value.trim()) settleState(row);
    countWords(row);
    changed(row);
    if (event.target.name === name(row, "confirmed") && event.target.checked) save(row);
  });

  form.addEventListener("focusout", (event) => {
    const row = rowOf(event.target);
    if (row && stamps.has(row) && rowOf(event.relatedTarget ?? document.body) !== row) save(row);
  });

  form.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    if (!row || event.isComposing || event.target.tagName !== "INPUT" || event.target.type === "checkbox") return;
    const inColumn = event.target === input(row, column);
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: inColumn ? 1 : 0, ArrowUp: inColumn ? -1 : 0 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = rows[rows.indexOf(row) + step];
    if (next) {
      input(next, column).focus();
      input(next, column).select();
    } else if (event.key === "Enter") save(row);
  });

  form.addEventListener("paste", (event) => {
    const row = rowOf(event.target);
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n+$/, "");
    if (!row || event.target !== input(row, column) || !/[\n\t]/.test(text)) return;
    event.preventDefault();
    const lines = text.split("\n").map((line) => line.split("\t"));
    const below = rows.slice(rows.indexOf(row));
    let filled = 0;
    lines.slice(0, below.length).forEach(([first], place) => {
      if (!first.trim()) return;
      const target = below[place];
      input(target, column).value = first.trim();
      settleState(target);
      changed(target);
      filled += 1;
    });
    const over = lines.slice(below.length).map(([first]) => first.trim());
    const notes = [`${filled}件に貼り付けました。`];
    if (over.length) notes.push(`行が足りないため、次の${over.length}件は貼り付けていません: ${over.join("、")}。`);
    if (lines.some((line) => line.length > 1)) notes.push("左端の1列だけを使いました。");
    const pasted = below.filter((target) => stamps.has(target));
    Promise.all(pasted.map((target) => save(target))).then((results) => {
      const refused = results.filter((result) => !result).length;
      notes.push(`${results.length - refused}件を保存しました。`);
      if (refused) notes.push(`${refused}件はまだ保存していません。行の説明を読んでください。`);
      say(notes.join(""), refused + over.length > 0);
    });
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=choose]");
    if (!button) return;
    event.preventDefault();
    const row = rowOf(button);
    if (button.value.endsWith(":theirs")) stamps.set(row, stamps.get(row) ?? 0);
    save(row, button.value);
  });

  form.addEventListener("submit", (event) => {
    if (!stamps.size && event.submitter?.value === "submit") {
      leaving = true;
      return;
    }
    event.preventDefault();
    const submitter = event.submitter;
    if (!stamps.size) {
      say("保存していない入力はありません。");
      return;
    }
    saveAll().then((done) => {
      if (done && submitter?.value === "submit") form.requestSubmit(submitter);
    });
  });

  window.addEventListener("beforeunload", (event) => {
    if (stamps.size && !leaving) event.preventDefault();
  });

  restore();
})();
