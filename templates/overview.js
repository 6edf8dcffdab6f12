"use strict";
// Sorts a table by the column whose heading is pressed: figures by size, the largest first, texts in their order.
for (const table of document.querySelectorAll("table.list")) {
  const body = table.tBodies[0];
  const titles = Array.from(table.tHead.rows[0].cells, (head) => head.textContent);
  for (const row of body.rows) Array.from(row.cells).forEach((cell, at) => { cell.dataset.head = titles[at]; });
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const at = head.cellIndex, rows = Array.from(body.rows);
      const key = (row) => row.cells[at].textContent.trim();
      const number = (text) => parseFloat(text.replace(/[≥,]/g, ""));
      const figures = rows.every((row) => !key(row) || /^[≥]?[-\d,.]+$|^—$/.test(key(row)));
      const up = head.getAttribute("aria-sort") === (figures ? "descending" : null) || (!figures && head.getAttribute("aria-sort") !== "ascending");
      const sign = up ? 1 : -1;
      rows.sort((one, other) => {
        const [a, b] = [key(one), key(other)];
        if (!figures) return sign * a.localeCompare(b, "zh-CN");
        const [x, y] = [number(a), number(b)];
        return isNaN(x) - isNaN(y) || sign * (x - y);
      });
      for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      body.append(...rows);
    });
  }
}
// From an agency to its findings: its name chooses it in the filter of the findings; the browser goes back.
const findings = document.querySelector('form[data-for="findings-rows"]');
const named = new Map(Array.from(findings ? findings.elements.agency.options : [], (option) => [option.textContent, option.value]));
for (const cell of document.querySelectorAll("#agencies-rows td:nth-child(2), #comparison-rows td:first-child")) {
  if (!named.get(cell.textContent)) continue;
  const link = document.createElement("a");
  link.href = "#findings";
  link.textContent = cell.textContent;
  link.addEventListener("click", () => {
    findings.reset();
    findings.elements.agency.value = named.get(link.textContent);
    setTimeout(() => findings.dispatchEvent(new Event("input")));
  });
  cell.replaceChildren(link);
}
// Filters the rows of each table that has a form before it. Without script every row is there.
for (const form of document.querySelectorAll("form[data-for]")) {
  const rows = Array.from(document.querySelectorAll("#" + form.dataset.for + " tbody tr"));
  const texts = rows.map((row) => row.textContent.normalize("NFKC").toLowerCase());
  const told = form.querySelector("output");
  const choose = () => {
    const words = form.elements.search.value.normalize("NFKC").toLowerCase().split(/\s+/);
    const wanted = Array.from(form.querySelectorAll("select")).filter((select) => select.value);
    let shown = 0;
    rows.forEach((row, at) => {
      const fits = words.every((word) => texts[at].includes(word)) &&
        wanted.every((select) => row.dataset[select.name] === select.value);
      row.hidden = !fits;
      shown += fits;
    });
    told.value = told.dataset.say.replace("{shown}", shown).replace("{all}", rows.length);
  };
  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(choose, 120); });
  form.addEventListener("reset", () => setTimeout(choose));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  choose();
}
