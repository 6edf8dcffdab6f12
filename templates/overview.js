"use strict";
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
