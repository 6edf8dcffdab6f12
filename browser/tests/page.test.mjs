// The built page in a real Chromium, opened from file:// below a folder with Chinese, blanks and #, against the native run.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const PYTHON = process.env.XLTOOL_PYTHON || path.join(ROOT, ".venv/bin/python");
const AXE = fs.readFileSync(path.join(ROOT, "browser/node_modules/axe-core/axe.min.js"), "utf-8");
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const SECONDS = 300; // for one job, on a busy machine
const IMAGES = process.env.XLTOOL_IMAGES; // a folder: the pictures of the guides are written there
const SIZES = { wide: { width: 1366, height: 768 }, phone: { width: 390, height: 844 } };

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "xltool-page-"));
const inputs = path.join(scratch, "inputs");
const demo = path.join(inputs, "demo");
const wheels = path.join(ROOT, "build/browser/wheels");
const libraries = [ROOT, ...fs.readdirSync(wheels).filter((name) => /^xlsxwriter/i.test(name)).map((name) => path.join(wheels, name))];
const env = { ...process.env, PYTHONPATH: libraries.join(path.delimiter), XLTOOL_CACHE: path.join(scratch, "cache") };
let browser, page, address, asked;

function native(folder, ...args) {
  const code = "import sys; sys.argv[0] = 'xltool'; from xltool.cli.main import main; main()";
  const done = spawnSync(PYTHON, ["-c", code, ...args], { cwd: folder, env, encoding: "utf-8", maxBuffer: 1 << 28 });
  assert.ok(done.status < 2, done.stderr);
  return done.stdout;
}

function filesOf(folder) {
  return fs.readdirSync(folder).sort().map((name) => path.join(folder, name));
}

async function freshPage(size = SIZES.wide, prepare = null) {
  if (page) await page.context().close();
  const context = await browser.newContext({ viewport: size, timezoneId: process.env.TZ });
  page = await context.newPage();
  page.setDefaultTimeout(SECONDS * 1000);
  asked = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => asked.push(`error: ${error.message}`));
  if (prepare) await page.addInitScript(prepare);
  await page.goto(address);
  return page;
}

// Polled from outside: the policy of the page lets nothing evaluate text inside it.
async function until(what, expression) {
  for (let waited = 0; waited < SECONDS * 5; waited++) {
    if (await page.evaluate(expression)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`waited for ${what} in vain: ${await page.textContent("#stopped")} ${await page.textContent("#pace")}`);
}

const idle = () => until("the end of a job", "document.getElementById('progress').hidden && !document.getElementById('result').hidden");

async function saved() {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  const target = path.join(scratch, `saved-${Date.now()}-${download.suggestedFilename()}`);
  await download.saveAs(target);
  return target;
}

function unpacked(archive) {
  const target = `${archive}.d`;
  execFileSync(PYTHON, ["-m", "zipfile", "-e", archive, target]);
  return target;
}

async function accessible(what) {
  await page.evaluate(AXE);
  const found = await page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')))");
  assert.deepEqual(found, [], what);
}

async function picture(name) {
  if (IMAGES) await page.screenshot({ path: path.join(IMAGES, `${name}.png`) });
}

before(async () => {
  execFileSync(PYTHON, [path.join(ROOT, "browser/tests/make_inputs.py"), inputs], { env, stdio: "inherit" });
  const folder = path.join(scratch, "报表 审核（#1）");
  fs.mkdirSync(folder);
  fs.copyFileSync(path.join(ROOT, "dist/xltool.html"), path.join(folder, "审核 #1 100%.html"));
  address = pathToFileURL(path.join(folder, "审核 #1 100%.html")).href;
  const found = BROWSERS.map((name) => spawnSync("which", [name], { encoding: "utf-8" }).stdout.trim()).find(Boolean);
  browser = await chromium.launch({ executablePath: found, args: FLAGS });
});

after(async () => {
  if (browser) await browser.close();
  fs.rmSync(scratch, { recursive: true, force: true });
});

test("an agency: what is wrong, the copy, and green once it is right", async () => {
  const wrong = filesOf(path.join(demo, "收回的报表")).find((file) => file.includes("329908"));
  const right = filesOf(path.join(demo, "收回的报表")).find((file) => file.includes("329907"));
  await freshPage();
  await page.evaluate("window.xltoolReady");
  await accessible("the doors");
  await picture("page-doors");
  const began = Date.now();
  await page.click("#door-agency");
  await page.setInputFiles("#returns", wrong);
  await idle();
  const told = JSON.parse(native(demo, "check", wrong, "--json")).submissions[0].findings;
  const shown = await page.locator("#findings td.message").allTextContents();
  assert.deepEqual([...shown].sort(), told.map(({ message }) => message).sort());
  await accessible("an agency's findings");
  await picture("page-agency");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#send-back")]);
  await download.saveAs(path.join(scratch, "copy.xlsx"));
  native(demo, "check", wrong, "--return", path.join(scratch, "back"), "--json");
  assert.ok(fs.readFileSync(path.join(scratch, "copy.xlsx")).equals(fs.readFileSync(path.join(scratch, "back", download.suggestedFilename()))));
  await page.setInputFiles("#returns", right);
  await until("green", "document.getElementById('progress').hidden && document.getElementById('banner').className === 'banner good'");
  assert.ok(Date.now() - began < 60_000 * (process.env.CI ? 3 : 1));
  assert.deepEqual(asked.filter((url) => !url.startsWith("blob:")), [address]);
});

test("a coordinator: every file of the archive is what the native run writes", async () => {
  await freshPage();
  await page.click("#door-merge");
  await page.setInputFiles("#returns", filesOf(path.join(demo, "收回的报表")));
  await page.setInputFiles("#roster", path.join(demo, "名册.csv"));
  await page.setInputFiles("#previous", path.join(demo, "2024年度汇总.xlsx"));
  await page.click("#merge");
  await idle();
  const common = ["收回的报表", "--roster", "名册.csv", "--previous", "2024年度汇总.xlsx", "--json"];
  const out = path.join(scratch, "native");
  fs.mkdirSync(out);
  native(demo, "merge", ...common, "-o", path.join(out, "汇总.xlsx"), "--html", path.join(out, "总览.html"));
  native(demo, "check", ...common, "--return", path.join(out, "退回"));
  const ours = unpacked(await saved());
  const names = (folder) => fs.readdirSync(folder, { recursive: true }).filter((name) => fs.statSync(path.join(folder, name)).isFile()).sort();
  assert.deepEqual(names(ours).filter((name) => name !== "裁定.xlsx"), names(out));
  for (const name of names(out)) assert.ok(fs.readFileSync(path.join(ours, name)).equals(fs.readFileSync(path.join(out, name))), name);
  const { agencies } = JSON.parse(native(demo, "status", "收回的报表", "--roster", "名册.csv", "--json"));
  const held = new Set(agencies.map(({ file }) => file));
  const others = filesOf(path.join(demo, "收回的报表")).filter((file) => !held.has(path.relative(demo, file)));
  assert.equal(await page.locator("#board tbody tr").count(), agencies.length + others.length);
  await accessible("a merge");
  await picture("page-merge");
});

test("templates: every file is what the native run writes", async () => {
  await freshPage();
  await page.click("#door-template");
  await page.setInputFiles("#roster", path.join(demo, "名册.csv"));
  await page.setInputFiles("#previous", path.join(demo, "2024年度汇总.xlsx"));
  assert.equal(await page.inputValue("#year"), "2025");
  await page.click("#make-templates");
  await idle();
  const ours = path.join(unpacked(await saved()), "下发的模板");
  for (const file of filesOf(path.join(demo, "下发的模板"))) {
    assert.ok(fs.readFileSync(file).equals(fs.readFileSync(path.join(ours, path.basename(file)))), file);
  }
  await accessible("templates");
  await picture("page-template");
});

for (const [name, count] of [["kinds", 5], ["hostile", null], ["many", 506]]) {
  test(`${name}: the findings are those of the native run`, async () => {
    await freshPage();
    await page.click("#door-merge");
    await page.setInputFiles("#returns-folder", path.join(inputs, name));
    await page.click("#check");
    await idle();
    const told = JSON.parse(native(inputs, "check", name, "--json")).submissions;
    if (count) assert.equal(told.length, count);
    const shown = await page.locator("#findings td.message").allTextContents();
    assert.deepEqual([...shown].sort(), told.flatMap(({ findings }) => findings.map(({ message }) => message)).sort());
    assert.equal(await page.locator("#board tbody tr").count(), told.length);
  });
}

test("a folder and a file are dropped", async () => {
  await freshPage();
  await page.evaluate("window.xltoolReady");
  await page.click("#door-merge");
  const session = await page.context().newCDPSession(page);
  for (const [field, file] of [["returns", path.join(demo, "收回的报表")], ["roster", path.join(demo, "名册.csv")]]) {
    const box = await page.locator(`[data-drop=${field}]`).boundingBox();
    const data = { items: [], files: [file], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await session.send("Input.dispatchDragEvent", { type, x: box.x + 60, y: box.y + 20, data });
    }
    await until(`the dropped ${field}`, `document.getElementById('chosen-${field}').textContent !== ''`);
  }
  // Chromium shows a page no file of a dropped folder whose name begins with ~, such as the lock files of Office.
  const visible = fs.readdirSync(path.join(demo, "收回的报表")).filter((name) => !name.startsWith("~"));
  assert.match(await page.textContent("#chosen-returns"), new RegExp(` ${visible.length} 个文件`));
  assert.match(await page.textContent("#chosen-roster"), /名册\.csv/);
});

test("a cancelled job leaves nothing, and the next one works", async () => {
  await freshPage();
  await page.evaluate("window.xltoolReady");
  await page.click("#door-merge");
  await page.setInputFiles("#returns-folder", path.join(inputs, "many"));
  await page.click("#check");
  await page.click("#cancel");
  await until("the end", "document.getElementById('progress').hidden");
  assert.match(await page.textContent("#state"), /已取消/);
  await page.setInputFiles("#returns", filesOf(path.join(demo, "收回的报表")));
  await page.click("#check");
  await idle();
  assert.equal(await page.locator("#board tbody tr").count(), filesOf(path.join(demo, "收回的报表")).length);
});

test("an engine without what is needed gets one sentence", async () => {
  await freshPage(SIZES.wide, "WebAssembly.validate = () => false;");
  assert.equal(await page.evaluate("window.xltoolReady.then(() => '', (error) => error.message)"), (await page.textContent("#too-old")).trim());
  assert.ok(await page.isVisible("#too-old"));
  assert.ok(!(await page.isVisible("#app")));
});

test("on a phone: nothing is wider than the screen, and axe finds nothing", async () => {
  await freshPage(SIZES.phone);
  await picture("page-doors-phone");
  for (const [door, button] of [["agency", "check"], ["merge", "check"], ["template", "make-templates"]]) {
    await page.click(`#door-${door}`);
    await page.setInputFiles(door === "template" ? "#roster" : "#returns", door === "template" ? path.join(demo, "名册.csv") : filesOf(path.join(demo, "收回的报表")));
    await page.click(`#${button}`);
    await idle();
    assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), door);
    await accessible(`${door} on a phone`);
    await picture(`page-${door}-phone`);
  }
});
