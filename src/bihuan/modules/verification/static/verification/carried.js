// Names, addresses and numbers taken along for the visits of a shift. They lie on the phone encrypted with a key that no
// script can read out, are shown one at a time, and go as soon as the visit is recorded, or when their time is over.

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const opened = (name) => {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("keys", { keyPath: "id" });
    request.result.createObjectStore("people", { keyPath: "item" });
  };
  return asked(request);
};

export class Carried {
  #database;

  constructor(name) {
    this.#database = opened(name);
  }

  get possible() {
    return Boolean(globalThis.crypto?.subtle);
  }

  async #store(name, mode) {
    return (await this.#database).transaction(name, mode).objectStore(name);
  }

  async #key() {
    const kept = await asked((await this.#store("keys", "readonly")).get("carried"));
    if (kept) return kept.key;
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await asked((await this.#store("keys", "readwrite")).put({ id: "carried", key }));
    return key;
  }

  /** Keep these people (item → name, address, phone) until a moment. */
  async keep(people, until) {
    const key = await this.#key();
    for (const [item, person] of Object.entries(people)) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const text = new TextEncoder().encode(JSON.stringify(person));
      const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(item) }, key, text);
      await asked((await this.#store("people", "readwrite")).put({ item, iv, box, until }));
    }
  }

  /** What was taken along of one person, or null: nothing, or its time is over. */
  async read(item) {
    const kept = await asked((await this.#store("people", "readonly")).get(item));
    if (!kept || kept.until < new Date().toISOString()) return null;
    const additionalData = new TextEncoder().encode(item);
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv, additionalData }, await this.#key(), kept.box);
    return JSON.parse(new TextDecoder().decode(text));
  }

  async has() {
    const now = new Date().toISOString();
    const all = await asked((await this.#store("people", "readonly")).getAll());
    return new Map(all.filter((one) => one.until >= now).map((one) => [one.item, one.until]));
  }

  async drop(item) {
    await asked((await this.#store("people", "readwrite")).delete(item));
  }

  /** Let go of whoever is not on the list any more and of what is over; with nobody left, of the key, too. */
  async sweep(items) {
    const now = new Date().toISOString();
    const all = await asked((await this.#store("people", "readonly")).getAll());
    for (const one of all) if (one.until < now || (items && !items.has(one.item))) await this.drop(one.item);
    if (!(await this.has()).size) await asked((await this.#store("keys", "readwrite")).delete("carried"));
  }

  /** Let go of everything: signed out, or somebody else's phone now. */
  async forget() {
    await asked((await this.#store("people", "readwrite")).clear());
    await asked((await this.#store("keys", "readwrite")).delete("carried"));
  }
}
