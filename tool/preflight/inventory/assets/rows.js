"use strict";
/* What the table of vendors knows: columns, the view that an address asks for, and which rows fit it. No page is
   touched here. A view is { q, filters: Map of column → values, sort: column or -column, cols: [column] }. */
self.preflightRows = (() => {
  const COUNTS = ["red", "waived", "overdue"]; // can be asked for by yes and no
  const PARAMETERS = ["q", "f", "sort", "cols"];
  const RANGE = /^(.*)\.\.(.*)$/s;

  /* In an address a comma and a colon part pointers: those within one are written as ~2 and ~3, which no pointer has. */
  const written = (id) => id.replaceAll(",", "~2").replaceAll(":", "~3");
  const read = (id) => id.replaceAll("~2", ",").replaceAll("~3", ":");
  const token = (value) => typeof value === "string" ? value : JSON.stringify(value);

  class Rows {
    constructor(data) {
      this.data = data;
      this.size = data.rows;
      this.columns = new Map(data.columns.map((column) => [column.id, column]));
      this.texts = self.preflight.texts(data);
      this.orders = new Map();
    }

    add(column) { this.columns.set(column.id, column); }

    label(column, place) {
      if (!place) return "not stated";
      if (column.names) return column.names[place - 1];
      const value = column.values[place - 1];
      if (typeof value === "boolean") return value ? "yes" : "no";
      return typeof value === "number" && !column.id.startsWith("/") ? value.toLocaleString("en-GB") : String(value);
    }

    /* All rows, sorted: what is not known comes last, whichever way; what is equal goes by name. Where there is no day
       to cancel, the table shows the day of the end: these come after, by that day. */
    order(sort) {
      if (!this.orders.has(sort)) {
        const down = sort.startsWith("-"), column = this.columns.get(down ? sort.slice(1) : sort);
        const names = this.columns.get("name").cells;
        const key = (cell) => {
          const places = self.preflight.places(cell);
          return !places.length ? Infinity : down ? -Math.max(...places) : Math.min(...places);
        };
        const after = column.id === "cancel" ? this.columns.get("ends") : null, FAR = 1e9; // more than there are days
        const keys = column.cells.map((cell, row) => {
          const own = key(cell);
          return own === Infinity && after ? FAR + key(after.cells[row]) : own;
        });
        const rows = Array.from(keys, (_, row) => row);
        rows.sort((one, other) => (keys[one] === keys[other] ? 0 : keys[one] - keys[other])
          || names[one] - names[other] || one - other);
        if (this.orders.size > 8) this.orders.clear();
        this.orders.set(sort, rows);
      }
      return this.orders.get(sort);
    }

    /* Which places of a column a filter lets through; place 0 is what is not known. */
    accepted(column, values) {
      const accepted = new Uint8Array(column.values.length + 1);
      for (const value of values) {
        let known = false;
        column.values.forEach((each, index) => {
          if (token(each) === value) { accepted[index + 1] = 1; known = true; }
        });
        if (known) continue;
        if (value === "" || value === "unknown") { accepted[0] = 1; continue; }
        const range = column.kind === "number" || column.kind === "day" ? RANGE.exec(value) : null;
        const wanted = self.preflight.fold(value);
        column.values.forEach((each, index) => {
          if (range) { if (within(each, range[1], range[2])) accepted[index + 1] = 1; }
          else if (COUNTS.includes(column.id) && (value === "yes" || value === "no")) {
            if ((each > 0) === (value === "yes")) accepted[index + 1] = 1;
          } else if (column.names && self.preflight.fold(column.names[index]) === wanted) accepted[index + 1] = 1;
        });
      }
      return accepted;
    }

    /* The rows that fit a view, in its order, and for each column of ``counted`` how many vendors have each value when
       all other filters hold. ``alone``: how many only this one filter keeps out. */
    fitting(view, counted) {
      const wanted = self.preflight.words(view.q);
      const filters = [...view.filters].map(([id, values]) => {
        const column = this.columns.get(id);
        return { id, cells: column.cells, accepted: this.accepted(column, values), alone: 0 };
      });
      const counts = new Map(counted.map((id) => [id, new Uint32Array(this.columns.get(id).values.length + 1)]));
      const tallies = counted.map((id) => ({ id, cells: this.columns.get(id).cells, count: counts.get(id) }));
      const rows = [];
      let found = 0;
      for (const row of this.order(view.sort)) {
        const text = this.texts[row];
        if (!wanted.every((word) => text.includes(word))) continue;
        found += 1;
        let failed = null, failures = 0;
        for (const filter of filters) {
          if (!passes(filter.cells[row], filter.accepted)) {
            failed = filter;
            if (++failures > 1) break;
          }
        }
        if (failures > 1) continue;
        if (failures === 0) rows.push(row); else failed.alone += 1;
        for (const { id, cells, count } of tallies) {
          if (failures && failed.id !== id) continue;
          const cell = cells[row];
          if (typeof cell === "number") count[cell] += 1;
          else if (!cell.length) count[0] += 1;
          else for (const place of cell) count[place] += 1;
        }
      }
      return { rows, counts, found, alone: new Map(filters.map((filter) => [filter.id, filter.alone])) };
    }

    /* Words of a search that no vendor has. */
    missing(text) {
      return self.preflight.words(text).filter((word) => !this.texts.some((each) => each.includes(word)));
    }
  }

  function passes(cell, accepted) {
    if (typeof cell === "number") return accepted[cell] === 1;
    if (!cell.length) return accepted[0] === 1;
    for (const place of cell) if (accepted[place]) return true;
    return false;
  }

  function within(value, from, to) {
    if (typeof value === "number") return (from === "" || value >= Number(from)) && (to === "" || value <= Number(to));
    return (from === "" || value >= from) && (to === "" || value.slice(0, to.length) <= to);
  }

  // ---- Addresses ----------------------------------------------------------------------------------

  /* Which columns an address names, known or not. */
  function named(hash) {
    const asked = new URLSearchParams(hash.replace(/^#/, ""));
    const all = [...asked.getAll("f").map((each) => part(each)[0]), (asked.get("sort") || "").replace(/^-/, "")];
    return [...all, ...(asked.get("cols") || "").split(",").map(read)].filter(Boolean);
  }

  function part(text) {
    const at = text.indexOf(":");
    return at < 0 ? [read(text), ""] : [read(text.slice(0, at)), text.slice(at + 1)];
  }

  /* The view of an address, and what of the address was not understood. */
  function parse(hash, rows) {
    const asked = new URLSearchParams(hash.replace(/^#/, ""));
    const notes = [], view = start(rows);
    const known = (id, what) => {
      if (rows.columns.has(id)) return true;
      notes.push(`${what} “${id}” is no column of this registry`);
      return false;
    };
    for (const name of new Set(asked.keys())) {
      if (!PARAMETERS.includes(name)) notes.push(`“${name}” is nothing that this table can be asked for`);
    }
    view.q = asked.get("q") || "";
    for (const each of asked.getAll("f")) {
      const [id, value] = part(each);
      if (!known(id, "The filter")) continue;
      const values = view.filters.get(id) || [];
      if (!values.includes(value)) view.filters.set(id, [...values, value]);
    }
    const sort = asked.get("sort");
    if (sort && known(read(sort.replace(/^-/, "")), "The order")) view.sort = read(sort);
    const cols = (asked.get("cols") || "").split(",").map(read).filter(Boolean);
    const fitting = [...new Set(cols)].filter((id) => known(id, "The column"));
    if (fitting.length) view.cols = fitting.includes("name") ? fitting : ["name", ...fitting];
    return { view, notes };
  }

  const start = (rows) => ({ q: "", filters: new Map(), sort: "name", cols: [...rows.data.shown] });

  function address(view, rows) {
    const said = new URLSearchParams();
    if (view.q) said.append("q", view.q);
    for (const [id, values] of view.filters) for (const value of values) said.append("f", `${written(id)}:${value}`);
    if (view.sort !== "name") said.append("sort", written(view.sort));
    if (view.cols.join() !== rows.data.shown.join()) said.append("cols", view.cols.map(written).join());
    return said.toString();
  }

  // ---- CSV ----------------------------------------------------------------------------------------

  /* No text may begin as a formula of a spreadsheet does. */
  function cell(text) {
    let safe = self.preflight.visible(text).replaceAll("##[", "##\\u{5b}");
    if (safe.trimStart().startsWith("::")) safe = safe.replace(":", "\\u{3a}");
    const formula = /^[=+\-@\t\r\0|%＝＋－＠]/;
    if (formula.test(safe.trimStart()) || formula.test(text)) safe = `'${safe}`;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  function csv(rows, view, fitting) {
    const columns = view.cols.map((id) => rows.columns.get(id));
    const value = (column, row) => {
      const places = self.preflight.places(column.cells[row]);
      const only = places.length === 1 ? column.values[places[0] - 1] : null;
      if (typeof only === "number") return String(only);
      return cell(places.map((place) => column.names || typeof column.values[place - 1] === "boolean"
        ? rows.label(column, place) : String(column.values[place - 1])).join("; "));
    };
    const lines = [["id", ...columns.map((column) => cell(column.label))]];
    for (const row of fitting) lines.push([cell(rows.data.ids[row]), ...columns.map((column) => value(column, row))]);
    return lines.map((line) => line.join(",")).join("\r\n") + "\r\n";
  }

  return { Rows, named, parse, address, start, csv, token, COUNTS };
})();
