// The worker with Python inside: started, asked, stopped, and started again when it died or has grown too large.
const MAX_HEAP_BYTES = 512 * 1024 ** 2; // a worker never gives memory back; beyond, a fresh one takes its place
const MAX_TASK_BYTES = MAX_HEAP_BYTES / 2; // a library that took as much for one file, beyond that bound, has failed
const MAX_RESTARTS = 40; // within one job, each for another file that a library died of
const FILES_AT_ONCE = 64; // sent to the worker in one message
const GRACE_MILLISECONDS = 1500; // beside the time a library may take for a file

class CancelledError extends Error {}
class DeadWorkerError extends Error {}

function takePart(name) {
  const node = document.getElementById(`part-${name}`);
  const text = node.textContent;
  node.remove();
  if (Uint8Array.fromBase64) return new Blob([Uint8Array.fromBase64(text)]);
  const signs = atob(text), bytes = new Uint8Array(signs.length);
  for (let at = 0; at < signs.length; at++) bytes[at] = signs.charCodeAt(at);
  return new Blob([bytes]);
}

async function inflate(part) {
  return new Uint8Array(await new Response(part.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}

const engine = {
  parts: {}, generation: 0, worker: null, started: null, waiting: new Map(), number: 0, refused: [], known: null, heap: 0,
  onProgress: () => {},

  load() {
    for (const name of ["worker", "wasm", "stdlib", "site", "licences"]) this.parts[name] = takePart(name);
    this.info = JSON.parse(document.getElementById("info").textContent);
  },

  start() {
    if (!this.started) {
      const starting = this.startWorker().catch((error) => {
        if (this.started === starting) this.started = null; // a later start is another one
        throw error;
      });
      this.started = starting;
    }
    return this.started;
  },

  async startWorker() {
    const generation = this.generation;
    const [script, wasm, stdlib, site] = await Promise.all(
      ["worker", "wasm", "stdlib", "site"].map((name) => inflate(this.parts[name])));
    if (generation !== this.generation) throw new CancelledError();
    const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const worker = new Worker(address);
    this.worker = worker;
    worker.onmessage = ({ data }) => worker === this.worker && this.receive(data);
    worker.onerror = (event) => worker === this.worker && this.fail(new DeadWorkerError(event.message || "worker"));
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const answer = await this.ask({ do: "start", files: { wasm, stdlib, site }, info: this.info, zone },
      [wasm.buffer, stdlib.buffer, site.buffer]);
    URL.revokeObjectURL(address);
    this.known = answer.known;
    await this.ask({ do: "refuse", items: this.refused });
    return answer.known;
  },

  ask(message, transfer = []) {
    // Cancelled while files were read: there is no worker, or another one that knows nothing of this job.
    if (!this.worker) return Promise.reject(new CancelledError());
    return new Promise((resolve, reject) => {
      const id = ++this.number;
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...message, id }, transfer);
    });
  },

  receive(data) {
    if (data.event === "progress") return this.onProgress(data);
    if (data.event === "task") return this.watchTask(data);
    const asker = this.waiting.get(data.id);
    this.waiting.delete(data.id);
    if (data.error) return this.fail(new DeadWorkerError(data.error), asker);
    this.heap = data.heap;
    return asker && asker.resolve(data);
  },

  // A library reads content that may kill it, fill the memory or never return: what it was is known before, and it is
  // not read again.
  watchTask({ digest, seconds, heap }) {
    clearTimeout(this.timer);
    if (!digest && heap > MAX_HEAP_BYTES && heap - this.heap > MAX_TASK_BYTES) {
      this.fail(new DeadWorkerError("memory"));
      return;
    }
    this.task = digest;
    this.heap = heap;
    if (digest) {
      this.timer = setTimeout(() => this.fail(new DeadWorkerError("timeout")), seconds * 1000 + GRACE_MILLISECONDS);
    }
  },

  fail(error, asker) {
    this.stop();
    if (asker) asker.reject(error);
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  },

  stop() {
    this.generation++;
    clearTimeout(this.timer);
    if (this.worker) this.worker.terminate();
    this.worker = this.started = null;
  },

  cancel() {
    this.fail(new CancelledError());
    this.start().catch(() => {});
  },

  // files: a list of {path, modified, read()}; commands: lists of arguments; wanted: what to collect of what they wrote.
  async runJob(files, commands, wanted, onStep) {
    for (let restarts = 0; ; restarts++) {
      this.task = "";
      try {
        const answers = await this.runOnce(files, commands, wanted, onStep);
        if (this.heap > MAX_HEAP_BYTES) {
          this.stop();
          this.start().catch(() => {});
        }
        return answers;
      } catch (error) {
        if (!(error instanceof DeadWorkerError) || !this.task || restarts >= MAX_RESTARTS) throw error;
        this.refused.push([this.task, error.message === "timeout" ? "timeout" : "died"]);
      }
    }
  },

  async runOnce(files, commands, wanted, onStep) {
    await this.start();
    const generation = this.generation;
    const ask = (message, transfer) => (generation === this.generation ? this.ask(message, transfer) : Promise.reject(new CancelledError()));
    onStep(-1);
    await ask({ do: "clear" });
    for (let from = 0; from < files.length; from += FILES_AT_ONCE) {
      const some = await Promise.all(files.slice(from, from + FILES_AT_ONCE).map(
        async (file) => ({ path: file.path, modified: file.modified, data: await file.read() })));
      await ask({ do: "place", files: some }, some.map(({ data }) => data.buffer));
    }
    const answers = [];
    for (const [number, args] of commands.entries()) {
      onStep(number);
      answers.push(await ask({ do: "run", args }));
    }
    onStep(commands.length);
    const made = [];
    for (const request of wanted(answers)) made.push(...(await ask({ do: "collect", ...request })).files);
    return { answers, made };
  },
};
