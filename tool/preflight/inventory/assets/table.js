"use strict";
/* The table of vendors: what is searched, filtered, sorted and shown is one view, and the view is in the address. */
document.addEventListener("DOMContentLoaded", () => {
  const { root, load, make, places, visible, fold } = self.preflight;
  const { Rows, named, parse, address, start, csv, token, COUNTS } = self.preflightRows;
  const PAGE = 100, AT_ONCE = 25, PRINTED = 1000, LONG = 60;
  const BADGES = { live: "good", approved: "info", proposed: "info", deprecated: "warn" };
  const FIRST = ["risk", "status", "abroad", "owner", "team", "category"], OPEN = ["risk", "status", "abroad", "category"]; // filters
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const number = (value) => value.toLocaleString("en-GB");

  const [tools, side, state, below] = ["table-tools", "table-filters", "table-state", "table-more"]
    .map((id) => document.getElementById(id));
  const sheet = document.getElementById("vendors");
  const frame = sheet.closest(".table-frame");
  let rows = null, view = null, notes = [], found = null, most = PAGE, fields = null, later = 0, filling = 0, drawn = "", current = "";
  let order = 0; // of addresses that are read: only the last one counts

  // ---- Parts of the page that stay ----------------------------------------------------------------

  const text = make("input", { type: "search", id: "table-q", autocomplete: "off", spellcheck: false });
  const count = make("p", { className: "count", role: "status" });
  const list = make("div", { className: "pick-list", role: "region", "aria-label": "Columns and filters to choose" });
  const which = make("input", { type: "search", id: "pick-q", autocomplete: "off", placeholder: "Find a field" });
  const pick = make("details", { className: "pick" }, make("summary", {}, "Columns and filters"), make("div",
    { className: "card pick-card" }, make("label", { className: "sr", htmlFor: "pick-q" }, "Find a field"), which, list));
  const save = make("button", { type: "button", id: "table-save" }, "Save this view as CSV");
  const share = make("button", { type: "button", id: "table-copy" }, "Copy link to this view");
  const shared = make("input", { type: "text", readOnly: true, hidden: true, className: "shared", "aria-label": "Link to this view" });
  const copied = make("span", { role: "status", className: "soft" });
  const rail = make("details", { className: "rail" }, make("summary", {}, "Filters"));
  const chips = make("ul", { className: "chips", "aria-label": "Filters that hold" });
  const said = make("div", { role: "status" });
  const facets = self.preflightFilters({
    get rows() { return rows; }, get view() { return view; }, get found() { return found; },
    toggle, change, recount,
  }, rail);

  function build() {
    tools.append(make("div", { className: "tools no-print" },
      make("div", { className: "ask" }, make("label", { htmlFor: "table-q" }, "Search"), text), pick, save, share, copied, shared));
    tools.hidden = side.hidden = false;
    side.append(rail);
    rail.open = self.matchMedia("(min-width: 64rem)").matches;
    state.append(count, chips, said);
    state.classList.add("stay");
    const plain = document.getElementById("table-plain");
    if (plain) plain.remove();
    text.addEventListener("input", () => { view.q = text.value; change(false); });
    save.addEventListener("click", download);
    share.addEventListener("click", copy);
    pick.addEventListener("toggle", () => { if (pick.open) offer(); });
    pick.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { pick.open = false; pick.querySelector("summary").focus(); }
    });
    document.addEventListener("pointerdown", (event) => { if (!pick.contains(event.target)) pick.open = false; });
    which.addEventListener("input", offer);
    self.addEventListener("hashchange", () => { if (self.location.hash.replace(/^#/, "") !== current) arrive(); });
    self.addEventListener("beforeprint", () => { most = Math.max(most, PRINTED); body(true); });
    self.addEventListener("afterprint", () => { most = PAGE; body(true); });
  }

  // ---- The view and the address -------------------------------------------------------------------

  async function arrive() {
    self.clearTimeout(later);
    const turn = ++order, hash = self.location.hash.replace(/^#/, "");
    const failed = await own(named(hash));
    if (turn !== order) return;
    current = hash;
    ({ view, notes } = parse(hash, rows));
    notes.push(...failed);
    text.value = view.q;
    for (const id of view.filters.keys()) facets.facet(id).open = true;
    most = PAGE;
    draw();
  }

  /* Load the columns that the page did not bring: fields, broken rules. What cannot be loaded is said. */
  async function own(ids) {
    const wanted = [...new Set(ids)].filter((id) => !rows.columns.has(id));
    if (!wanted.length) return [];
    count.textContent = "Loading …";
    try {
      await known();
      const numbers = wanted.map((id) => fields.findIndex(([pointer]) => pointer === id)).filter((at) => at >= 0);
      for (const column of await Promise.all(numbers.map((at) => load(`fields/${at}`)))) rows.add(column);
      return [];
    } catch {
      return ["a file of this site is missing, so that not all fields can be shown"];
    }
  }

  async function known() {
    if (!fields) fields = (await load("fields")).fields;
  }

  /* Draw the view, and put it into the address: a step of its own to go back from, but for the letters of a search. */
  function change(step = true) {
    order += 1;
    most = PAGE;
    notes = [];
    copied.textContent = "";
    shared.hidden = true;
    draw();
    self.clearTimeout(later);
    if (step) put(true); else later = self.setTimeout(put, 250);
  }

  function put(step = false) {
    const said = address(view, rows);
    if (said === current) return;
    current = said;
    const to = said ? `#${said}` : self.location.pathname;
    if (step) self.history.pushState(null, "", to); else self.history.replaceState(null, "", to);
  }

  function toggle(id, value, on) {
    const values = (view.filters.get(id) || []).filter((each) => each !== value);
    if (on) values.push(value);
    if (values.length) view.filters.set(id, values); else view.filters.delete(id);
    change();
  }

  // ---- Drawing ------------------------------------------------------------------------------------

  function draw() {
    recount();
    head();
    body();
    bar();
    facets.draw();
    if (pick.open) offer();
  }

  function recount() {
    const open = facets.all().filter((each) => each.open || view.filters.has(each.id));
    found = rows.fitting(view, open.map((each) => each.id));
  }

  function head() {
    const up = !view.sort.startsWith("-"), by = up ? view.sort : view.sort.slice(1);
    const wanted = `${view.cols.join()} ${view.sort}`;
    if (sheet.dataset.head === wanted) return;
    const focused = document.activeElement && document.activeElement.dataset.sort;
    sheet.tHead.rows[0].replaceChildren(...view.cols.map((id) => {
      const column = rows.columns.get(id), on = id === by;
      const sign = make("span", { className: "sign", "aria-hidden": "true" }, on ? (up ? "▲" : "▼") : "↕");
      const button = make("button", { type: "button", className: "sort", title: `Sort by ${column.label}` },
        column.label.split(" › ").slice(-2).join(" › "), " ", sign);
      button.dataset.sort = id;
      button.addEventListener("click", () => {
        const first = column.kind === "number" || id === "risk" ? `-${id}` : id;
        view.sort = view.sort === first ? (first === id ? `-${id}` : id) : first;
        change();
      });
      const cell = make("th", { scope: "col", className: column.kind === "number" ? "n" : "" }, button);
      if (on) cell.setAttribute("aria-sort", up ? "ascending" : "descending");
      return cell;
    }));
    sheet.dataset.head = wanted;
    const again = focused && [...sheet.tHead.querySelectorAll("button")].find((each) => each.dataset.sort === focused);
    if (again) again.focus();
  }

  /* The first rows at once, the rest when nothing more is typed: setting rows out is what takes the time. */
  function body(all = false) {
    self.clearTimeout(filling);
    const shown = all ? most : Math.min(most, AT_ONCE);
    if (shown < Math.min(most, found.rows.length)) filling = self.setTimeout(body, 120, true);
    const visibleRows = found.rows.slice(0, shown);
    const wanted = `${view.cols.join()} ${visibleRows.join()}`;
    if (wanted !== drawn) {
      const columns = view.cols.map((id) => rows.columns.get(id));
      const lines = document.createDocumentFragment();
      for (const row of visibleRows) {
        const line = make("tr");
        for (const column of columns) line.append(cell(column, row));
        lines.append(line);
      }
      sheet.tBodies[0].replaceChildren(lines);
      drawn = wanted;
    }
    frame.hidden = !found.rows.length;
    const left = found.rows.length - most;
    if (left <= 0) { below.replaceChildren(); return; }
    const button = make("button", { type: "button" }, `Show ${Math.min(PAGE, left)} more`);
    button.addEventListener("click", () => {
      const at = most;
      most += PAGE;
      body(true);
      sheet.tBodies[0].rows[at].querySelector("a").focus();
    });
    below.replaceChildren(make("p", {}, `The first ${number(most)} of ${number(found.rows.length)}. `, button));
  }

  function cell(column, row) {
    if (column.id === "name") {
      const to = self.preflight.address(rows.data, row);
      const link = make("a", { href: to }, make("bdi", {}, rows.label(column, column.cells[row])));
      return make("th", { scope: "row" }, make("div", {}, link));
    }
    const held = places(column.cells[row]);
    const ends = column.id === "cancel" && !held.length && rows.columns.get("ends");
    if (ends && ends.cells[row]) {
      return make("td", { className: "day soft" }, `ends ${day(rows.label(ends, places(ends.cells[row])[0]))}`);
    }
    if (!held.length) return make("td", { className: column.kind === "number" ? "n soft" : "soft" }, "–");
    const least = column.least && column.least.includes(row) ? " at least" : "";
    if (column.id === "risk" || column.id === "status") {
      const value = column.values[held[0] - 1];
      return make("td", {}, make("span", { className: `badge ${BADGES[value] || (column.id === "risk" ? value : "")}` }, value + least));
    }
    if (column.kind === "number" && held.length === 1) return make("td", { className: "n" }, rows.label(column, held[0]) + least);
    const inside = held.flatMap((place, at) => {
      const shown = make("bdi", {}, column.kind === "day" ? day(rows.label(column, place)) : rows.label(column, place));
      const left = column.gone && column.gone.includes(place) ? [" ", make("span", { className: "badge bad" }, "left")] : [];
      return [...(at ? [", "] : []), shown, ...left];
    });
    return make("td", { className: column.kind === "day" && held.length === 1 ? "day" : "" }, make("div", {}, ...inside));
  }

  function day(iso) {
    const [year, month, date] = iso.split("-");
    return `${Number(date)} ${MONTHS[Number(month) - 1]} ${year}`;
  }

  const meaning = (column, value) => {
    if (value === "" || value === "unknown") return value ? "not known" : "not stated";
    if (COUNTS.includes(column.id) && (value === "yes" || value === "no")) return value === "yes" ? "one or more" : "none";
    const place = column.values.findIndex((each) => token(each) === value) + 1;
    const [from, to] = value.split("..");
    return place ? rows.label(column, place) : to === undefined ? value
      : from && to ? `${from} to ${to}` : from ? `${from} or more` : `up to ${to}`;
  };

  function bar() {
    const all = rows.size, some = found.rows.length;
    count.replaceChildren(make("b", {}, number(some)), some === all ? ` ${all === 1 ? "vendor" : "vendors"}`
      : ` of ${number(all)} vendors`);
    chips.replaceChildren(...[...view.filters].flatMap(([id, values]) => values.map((value) => {
      const column = rows.columns.get(id);
      const label = `${column.label}: ${meaning(column, value)}`;
      return make("li", {}, press(label, () => toggle(id, value, false), `Remove the filter ${label}`, " ×"));
    })), ...(view.filters.size ? [make("li", { className: "no-print" }, press("Clear all filters", clear))] : []));
    chips.hidden = !view.filters.size;
    const told = [];
    if (notes.length) {
      told.push(make("p", { className: "note" }, `Parts of the address were ignored: ${notes.join("; ")}.`));
    }
    if (!some) told.push(empty());
    if (told.length || said.childNodes.length) said.replaceChildren(...told);
  }

  function press(label, act, spoken = "", sign = "") {
    const button = make("button", { type: "button" }, make("bdi", {}, label), make("span", { "aria-hidden": "true" }, sign));
    if (spoken) button.setAttribute("aria-label", visible(spoken));
    button.addEventListener("click", act);
    return button;
  }

  function clear() { view.filters.clear(); change(); text.focus(); }

  /* Why nothing is left, and what would help. */
  function empty() {
    const told = make("div", { className: "note" });
    const missing = view.q ? rows.missing(view.q) : [];
    const why = missing.length ? `No vendor has the word “${missing[0]}” in its name, aliases, category, capabilities, company or owners.`
      : view.q && !found.found ? `No vendor has all of the words “${view.q.trim()}”.`
        : view.q ? `${number(found.found)} ${found.found === 1 ? "vendor has" : "vendors have"} the words “${view.q.trim()}”, but the filters leave none of them.`
          : view.filters.size > 1 ? "No vendor fits all of these filters together." : "No vendor fits this filter.";
    told.append(make("p", {}, why));
    const acts = make("p", {});
    if (view.q) acts.append(press("Clear the search", () => { text.value = view.q = ""; change(); text.focus(); }), " ");
    for (const [id, many] of found.alone) {
      if (many) acts.append(press(`Without “${rows.columns.get(id).label}”: ${number(many)}`, () => { view.filters.delete(id); change(); text.focus(); }), " ");
    }
    if (view.filters.size) acts.append(press("Clear all filters", clear));
    told.append(acts);
    return told;
  }

  // ---- Choosing columns and filters ---------------------------------------------------------------

  async function offer() {
    try { await known(); } catch { fields = []; }
    const wanted = self.preflight.words(which.value);
    const all = [...rows.data.columns.map((column) => [column.id, column.label, "", null]), ...fields];
    const fitting = all.filter((each) => wanted.every((word) => fold(`${each[0]} ${each[1]} ${each[2]}`).includes(word)));
    fitting.sort((one, other) => view.cols.includes(other[0]) - view.cols.includes(one[0]));
    const focused = document.activeElement && document.activeElement.dataset.pick;
    const lines = fitting.slice(0, LONG).map(([id, label, help, many]) => {
      const tick = (what, on, act) => {
        const box = make("input", { type: "checkbox", checked: on, "aria-label": `${label}: ${what}` });
        box.dataset.pick = `${what} ${id}`;
        box.addEventListener("change", () => act(box.checked));
        return make("td", {}, box);
      };
      const name = make("th", { scope: "row" }, make("bdi", {}, label));
      if (many !== null) name.append(make("small", {}, `${help ? `${help} ` : ""}(${number(many)} of ${number(rows.size)})`));
      const column = tick("column", view.cols.includes(id), (on) => show(id, on));
      if (id === "name") column.firstChild.disabled = true;
      return make("tr", {}, name, column, tick("filter", facets.has(id), (on) => filter(id, on)));
    });
    const title = (text) => make("th", { scope: "col" }, text);
    list.replaceChildren(lines.length ? make("table", {}, make("thead", {}, make("tr", {}, title("Field"), title("Column"), title("Filter"))),
      make("tbody", {}, ...lines)) : make("p", {}, "No field has this name."));
    if (fitting.length > LONG) list.append(make("p", { className: "soft" }, `${number(fitting.length - LONG)} more: search for them.`));
    const again = focused && [...list.querySelectorAll("input")].find((each) => each.dataset.pick === focused);
    if (again) again.focus();
  }

  async function show(id, on) {
    notes = await own([id]);
    if (!rows.columns.has(id)) { draw(); return; }
    view.cols = on ? [...view.cols.filter((each) => each !== id), id] : view.cols.filter((each) => each !== id);
    change();
  }

  async function filter(id, on) {
    notes = await own([id]);
    if (!rows.columns.has(id)) { draw(); return; }
    if (on) { facets.facet(id).open = rail.open = true; draw(); facets.facet(id).box.scrollIntoView({ block: "nearest" }); return; }
    facets.remove(id);
    view.filters.delete(id);
    change();
  }

  function download() {
    const file = new Blob(["\ufeff", csv(rows, view, found.rows)], { type: "text/csv;charset=utf-8" });
    const link = make("a", { href: self.URL.createObjectURL(file), download: "vendors.csv" });
    document.body.append(link);
    link.click();
    link.remove();
    self.setTimeout(() => self.URL.revokeObjectURL(link.href), 10000);
  }

  /* Where the browser keeps the clipboard from a page, the address is selected to be copied by hand. */
  async function copy() {
    self.clearTimeout(later);
    put();
    copied.textContent = "";
    shared.hidden = true;
    try {
      await self.navigator.clipboard.writeText(self.location.href);
      copied.textContent = "Copied";
    } catch {
      shared.value = self.location.href;
      shared.hidden = false;
      shared.focus();
      shared.select();
      copied.textContent = document.execCommand("copy") ? "Copied" : "Copy this address:";
    }
  }

  // ---- Begin --------------------------------------------------------------------------------------

  load("vendors").then(async (data) => {
    rows = new Rows(data);
    await own(data.shown);
    rows.data.shown = data.shown.filter((id) => rows.columns.has(id));
    view = start(rows);
    build();
    const offered = data.columns.filter((column) => column.filters).map((column) => column.id);
    const place = (id) => FIRST.includes(id) ? FIRST.indexOf(id) : FIRST.length;
    for (const id of offered.sort((one, other) => place(one) - place(other))) facets.facet(id);
    for (const id of data.filters) if (rows.columns.has(id)) facets.facet(id);
    const opened = facets.all().filter((made) => OPEN.includes(made.id));
    (opened.length ? opened : facets.all().slice(0, 4)).forEach((made) => { made.open = true; });
    await arrive();
    document.documentElement.dataset.ready = "table";
  }).catch(() => {
    state.append(make("p", { className: "note", role: "alert" },
      "The data of the table cannot be loaded: search and filters are missing. Below are vendors as the page has them."));
  });
});
