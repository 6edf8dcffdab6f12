// What was put in: by choosing, or by dropping files and folders; kept as long as the page is open.
const FIELDS = ["returns", "roster", "previous", "decisions"];
const SINGLE = { roster: true, decisions: true };
const given = { returns: [], roster: [], previous: [], decisions: [] };

function byId(id) {
  return document.getElementById(id);
}

// One file as the jobs take it. A handle gives the file as it is now, also after it was saved again.
function described(file, path, handle = null) {
  return { path: path || file.name, name: file.name, size: file.size, file, handle };
}

async function currentFile(item) {
  if (item.handle) {
    item.file = await item.handle.getFile();
    item.size = item.file.size;
  }
  return item.file;
}

async function fillField(field, items, add = false) {
  if (SINGLE[field]) given[field] = items.slice(-1);
  else given[field] = add ? await joinFiles(given[field], items) : items;
  showChosen(field);
  onFieldChange(field);
}

// Files added to others: the very same one is taken once, another one of the same name gets a folder of its own.
async function joinFiles(kept, items) {
  const known = new Map(kept.map((item) => [item.path, item])), all = [...kept];
  for (const item of items) {
    let path = item.path;
    for (let number = 2; known.has(path) && !(await isSameFile(known.get(path), item)); number++) path = `${number}/${item.path}`;
    if (known.has(path)) continue;
    const placed = { ...item, path };
    known.set(path, placed);
    all.push(placed);
  }
  return all;
}

async function isSameFile(one, other) {
  if (one.size !== other.size || one.file.lastModified !== other.file.lastModified) return false;
  const [left, right] = await Promise.all([one, other].map(async ({ file }) => new Uint8Array(await file.arrayBuffer())));
  return left.every((byte, at) => byte === right[at]);
}

function showChosen(field) {
  const place = byId(`chosen-${field}`), items = given[field];
  place.textContent = "";
  for (const old of place.parentElement.querySelectorAll("button.link")) old.remove();
  if (!items.length) return;
  const size = WORDS.size(items.reduce((sum, item) => sum + item.size, 0));
  const clear = make("button", WORDS.clear, { type: "button", class: "link" });
  clear.onclick = () => {
    byId(field).value = "";
    fillField(field, []);
    byId(field).focus();
  };
  const [name, amount] = WORDS.chosen(items.length, items[0].path, size);
  place.append(name, make("span", amount, { class: "figure" }));
  place.previousElementSibling.append(clear);
}

// --- dropping ------------------------------------------------------------------------------------------------------

async function filesOfHandle(handle, path) {
  if (handle.kind === "file") return [described(await handle.getFile(), path, handle)];
  const found = [];
  for await (const inner of handle.values()) found.push(...(await filesOfHandle(inner, `${path}/${inner.name}`)));
  return found;
}

async function filesOfEntry(entry, path) {
  if (entry.isFile) return [described(await new Promise((good, bad) => entry.file(good, bad)), path)];
  const reader = entry.createReader(), found = [];
  for (;;) {
    const some = await new Promise((good, bad) => reader.readEntries(good, bad));
    if (!some.length) return found;
    for (const inner of some) found.push(...(await filesOfEntry(inner, `${path}/${inner.name}`)));
  }
}

// Everything of a drop must be asked for before the first wait: afterwards the browser has forgotten it.
async function filesOfDrop(transfer) {
  const plain = [...transfer.files];
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  const asked = items.map((item) => ({
    handle: item.getAsFileSystemHandle ? item.getAsFileSystemHandle().catch(() => null) : null,
    entry: item.webkitGetAsEntry ? item.webkitGetAsEntry() : null,
  }));
  const found = [];
  for (const [at, { handle, entry }] of asked.entries()) {
    const known = await handle;
    if (known) found.push(...(await filesOfHandle(known, known.name)));
    else if (entry && entry.isDirectory) found.push(...(await filesOfEntry(entry, entry.name)));
    else if (plain[at]) found.push(described(plain[at]));
  }
  return found;
}

function listenForDrops(target) {
  const fieldOf = (event) => {
    const over = event.target instanceof Element && event.target.closest("[data-drop]");
    return over ? over.dataset.drop : target();
  };
  const light = (field) => {
    for (const each of document.querySelectorAll("[data-drop]")) each.classList.toggle("over", each.dataset.drop === field);
  };
  addEventListener("dragover", (event) => {
    event.preventDefault();
    light(fieldOf(event));
  });
  addEventListener("dragleave", (event) => !event.relatedTarget && light(null));
  addEventListener("drop", async (event) => {
    event.preventDefault();
    light(null);
    const field = fieldOf(event);
    if (!field) return;
    try {
      const found = await filesOfDrop(event.dataTransfer);
      if (found.length) await fillField(field, found, document.body.dataset.door === "merge");
      else showStopped(WORDS.emptyFolder);
    } catch (error) {
      showStopped(WORDS.noFolder);
    }
  });
}

function listenForChoices() {
  for (const field of FIELDS) {
    byId(field).addEventListener("change", () => fillField(field, [...byId(field).files].map((file) => described(file))));
  }
  byId("returns-folder").addEventListener("change", () => {
    fillField("returns", [...byId("returns-folder").files].map((file) => described(file, file.webkitRelativePath)));
  });
}

// --- what a job is given -------------------------------------------------------------------------------------------

// Where each file is laid down, and the arguments that name it. Files that came alone lie in one folder, a folder stays
// what it is; where a name is taken already, also by what is written there, a file or folder lies in one of its own.
function layOut(fields) {
  const files = [], args = {}, paths = new Set(), taken = new Set(Object.values(WORDS.out));
  const argument = (path) => (path.startsWith("-") ? `./${path}` : path); // no option
  const lay = (item, path) => paths.add(path) && files.push({
    path,
    get modified() { return item.file.lastModified; },
    async read() {
      try {
        return new Uint8Array(await (await currentFile(item)).arrayBuffer());
      } catch (error) {
        throw new UnreadableError(item.name);
      }
    },
  });
  if (fields.includes("returns")) {
    const tops = new Set();
    for (const item of given.returns) {
      const alone = !item.path.includes("/") || taken.has(item.path.split("/")[0]);
      const wished = alone ? `${WORDS.folders.returns}/${item.path}` : item.path;
      let path = wished;
      for (let number = 2; paths.has(path); number++) path = `${number}/${wished}`;
      lay(item, path);
      tops.add(path.split("/")[0]);
    }
    args.returns = [...tops].map(argument);
    for (const top of tops) taken.add(top);
  }
  if (fields.includes("decisions")) for (const item of given.decisions) lay(item, WORDS.out.decisions);
  for (const field of fields.filter((each) => each === "roster" || each === "previous")) {
    args[field] = [];
    const tops = new Set(given[field].map(({ path }) => path.split("/")[0]));
    const apart = [...tops].some((top) => taken.has(top)) ? `${WORDS.folders[field]}/` : "";
    for (const item of given[field]) lay(item, apart + item.path);
    for (const top of tops) {
      taken.add(top);
      args[field].push(`--${field}`, argument(apart + top));
    }
  }
  return { files, args };
}

class UnreadableError extends Error {}
