// Live pages: an element with `data-live="worklist"` hears the event `live:worklist` (use it as hx-trigger).
// Events come by SSE; EventSource repeats Last-Event-ID by itself. Where no stream can be had, the same events
// are raised every half minute, so that a page is late but never wrong.
(() => {
  const POLL = 30_000;
  const address = document.querySelector('meta[name="bihuan-stream"]')?.content;
  const topics = () => new Set([...document.querySelectorAll("[data-live]")].flatMap((e) => e.dataset.live.split(" ")));
  const raise = (topic) => {
    for (const element of document.querySelectorAll(`[data-live~="${CSS.escape(topic)}"]`)) {
      element.dispatchEvent(new CustomEvent(`live:${topic}`, { bubbles: false }));
    }
  };
  const show = (state) => {
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
})();
