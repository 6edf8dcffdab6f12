// The built page in a real Chromium, opened from file:// below a folder with Chinese, blanks and #, against the native run.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import {
  ROOT, SIZES, assertAccessible, assertOffline, assertSameBytes, banner, begin, demo, drop, end, filesOf, idle, inputs, namesBelow,
  native, openDoor, openPage, page, returnOf, returns, save, scratch, shownMessages, takePicture, unpacked, until,
} from "./harness.mjs";

const FLAWED = "329908", FLAWLESS = "329907";
const roster = path.join(demo, "名册.csv");
const previous = path.join(demo, "2024年度汇总.xlsx");
const held = "示例市档案局.xlsx";
const seconds = (began) => ((performance.now() - began) / 1000).toFixed(1);

before(begin);
after(end);

// --- the three doors, step by step ---------------------------------------------------------------------------------

test("a clerk drops, reads, saves the marked copy, corrects, drops again, and sees green", async (t) => {
  await openPage();
  await page.evaluate("window.xltoolReady");
  await assertAccessible("the doors");
  await takePicture("page-doors");
  const began = performance.now(), wrong = returnOf(FLAWED);
  await page.click("#door-agency");
  await drop("returns", wrong);
  await banner("bad");
  const told = JSON.parse(native(demo, "check", wrong, "--json")).submissions[0].findings;
  assert.deepEqual((await shownMessages()).sort(), told.map(({ message }) => message).sort());
  await takePicture("page-agency");
  const copy = await save("#send-back");
  await drop("returns", path.join(inputs, "corrected", path.basename(wrong)));
  await banner("good");
  t.diagnostic(`a clerk's way: ${seconds(began)} s`);
  assert.match(await page.textContent("#verdict"), /可以报送/);
  await takePicture("page-agency-green");
  await assertAccessible("an agency's result");
  assertOffline();
  native(demo, "check", wrong, "--return", path.join(scratch, "marked"), "--json");
  assertSameBytes(copy, path.join(scratch, "marked", path.basename(copy)));
});

test("a ledger is counted: the report and the copy to hand in are what the native run writes", async () => {
  const [one, other] = filesOf(path.join(inputs, "ledgers"));
  const folder = path.join(scratch, "counted"), kept = path.join(folder, "收回的报表"), name = path.basename(one);
  fs.mkdirSync(kept, { recursive: true });
  for (const file of [one, other]) fs.copyFileSync(file, path.join(kept, path.basename(file)));
  const told = JSON.parse(native(folder, "ledger", "count", "收回的报表", "-o", "out/年报", "--handed-in", "out/上报的台账", "--json")).ledgers;
  await openDoor("agency");
  await drop("returns", returnOf(FLAWLESS));
  await banner("good");
  assert.ok(!(await page.isVisible("#count")));
  await drop("returns", one);
  await until("the offer", "!document.getElementById('count-offer').hidden && document.getElementById('progress').hidden");
  assert.match(await page.textContent("#verdict"), /^这是依申请公开台账$/);
  await assertAccessible("a ledger");
  await takePicture("page-ledger-offer");
  await page.click("#count");
  await until("the count", "document.getElementById('progress').hidden && !document.getElementById('save').hidden");
  assert.match(await page.textContent("#verdict"), /^已计数，年报已生成$/);
  assert.deepEqual((await shownMessages()).sort(), told[0].findings.map(({ message }) => message).sort());
  const { figures } = told[0].count, total = (line) => figures[`requests.${line}.total`];
  assert.ok(total("received") >= 10);
  assert.ok((await page.textContent("#advice")).includes(`新收 ${total("received")} + 上年结转 ${total("carried_in")} `));
  await assertAccessible("a counted ledger");
  await takePicture("page-ledger");
  await page.setViewportSize(SIZES.phone);
  assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
  await page.evaluate("document.getElementById('count').scrollIntoView()");
  await takePicture("page-ledger-phone");
  await page.setViewportSize(SIZES.wide);
  const report = await save(), copy = await save("#also a");
  assertSameBytes(report, path.join(folder, told[0].written[0]));
  assert.equal(path.basename(copy), `上报 ${name}`);
  assertSameBytes(copy, path.join(folder, told[0].written[1]));
  const { values } = JSON.parse(native(scratch, "check", report, "--json")).submissions[0];
  const read = Object.keys(figures).filter((cell) => cell in values);
  assert.ok(read.length > 100);
  assert.deepEqual(read.map((cell) => values[cell]), read.map((cell) => figures[cell]));
  await page.setInputFiles("#previous", previous); // sums, no ledger of last year
  await until("the offer again", "!document.getElementById('count-offer').hidden && document.getElementById('progress').hidden");
  await page.click("#count");
  await until("the sentence", "!document.getElementById('stopped').hidden");
  assert.match(await page.textContent("#stopped"), /不能用来核对：不是台账/);
  await page.click("[data-drop=previous] button.link");
  await page.setInputFiles("#returns", [one, other]);
  await until("two ledgers", "document.getElementById('verdict').textContent.includes('2 本') && document.getElementById('progress').hidden");
  await page.click("#count");
  await until("the counts", "document.getElementById('progress').hidden && !document.getElementById('save').hidden");
  const ours = unpacked(await save()), out = path.join(folder, "out");
  assert.deepEqual(namesBelow(ours), namesBelow(out));
  for (const each of namesBelow(out)) assertSameBytes(path.join(ours, each), path.join(out, each));
  assertOffline();
});

test("a coordinator: every file of the archive is what the native run writes", async (t) => {
  await openPage();
  await page.evaluate("window.xltoolReady");
  const began = performance.now();
  await page.click("#door-merge");
  await page.setInputFiles("#returns", filesOf(returns));
  await drop("roster", roster);
  await drop("previous", previous);
  await page.click("#merge");
  await idle();
  const archive = await save();
  t.diagnostic(`a coordinator's way: ${seconds(began)} s`);
  const given = ["收回的报表", "--roster", "名册.csv", "--previous", "2024年度汇总.xlsx"], common = [...given, "--json"];
  const out = path.join(scratch, "merged");
  fs.mkdirSync(out);
  native(demo, "merge", ...common, "-o", path.join(out, "汇总.xlsx"), "--html", path.join(out, "总览.html"));
  native(demo, "check", ...common, "--return", path.join(out, "退回"));
  native(demo, "letters", ...given, "--text-only", "-o", path.join(out, "信函"));
  const ours = unpacked(archive);
  assert.deepEqual(namesBelow(ours).filter((name) => name !== "裁定.xlsx"), namesBelow(out));
  for (const name of namesBelow(out)) assertSameBytes(path.join(ours, name), path.join(out, name));
  const { agencies } = JSON.parse(native(demo, "status", "收回的报表", "--roster", "名册.csv", "--json"));
  const known = new Set(agencies.map(({ file }) => file));
  const others = filesOf(returns).filter((file) => !known.has(path.relative(demo, file)));
  assert.equal(await page.locator("#board tbody tr").count(), agencies.length + others.length);
  await assertAccessible("a merge");
  await takePicture("page-merge");
  assertOffline();
});

test("letters: the texts, the files that go with them and the list are what the native run writes", async () => {
  await openDoor("merge");
  await page.setInputFiles("#returns", filesOf(returns).filter((file) => !file.includes(FLAWLESS))); // one is to be reminded
  assert.ok(await page.isDisabled("#letters"));
  await page.setInputFiles("#roster", roster);
  await page.locator("#due").pressSequentially("01");
  await page.click("#letters");
  await until("the sentence", "!document.getElementById('stopped').hidden");
  assert.match(await page.textContent("#stopped"), /报送期限没有写全/);
  await page.fill("#due", "2026-01-20");
  await page.click("#letters");
  await idle();
  assert.ok(!(await page.isVisible("#stopped")));
  assert.match(await page.textContent("#verdict"), /^已写出 \d+ 份函：催报 1，退回 \d+，受理 \d+$/);
  await assertAccessible("letters");
  const ours = unpacked(await save()), folder = path.join(scratch, "lettered", "收回的报表"), out = path.join(scratch, "lettered", "out");
  fs.mkdirSync(out, { recursive: true });
  fs.cpSync(returns, folder, { recursive: true, filter: (file) => !file.includes(FLAWLESS) });
  native(path.dirname(folder), "letters", "收回的报表", "--roster", roster, "--due", "2026-01-20", "--text-only", "-o", path.join(out, "信函"));
  const names = namesBelow(out);
  assert.deepEqual(namesBelow(ours).filter((name) => name !== "裁定.xlsx"), names);
  for (const name of names) assertSameBytes(path.join(ours, name), path.join(out, name));
  assert.deepEqual(names.filter((name) => name.endsWith(".docx")), []);
  assertOffline();
});

test("decisions are obeyed as in the native run", async () => {
  await openDoor("merge");
  await page.setInputFiles("#returns", filesOf(returns));
  await page.setInputFiles("#roster", roster);
  await page.click("#merge");
  await idle();
  const row = `#board tr:has-text("${held}")`;
  assert.equal(await page.getAttribute(row, "data-status"), "undecided");
  await page.setInputFiles("#decisions", path.join(demo, "裁定.xlsx"));
  await page.click("#merge");
  await until("the decision", `[...document.querySelectorAll("#board tr")].some((row) => row.textContent.includes(${JSON.stringify(held)}) && row.dataset.status === "accepted")`);
  const ours = unpacked(await save());
  const folder = path.join(scratch, "decided");
  fs.mkdirSync(folder);
  fs.copyFileSync(path.join(demo, "裁定.xlsx"), path.join(folder, "裁定.xlsx"));
  native(demo, "merge", "收回的报表", "--roster", "名册.csv", "--decisions", path.join(folder, "裁定.xlsx"), "-o", path.join(folder, "汇总.xlsx"), "--json");
  assertSameBytes(path.join(ours, "汇总.xlsx"), path.join(folder, "汇总.xlsx"));
});

test("templates: every file is what the native run writes", async () => {
  await openDoor("template");
  await page.setInputFiles("#roster", roster);
  await page.setInputFiles("#previous", previous);
  assert.equal(await page.inputValue("#year"), "2025");
  await page.click("#make-templates");
  await idle();
  const ours = path.join(unpacked(await save()), "下发的模板");
  for (const file of filesOf(path.join(demo, "下发的模板"))) assertSameBytes(path.join(ours, path.basename(file)), file);
  await assertAccessible("templates");
  await takePicture("page-template");
});

// --- what is put in ------------------------------------------------------------------------------------------------

for (const [name, count] of [["kinds", 5], ["hostile", null], ["many", 506]]) {
  test(`${name}: the findings are those of the native run`, async () => {
    await openDoor("merge");
    await page.setInputFiles("#returns-folder", path.join(inputs, name));
    await page.click("#check");
    await idle();
    const told = JSON.parse(native(inputs, "check", name, "--json")).submissions;
    if (count) assert.equal(told.length, count);
    const shown = await shownMessages();
    assert.deepEqual([...shown].sort(), told.flatMap(({ findings }) => findings.map(({ message }) => message)).sort());
    assert.equal(await page.locator("#board tbody tr").count(), told.length);
    // What only the command line can do is named as such, and nothing is to be installed.
    assert.deepEqual(shown.filter((message) => /pip |(?<!命令行[^。]*)--[a-z]/.test(message)), []);
  });
}

test("a folder and a file are dropped", async () => {
  await openDoor("merge");
  await drop("returns", returns);
  await drop("roster", roster);
  // Chromium shows a page no file of a dropped folder whose name begins with ~, such as the lock files of Office.
  const visible = fs.readdirSync(returns).filter((name) => !name.startsWith("~"));
  assert.match(await page.textContent("#chosen-returns"), new RegExp(` ${visible.length} 个文件`));
  assert.match(await page.textContent("#chosen-roster"), /名册\.csv/);
  await page.click("#merge");
  await idle();
  const { files } = JSON.parse(native(demo, "merge", ...visible.map((name) => path.join("收回的报表", name)), "--roster", "名册.csv", "--json", "-o", path.join(scratch, "dropped.xlsx")));
  assertSameBytes(path.join(unpacked(await save()), "汇总.xlsx"), path.join(scratch, "dropped.xlsx"));
  assert.equal(files.length, visible.length);
});

test("a folder with the page's own name and a file of a name that is in it are both read", async () => {
  await openDoor("merge");
  await drop("returns", returns);
  const twin = path.join(scratch, path.basename(filesOf(returns)[0]));
  fs.copyFileSync(filesOf(returns)[1], twin);
  await drop("returns", twin);
  const dropped = fs.readdirSync(returns).filter((name) => !name.startsWith("~")).length + 1;
  await until("both of them", `document.getElementById("chosen-returns").textContent.includes(" ${dropped} 个文件")`);
  await page.click("#check");
  await idle();
  assert.equal(await page.locator("#board tbody tr").count(), dropped);
});

// --- engines that stop, or are old ---------------------------------------------------------------------------------

// Lets a test see the workers of the page, and end one as a browser does that ran out of memory.
const WATCH_WORKERS = `{
  window.workers = [];
  const NativeWorker = Worker;
  window.Worker = class extends NativeWorker {
    constructor(address) {
      super(address);
      window.workers.push(this);
      this.addEventListener("message", (event) => window.onWorkerMessage?.(event, this));
    }
    die() {
      this.terminate();
      this.onerror({ message: "died" });
    }
  };
}`;

async function checkMany() {
  await openDoor("merge", { prepare: WATCH_WORKERS });
  await page.setInputFiles("#returns-folder", path.join(inputs, "many"));
  await page.click("#check");
  await until("the first files", "document.getElementById('bar').hasAttribute('value')");
}

async function checkDemoAgain() {
  await page.setInputFiles("#returns", filesOf(returns));
  await page.click("#check");
  await idle();
  assert.equal(await page.locator("#board tbody tr").count(), filesOf(returns).length);
  assert.ok(!(await page.isVisible("#stopped")));
}

test("a cancelled job leaves nothing, and the next one works", async () => {
  await checkMany();
  await page.click("#cancel");
  await until("the end", "document.getElementById('progress').hidden");
  assert.match(await page.textContent("#state"), /已取消/);
  assert.ok(!(await page.isVisible("#result")));
  await checkDemoAgain();
});

test("a worker that was killed without a word can be cancelled, and the next job works", async () => {
  await checkMany();
  await page.evaluate("workers.at(-1).terminate()");
  await page.click("#cancel");
  await until("the end", "document.getElementById('progress').hidden");
  assert.match(await page.textContent("#state"), /已取消/);
  await checkDemoAgain();
  assert.equal(await page.evaluate("workers.length"), 2);
});

test("a worker that dies between files is told as such, and the next job works", async () => {
  await checkMany();
  await page.evaluate("workers.at(-1).die()");
  await until("the sentence", "!document.getElementById('stopped').hidden");
  assert.ok(!(await page.isVisible("#result")));
  await checkDemoAgain();
});

test("a worker that dies of one file is started again, and only that file is not read", async () => {
  await openDoor("merge", { prepare: WATCH_WORKERS });
  await page.evaluate("window.onWorkerMessage = (event, worker) => { if (event.data.event === 'task' && event.data.digest && workers.length === 1) { worker.onmessage(event); worker.die(); } }");
  await page.setInputFiles("#returns-folder", path.join(inputs, "kinds"));
  await page.click("#check");
  await idle();
  assert.equal(await page.evaluate("workers.length"), 2);
  const statuses = await page.locator("#board tbody tr").evaluateAll((rows) => rows.map((row) => row.dataset.status));
  assert.equal(statuses.length, 5);
  assert.equal(statuses.filter((status) => status === "unreadable").length, 1);
});

test("a file that fills the memory is not read; a fresh worker reads the others", async () => {
  await openDoor("merge", { prepare: WATCH_WORKERS });
  await page.setInputFiles("#returns", [path.join(inputs, "hostile", "xls-figures-far-apart.xlsx"), returnOf(FLAWLESS)]);
  await page.click("#check");
  await idle();
  assert.equal(await page.evaluate("workers.length"), 2);
  const statuses = await page.locator("#board tbody tr").evaluateAll((rows) => rows.map((row) => row.dataset.status));
  assert.deepEqual(statuses.sort(), ["accepted", "unreadable"]);
});

test("a worker whose memory has grown beyond 512 MiB is replaced between jobs", async () => {
  await openDoor("merge", { prepare: WATCH_WORKERS });
  await page.evaluate("window.onWorkerMessage = ({ data }) => { if (data.heap && workers.length === 1) data.heap = 513 * 2 ** 20; }");
  await checkDemoAgain();
  await until("another worker", "workers.length === 2");
  await checkDemoAgain();
  assert.equal(await page.evaluate("workers.length"), 2);
});

test("an engine without what is needed gets one sentence", async () => {
  for (const lack of ["WebAssembly.validate = () => false;", "delete window.DecompressionStream;", "delete window.WebAssembly;"]) {
    await openPage({ prepare: lack });
    assert.equal(await page.evaluate("window.xltoolReady.then(() => '', (error) => error.message)"), (await page.textContent("#too-old")).trim());
    assert.ok(await page.isVisible("#too-old"));
    assert.ok(!(await page.isVisible("#app")));
    assertOffline();
  }
});

// What came to JavaScript after Chromium 109, the last for Windows 7, and would be used unawares.
const FORGET_NEWER = `
  delete Uint8Array.fromBase64; delete Uint8Array.prototype.toBase64; delete Array.fromAsync; delete Promise.withResolvers;
  delete Promise.try; delete Object.groupBy; delete Map.groupBy; delete RegExp.escape; delete Iterator; delete Error.isError;
  for (const name of ["toSorted", "toReversed", "toSpliced", "with"]) delete Array.prototype[name];
  for (const name of ["union", "intersection", "difference", "isSubsetOf"]) delete Set.prototype[name];
  for (const name of ["isWellFormed", "toWellFormed"]) delete String.prototype[name];
  if (self.URL) { delete URL.canParse; delete URL.parse; }
  if (self.WebAssembly) { delete WebAssembly.Suspending; delete WebAssembly.promising; delete WebAssembly.JSTag; }
`;

test("an engine that knows no more than Chromium 109 does the same", async () => {
  const prepare = `${FORGET_NEWER}
    const NativeBlob = Blob;
    window.Blob = class extends NativeBlob {
      constructor(parts, options) { super(options?.type === "text/javascript" ? [${JSON.stringify(FORGET_NEWER)}, ...parts] : parts, options); }
    };`;
  await openDoor("merge", { prepare });
  await checkDemoAgain();
  assertOffline();
});

// --- how it is used ------------------------------------------------------------------------------------------------

test("the keyboard alone opens a door, clears, checks and reaches the result", async () => {
  await openPage();
  await page.evaluate("window.xltoolReady");
  const reach = async (id) => {
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate("document.activeElement.id") === id) return;
    }
    assert.fail(`Tab does not reach #${id}`);
  };
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.className"), "skip");
  await reach("door-agency");
  await page.keyboard.press("Enter");
  await reach("returns");
  await page.setInputFiles("#returns", returnOf(FLAWED));
  await banner("bad");
  assert.equal(await page.evaluate("document.activeElement.id"), "verdict");
  await page.focus("#returns");
  await reach("check");
  await page.keyboard.press("Enter");
  await banner("bad");
});

test("on paper: A4, what was found, and nothing to click", async () => {
  await openDoor("merge");
  await page.setInputFiles("#returns", filesOf(returns));
  await page.setInputFiles("#roster", roster);
  await page.click("#merge");
  await idle();
  const printed = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  const boxes = [...printed.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, width, height]) => [Math.round(width), Math.round(height)]);
  assert.ok(boxes.length && boxes.every(([width, height]) => width === 595 && height === 842), JSON.stringify(boxes));
  await page.emulateMedia({ media: "print" });
  for (const id of ["#verdict", "#board", "#findings"]) assert.ok(await page.isVisible(id), id);
  for (const id of ["#door-merge", "#merge", "#returns-folder", "#download", "#print", "#licences"]) assert.ok(!(await page.isVisible(id)), id);
});

test("on a phone: nothing is wider than the screen, and axe finds nothing", async () => {
  await openPage({ size: SIZES.phone });
  await page.evaluate("window.xltoolReady");
  await takePicture("page-doors-phone");
  for (const [door, button] of [["agency", "check"], ["merge", "merge"], ["template", "make-templates"]]) {
    await page.click(`#door-${door}`);
    if (door !== "template") await page.setInputFiles("#returns", door === "agency" ? returnOf(FLAWLESS) : filesOf(returns));
    if (door === "merge") await page.setInputFiles("#roster", roster);
    if (door !== "agency") await page.click(`#${button}`);
    await idle();
    assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), door);
    await assertAccessible(`${door} on a phone`);
    await page.evaluate("document.getElementById('banner').scrollIntoView()");
    await takePicture(`page-${door}-phone`);
  }
});

test("licences: one for everything inside", async () => {
  await openPage();
  await page.evaluate("window.xltoolReady");
  await page.click("#licences summary");
  await until("the texts", "document.querySelectorAll('#licence-texts pre').length > 0");
  const names = await page.locator("#licence-texts h2").allTextContents();
  const packages = fs.readFileSync(path.join(ROOT, "browser/requirements.txt"), "utf-8").match(/^[\w-]+(?===)/gm);
  const inside = JSON.parse(fs.readFileSync(path.join(ROOT, "browser/licences/inside.json"), "utf-8")).map(({ name }) => name);
  for (const name of ["xltool", ...packages, ...inside]) {
    const plain = (text) => text.toLowerCase().replaceAll("-", "_");
    assert.ok(names.some((shown) => plain(shown).startsWith(plain(name))), `${name}: ${names.join(", ")}`);
  }
  for (const text of await page.locator("#licence-texts pre").allTextContents()) assert.ok(text.length > 500);
  await assertAccessible("the licences");
});
