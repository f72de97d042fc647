// Live pages: an element with `data-live="worklist"` hears the event `live:worklist`, and `live:any` whichever of
// its topics it was (use them as hx-trigger). `data-live-pause="5"`: not more often than every five seconds.
// Nobody loses what he is typing: while something in the element is filled in, ticked or opened
// (`[data-live-hold]` that is not empty), it waits, and the page says that there is news.
// Events come by SSE; EventSource repeats Last-Event-ID by itself. Where no stream can be had, the same events
// are raised every half minute, so that a page is late but never wrong.
(() => {
  const POLL = 30_000;
  const address = document.querySelector('meta[name="bihuan-stream"]')?.content;
  const topics = () => new Set([...document.querySelectorAll("[data-live]")].flatMap((e) => e.dataset.live.split(" ")));
  const waiting = new Map(); // element → the topics that were raised while it could not be drawn anew
  const drawn = new Map(); // id → when it was last drawn anew; the element itself is another one then

  const touched = (control) => {
    if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
    if (control.tagName === "SELECT") {
      const own = [...control.options].findIndex((option) => option.defaultSelected);
      return control.selectedIndex !== Math.max(own, 0) && !control.multiple;
    }
    return control.type !== "hidden" && control.value !== control.defaultValue;
  };
  const busy = (element) => {
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    if (focused?.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) return true;
    if ([...element.querySelectorAll("[data-live-hold]")].some((part) => part.childElementCount > 0)) return true;
    return [...element.querySelectorAll("input, textarea, select")].some(touched);
  };

  const later = (element) => {
    const pause = Number(element.dataset.livePause ?? 0) * 1000;
    return Math.max(0, (drawn.get(element.id) ?? 0) + pause - Date.now());
  };
  const flush = () => {
    let held = false;
    for (const [element, raised] of waiting) {
      if (!element.isConnected) waiting.delete(element);
      else if (busy(element)) held = true;
      else if (later(element) === 0) {
        waiting.delete(element);
        if (element.id) drawn.set(element.id, Date.now());
        for (const topic of [...raised, "any"]) {
          element.dispatchEvent(new CustomEvent(`live:${topic}`, { bubbles: false }));
        }
      }
    }
    for (const note of document.querySelectorAll("[data-live-note]")) note.hidden = !held;
  };
  const raise = (topic) => {
    for (const element of document.querySelectorAll(`[data-live~="${CSS.escape(topic)}"]`)) {
      waiting.set(element, (waiting.get(element) ?? new Set()).add(topic));
    }
    flush();
  };
  setInterval(() => waiting.size && flush(), 1000);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, triggeringEvent } = event.detail.requestConfig;
    if (!triggeringEvent?.type.startsWith("live:") || !busy(elt)) return;
    event.detail.shouldSwap = false; // somebody began to type while the answer was on its way
    waiting.set(elt, new Set(elt.dataset.live.split(" ")));
    flush();
  });

  let state = "";
  const show = (now = state) => {
    state = now;
    if (!state) return;
    for (const lamp of document.querySelectorAll("[data-live-state]")) lamp.dataset.liveState = state;
  };

  let polling = 0;
  const poll = () => {
    if (polling) return;
    show("polling");
    polling = setInterval(() => {
      if (document.visibilityState === "visible") topics().forEach(raise);
    }, POLL);
  };
  const stopPolling = () => {
    clearInterval(polling);
    polling = 0;
    show("live");
  };

  const listen = () => {
    const wanted = topics();
    if (!wanted.size) return;
    if (!address || !window.EventSource) {
      poll();
      return;
    }
    const url = new URL(address, location.href);
    url.searchParams.set("topics", [...wanted].join(","));
    let source;
    const open = () => {
      source = new EventSource(url, { withCredentials: true });
      source.addEventListener("open", stopPolling);
      for (const topic of wanted) source.addEventListener(topic, () => raise(topic));
      source.addEventListener("error", () => {
        poll();
        if (source.readyState === EventSource.CLOSED) setTimeout(open, POLL);
      });
    };
    open();
    addEventListener("pagehide", () => source?.close());
  };
  document.addEventListener("DOMContentLoaded", listen);
  document.addEventListener("htmx:afterSettle", () => show()); // a part that was drawn anew has a lamp of its own
})();
