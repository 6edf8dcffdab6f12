// What the tests of the page share: its inputs, the native run, a real Chromium, and the ways to put files in.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const SIZES = { wide: { width: 1366, height: 768 }, phone: { width: 390, height: 844 } };
export const PYTHON = process.env.XLTOOL_PYTHON || path.join(ROOT, ".venv/bin/python");
const IMAGES = process.env.XLTOOL_IMAGES; // a folder: the pictures of the guides are written there
const AXE = fs.readFileSync(path.join(ROOT, "browser/node_modules/axe-core/axe.min.js"), "utf-8");
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const SECONDS = 120; // for one job, on a busy machine

export const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "xltool-page-"));
export const inputs = path.join(scratch, "inputs");
export const demo = path.join(inputs, "demo");
export const returns = path.join(demo, "收回的报表");
const wheels = path.join(ROOT, "build/browser/wheels");
const libraries = [ROOT, ...fs.readdirSync(wheels).filter((name) => /^xlsxwriter/i.test(name)).map((name) => path.join(wheels, name))];
const env = { ...process.env, PYTHONPATH: libraries.join(path.delimiter), XLTOOL_CACHE: path.join(scratch, "cache") };
let browser, address;
export let page, asked; // the page under test, and every address it asked for

export async function begin() {
  execFileSync(PYTHON, [path.join(ROOT, "browser/tests/make_inputs.py"), inputs], { env, stdio: "inherit" });
  const folder = path.join(scratch, "报表 审核（#1）");
  fs.mkdirSync(folder);
  fs.copyFileSync(path.join(ROOT, "dist/xltool.html"), path.join(folder, "审核 #1 100%.html"));
  address = pathToFileURL(path.join(folder, "审核 #1 100%.html")).href;
  const found = BROWSERS.map((name) => spawnSync("which", [name], { encoding: "utf-8" }).stdout.trim()).find(Boolean);
  browser = await chromium.launch({ executablePath: found, args: FLAGS });
}

export async function end() {
  if (browser) await browser.close();
  fs.rmSync(scratch, { recursive: true, force: true });
}

// Runs a command natively and returns what it printed.
export function native(folder, ...args) {
  const code = "import sys; sys.argv[0] = 'xltool'; from xltool.cli.main import main; main()";
  const done = spawnSync(PYTHON, ["-c", code, ...args], { cwd: folder, env, encoding: "utf-8", maxBuffer: 1 << 28 });
  assert.ok(done.status < 2, done.stderr);
  return done.stdout;
}

export function filesOf(folder) {
  return fs.readdirSync(folder).sort().map((name) => path.join(folder, name));
}

export const returnOf = (code) => filesOf(returns).find((file) => file.includes(code));

// Opens the page anew; `prepare` is a script that runs before those of the page.
export async function openPage({ size = SIZES.wide, prepare = null } = {}) {
  if (page) await page.context().close();
  const context = await browser.newContext({ viewport: size, timezoneId: process.env.TZ });
  page = await context.newPage();
  page.setDefaultTimeout(SECONDS * 1000);
  asked = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => asked.push(`error: ${error.message}`));
  if (prepare) await page.addInitScript(prepare);
  await page.goto(address);
}

export async function openDoor(door, options = {}) {
  await openPage(options);
  await page.evaluate("window.xltoolReady");
  await page.click(`#door-${door}`);
}

// Nothing but the page itself was asked for, and nothing failed in it.
export function assertOffline() {
  assert.deepEqual(asked.filter((url) => !url.startsWith("blob:")), [address]);
}

// Polled from outside: the policy of the page lets nothing evaluate text inside it.
export async function until(what, expression) {
  for (let waited = 0; waited < SECONDS * 10; waited++) {
    if (await page.evaluate(expression)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`waited for ${what} in vain: ${await page.textContent("#stopped")} ${await page.textContent("#pace")}`);
}

export const idle = () => until("the end of a job", "document.getElementById('progress').hidden && !document.getElementById('result').hidden");
export const banner = (look) => until(`a banner that is ${look}`,
  `document.getElementById('progress').hidden && !document.getElementById('result').hidden && document.getElementById('banner').className === 'banner ${look}'`);

// Drops a file or a folder on a field, as the file manager does.
export async function drop(field, file) {
  const session = await page.context().newCDPSession(page);
  const box = await page.locator(`[data-drop=${field}]`).boundingBox();
  const data = { items: [], files: [file], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await session.send("Input.dispatchDragEvent", { type, x: box.x + 60, y: box.y + 20, data });
  }
  await until(`the dropped ${field}`, `document.getElementById('chosen-${field}').textContent !== ''`);
}

// Clicks what starts a download, and returns where it was saved.
export async function save(link = "#download") {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(link)]);
  const target = path.join(fs.mkdtempSync(path.join(scratch, "saved-")), download.suggestedFilename());
  await download.saveAs(target);
  return target;
}

export function unpacked(archive) {
  const target = `${archive}.d`;
  execFileSync(PYTHON, ["-m", "zipfile", "-e", archive, target]);
  return target;
}

export function namesBelow(folder) {
  return fs.readdirSync(folder, { recursive: true }).filter((name) => fs.statSync(path.join(folder, name)).isFile()).sort();
}

export function assertSameBytes(ours, expected) {
  assert.ok(fs.readFileSync(ours).equals(fs.readFileSync(expected)), `${ours} differs from ${expected}`);
}

export const shownMessages = () => page.locator("#findings td.message").allTextContents();

export async function assertAccessible(what) {
  await page.evaluate(AXE);
  const found = await page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')))");
  assert.deepEqual(found, [], what);
}

export async function takePicture(name) {
  if (IMAGES) await page.screenshot({ path: path.join(IMAGES, `${name}.png`) });
}
