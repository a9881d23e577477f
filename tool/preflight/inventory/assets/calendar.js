"use strict";
// Shows only what one team, one kind or one owner has to see to; which, and the time that is looked at, stand in the hash.
(() => {
  const form = document.getElementById("cal-filter");
  const fields = ["team", "kind", "owner"];
  const lines = [...document.querySelectorAll(".due > li")];
  const spans = [...document.querySelectorAll(".span")];
  const said = document.getElementById("cal-said");
  const all = document.getElementById("cal-all");
  const counts = new Map(spans.map((each) => [each, each.querySelector(".count").textContent]));
  const number = (count) => count.toLocaleString("en");
  const glance = [...document.querySelectorAll(".spans > li")].map((line) => ({
    line,
    span: document.getElementById(line.dataset.span),
    link: line.querySelector("a"),
    count: line.querySelector("b"),
    badge: line.querySelector(".badge"),
    told: [line.querySelector("b").textContent, line.querySelector(".badge")?.textContent],
  }));
  const nearest = document.querySelector(".cancels ol");
  const choices = nearest ? [...nearest.children] : [];
  const further = document.getElementById("cancel-more");

  const read = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    return Object.fromEntries(fields.map((name) => {
      const value = given.get(name) ?? "";
      return [name, [...form.elements[name].options].some((each) => each.value === value) ? value : ""];
    }));
  };
  const fits = (line, wanted) => fields.every((name) => !wanted[name] || line.dataset[name] === wanted[name]);
  const told = (wanted) => {
    const chosen = new URLSearchParams();
    for (const name of fields) if (wanted[name]) chosen.set(name, wanted[name]);
    return chosen;
  };
  const summed = (wanted, asked) => {
    for (const each of glance) {
      const left = [...each.span.querySelectorAll(".due > li")].filter((line) => !line.hidden);
      const cancels = left.filter((line) => line.dataset.kind === "notice").length;
      each.line.hidden = each.span.hidden;
      each.count.textContent = asked ? number(left.length) : each.told[0];
      if (each.badge) {
        each.badge.hidden = asked && !cancels;
        each.badge.textContent = asked ? `${number(cancels)} to cancel` : each.told[1];
      }
      const to = told(wanted);
      if (asked) to.set("at", each.line.dataset.span);
      each.link.href = asked ? `#${to}` : `#${each.line.dataset.span}`;
    }
    if (!nearest) return;
    const most = Number(nearest.dataset.most);
    let found = 0;
    for (const each of choices) {
      const right = fits(each, wanted);
      found += right;
      each.hidden = !right || found > most;
    }
    const more = asked ? Math.max(0, found - most) : Number(nearest.dataset.more);
    further.hidden = found > 0 && more === 0;
    further.textContent = found ? `and ${number(more)} more below` : "None of what is chosen.";
  };
  const jump = () => {
    const at = new URLSearchParams(location.hash.slice(1)).get("at");
    const span = spans.find((each) => each.id === at && !each.hidden);
    if (!span) return false;
    span.tabIndex = -1;
    span.focus({ preventScroll: true });
    span.scrollIntoView();
    return true;
  };
  const render = () => {
    const wanted = read();
    const asked = fields.some((name) => wanted[name]);
    for (const name of fields) form.elements[name].value = wanted[name];
    let shown = 0;
    for (const line of lines) {
      const right = fits(line, wanted);
      line.hidden = !right;
      shown += right;
    }
    for (const span of spans) {
      const left = [...span.querySelectorAll(".due > li")].filter((each) => !each.hidden).length;
      span.hidden = asked && left === 0;
      span.querySelector(".count").textContent = asked ? number(left) : counts.get(span);
    }
    summed(wanted, asked);
    all.hidden = !asked;
    said.textContent = asked ? `${number(shown)} of ${number(lines.length)} shown` : "";
  };
  const write = (wanted) => {
    const text = String(told(wanted));
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
    render();
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => write(Object.fromEntries(fields.map((name) => [name, form.elements[name].value]))));
  all.addEventListener("click", () => {
    write({});
    form.elements.team.focus();
  });
  const moved = () => {
    if (location.hash !== "" && !location.hash.includes("=")) return;
    render();
    jump();
  };
  window.addEventListener("hashchange", moved);
  // A link to where the address leads already changes nothing in it: go there all the same.
  for (const each of glance) each.link.addEventListener("click", () => { if (each.link.hash === location.hash) jump(); });
  form.hidden = false;
  render();
  if (!jump() && !all.hidden) form.scrollIntoView();
  document.documentElement.dataset.ready = "calendar";
})();
