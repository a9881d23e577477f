"use strict";
// The map: what is seen stands in the hash (category, colour, size, vendor), so that a view can be shared.
(() => {
  const all = document.getElementById("map-all");
  const map = document.getElementById("map");
  const controls = document.getElementById("map-controls");
  const dialog = document.getElementById("map-vendor");
  const root = document.body.dataset.root;
  const lazy = map.classList.contains("lazy");
  const sections = [...map.querySelectorAll(".cat")];
  const colours = [...controls.querySelectorAll("[name=colour]")];
  const size = controls.querySelector("[name=size]");
  const MOST = 400; // cards that are added at a time
  const loaded = new Map(); // number of a category → promise of its vendors
  const waiting = new Map();
  let opener = null;

  window.preflightMap = (number, vendors) => waiting.get(number)?.(vendors);

  const vendorsOf = (number) => {
    if (!loaded.has(number)) {
      loaded.set(number, new Promise((resolve, reject) => {
        waiting.set(number, resolve);
        const script = document.createElement("script");
        script.src = `${root}data/map-${number}.js`;
        script.onerror = () => { loaded.delete(number); reject(new Error("not there")); };
        document.head.append(script);
      }));
    }
    return loaded.get(number);
  };

  // ---- State ------------------------------------------------------------------------------------
  const read = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    const colour = given.get("colour");
    return {
      category: given.get("category"),
      vendor: given.get("vendor"),
      colour: colours.some((each) => each.value === colour) ? colour : (colours[0]?.value ?? ""),
      size: size && given.get("size") === "spend" ? "spend" : "",
    };
  };
  const address = (state) => {
    const told = new URLSearchParams();
    if (state.category !== null) told.set("category", state.category);
    if (state.colour && state.colour !== colours[0]?.value) told.set("colour", state.colour);
    if (state.size) told.set("size", state.size);
    if (state.vendor) told.set("vendor", state.vendor);
    return `#${told}`;
  };
  const go = (change, keep = false) => {
    const to = address({ ...read(), ...change });
    if (keep) history.replaceState(null, "", to);
    else if (to !== (location.hash || "#")) history.pushState(null, "", to);
    render();
  };

  // ---- Cards ------------------------------------------------------------------------------------
  const made = (tag, style, text) => {
    const element = document.createElement(tag);
    if (style) element.className = style;
    if (text !== undefined) element.append(text);
    return element;
  };
  const named = (tag, style, text) => {
    const element = made(tag, style);
    element.append(made("bdi", "", text));
    return element;
  };
  const face = (vendor) => {
    const link = made("a", `v ${vendor.styles}`);
    link.href = root + vendor.to;
    link.dataset.vendor = vendor.id;
    link.append(named("b", "", vendor.name));
    for (const [name, text] of Object.entries(vendor.says)) link.append(made("span", `says ${name}`, text));
    if (vendor.red) link.append(made("span", "badge bad", `${vendor.red} red flag${vendor.red === 1 ? "" : "s"}`));
    if (vendor.line) link.append(named("span", "line", vendor.line));
    const item = document.createElement("li");
    item.append(link);
    return item;
  };
  const more = document.getElementById("map-more");
  const fill = (section, vendors) => {
    const list = section.querySelector(".cards");
    const next = vendors.slice(list.children.length, list.children.length + MOST);
    list.append(...next.map(face));
    const left = vendors.length - list.children.length;
    more.hidden = left < 1;
    more.firstElementChild.textContent = `Show ${Math.min(left, MOST)} more of ${left}`;
    more.firstElementChild.onclick = () => {
      const at = list.children.length;
      fill(section, vendors);
      list.children[at]?.querySelector("a").focus();
    };
  };

  // ---- Zoom -------------------------------------------------------------------------------------
  const said = document.getElementById("map-said");
  let last = null;
  const zoom = (state) => {
    const here = sections.find((each) => each.dataset.category === state.category) ?? null;
    for (const each of sections) each.hidden = here !== null && each !== here;
    map.classList.toggle("one", here !== null);
    document.getElementById("map-crumb").hidden = here === null;
    document.getElementById("map-back").href = address({ ...state, category: null, vendor: null });
    more.hidden = true;
    if (lazy) for (const each of sections) if (each !== here) each.querySelector(".cards").replaceChildren();
    if (here) {
      const title = here.querySelector(".into").textContent;
      document.getElementById("map-here").replaceChildren(made("bdi", "", title));
      if (last !== here) said.textContent = `${title}: ${here.querySelector(".count").textContent}`;
      if (lazy) {
        vendorsOf(Number(here.dataset.number)).then(
          (vendors) => { if (map.classList.contains("one") && !here.hidden && !here.querySelector(".cards").children.length) fill(here, vendors); },
          () => { said.textContent = "The vendors of this category cannot be read."; },
        );
      }
    } else if (last) {
      said.textContent = "All categories";
    }
    last = here;
    for (const each of sections) {
      each.querySelector(".into").href = address({ ...state, category: each.dataset.category, vendor: null });
    }
  };

  // ---- One vendor -------------------------------------------------------------------------------
  const summary = (vendor) => {
    document.getElementById("map-vendor-name").replaceChildren(made("bdi", "", vendor.name));
    const line = document.getElementById("map-vendor-line");
    line.replaceChildren(made("bdi", "", vendor.line));
    line.hidden = !vendor.line;
    document.getElementById("map-vendor-rows").replaceChildren(
      ...vendor.rows.flatMap(([title, text]) => [made("dt", "", title), named("dd", "", text)]),
    );
    document.getElementById("map-vendor-page").href = root + vendor.to;
    if (!dialog.open) dialog.showModal();
  };
  const sectionOf = (vendor, state) => {
    const card = [...map.querySelectorAll(".v")].find((each) => each.dataset.vendor === vendor);
    return card?.closest(".cat") ?? sections.find((each) => each.dataset.category === state.category);
  };
  const shut = () => {
    if (!dialog.open) return;
    dialog.close();
    const card = opener?.isConnected ? opener : null;
    card?.focus();
    opener = null;
  };
  const detail = (state) => {
    if (!state.vendor) { shut(); return; }
    const section = sectionOf(state.vendor, state);
    if (!section) { shut(); return; }
    vendorsOf(Number(section.dataset.number)).then((vendors) => {
      const found = vendors.find((each) => each.id === state.vendor);
      if (found && read().vendor === state.vendor) {
        opener ??= [...map.querySelectorAll(".v")].find((each) => each.dataset.vendor === state.vendor) ?? null;
        summary(found);
      }
    }, () => { location.href = root + (opener?.getAttribute("href").slice(root.length) ?? "vendors.html"); });
  };

  const render = () => {
    const state = read();
    all.dataset.colour = state.colour;
    all.dataset.size = state.size;
    for (const each of colours) each.checked = each.value === state.colour;
    if (size) size.checked = state.size === "spend";
    zoom(state);
    detail(state);
  };

  // ---- What people do ---------------------------------------------------------------------------
  const plain = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  map.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !plain(event)) return;
    if (link.classList.contains("into")) {
      event.preventDefault();
      go({ category: link.closest(".cat").dataset.category });
      document.getElementById("map-back").focus();
    } else if (link.dataset.vendor) {
      event.preventDefault();
      opener = link;
      go({ vendor: link.dataset.vendor });
    }
  });
  const back = () => {
    const from = last;
    go({ category: null, vendor: null });
    from?.querySelector(".into").focus();
  };
  document.getElementById("map-back").addEventListener("click", (event) => {
    if (!plain(event)) return;
    event.preventDefault();
    back();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !dialog.open && last && !event.defaultPrevented && !event.target.closest?.("#find")) back();
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    go({ vendor: null });
  });
  dialog.addEventListener("close", () => { if (read().vendor && !dialog.open) go({ vendor: null }); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) go({ vendor: null }); });
  document.getElementById("map-vendor-close").addEventListener("click", () => go({ vendor: null }));
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("change", (event) => {
    if (event.target.name === "colour") go({ colour: event.target.value }, true);
    else go({ size: event.target.checked ? "spend" : "" }, true);
  });
  window.addEventListener("popstate", render);
  window.addEventListener("hashchange", render);
  controls.hidden = colours.length === 0;
  render();
  document.documentElement.dataset.ready = "map";
})();
