// Keeps a field page and what it is made of, so that it opens without a network. Nothing that was recorded passes through
// here: records wait in the page's own outbox. Pages are asked of the network first, and kept as it answered.
// `KEPT` (name and version of what is kept) and `PAGE` (the pages' paths) stand before this: kit/offline.py writes them.
/* global KEPT, PAGE */
const FAMILY = KEPT.replace(/\d+$/, "");

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith(FAMILY) && name !== KEPT) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener("message", (event) => {
  const keep = event.data?.keep;
  if (!Array.isArray(keep)) return;
  const all = async () => {
    const cache = await caches.open(KEPT);
    await Promise.allSettled(keep.map((address) => cache.add(new Request(address, { credentials: "same-origin" }))));
    event.source?.postMessage({ kept: keep.length });
  };
  event.waitUntil(all());
});

const fresh = async (request, kept) => {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await cache.put(kept, answer.clone());
    else if (answer.status === 403 || answer.status === 404) await cache.delete(kept);
    return answer;
  } catch (error) {
    const found = await cache.match(kept);
    if (found) return found;
    throw error;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && PAGE.test(address.pathname)) {
    event.respondWith(fresh(request, address.pathname));
  } else if (address.pathname.startsWith("/static/")) {
    event.respondWith(fresh(request, address.pathname));
  }
});
