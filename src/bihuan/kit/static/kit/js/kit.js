// Small behaviours that every page shares. Without script each of them is an ordinary form or link.

// The theme changes in place; the cookie is what the server reads on the next page.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-switch]")) return;
  event.preventDefault();
  const root = document.documentElement;
  const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.bsTheme = theme;
  root.removeAttribute("data-theme-auto");
  document.cookie = `bihuan_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
});

// On a narrow screen a row of tabs scrolls: the one that is open is in sight.
for (const tab of document.querySelectorAll(".bh-tabs [aria-current]")) {
  const row = tab.closest(".bh-tabs");
  row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}

// A menu closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.bh-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.bh-menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Whoever signed in again in another tab has a new token: the forms of this one take it along.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
document.addEventListener("submit", (event) => {
  const field = event.target.elements?.namedItem("csrfmiddlewaretoken");
  if (field && token()) field.value = token();
}, true);
document.addEventListener("htmx:configRequest", (event) => {
  if (token() && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token();
});

// A form is sent once; the button says so and comes back when the reader does.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target || form.matches("[hx-post]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// What went wrong is read first.
const toErrors = (root) => root.querySelector("[data-error-summary]")?.focus();
document.addEventListener("DOMContentLoaded", () => toErrors(document));
document.addEventListener("htmx:afterSettle", (event) => toErrors(event.target));

// Selects and boxes that narrow a list submit their form; the button stays for readers without script.
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// "All" of a list, and how many are chosen.
const choices = (list) => [...list.querySelectorAll("tbody input[type=checkbox][name]")];
const count = (list) => {
  const boxes = choices(list);
  const chosen = boxes.filter((box) => box.checked).length;
  const all = list.querySelector("[data-choose-all]");
  if (all) {
    all.checked = boxes.length > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const box of boxes) box.closest("tr")?.classList.toggle("sel", box.checked);
  for (const bar of document.querySelectorAll("[data-bulk]")) {
    bar.hidden = chosen === 0;
    for (const place of bar.querySelectorAll("[data-bulk-count]")) place.textContent = chosen;
  }
};
document.addEventListener("change", (event) => {
  const list = event.target.closest("[data-list]");
  if (!list || event.target.type !== "checkbox") return;
  if (event.target.matches("[data-choose-all]")) {
    for (const box of choices(list)) box.checked = event.target.checked;
  }
  count(list);
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-bulk-clear]")) return;
  for (const list of document.querySelectorAll("[data-list]")) {
    for (const box of choices(list)) box.checked = false;
    count(list);
  }
});
const countAll = () => document.querySelectorAll("[data-list]").forEach(count);
document.addEventListener("DOMContentLoaded", countAll);
document.addEventListener("htmx:afterSettle", countAll);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
