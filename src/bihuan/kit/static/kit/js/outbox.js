// What was recorded and not yet confirmed by the server. It lives in IndexedDB, so that it survives a closed browser;
// every record has its own key, so that sending it twice (a lost reply, two tabs) records it once.

const KEPT_RECENT = 20;

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const opened = (name) => {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("unsent", { keyPath: "key" });
    request.result.createObjectStore("recent", { keyPath: "key" });
    request.result.createObjectStore("rounds", { keyPath: "site" });
  };
  return asked(request);
};

const cookie = (name) =>
  document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

export class Outbox {
  #database;
  #retry = 0;

  /** `name`: the page's own database; `site`: whose records; `stays(body)`: what is kept of a record once it is sent. */
  constructor({ name, site, address, changed, stays }) {
    this.name = name;
    this.#database = opened(name);
    this.stays = stays;
    this.site = site;
    this.address = address;
    this.changed = changed;
    this.state = "waiting"; // waiting, sent, offline, signed_out
    this.channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(name) : null;
    if (this.channel) this.channel.onmessage = () => this.changed();
    addEventListener("online", () => this.send());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.send();
    });
    setInterval(() => this.send(), 15_000);
  }

  async #store(name, mode) {
    return (await this.#database).transaction(name, mode).objectStore(name);
  }

  async #all(name) {
    const rows = await asked((await this.#store(name, "readonly")).getAll());
    return rows.filter((row) => row.site === this.site).sort((a, b) => a.at.localeCompare(b.at));
  }

  unsent() {
    return this.#all("unsent");
  }

  async recent() {
    return (await this.#all("recent")).reverse();
  }

  /** Keep a record, then try to send it. It is safe once this resolves. */
  async add(shown, body) {
    const record = { key: crypto.randomUUID(), site: this.site, at: body.seen_at, shown, body, problem: null };
    await asked((await this.#store("unsent", "readwrite")).put(record));
    this.#tell();
    this.send();
    return record;
  }

  /** Take back a record that the server refused. What has been confirmed cannot be taken back, only corrected. */
  async drop(key) {
    await asked((await this.#store("unsent", "readwrite")).delete(key));
    this.#tell();
  }

  /** Send a refused record again as a correction of what stands. It is another request, so it gets another key. */
  async asCorrection(record) {
    await this.drop(record.key);
    await this.add({ ...record.shown, correct: true }, { ...record.body, correct: true });
  }

  async keepRound(data) {
    await asked((await this.#store("rounds", "readwrite")).put({ site: this.site, data }));
  }

  async keptRound() {
    return (await asked((await this.#store("rounds", "readonly")).get(this.site)))?.data ?? null;
  }

  /** Send what waits, in order, by one tab at a time. */
  async send() {
    const lock = `${this.name}-${this.site}`;
    if (!navigator.locks) return this.#drain();
    return navigator.locks.request(lock, { ifAvailable: true }, (held) => (held ? this.#drain() : undefined));
  }

  async #drain() {
    for (const record of await this.unsent()) {
      if (record.problem) continue;
      const outcome = await this.#post(record);
      if (outcome === "later") return;
    }
    if (this.state !== "signed_out") this.#now("sent");
    if ((await this.unsent()).some((record) => !record.problem)) this.#soon();
  }

  async #post(record) {
    let answer;
    try {
      answer = await fetch(this.address, {
        method: "POST",
        credentials: "same-origin",
        redirect: "error",
        headers: {
          "Content-Type": "application/json",
          "Idempotency-Key": record.key,
          "X-CSRFToken": cookie("csrftoken"),
        },
        body: JSON.stringify(record.body),
      });
    } catch {
      this.#now("offline");
      this.#soon();
      return "later";
    }
    if (answer.ok) {
      await this.#confirm(record);
      return "done";
    }
    const said = await answer.json().catch(() => null);
    if (answer.status === 401 || (answer.status === 403 && !said)) {
      this.#now("signed_out");
      return "later";
    }
    if (answer.status >= 500 || answer.status === 429 || !said) {
      this.#now("offline");
      this.#soon();
      return "later";
    }
    await asked((await this.#store("unsent", "readwrite")).put({ ...record, problem: said, status: answer.status }));
    this.#tell();
    return "refused";
  }

  /** The server has it: what was found leaves the phone, only where and when stay for a correction. */
  async #confirm(record) {
    const kept = { key: record.key, site: record.site, at: record.at, shown: record.shown, ...this.stays(record.body) };
    const database = await this.#database;
    const both = database.transaction(["unsent", "recent"], "readwrite");
    both.objectStore("unsent").delete(record.key);
    both.objectStore("recent").put({ ...kept, shown: { ...kept.shown, value: "" } });
    await new Promise((resolve, reject) => {
      both.oncomplete = resolve;
      both.onerror = () => reject(both.error);
    });
    const old = (await this.recent()).slice(KEPT_RECENT);
    const recent = await this.#store("recent", "readwrite");
    for (const one of old) recent.delete(one.key);
    this.#now("sent");
    this.#tell();
  }

  #now(state) {
    if (this.state === state) return;
    this.state = state;
    this.#tell();
  }

  #soon() {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.send(), 4_000);
  }

  #tell() {
    this.channel?.postMessage("changed");
    this.changed();
  }
}
