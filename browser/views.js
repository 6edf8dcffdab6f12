// What a job found, shown: the verdict, who returned what, the problems, what there is to save.
const ORDER = ["returned", "undecided", "unreadable", "foreign", "accepted", "superseded"];
const LOOKS = { accepted: "good", returned: "bad", unreadable: "bad", missing: "bad", undecided: "warn" };
const LEFT_OUT = ["returned", "undecided", "unreadable"]; // files that somebody has to do something about
const MAX_NAMED = 6; // agencies in one sentence
const SIGNS = { good: "✓", bad: "✗", warn: "!", plain: "·" };

function make(tag, content = "", attributes = {}) {
  const node = document.createElement(tag);
  if (Array.isArray(content)) node.append(...content);
  else node.textContent = content;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

// Text whose figures, cell addresses and their units never break over lines, and whose clauses do so last.
const FIGURES = /([A-Z]{0,3}[≥+-]?\d[\d.,:A-Z]*\d?[%％]?(?: ?(?:[个份处件格秒年条]|KB|MB))?(?:[，。、；）]|$)?)/;

function withFigures(text) {
  return text.split(FIGURES).map((piece, at) => (at % 2 ? make("span", piece, { class: "figure" }) : piece));
}

function clauses(text) {
  return text.split(/(?<=[，：])/).map((clause) => make("span", withFigures(clause), { class: "clause" }));
}

function chip(look, text) {
  return make("span", [make("span", SIGNS[look], { "aria-hidden": "true" }), text], { class: `chip ${look}` });
}

function statusChip(status) {
  return chip(LOOKS[status] ?? "plain", engine.known.words.status[status] ?? status);
}

function fileName(file) {
  const own = `${WORDS.folders.returns}/`;
  return file.startsWith(own) ? file.slice(own.length) : file;
}

function openFindings(item, severity) {
  return item.findings.filter((finding) => finding.severity === severity && !finding.settled);
}

function agencyName(item) {
  return item.agency && item.agency.name ? item.agency.name : engine.known.words.unknown;
}

// --- the verdict ---------------------------------------------------------------------------------------------------

function countStates(items) {
  const counted = items.filter(({ status }) => status !== "superseded");
  const sum = (severity) => counted.reduce((total, item) => total + openFindings(item, severity).length, 0);
  const states = (status) => counted.filter((item) => item.status === status).length;
  return {
    files: items.length, mustFix: sum("must_fix"), explain: sum("explain"), notes: sum("note"),
    returned: states("returned"), unreadable: states("unreadable"), foreign: counted.filter((item) => item.status === "foreign" && openFindings(item, "must_fix").length).length,
    undecided: states("undecided"),
  };
}

const ownListOf = (item) => item.findings.find(({ code }) => code === "file.own_list");
const isOwnList = (item) => Boolean(ownListOf(item));
const isLedger = (item) => ownListOf(item)?.facts.kind === "ledger";

// What a clerk wants to know first: may it be sent. [look, sentence, what to do]
function agencyVerdict(items) {
  const { verdict, advice } = WORDS, counts = countStates(items);
  if (!items.length) return ["bad", verdict.nothing, ""];
  if (items.every(isOwnList) && items.some(isLedger)) return ["good", verdict.ledgers(items.filter(isLedger).length), advice.ledgers];
  if (counts.unreadable) return ["bad", verdict.unreadable(counts.unreadable), advice.unreadable];
  if (counts.foreign) return ["bad", verdict.foreign(counts.foreign), advice.unreadable];
  if (counts.mustFix || counts.returned) return ["bad", verdict.mustFix(counts.mustFix), advice.mustFix];
  if (counts.undecided) return ["warn", verdict.undecided, advice.undecided];
  if (counts.explain) return ["warn", verdict.explain(counts.explain), advice.explain];
  if (!items.some(({ status }) => status === "accepted")) return ["bad", verdict.foreign(items.length), advice.unreadable];
  const sentence = items.length > 1 ? verdict.cleanMany(items.length) : verdict.clean;
  return ["good", sentence, counts.notes ? advice.notes(counts.notes) : advice.clean];
}

const BALANCE = ["requests.received", "requests.carried_in", "requests.concluded", "requests.carried_out"];

function countVerdict(items) {
  const { verdict, advice } = WORDS, reports = items.filter(({ report }) => report);
  const faults = items.reduce((sum, { findings }) => sum + findings.filter(({ severity }) => severity !== "note").length, 0);
  const unsure = items.reduce((sum, { count }) => sum + Object.keys(count ? count.open : {}).length, 0);
  const lines = [];
  if (reports.length === 1) lines.push(advice.balance(...BALANCE.map((line) => reports[0].count.figures[`${line}.total`] ?? engine.known.words.open)));
  if (unsure) lines.push(advice.openFigures(unsure));
  if (faults) lines.push(advice.ledgerFaults(faults));
  if (reports.length) lines.push(advice.fillIn);
  const look = reports.length < items.length ? "bad" : faults || unsure ? "warn" : "good";
  return [look, reports.length ? verdict.counted(reports.length) : verdict.notCounted, lines.join("\n")];
}

function checkVerdict(items) {
  const back = items.filter(({ status }) => status === "returned").length;
  const bad = items.some(({ status }) => LOOKS[status] === "bad" || LOOKS[status] === "warn");
  return [bad ? "warn" : "good", items.length ? WORDS.verdict.files(items.length, back) : WORDS.verdict.nothing, ""];
}

function mergeVerdict(merged, standing) {
  const lacking = merged.not_summed, left = merged.files.filter(({ status }) => LEFT_OUT.includes(status)).length;
  if (!lacking.length) {
    const advice = (left ? WORDS.advice.leftOut(left) : "") + (standing ? (left ? "" : WORDS.advice.complete) : WORDS.advice.noRoster);
    return [left ? "warn" : "good", WORDS.verdict.merged(merged.accepted), advice];
  }
  const known = new Map((standing ? standing.agencies : []).map((agency) => [agency.code, agency.name]));
  const names = lacking.slice(0, MAX_NAMED).map((code) => known.get(code) ?? code).join(WORDS.joint);
  const told = lacking.length > MAX_NAMED ? names + WORDS.more(lacking.length) : names;
  return ["warn", WORDS.verdict.mergedSome(merged.accepted, lacking.length), WORDS.advice.lacking(told)];
}

// What the command says: how many of which kind; then who gets none, and why.
function lettersVerdict({ code, output, said }) {
  if (code >= 2) throw new StoppedError(said);
  const [first, ...others] = output.trim().split("\n");
  const lines = others.slice(0, MAX_NAMED).map((line) => line.trim());
  if (others.length > MAX_NAMED) lines.push(WORDS.moreInList(others.length - MAX_NAMED));
  return [others.length ? "warn" : "good", first.split(WORDS.pause).slice(0, -1).join(WORDS.pause), lines.join("\n")];
}

function showVerdict([look, sentence, advice]) {
  byId("stopped").hidden = true;
  byId("result").hidden = false;
  byId("banner").className = `banner ${look}`;
  byId("verdict").replaceChildren(...clauses(sentence));
  byId("advice").replaceChildren(...withFigures(advice));
  document.title = `${SIGNS[look]} ${sentence}`;
}

function showStopped(sentence, details = "") {
  const place = byId("stopped");
  place.textContent = "";
  place.append(make("h2", WORDS.stopped), ...sentence.trim().split("\n").map((line) => make("p", line)));
  if (details) place.append(make("pre", details));
  place.hidden = false;
}

function clearResult() {
  for (const url of saved) URL.revokeObjectURL(url);
  saved.length = 0;
  for (const id of ["result", "stopped", "standing", "found", "save"]) byId(id).hidden = true;
  byId("download").removeAttribute("href");
  byId("also").textContent = "";
  for (const table of ["board", "findings"]) {
    for (const body of [...byId(table).tBodies]) body.remove();
  }
}

// --- who returned what ---------------------------------------------------------------------------------------------

// One row an agency of the roster; then one for every file that stands for none of them.
function boardRows(items, standing, merged) {
  const byFile = new Map(items.map((item) => [item.file, item]));
  const state = new Map((merged ? merged.files : []).map((entry) => [entry.file, entry.status]));
  const rows = [], told = new Set();
  for (const agency of standing ? standing.agencies : []) {
    rows.push({ code: agency.code, name: agency.name, status: agency.status, item: byFile.get(agency.file) });
    told.add(agency.file);
  }
  for (const item of items.filter(({ file }) => !told.has(file))) {
    const { code = "", name = "" } = item.agency ?? {};
    rows.push({ code: code ?? "", name: name ?? "", status: state.get(item.file) ?? item.status, item });
  }
  return rows;
}

function showBoard(rows, items) {
  const table = byId("board"), body = table.createTBody(), order = groupOrder(items);
  table.tHead.replaceChildren(make("tr", WORDS.columns.board.map((name) => make("th", name, { scope: "col" }))));
  for (const { code, name, status, item } of rows) {
    const group = item ? order.indexOf(item) : -1;
    const linked = item && item.findings.length ? make("a", name || engine.known.words.unknown, { href: `#f${group}` }) : name;
    const row = make("tr", [
      make("td", code, { class: "figure" }),
      make("th", linked ? [linked] : "", { scope: "row" }),
      make("td", [statusChip(status)]),
      make("td", item ? String(openFindings(item, "must_fix").length || "") : "", { class: "figure count" }),
      make("td", item ? String(openFindings(item, "explain").length || "") : "", { class: "figure count" }),
      make("td", item ? fileName(item.file) : "", { class: "file" }),
    ], { "data-status": status });
    body.append(row);
  }
  showTiles(rows, body);
  byId("standing").hidden = !rows.length;
}

function showTiles(rows, body) {
  const counts = new Map();
  for (const { status } of rows) counts.set(status, (counts.get(status) ?? 0) + 1);
  const known = Object.keys(engine.known.words.status).filter((status) => counts.has(status));
  const tile = (status, text, count, look) => {
    const button = make("button", [make("b", String(count)), make("span", text)],
      { type: "button", class: `tile ${look}`, "aria-pressed": String(status === "") });
    button.onclick = () => {
      for (const each of byId("tiles").children) each.setAttribute("aria-pressed", String(each === button));
      for (const row of body.rows) row.hidden = status !== "" && row.dataset.status !== status;
    };
    return button;
  };
  byId("tiles").replaceChildren(tile("", WORDS.all, rows.length, "plain"), ...known.map(
    (status) => tile(status, engine.known.words.status[status], counts.get(status), LOOKS[status] ?? "plain")));
}

// --- the problems --------------------------------------------------------------------------------------------------

function groupOrder(items) {
  const rank = (item) => (ORDER.indexOf(item.status) + ORDER.length) % ORDER.length;
  return [...items].sort((one, other) => rank(one) - rank(other));
}

// The same words as everywhere; what is wrong and what to do stand out from the grounds.
function messageParts({ message, facts = {} }) {
  const [, problem, basis, rest] = /^(.*?)(依据：.*?。)(.*)$/s.exec(message) ?? [null, message, "", ""];
  const suspects = typeof facts.suspects === "string" && rest.startsWith(facts.suspects) ? facts.suspects : "";
  const parts = [["problem", problem], ["grounds", basis + suspects], ["remedy", rest.slice(suspects.length)]];
  return parts.filter(([, text]) => text).map(([look, text]) => make("span", withFigures(text), { class: look }));
}

function findingRow(finding) {
  const look = { must_fix: "bad", explain: "warn" }[finding.severity] ?? "plain";
  const sheets = new Map();
  for (const { sheet, address } of finding.cells) sheets.set(sheet, [...(sheets.get(sheet) ?? []), ...(address ? [address] : [])]);
  const cells = [...sheets].flatMap(([sheet, addresses]) => [make("span", sheet), make("small",
    withFigures(addresses.slice(0, 4).join(WORDS.joint) + (addresses.length > 4 ? WORDS.cells(addresses.length) : "")))]);
  const severity = engine.known.words.severity[finding.severity] + (finding.settled ? WORDS.settled : "");
  return make("tr", [
    make("td", [chip(finding.settled ? "plain" : look, severity)]),
    make("td", cells, { class: "place" }),
    make("td", messageParts(finding), { class: "message" }),
  ], { class: finding.severity });
}

function showFindings(items, ofWhole = []) {
  const table = byId("findings"), rank = ["must_fix", "explain", "note"];
  table.tHead.replaceChildren(make("tr", WORDS.columns.findings.map((name) => make("th", name, { scope: "col" }))));
  const groups = groupOrder(items).map((item, at) => ({ at, item, findings: item.findings }));
  if (ofWhole.length) groups.unshift({ at: "whole", item: null, findings: ofWhole });
  const alone = groups.length === 1 && groups[0].item;
  for (const { at, item, findings } of groups.filter((group) => group.findings.length)) {
    const body = table.createTBody();
    if (!alone) {
      const head = item
        ? [make("b", agencyName(item)), statusChip(item.status), make("span", fileName(item.file), { class: "file" })]
        : [make("b", WORDS.whole)];
      body.append(make("tr", [make("th", head, { colspan: "3", scope: "rowgroup", id: `f${at}` })], { class: "group" }));
    }
    const sorted = [...findings].sort((one, other) => rank.indexOf(one.severity) - rank.indexOf(other.severity));
    body.append(...sorted.map(findingRow));
  }
  byId("found").hidden = !table.tBodies.length;
  byId("with-notes").closest("p").hidden = !table.querySelector("tr.note");
}

// --- what there is to save -----------------------------------------------------------------------------------------

const saved = [];

function linkTo(link, { name, data }) {
  const url = URL.createObjectURL(new Blob([data]));
  saved.push(url);
  link.href = url;
  link.download = name.split("/").pop();
}

// The one thing to save, and under it what is in it, where somebody wants just that.
function showSave(whole, count, parts = [], also = WORDS.save.also) {
  const link = byId("download");
  linkTo(link, whole);
  const words = count !== 1 ? WORDS.save.archive(link.download, count) : WORDS.save.file(link.download);
  link.replaceChildren(...withFigures(words));
  byId("also").textContent = "";
  if (parts.length) byId("also").append(also, ...parts.map((part) => {
    const single = make("a", part.name.split("/").pop());
    linkTo(single, part);
    return single;
  }));
  byId("save").hidden = false;
}
