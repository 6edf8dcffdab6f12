// The page's worker: starts Python once, lays files down, runs commands, hands back what they answered and wrote.
const WORK = "/work";
const SERVED = { "pyodide.asm.wasm": ["wasm", "application/wasm"], "python_stdlib.zip": ["stdlib", "application/zip"] };
let python, page, parts = {};

// Nothing outside this page is ever asked for; Pyodide gets its own parts from memory.
self.fetch = async (asked) => {
  const [part, type] = SERVED[String(asked.url ?? asked).split("/").pop()] ?? [];
  if (!part) throw new TypeError(`offline: ${asked.url ?? asked}`);
  return new Response(parts[part], { headers: { "Content-Type": type } });
};

const HANDLERS = {
  async start({ files, info, zone }) {
    parts = files;
    const address = "https://page.invalid/";
    python = await loadPyodide({
      indexURL: address, packageBaseUrl: address, stdLibURL: `${address}python_stdlib.zip`,
      createPyodideModule: _createPyodideModule, lockFileContents: { info, packages: {} }, checkAPIVersion: false,
      env: { HOME: "/home/pyodide", PYTHONHASHSEED: "0", TZ: zone },
    });
    python.unpackArchive(parts.site, "zip", { extractDir: "/lib/python3.14/site-packages" });
    parts = {};
    page = python.pyimport("xltool_page");
    return { known: JSON.parse(page.start(tellProgress, tellTask)) };
  },
  clear() {
    page.clear_folder();
  },
  place({ files }) {
    for (const { path, data, modified } of files) {
      const target = `${WORK}/${path}`;
      python.FS.mkdirTree(target.slice(0, target.lastIndexOf("/")));
      python.FS.writeFile(target, data);
      python.FS.utime(target, modified, modified);
    }
  },
  refuse({ items }) {
    for (const [digest, reason] of items) page.refuse_task(digest, reason);
  },
  run({ args }) {
    const answer = page.run_command(args);
    const [code, output, said, milliseconds] = answer.toJs();
    answer.destroy();
    return { code, output, said, milliseconds };
  },
  collect({ paths, archive }) {
    const found = archive ? page.pack_files(paths, archive) : page.list_files(paths);
    const files = found.toJs();
    found.destroy();
    return { files: files.map(([name, data]) => ({ name, data })) };
  },
};

const heapBytes = () => python._module.HEAPU8.length;

let lastTold = 0;
function tellProgress(doing, done, total, found) {
  const now = performance.now();
  if (now - lastTold > 60 || done === total) {
    lastTold = now;
    self.postMessage({ event: "progress", doing, done, total, found });
  }
}

function tellTask(digest, seconds) {
  self.postMessage({ event: "task", digest, seconds, heap: heapBytes() });
}

self.onmessage = async ({ data: message }) => {
  try {
    const result = await HANDLERS[message.do](message);
    self.postMessage({ id: message.id, ...result, heap: heapBytes() });
  } catch (error) {
    self.postMessage({ id: message.id, error: String((error && error.stack) || error) });
  }
};
