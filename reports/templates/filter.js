"use strict";
(() => {
  const words = document.getElementById("words");
  const which = document.getElementById("which");
  const found = document.getElementById("found");
  const rows = [...document.querySelectorAll(".matrix tr[data-of]")];
  const texts = rows.map((row) => [
    row.dataset.of,
    row.dataset.clauses,
    row.closest("tbody").querySelector(".folder th").textContent,
    row.querySelector("th").textContent,
  ].join(" ").toLowerCase());

  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hidden = new Set();
    rows.forEach((row, place) => {
      const fits = wanted.every((word) => texts[place].includes(word));
      const shown = fits && (!which.value || row.dataset.is.split(" ").includes(which.value));
      if (!shown) hidden.add(row.dataset.of);
      row.hidden = !shown;
    });
    for (const body of document.querySelectorAll(".matrix tbody"))
      body.hidden = !body.querySelector("tr[data-of]:not([hidden])");
    for (const item of document.querySelectorAll(".differences [data-of]"))
      item.hidden = hidden.has(item.dataset.of);
    for (const article of document.querySelectorAll("article.scenario"))
      article.hidden = hidden.has(article.id);
    const count = rows.length - hidden.size;
    found.textContent = hidden.size ? `${count} of ${rows.length} scenarios shown` : "";
  };

  // Browsers that do not open a closed part for a link into it are helped along.
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    let closed = false;
    for (let at = target; at; at = at.parentElement)
      if (at.tagName === "DETAILS" && !at.open) at.open = closed = true;
    if (closed) target.scrollIntoView();
  };

  words.addEventListener("input", filter);
  which.addEventListener("change", filter);
  document.getElementById("filter").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", open);
  document.getElementById("filter").hidden = false;
  filter();
  open();
})();
