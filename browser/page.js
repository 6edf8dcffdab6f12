// The doors, the buttons, and what each of them has done.
const DOORS = ["agency", "merge", "template"];
const BUTTONS = { check: "check", merge: "merge", "send-back": "sendBack", letters: "letters", count: "count", "make-templates": "makeTemplates" };
let running = null, waitingJob = null, lastCheck = null, ledgers = [], inputsChanged = false;

// --- doors ---------------------------------------------------------------------------------------------------------

function openDoor(door, focus = false) {
  const changed = (document.body.dataset.door ?? "") !== door;
  document.body.dataset.door = door;
  byId("work").hidden = !door;
  byId("heading").textContent = WORDS.headings[door];
  for (const each of DOORS) byId(`door-${each}`).setAttribute("aria-pressed", String(each === door));
  for (const node of document.querySelectorAll("[data-doors]")) node.hidden = !node.dataset.doors.split(" ").includes(door);
  if (changed && running) { // what it finds would stand under another door
    waitingJob = null;
    engine.cancel();
  }
  if (changed && !running) {
    clearResult();
    if (engine.known) setState(WORDS.ready);
    document.title = door ? WORDS.headings[door] : document.querySelector(".brand").textContent;
  }
  if (focus) byId("main").focus();
  byId("check").classList.toggle("first", door === "agency");
  enableButtons();
}

function openNamedDoor(focus) {
  const named = decodeURIComponent(location.hash.slice(1));
  const door = Object.keys(WORDS.hashes).find((each) => WORDS.hashes[each] === named);
  if (door || !named) openDoor(door ?? "", focus);
}

// --- jobs ----------------------------------------------------------------------------------------------------------

const yearArgs = () => ["--year", String(Number(byId("year").value))];
const CACHE = ["--cache", "/cache"]; // what was read once is not read again while the page is open
const back = () => ["--return", WORDS.out.back];
const inMerge = () => document.body.dataset.door === "merge";
const fieldsOf = () => (inMerge() ? ["returns", "roster", "previous", "decisions"] : ["returns", "previous"]);
const common = ({ args }) => [...args.returns, ...(args.roster ?? []), ...(args.previous ?? [])];
const options = () => [...CACHE, "--jobs", "1", "--json"];
// The table of decisions is written by a check wherever something is to be decided; a merge obeys one that was given.
const decided = (always = false) => (inMerge() && (always || given.decisions.length) ? ["--decisions", WORDS.out.decisions] : []);
const check = (laid, more = []) => ["check", ...common(laid), ...decided(true), ...more, ...options()];

const status = ({ args }) => ["status", ...args.returns, ...args.roster, ...decided(), ...options()];
// Texts only: what Word files need is not in the page.
const letters = (laid) => ["letters", ...common(laid), ...decided(true), ...dueArgs(), "--text-only", "-o", WORDS.out.letters, ...CACHE, "--jobs", "1"];

function dueArgs() {
  if (!byId("due").validity.valid) throw new StoppedError(WORDS.dueUnclear);
  return byId("due").value ? ["--due", byId("due").value] : [];
}

const JOBS = {
  async check() {
    const laid = layOut(fieldsOf()), agency = !inMerge();
    const { answers, made } = await run(laid, [check(laid, agency ? back() : [])],
      () => (agency ? [{ paths: [WORDS.out.back] }, { paths: [WORDS.out.back], archive: WORDS.archives.back }]
        : [{ paths: [WORDS.out.decisions] }]));
    const items = answered(answers[0]).submissions;
    showVerdict(agency ? agencyVerdict(items) : checkVerdict(items));
    if (!agency) showBoard(boardRows(items, null, null), items);
    if (!agency && made.length) showSave(made[0], 1);
    showFindings(agency ? items.filter((item) => !isLedger(item)) : items);
    if (agency) offerCounting(laid, items);
    lastCheck = agency ? { answer: answered(answers[0]), made } : null;
    if (agency) emphasizeSaving(copiesOf(lastCheck).length > 0);
  },

  async sendBack() {
    if (document.body.dataset.door === "agency") {
      if (!lastCheck) await JOBS.check();
      return saveCopies(lastCheck);
    }
    const laid = layOut(fieldsOf());
    const { answers, made } = await run(laid, [check(laid, back())],
      () => [{ paths: [WORDS.out.back, WORDS.out.decisions], archive: WORDS.archives.back }]);
    const answer = answered(answers[0]), count = answer.returned.length;
    showVerdict([count ? "warn" : "good", count ? WORDS.verdict.sentBack(count) : WORDS.verdict.nothingBack, ""]);
    if (made.length) showSave(made[0], 0);
    showBoard(boardRows(answer.submissions, null, null), answer.submissions);
    showFindings(answer.submissions);
    return null;
  },

  async count() {
    const laid = layOut(["returns", "previous"]), { reports, handedIn } = WORDS.out;
    const counting = ["ledger", "count", ...ledgers, ...laid.args.previous, "-o", reports, "--handed-in", handedIn, "--jobs", "1", "--json"];
    const { answers, made } = await run(laid, [counting],
      () => [{ paths: [reports] }, { paths: [handedIn] }, { paths: [reports, handedIn], archive: WORDS.archives.counts }]);
    const items = answered(answers[0]).ledgers.map((item) => countedLedger(item, reports));
    showVerdict(countVerdict(items));
    showCounted(made);
    showFindings(items);
  },

  async letters() {
    const laid = layOut(fieldsOf());
    const { answers, made } = await run(laid, [letters(laid), check(laid), status(laid)],
      () => [{ paths: [WORDS.out.letters, WORDS.out.decisions], archive: WORDS.archives.letters }]);
    const { submissions } = answered(answers[1]), standing = answered(answers[2]);
    showVerdict(lettersVerdict(answers[0]));
    showSave(made[0], 0);
    showBoard(boardRows(submissions, standing, null), submissions);
    showFindings(submissions);
  },

  async merge() {
    const laid = layOut(fieldsOf()), { args } = laid;
    const commands = [["merge", ...common(laid), ...decided(), "-o", WORDS.out.summary, "--html", WORDS.out.page, ...options()],
      check(laid, back())];
    if (args.roster.length) commands.push(status(laid), letters(laid));
    const results = [WORDS.out.summary, WORDS.out.page, WORDS.out.decisions, WORDS.out.back, WORDS.out.letters];
    const { answers, made } = await run(laid, commands, ([merged]) =>
      (merged.code < 2 ? [{ paths: results, archive: WORDS.archives.merge }, { paths: results.slice(0, 3) }] : []));
    const { submissions } = answered(answers[1]);
    if (answers[0].code >= 2) {
      showVerdict(checkVerdict(submissions));
      showStopped(answers[0].said);
      showBoard(boardRows(submissions, null, null), submissions);
      return showFindings(submissions);
    }
    const merged = answered(answers[0]), standing = args.roster.length ? answered(answers[2]) : null;
    showVerdict(mergeVerdict(merged, standing));
    showSave(made[0], 0, made.slice(1));
    if (standing && answers[3].code >= 2) showStopped(answers[3].said);
    showBoard(boardRows(submissions, standing, merged), submissions);
    return showFindings(submissions, merged.findings);
  },

  async makeTemplates() {
    const laid = layOut(["roster", "previous"]), name = WORDS.archives.templates(Number(byId("year").value));
    const { answers, made } = await run(laid, [["template", ...yearArgs(), ...laid.args.roster, ...laid.args.previous, "-o", WORDS.out.templates]],
      () => [{ paths: [WORDS.out.templates], archive: name }]);
    if (answers[0].code >= 2) throw new StoppedError(answers[0].said);
    const [first, ...others] = answers[0].output.trim().split("\n");
    showVerdict(["good", first.split(WORDS.pause)[0], others.join("")]);
    showSave(made[0], 0);
  },
};

// In an agency's door one button is the next thing to do: to check, or to save what was marked.
function emphasizeSaving(saving) {
  byId("send-back").classList.toggle("first", saving);
  byId("check").classList.toggle("first", !saving && !ledgers.length && document.body.dataset.door === "agency");
}

// What a check knew as ledgers may be counted; those inside a .zip are not read by the command.
function offerCounting(laid, items) {
  const paths = new Set(laid.files.map(({ path }) => path));
  ledgers = items.filter((item) => isLedger(item) && paths.has(item.file)).map(({ file }) => (file.startsWith("-") ? `./${file}` : file));
  byId("count-offer").hidden = !ledgers.length;
}

// A ledger of the answer as the views take what was checked.
function countedLedger(item, reports) {
  const findings = item.findings.map((finding) => ({ ...finding, cells: finding.cells.map((cell) => {
    const [sheet, address] = cell.split(/!(?=[^!]*$)/);
    return { sheet, address };
  }) }));
  return { ...item, findings, agency: { name: item.agency }, report: item.written.some((path) => path.startsWith(`${reports}/`)) };
}

// The report, and under it the copy to hand in; of several ledgers one archive, which browsers do not lose.
function showCounted(made) {
  const archive = made.at(-1), files = made.slice(0, -1), inside = (folder) => files.filter(({ name }) => `/out/${name}`.startsWith(`${folder}/`));
  const reports = inside(WORDS.out.reports), copies = inside(WORDS.out.handedIn);
  if (reports.length === 1 && copies.length < 2) {
    const copy = copies.map(({ name, data }) => ({ name: WORDS.save.handedInName(name.split("/").pop()), data }));
    showSave(reports[0], 1, copy, WORDS.save.handedIn);
  } else if (archive) showSave(archive, files.length);
}

class StoppedError extends Error {}

function copiesOf(checked) {
  const names = new Set((checked ? checked.answer.returned : []).map(({ returned }) => returned));
  return (checked ? checked.made : []).filter(({ name }) => names.has(name.split("/").pop()));
}

// One copy is saved as it is; several (and the list of them) as one archive, which browsers do not lose.
function saveCopies(checked) {
  const copies = copiesOf(checked);
  if (!copies.length) {
    setState(WORDS.verdict.nothingBack);
    return;
  }
  if (copies.length === 1) showSave(copies[0], 1);
  else showSave(checked.made.find(({ name }) => name === WORDS.archives.back), copies.length + 1);
  byId("download").click();
}

// The JSON of a command. Raises StoppedError where it said instead why it could not run.
function answered({ code, output, said }) {
  if (code >= 2) throw new StoppedError(said);
  return JSON.parse(output);
}

function run(laid, commands, wanted) {
  let step = 0, began = performance.now();
  const say = (text) => { byId("pace").textContent = text; };
  engine.onProgress = ({ doing, done, total }) => {
    const seconds = (performance.now() - began) / 1000, rate = done / seconds;
    const left = done && seconds > 1 && done < total ? WORDS.left((total - done) / rate) : "";
    byId("bar").max = commands.length;
    byId("bar").value = step + done / total;
    say(WORDS.pace(engine.known.words.doing[doing] ?? doing, step + 1, commands.length, done, total, Math.round(rate), left));
    if (done === total) setTimeout(() => running && byId("bar").value >= step + 1 && say(WORDS.finishing), 400);
  };
  return engine.runJob(laid.files, commands, wanted, (number) => {
    step = Math.max(number, 0);
    began = performance.now();
    byId("bar").removeAttribute("value");
    say(number < 0 ? WORDS.reading : number < commands.length ? "" : WORDS.finishing);
  });
}

async function runJob(name) {
  if (running) {
    waitingJob = name;
    return;
  }
  running = name;
  inputsChanged = false;
  if (name !== "sendBack" || document.body.dataset.door !== "agency") lastCheck = null;
  const began = performance.now();
  if (!(name === "sendBack" && lastCheck && document.body.dataset.door === "agency")) clearResult();
  byId("progress").hidden = false;
  byId("main").setAttribute("aria-busy", "true");
  setState(engine.known ? "" : WORDS.waiting);
  enableButtons();
  try {
    await engine.start();
    await JOBS[name]();
    setState(WORDS.done(((performance.now() - began) / 1000).toFixed(1)));
    byId(name === "check" || byId("save").hidden ? "verdict" : "download").focus({ preventScroll: true });
  } catch (error) {
    tellFailure(error);
  }
  byId("progress").hidden = true;
  byId("main").removeAttribute("aria-busy");
  running = null;
  if (inputsChanged && !waitingJob) dropOldResult();
  enableButtons();
  if (waitingJob) {
    const next = waitingJob;
    waitingJob = null;
    runJob(next);
  }
}

// A result is that of the files that lie there; of others nothing may be shown or saved any more.
function dropOldResult() {
  if (byId("result").hidden && byId("stopped").hidden) return;
  clearResult();
  setState(WORDS.changed);
}

function tellFailure(error) {
  setState("");
  if (error instanceof CancelledError) setState(WORDS.cancelled);
  else if (error instanceof UnreadableError) showStopped(WORDS.unreadable(error.message));
  else if (error instanceof StoppedError && !error.message.includes("Traceback")) showStopped(error.message);
  else showStopped(engine.known ? WORDS.crashed : WORDS.notStarted, String(error.message || error));
}

// --- what is to be seen --------------------------------------------------------------------------------------------

function setState(text) {
  byId("state").textContent = text;
}

function enableButtons() {
  const possible = { check: given.returns.length, count: ledgers.length, merge: given.returns.length, "send-back": given.returns.length,
    letters: given.returns.length && given.roster.length, "make-templates": given.roster.length };
  for (const id of Object.keys(BUTTONS)) byId(id).disabled = !possible[id] || Boolean(running);
}

function onFieldChange(field) {
  lastCheck = null;
  if (running) inputsChanged = true;
  else dropOldResult();
  ledgers = [];
  emphasizeSaving(false);
  byId("count-offer").hidden = true;
  if (field === "previous" && !byId("year").dataset.touched) {
    const year = given.previous.map(({ name }) => /(?:^|\D)(20\d\d)(?=\D)/.exec(name)).find(Boolean);
    if (year) byId("year").value = String(Number(year[1]) + 1);
  }
  enableButtons();
  if (document.body.dataset.door === "agency" && given.returns.length) runJob("check");
}

// Reports for a year are written in the months after it; templates are handed out at its end, or right after.
function suggestedYear(today = new Date()) {
  return today.getFullYear() - (today.getMonth() < 6 ? 1 : 0);
}

async function showLicences() {
  if (byId("licence-texts").childElementCount) return;
  const listed = JSON.parse(new TextDecoder().decode(await inflate(engine.parts.licences)));
  byId("licence-texts").append(...listed.flatMap(({ name, version, text }) => [make("h2", `${name} ${version}`), make("pre", text, { tabindex: "0" })]));
}

function listen() {
  for (const door of DOORS) {
    byId(`door-${door}`).onclick = () => { location.hash = WORDS.hashes[door]; openDoor(door); };
  }
  byId("home").onclick = (event) => {
    event.preventDefault();
    history.replaceState(null, "", location.pathname + location.search);
    openDoor("", true);
  };
  addEventListener("hashchange", () => openNamedDoor(true));
  for (const [id, job] of Object.entries(BUTTONS)) byId(id).onclick = () => runJob(job);
  byId("cancel").onclick = () => { waitingJob = null; engine.cancel(); };
  byId("print").onclick = () => print();
  byId("with-notes").onchange = () => byId("findings").classList.toggle("without-notes", !byId("with-notes").checked);
  byId("year").oninput = () => { byId("year").dataset.touched = "1"; };
  byId("licences").ontoggle = () => byId("licences").open && showLicences();
  listenForChoices();
  listenForDrops(() => ({ agency: "returns", merge: "returns", template: "roster" })[document.body.dataset.door]);
}

function begin() {
  if (!window.xltoolSupported) {
    window.xltoolReady = Promise.reject(new Error(byId("too-old").textContent.trim()));
    window.xltoolReady.catch(() => {});
    return;
  }
  listen();
  byId("year").value = String(suggestedYear());
  openNamedDoor(false);
  setState(WORDS.preparing);
  engine.load();
  window.xltoolReady = engine.start().then((known) => {
    byId("version").textContent = WORDS.version(known.version);
    if (!running) setState(WORDS.ready);
    return { version: known.version };
  });
  window.xltoolReady.catch(tellFailure);
}

begin();
