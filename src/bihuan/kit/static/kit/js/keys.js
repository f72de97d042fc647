// The keyboard on lists: J K up and down, Enter opens, X selects, / searches, ? shows the keys.
// A list is `[data-list]`; its rows are `[data-row]`; a row's own link is `[data-open]` (or its first link).
// Any control with `data-key="a"` answers to its letter; `rel="next"` and `rel="prev"` to J and K off lists.
(() => {
  const typing = (element) =>
    element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== "checkbox";
  const rows = () => [...document.querySelectorAll("[data-list] [data-row]")];
  const current = () => document.querySelector("[data-list] [data-row].cur");
  const opener = (row) => row.querySelector("[data-open]") ?? row.querySelector("a[href]");

  const move = (by) => {
    const all = rows();
    if (!all.length) {
      document.querySelector(by > 0 ? "a[data-turn=next]" : "a[data-turn=prev]")?.click();
      return;
    }
    const here = all.indexOf(current());
    const next = all[Math.max(0, Math.min(all.length - 1, here + by))];
    for (const row of all) row.classList.toggle("cur", row === next);
    next.scrollIntoView({ block: "nearest" });
    opener(next)?.focus({ preventScroll: true });
  };

  const choose = () => {
    const box = current()?.querySelector("input[type=checkbox]");
    if (box) box.click();
  };

  const actions = {
    j: () => move(1),
    k: () => move(-1),
    x: choose,
    "/": () => document.querySelector("[data-key-search]")?.focus(),
    "?": () => document.querySelector("#bh-keys")?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const named = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (named) {
      event.preventDefault();
      named.click();
    } else if (actions[key]) {
      event.preventDefault();
      actions[key]();
    } else if (key === "Enter" && event.target === document.body && current()) {
      event.preventDefault();
      opener(current())?.click();
    }
  });
})();
