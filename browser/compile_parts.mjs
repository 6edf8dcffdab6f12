// node compile_parts.mjs FOLDER: runs compile_parts.py in Pyodide over the files of FOLDER/in, and writes FOLDER/out.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadPyodide } from "pyodide";

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2]);
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0", HOME: "/" } });
python.FS.mkdir("/in");
for (const name of fs.readdirSync(path.join(folder, "in"))) {
  python.FS.writeFile(`/in/${name}`, fs.readFileSync(path.join(folder, "in", name)));
}
try {
  python.runPython(fs.readFileSync(path.join(here, "compile_parts.py"), "utf-8"));
} catch (error) {
  console.error(error.message); // the whole error would print a megabyte of Pyodide
  process.exit(1);
}
fs.mkdirSync(path.join(folder, "out"), { recursive: true });
for (const name of python.FS.readdir("/out").filter((each) => each.endsWith(".gz"))) {
  fs.writeFileSync(path.join(folder, "out", name), python.FS.readFile(`/out/${name}`));
}
