"use strict";
/* The filters beside the table of vendors: the values of a column, or a range, with how many vendors each would give.
   ``at`` is the table: rows, view, found, and what is done when something is chosen. */
self.preflightFilters = (at, rail) => {
  const { make, visible, fold } = self.preflight;
  const { token, COUNTS } = self.preflightRows;
  const SHORT = 8, LONG = 60;
  const number = (value) => value.toLocaleString("en-GB");
  const facets = new Map();

  function facet(id) {
    if (facets.has(id)) return facets.get(id);
    const column = at.rows.columns.get(id);
    const made = { id, column, open: false, all: false, find: "", items: new Map() };
    made.title = make("span", {}, column.label);
    made.list = make("ul", { className: "plain values", "aria-label": column.label });
    made.box = make("details", { className: "facet" }, make("summary", {}, made.title), made.list);
    if (column.kind === "number" || column.kind === "day") made.box.append(range(made));
    else if (column.values.length > SHORT) {
      const input = make("input", { type: "search", autocomplete: "off", placeholder: "Find a value", "aria-label": `Find a value of ${column.label}` });
      input.addEventListener("input", () => { made.find = fold(input.value.trim()); values(made); });
      made.list.before(input);
      made.rest = make("button", { type: "button", className: "rest" });
      made.rest.addEventListener("click", () => { made.all = !made.all; values(made); });
      made.box.append(made.rest);
    }
    made.box.addEventListener("toggle", () => {
      if (made.open === made.box.open) return;
      made.open = made.box.open;
      if (made.open) { at.recount(); values(made); }
    });
    facets.set(id, made);
    rail.append(made.box);
    return made;
  }

  /* From and to, of amounts and days. */
  function range(made) {
    const kind = made.column.kind === "day" ? "date" : "number";
    const ends = ["From", "to"].map((label) => make("input", { type: kind, step: "any", "aria-label": `${made.column.label}: ${label}` }));
    const form = make("form", { className: "range" }, ends[0], make("span", {}, "to"), ends[1], make("button", {}, "Apply"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const kept = (at.view.filters.get(made.id) || []).filter((value) => !value.includes(".."));
      if (ends[0].value || ends[1].value) kept.push(`${ends[0].value}..${ends[1].value}`);
      if (kept.length) at.view.filters.set(made.id, kept); else at.view.filters.delete(made.id);
      at.change();
    });
    made.ends = ends;
    return form;
  }

  function draw() {
    for (const made of facets.values()) {
      if (made.box.open !== made.open) made.box.open = made.open;
      const chosen = at.view.filters.get(made.id) || [];
      const title = visible(made.column.label + (chosen.length ? ` (${chosen.length})` : ""));
      if (made.title.textContent !== title) made.title.textContent = title;
      if (made.ends) {
        const held = (chosen.find((value) => value.includes("..")) || "..").split("..");
        made.ends.forEach((input, end) => { if (input.value !== held[end] && document.activeElement !== input) input.value = held[end]; });
      }
      if (made.open) values(made);
    }
  }

  /* The values of one filter with how many vendors each would give. */
  function values(made) {
    const { column } = made, counts = at.found.counts.get(made.id), chosen = at.view.filters.get(made.id) || [];
    if (!counts) return;
    let offered = [];
    if (COUNTS.includes(made.id)) {
      const some = column.values.reduce((sum, value, index) => sum + (value > 0 ? counts[index + 1] : 0), 0);
      const none = column.values.reduce((sum, value, index) => sum + (value > 0 ? 0 : counts[index + 1]), 0);
      offered = [["yes", "one or more", some], ["no", "none", none]];
    } else if (column.kind === "number" || column.kind === "day") {
      offered = [];
    } else {
      let keys = column.values.map((_, index) => index + 1);
      if (made.find) keys = keys.filter((place) => fold(at.rows.label(column, place)).includes(made.find));
      if (column.values.length > SHORT) {
        keys.sort((one, other) => chosen.includes(token(column.values[other - 1])) - chosen.includes(token(column.values[one - 1]))
          || counts[other] - counts[one] || one - other);
      }
      if (made.id === "risk") keys.reverse();
      const many = made.all ? LONG : SHORT;
      if (made.rest) {
        made.rest.hidden = keys.length <= SHORT;
        made.rest.textContent = made.all ? "Show fewer" : keys.length > LONG ? `Show ${LONG} of ${number(keys.length)}` : `Show all ${keys.length}`;
      }
      offered = keys.slice(0, many).map((place) => [token(column.values[place - 1]), at.rows.label(column, place), counts[place]]);
    }
    if (!made.find && (counts[0] || chosen.includes(""))) offered.push(["", "not stated", counts[0]]);
    const focused = document.activeElement;
    const items = offered.map(([value, label, many]) => {
      if (!made.items.has(value)) {
        const box = make("input", { type: "checkbox" }), amount = make("span", { className: "amount" });
        box.addEventListener("change", () => at.toggle(made.id, value, box.checked));
        made.items.set(value, { box, amount, item: make("li", {}, make("label", {}, box, make("bdi", {}, label), amount)) });
      }
      const known = made.items.get(value);
      known.box.checked = chosen.includes(value);
      known.amount.textContent = number(many);
      known.item.classList.toggle("none", !many && !known.box.checked);
      return known.item;
    });
    if (items.length !== made.list.children.length || items.some((item, index) => made.list.children[index] !== item)) {
      made.list.replaceChildren(...items);
      if (focused && made.list.contains(focused)) focused.focus();
    }
    made.list.hidden = !items.length;
  }

  function remove(id) {
    facets.get(id).box.remove();
    facets.delete(id);
  }

  const all = () => [...facets.values()];
  return { facet, draw, remove, all, has: (id) => facets.has(id) };
};
