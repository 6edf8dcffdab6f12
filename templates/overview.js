"use strict";
const node = (name, text) => Object.assign(document.createElement(name), {textContent: text});
const link = (text, href) => Object.assign(node("a", text), {href});
// Sorts a table by the column whose heading is pressed: figures by size, the largest first, texts in their order.
for (const table of document.querySelectorAll("table.list")) {
  const body = table.tBodies[0];
  for (const head of table.tHead.rows[0].cells) {
    const button = node("button", head.textContent);
    button.type = "button";
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const at = head.cellIndex, rows = Array.from(body.rows);
      const key = (row) => row.cells[at].textContent.trim();
      const number = (text) => parseFloat(text.replace(/[≥,]/g, "").replace("<1%", "0.5"));
      const figures = rows.every((row) => !key(row) || /^[≥<]?[-+\d,.]+%?$|^—$/.test(key(row)));
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
// From the card of an agency to its findings: the link chooses the agency in their filter; the browser goes back.
const findings = document.querySelector('form[data-for="findings-rows"]');
for (const each of findings ? document.querySelectorAll("a[data-agency]") : []) {
  each.addEventListener("click", () => {
    findings.reset();
    findings.elements.agency.value = each.dataset.agency;
    setTimeout(() => findings.dispatchEvent(new Event("input")));
  });
}
// Ranks the agencies by any figure, and shows all figures of one agency. Each choice is an address to go back to.
const data = JSON.parse(document.getElementById("figures-data").textContent);
const idle = data.idle, ranking = document.getElementById("ranking-form");
const size = (text) => text === "" || text === undefined ? null : Number(text);
const digits = (text) => text === "" || text === undefined ? idle : text.replace(/\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
// Halves are rounded up, away from 0, as in the tables that are made without script; the rest is what doubles add.
const round = (number) => Math.sign(number) * Math.round(Math.abs(number) * (1 + 1e-12));
const tenths = (number) => round(number * 10) / 10;
const percent = (part, whole) => !part || !whole || part < 0 ? "" : part / whole < 0.01 ? "<1%" : round(part * 100 / whole) + "%";
const change = (now, before) => now === null || !before ? "" : ((rate) => (rate > 0 ? "+" : "") + (rate || 0).toFixed(1) + "%")(tenths((now - before) * 100 / before));
const split = (figure) => {
  const texts = figure.values.split(" "), before = figure.before.split(" "), values = data.agencies.map((_, at) => size(texts[at]));
  const known = values.filter((value) => value !== null).sort((a, b) => b - a);
  return {texts, before, values, known, whole: figure.shared ? known.reduce((sum, value) => sum + value, 0) : 0};
};
const add = (row, texts) => { for (const text of texts) Object.assign(row.insertCell(), {className: "number", textContent: text}); };
if (ranking) {
  const shown = document.getElementById("ranking-shown"), body = shown.querySelector("tbody"), said = shown.querySelector("p");
  const {figure: choice, level, everything} = ranking.elements;
  const few = 50;
  let limit = few;
  data.figures.forEach((figure, at) => {
    let group = choice.lastElementChild;
    if (!group || group.label !== figure.group) choice.append(group = Object.assign(document.createElement("optgroup"), {label: figure.group}));
    group.append(Object.assign(node("option", figure.label + figure.unit), {value: at}));
  });
  const rank = () => {
    const figure = data.figures[choice.value], {texts, before, values, known, whole} = split(figure);
    const places = data.agencies.map((_, at) => at).filter((at) => !level || !level.value || data.agencies[at].level === level.value);
    places.sort((a, b) => (values[a] === null) - (values[b] === null) || values[b] - values[a]);
    const most = known[0] || 0, half = known.length / 2;
    const middle = known.length ? (known[Math.ceil(half - 1)] + known[Math.floor(half)]) / 2 : null;
    const facts = {label: figure.label + figure.unit, total: figure.total, count: known.length, middle: middle === null ? idle : digits(String(tenths(middle)))};
    said.textContent = said.dataset.say.replace(/\{(\w+)\}/g, (_, key) => facts[key]);
    body.replaceChildren();
    for (const at of places.slice(0, limit)) {
      const row = body.insertRow(), agency = data.agencies[at], value = values[at];
      add(row, [value === null ? "" : known.indexOf(value) + 1]);
      const name = row.insertCell(), bar = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const filled = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [key, text] of [["viewBox", "0 0 100 4"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) bar.setAttribute(key, text);
      filled.setAttribute("height", "4");
      filled.setAttribute("width", most > 0 ? Math.max(value, 0) * 100 / most : 0);
      bar.append(filled);
      name.className = "named";
      const cell = document.createElement("div");
      cell.append(link(agency.name, "#agency-" + agency.at), bar);
      name.append(cell);
      add(row, [digits(texts[at]), percent(value, whole), size(before[at]) === null ? "" : digits(before[at]), change(value, size(before[at]))]);
    }
    for (const head of shown.querySelectorAll("th")) head.removeAttribute("aria-sort");
    everything.hidden = places.length <= limit;
    everything.textContent = everything.dataset.say.replace("{count}", places.length);
  };
  const go = () => {
    const asked = /^#rank-(\d+)$/.exec(location.hash);
    if (!asked || !data.figures[asked[1]]) return;
    choice.value = asked[1];
    rank();
    document.getElementById("ranking").scrollIntoView();
    choice.focus({preventScroll: true});
  };
  choice.addEventListener("change", () => { history.replaceState(null, "", "#rank-" + choice.value); rank(); });
  if (level) level.addEventListener("change", rank);
  everything.addEventListener("click", () => { limit = Infinity; rank(); });
  ranking.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", go);
  for (const each of document.querySelectorAll("a[data-rank]")) each.href = "#rank-" + each.dataset.rank;
  ranking.hidden = shown.hidden = false;
  rank();
  go();
  const pattern = document.getElementById("all-figures").content;
  data.agencies.forEach((agency, at) => {
    const card = document.getElementById("agency-" + agency.at), out = card && card.querySelector(".links");
    if (!out) return;
    const [button, table] = Array.from(pattern.cloneNode(true).children);
    card.insertBefore(button, out);
    button.addEventListener("click", () => {
      data.figures.forEach((figure, index) => {
        const {texts, before, values, known, whole} = split(figure), row = document.createElement("tr"), head = document.createElement("th");
        head.scope = "row";
        head.append(link(figure.label + figure.unit, "#rank-" + index));
        row.append(head);
        const place = values[at] === null ? "" : known.indexOf(values[at]) + 1 + "/" + known.length;
        add(row, [digits(texts[at]), percent(values[at], whole), place, size(before[at]) === null ? "" : digits(before[at]), change(values[at], size(before[at]))]);
        table.tBodies[0].append(row);
      });
      button.replaceWith(table);
    });
  });
}
