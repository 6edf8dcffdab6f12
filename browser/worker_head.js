// Stands before Pyodide's glue, which refuses a classic worker that could import scripts.
self.importScripts = undefined;
const PAGE_URL = "https://page.invalid/pyodide.asm.mjs";
