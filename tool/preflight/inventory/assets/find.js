"use strict";
/* The search in the head of every page, and what other scripts share with it: loading data, comparing words, showing
   texts. The data is loaded when somebody turns to the search, not before. */
(() => {
  const root = document.body.dataset.root || "";
  const MOST = 8;

  /* To the content, and back to the top: the hash stays, for on many pages it holds what was asked. */
  for (const link of document.querySelectorAll('a[href="#main"]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const main = document.getElementById("main");
      main.focus({ preventScroll: true });
      if (link.matches(".to-top")) self.scrollTo(0, 0); else main.scrollIntoView();
    });
  }
  const loading = new Map();

  /* Load data/NAME.js; a page of a local folder can fetch nothing, but it can run a script that hands data over. */
  function load(name) {
    if (!loading.has(name)) {
      loading.set(name, new Promise((resolve, reject) => {
        const known = (self.preflightData || {})[name];
        if (known) { resolve(known); return; }
        const script = document.createElement("script");
        script.src = `${root}data/${name}.js`;
        script.addEventListener("load", () => {
          const found = (self.preflightData || {})[name];
          if (found) resolve(found); else reject(new Error(name));
        });
        script.addEventListener("error", () => { loading.delete(name); reject(new Error(name)); });
        document.head.append(script);
      }));
    }
    return loading.get(name);
  }

  /* Words are compared without case, accents and hyphens. */
  const LETTERS = { "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "þ": "th", "ð": "d" };
  const PLAIN = /^[\x20-\x7e]*$/;
  function fold(text) {
    const low = text.toLowerCase();
    const plain = PLAIN.test(low) ? low : low.normalize("NFKD").replace(/\s+/gu, " ")
      .replace(/[\p{M}\p{Cf}\p{Cc}]/gu, "").replace(/[ßæœøđłıþð]/g, (each) => LETTERS[each]);
    return plain.replace(/[-_]/g, " ");
  }
  const words = (text) => fold(text).split(" ").filter(Boolean);

  /* The words of each vendor, ready to be searched. */
  function texts(data) {
    const searched = data.columns.filter((column) => column.searched).map((column) => ({
      cells: column.cells,
      folded: ["", ...(column.names || column.values).map((value) => fold(String(value)))],
    }));
    return data.ids.map((id, row) => {
      let text = `${fold(id)}\n${fold(data.more[row])}`;
      for (const { cells, folded } of searched) {
        const cell = cells[row];
        if (typeof cell === "number") text += `\n${folded[cell]}`;
        else for (const place of cell) text += `\n${folded[place]}`;
      }
      return text;
    });
  }

  /* Characters that a reader cannot see, or that turn text round, are shown as what they are. */
  const visible = (text) => PLAIN.test(text) ? text : text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (each) => `\\u{${each.codePointAt(0).toString(16)}}`);

  /* An element, with its properties and what is in it; texts stay texts. */
  function make(tag, properties = {}, ...inside) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
      else element[name] = value;
    }
    element.append(...inside.map((each) => typeof each === "string" ? visible(each) : each));
    return element;
  }

  const places = (cell) => typeof cell === "number" ? (cell ? [cell] : []) : cell;
  const shown = (column, row) => !column ? "" :
    places(column.cells[row]).map((place) => String((column.names || column.values)[place - 1])).join(", ");
  const address = (data, row) => `${root}vendors/${data.files[row] || data.ids[row]}.html`;

  self.preflight = { root, load, fold, words, texts, visible, make, places, shown, address };

  // ---- The combobox -------------------------------------------------------------------------------

  const box = document.getElementById("find");
  const input = document.getElementById("find-text");
  const list = document.getElementById("find-list");
  if (!box || !input || !list) return;
  const said = make("span", { className: "sr", role: "status" });
  box.append(said);
  box.hidden = false;
  let data = null, columns = {}, haystack = [], names = [], systems = [], hits = [], active = -1;

  function prepare() {
    return load("find").then((found) => {
      if (data) return;
      data = found;
      columns = Object.fromEntries(data.columns.map((column) => [column.id, column]));
      haystack = texts(data);
      names = data.ids.map((id, row) => fold(shown(columns.name, row)));
      systems = (data.systems || []).map(([id, name]) => ({ id, name, text: fold(`${id}\n${name}`) }));
      if (document.activeElement === input) show();
    }).catch(() => { said.textContent = "The list of vendors cannot be loaded."; });
  }

  /* How well a name fits: it begins with the text, one of its words does, it has all words, or something else has. */
  function rank(row, text, wanted) {
    const name = names[row];
    if (name.startsWith(text)) return 0;
    if (` ${name}`.includes(` ${text}`)) return 1;
    return wanted.every((word) => name.includes(word)) ? 2 : 3;
  }

  function search(text) {
    const wanted = words(text), joined = wanted.join(" ");
    const rows = [], counted = new Map();
    haystack.forEach((each, row) => {
      const count = wanted.filter((word) => each.includes(word)).length;
      if (count === wanted.length) rows.push(row);
      else if (count) counted.set(row, count);
    });
    const near = !rows.length && wanted.length > 1;
    const found = near ? [...counted.keys()] : rows;
    const best = new Map(found.map((row) => [row, rank(row, joined, wanted)]));
    found.sort((one, other) => (counted.get(other) || 0) - (counted.get(one) || 0) || best.get(one) - best.get(other)
      || columns.name.cells[one] - columns.name.cells[other]);
    return { found, near };
  }

  function option(row) {
    const owner = (id, side) => shown(columns[id], row) && `${side}: ${shown(columns[id], row)}`;
    const category = shown(columns.category, row), company = shown(columns.company, row);
    const line = [category || company, owner("marketing", "Marketing"), owner("it", "IT")].filter(Boolean).join(" · ");
    const status = shown(columns.status, row);
    const over = ["retired", "rejected", "deprecated"].includes(status);
    const inside = [make("bdi", {}, shown(columns.name, row))];
    if (over) inside.push(" ", make("span", { className: "badge" }, status));
    return { to: address(data, row), element: make("span", { className: "hit" }, ...inside, make("small", {}, line)) };
  }

  /* The company's own systems have no page, but a place on that of the integrations. */
  function own(wanted) {
    return systems.filter((system) => wanted.every((word) => system.text.includes(word))).map((system) => ({
      to: `${root}integrations.html#${new URLSearchParams({ system: system.id })}`,
      element: make("span", { className: "hit" }, make("bdi", {}, system.name), make("small", {}, "Own system: what hangs on it")),
    }));
  }

  const aside = (text) => make("li", { role: "option", className: "soft", "aria-disabled": "true", "aria-selected": "false" },
    make("span", { className: "hit" }, text));

  function show() {
    const text = input.value.trim();
    if (!data || !words(text).length) { close(); return; }
    const ours = own(words(text)), result = search(text);
    const near = result.near && !ours.length, found = result.near && ours.length ? [] : result.found;
    hits = found.slice(0, MOST).map(option);
    if (found.length > MOST && !near) {
      const all = make("span", { className: "hit" }, `All ${found.length.toLocaleString("en-GB")} in the table`);
      hits.push({ to: table(text), element: all });
    }
    hits.push(...ours.slice(0, MOST));
    active = -1;
    const head = !hits.length ? [aside("Nothing found")] : near ? [aside("No vendor has all of these words. The nearest:")] : [];
    list.replaceChildren(...head, ...hits.map((hit, number) => {
      const item = make("li", { role: "option", id: `find-${number}`, "aria-selected": "false" }, hit.element);
      item.addEventListener("click", () => go(hit.to));
      return item;
    }));
    list.hidden = false;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
    const told = [found.length || !ours.length ? `${found.length} ${found.length === 1 ? "vendor" : "vendors"}` : "",
      ours.length ? `${ours.length} own ${ours.length === 1 ? "system" : "systems"}` : ""].filter(Boolean).join(" and ");
    said.textContent = !hits.length ? "Nothing found." : near ? "No vendor has all of these words." : `${told} found.`;
  }

  function close() {
    list.hidden = true;
    active = -1;
    hits = [];
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(number) {
    active = (number + hits.length) % hits.length;
    hits.forEach((_, each) => {
      document.getElementById(`find-${each}`).setAttribute("aria-selected", String(each === active));
    });
    input.setAttribute("aria-activedescendant", `find-${active}`);
    document.getElementById(`find-${active}`).scrollIntoView({ block: "nearest" });
  }

  const table = (text) => `${root}vendors.html#${new URLSearchParams({ q: text })}`;
  function go(to) { close(); self.location.href = to; }

  input.addEventListener("focus", () => { prepare(); if (data) show(); });
  input.addEventListener("input", () => { if (data) show(); else prepare(); });
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the text keeps the focus
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.altKey) {
      event.preventDefault();
      if (list.hidden) show();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (hits.length) choose(active < 0 && step < 0 ? hits.length - 1 : active + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (active >= 0) go(hits[active].to);
      else if (input.value.trim()) go(table(input.value.trim()));
    } else if (event.key === "Escape") {
      if (!list.hidden) event.preventDefault(); else input.value = "";
      close();
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
})();
