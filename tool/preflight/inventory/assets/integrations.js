"use strict";
// Who is reached from where: shown when one points at a box, told when one chooses it. The choice stands in the hash.
(() => {
  const graph = document.getElementById("graph");
  const wires = graph.closest(".wires");
  const answer = document.getElementById("answer");
  const text = document.getElementById("answer-text");
  const pick = document.getElementById("pick-party");
  const none = document.getElementById("pick-none");
  const nodes = [...graph.querySelectorAll(".node")];
  const lines = [...graph.querySelectorAll(".line")];
  const details = new Map([...document.querySelectorAll(".down")].map((each) => [each.dataset.party, each]));
  const quick = [...document.querySelectorAll(".quick [data-party]")];
  const drawn = new Map(nodes.map((each) => [each.dataset.party, each]));
  const between = new Map();
  for (const each of lines) {
    between.set(`${each.dataset.from} ${each.dataset.to}`, [each, "marker-end"]);
    between.set(`${each.dataset.to} ${each.dataset.from}`, [each, "marker-start"]);
  }
  // The hash is ours now: without ids the browser does not jump to the list below.
  for (const each of document.querySelectorAll(".told")) each.removeAttribute("id");
  let reach = {};
  let chosen = null;

  // ---- The picture ------------------------------------------------------------------------------
  const clear = () => {
    graph.classList.remove("asked");
    for (const each of nodes) each.classList.remove("start", "near", "far");
    for (const each of lines) {
      each.classList.remove("near", "far");
      for (const end of ["marker-start", "marker-end"]) if (each.hasAttribute(end)) each.setAttribute(end, "url(#tip)");
    }
  };
  const show = (node) => {
    clear();
    if (!node) return;
    const start = node.dataset.node;
    graph.classList.add("asked");
    node.classList.add("start");
    for (const [to, via] of reach[start] ?? []) {
      const style = String(via) === start ? "near" : "far";
      nodes[to].classList.add(style);
      const [line, end] = between.get(`${via} ${to}`) ?? [];
      if (line?.hasAttribute(end)) {
        line.classList.add(style);
        line.setAttribute(end, `url(#tip-${style})`);
      }
    }
  };

  // ---- The answer in words ----------------------------------------------------------------------
  const tell = (party) => {
    const from = details.get(party);
    wires.classList.toggle("open", Boolean(from));
    answer.hidden = !from;
    none.hidden = !from;
    pick.value = from ? party : "";
    for (const each of quick) {
      if (each.dataset.party === party) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    }
    for (const each of nodes) {
      if (each.dataset.party === party) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    }
    text.replaceChildren();
    if (!from) {
      document.getElementById("answer-said").textContent = "";
      return;
    }
    const name = from.querySelector("summary bdi").textContent;
    const title = document.getElementById("answer-title");
    const quoted = document.createElement("bdi");
    quoted.textContent = name;
    title.replaceChildren("If ", quoted, " is down");
    document.getElementById("answer-said").textContent = `If ${name} is down: ${from.querySelector("summary .soft").textContent}`;
    text.append(...[...from.querySelector(".told").childNodes].map((each) => each.cloneNode(true)));
  };

  const read = () => new URLSearchParams(location.hash.slice(1)).get("system");
  const render = () => {
    chosen = read();
    const known = chosen !== null && (details.has(chosen) || drawn.has(chosen));
    tell(known ? chosen : null);
    show(known ? drawn.get(chosen) : null);
    return known;
  };
  const choose = (party) => {
    if (party === (chosen ?? "")) return;
    const to = party ? `#system=${encodeURIComponent(party)}` : location.pathname + location.search;
    history.pushState(null, "", to);
    render();
  };

  window.preflightReach = (given) => {
    reach = given;
    render();
    document.documentElement.dataset.ready = "integrations";
  };

  // ---- What people do ---------------------------------------------------------------------------
  const plain = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const taken = (event) => {
    const link = event.target.closest("[data-party]");
    if (!link || !plain(event)) return;
    event.preventDefault();
    choose(link.dataset.party);
  };
  graph.addEventListener("click", taken);
  document.querySelector(".quick").addEventListener("click", taken);
  for (const each of nodes) {
    each.addEventListener("pointerenter", () => show(each));
    each.addEventListener("pointerleave", () => show(drawn.get(chosen)));
    each.addEventListener("focus", () => show(each));
    each.addEventListener("blur", () => show(drawn.get(chosen)));
  }
  pick.addEventListener("change", () => choose(pick.value));
  none.addEventListener("click", () => { choose(""); pick.focus(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen && !event.defaultPrevented && !event.target.closest?.("#find")) choose("");
  });
  window.addEventListener("popstate", render);
  window.addEventListener("hashchange", render);
  document.getElementById("pick").hidden = false;
  document.getElementById("picture-hint").hidden = false;
  if (render()) document.querySelector(".ask").scrollIntoView();
})();
