// The call sheet: what the server's page needs of a script. Keys are the kit's; here are the words a key still lacks, the
// dialling, the time since, and that the page says it is still there.
(() => {
  const sheet = () => document.getElementById("sheet");
  const form = () => document.getElementById("press");
  let since = 0;
  let armed = "";

  const wants = (key) => {
    const box = key === "3" ? document.getElementById("to") : key === "2" ? document.getElementById("remark") : null;
    return box && !box.value.trim() ? box : null;
  };
  const mark = (key) => {
    armed = key;
    for (const button of document.querySelectorAll(".bh-keys button")) button.classList.toggle("on", button.value === key);
  };

  // a key that needs a word puts the reader into its box; Enter there is the key again
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#press .bh-keys button");
    const box = button && wants(button.value);
    if (!box) return;
    event.preventDefault();
    mark(button.value);
    box.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "remark" && event.target.id !== "to") return;
    if (event.key === "Enter") {
      event.preventDefault();
      event.target.blur();
      if (armed && !wants(armed)) document.querySelector(`.bh-keys button[value="${armed}"]`)?.click();
    } else if (event.key === "Escape") {
      mark("");
      event.target.blur();
    }
  });

  const tick = () => {
    const place = document.querySelector("[data-since]");
    if (!place || !since) return;
    const seconds = Math.floor((Date.now() - since) / 1000);
    place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  setInterval(tick, 1000);

  // at once, not when it has settled: the next key may come within a blink
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "dial" && document.querySelector("[data-dialled]")) {
      since = Date.now();
      document.querySelector("[data-dial]")?.focus({ preventScroll: true });
    } else if (event.target.id === "sheet" || event.target.querySelector?.("#sheet")) {
      since = 0;
      mark(form()?.dataset.wanted ?? "");
      const missing = armed && wants(armed);
      if (missing) missing.focus();
      else document.getElementById("who")?.focus({ preventScroll: true });
    }
  });

  // the claim holds while somebody looks at the page
  setInterval(() => {
    const keep = form()?.dataset.keep;
    if (keep && document.visibilityState === "visible") htmx.ajax("POST", keep, { target: "#sheet", swap: "outerHTML" });
  }, 60_000);
  if (sheet()) mark(form()?.dataset.wanted ?? "");
})();
