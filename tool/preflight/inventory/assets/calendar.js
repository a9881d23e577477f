"use strict";
// Shows only what one team, one kind or one owner has to see to; which, stands in the hash.
(() => {
  const form = document.getElementById("cal-filter");
  const fields = ["team", "kind", "owner"];
  const lines = [...document.querySelectorAll(".due > li")];
  const spans = [...document.querySelectorAll(".span")];
  const said = document.getElementById("cal-said");
  const all = document.getElementById("cal-all");
  const counts = new Map(spans.map((each) => [each, each.querySelector(".count").textContent]));

  const read = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    return Object.fromEntries(fields.map((name) => {
      const value = given.get(name) ?? "";
      return [name, [...form.elements[name].options].some((each) => each.value === value) ? value : ""];
    }));
  };
  const render = () => {
    const wanted = read();
    const asked = fields.some((name) => wanted[name]);
    for (const name of fields) form.elements[name].value = wanted[name];
    let shown = 0;
    for (const line of lines) {
      const fits = fields.every((name) => !wanted[name] || line.dataset[name] === wanted[name]);
      line.hidden = !fits;
      shown += fits;
    }
    for (const span of spans) {
      const left = [...span.querySelectorAll(".due > li")].filter((each) => !each.hidden).length;
      span.hidden = asked && left === 0;
      span.querySelector(".count").textContent = asked ? left.toLocaleString("en") : counts.get(span);
    }
    all.hidden = !asked;
    said.textContent = asked ? `${shown.toLocaleString("en")} of ${lines.length.toLocaleString("en")} shown` : "";
  };
  const write = (wanted) => {
    const told = new URLSearchParams();
    for (const name of fields) if (wanted[name]) told.set(name, wanted[name]);
    const text = String(told);
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
    render();
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => write(Object.fromEntries(fields.map((name) => [name, form.elements[name].value]))));
  all.addEventListener("click", () => {
    write({});
    form.elements.team.focus();
  });
  window.addEventListener("hashchange", () => { if (location.hash === "" || location.hash.includes("=")) render(); });
  window.addEventListener("popstate", () => { if (location.hash === "" || location.hash.includes("=")) render(); });
  form.hidden = false;
  render();
  if (!all.hidden) form.scrollIntoView();
  document.documentElement.dataset.ready = "calendar";
})();
