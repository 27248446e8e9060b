"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filter");

  // Browsers that do not open a closed part for a link into it are helped along.
  const open = () => {
    const target = byId(decodeURIComponent(location.hash.slice(1)));
    let closed = false;
    for (let at = target; at; at = at.parentElement)
      if (at.tagName === "DETAILS" && !at.open) at.open = closed = true;
    if (closed) target.scrollIntoView();
  };

  // A command is copied as it stands; where a browser does not let a page do that, it is ready for the keyboard.
  for (const line of document.querySelectorAll(".replay")) {
    const button = document.createElement("button"), told = document.createElement("output");
    const code = line.querySelector("code");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        told.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        told.textContent = "Press Ctrl+C";
      }
    });
    button.addEventListener("blur", () => { told.textContent = ""; });
    line.append(button, told);
  }

  // Where a timeline is wider than the screen, its names stay, and it begins at what went wrong.
  for (const figure of document.querySelectorAll(".timeline:has(.tl)")) {
    const picture = figure.querySelector(".tl"), wrong = figure.querySelector(".w");
    const scale = () => picture.viewBox.baseVal.width / picture.clientWidth;
    figure.addEventListener("scroll", () => picture.style.setProperty("--x", figure.scrollLeft * scale()));
    figure.closest("details")?.addEventListener("toggle", () => {
      if (wrong) figure.scrollLeft = wrong.getBBox().x / scale() - figure.clientWidth / 2;
    });
  }

  // What stays at the top of the window must not lie on what a link leads to.
  const measure = () => {
    const fixed = form && getComputedStyle(form).position === "sticky" ? form.offsetHeight : 0;
    const heads = [...document.querySelectorAll(".heads")].map((one) => one.offsetHeight);
    document.documentElement.style.setProperty("--bar", `${fixed}px`);
    document.documentElement.style.setProperty("--heads", `${Math.max(0, ...heads)}px`);
  };

  addEventListener("hashchange", open);
  addEventListener("resize", measure);
  measure();
  if (!form) return;

  const FAULTS = ["cut", "stall", "trickle", "refuse"];
  const words = byId("words"), which = byId("which"), order = byId("order"), found = byId("found");
  const scenarios = [...document.querySelectorAll(".scenario")].map((part) => ({
    part,
    anchor: part.id || part.querySelector(".id").id,
    id: part.dataset.id || part.querySelector(".id code").textContent,
    title: part.querySelector(".row > span").textContent.toLowerCase(),
    clauses: part.dataset.c?.split(" ") || [...part.querySelectorAll(".clauses code")].map((one) => one.textContent),
    faults: (part.dataset.f || "").split(" ").filter((kind) => FAULTS.includes(kind)),
    states: new Set([...part.querySelectorAll(":scope > .row .v")].flatMap((one) => [...one.classList])),
    differs: part.dataset.d !== "0",
  }));
  for (const one of scenarios) one.file = one.id.split("#")[0];
  const clauses = [...document.querySelectorAll(".clause")].map((part) => ({
    part,
    id: part.querySelector(".clause-id").textContent,
    text: part.querySelector(".row > span").textContent.toLowerCase(),
    states: new Set([...part.querySelectorAll(":scope > .row .v")].flatMap((one) => [...one.classList])),
    differs: part.dataset.d !== "0",
  }));

  const glob = (pattern) => {
    const sign = (s) => s === "*" ? ".*" : s === "?" ? "." : s.startsWith("[") ? s.replace(/^\[!/, "[^") : s.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    try {
      return new RegExp("^" + pattern.replace(/\[[^\]]+\]|[^]/g, sign) + "$", "u");
    } catch {
      return /^$/;
    }
  };
  const files = new Set(scenarios.flatMap((one) => [one.id, one.file]));
  const selects = (word) => {
    if (word.startsWith("clause:")) return (one) => one.clauses.some((id) => id.startsWith(word.slice(7)));
    if (word.startsWith("fault:")) return (one) => one.faults.includes(word.slice(6));
    if (files.has(word)) return (one) => one.id === word || one.file === word;
    if (/[*?[]/.test(word)) {
      const pattern = glob(word);
      return (one) => pattern.test(one.id) || pattern.test(one.file);
    }
    const [, path, row] = /^(.+)\.toml(#.+)?$/.exec(word) || [];
    if (path) return (one) => `/${path}`.endsWith(`/${one.file}`) && (!row || one.id === one.file + row);
    return (one) => one.id.includes(word) || one.title.includes(word.toLowerCase());
  };
  const known = [...clauses.map((one) => one.id), ...scenarios.flatMap((one) => one.clauses)];
  // What the command line refuses, because it cannot be meant.
  const refused = (word) => {
    const [, kind, name] = /^(clause|fault):(.*)$/.exec(word) || [];
    if (kind === "fault" && !FAULTS.includes(name)) return `There is no fault “${name}”: it is one of ${FAULTS.join(", ")}. `;
    if (kind === "clause" && !known.some((id) => id.startsWith(name))) return `No clause begins with “${name}”. `;
    return "";
  };
  const shown = (one) => !which.value || (which.value === "differs" ? one.differs : one.states.has(which.value));

  const filter = () => {
    const wanted = words.value.split(/\s+/).filter(Boolean);
    const selectors = wanted.map(selects);
    const gone = new Set();
    const kept = new Set();
    for (const one of scenarios) {
      one.part.hidden = !(shown(one) && (!selectors.length || selectors.some((fits) => fits(one))));
      if (one.part.hidden) gone.add(one.anchor);
      else one.clauses.forEach((id) => kept.add(id));
    }
    for (const one of clauses) {
      const named = wanted.some((word) => word.startsWith("clause:") ? one.id.startsWith(word.slice(7)) : one.text.includes(word.toLowerCase()));
      one.part.hidden = !(shown(one) && (!wanted.length || named || kept.has(one.id)));
    }
    for (const part of document.querySelectorAll(".section, .folder"))
      part.hidden = !part.querySelector(".clause:not([hidden]), .scenario:not([hidden])");
    for (const item of document.querySelectorAll(".differences [data-of]")) item.hidden = gone.has(item.dataset.of);
    found.textContent = wanted.map(refused).join("") + (gone.size ? `${scenarios.length - gone.size} of ${scenarios.length} scenarios` : "");
  };

  const places = new Map([...document.querySelectorAll("[data-d]")].map((part, place) => [part, place]));
  const sort = () => {
    const differing = (part) => order.value ? Number(part.dataset.d || part.querySelectorAll('[data-d="1"]').length) : 0;
    for (const table of document.querySelectorAll(".table, .section, .folder")) {
      const parts = [...table.children].filter((part) => part.dataset.d || part.className === "folder");
      const first = (part) => places.get(part.dataset.d ? part : part.querySelector("[data-d]"));
      parts.sort((a, b) => differing(b) - differing(a) || first(a) - first(b));
      table.append(...parts);
    }
  };

  const keep = () => {
    const query = new URLSearchParams();
    for (const [name, from] of [["q", words], ["show", which], ["sort", order]]) if (from.value) query.set(name, from.value);
    history.replaceState(null, "", (query.size ? `?${query}` : location.pathname) + location.hash);
  };
  const restore = () => {
    const query = new URLSearchParams(location.search);
    for (const [name, to] of [["q", words], ["show", which], ["sort", order]]) to.value = query.get(name) || "";
  };

  words.addEventListener("input", () => { filter(); keep(); });
  which.addEventListener("change", () => { filter(); keep(); });
  order.addEventListener("change", () => { sort(); keep(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input, select")) return;
    event.preventDefault();
    words.focus();
  });
  form.hidden = false;
  restore();
  filter();
  if (order.value) sort();
  measure();
  open();
})();
