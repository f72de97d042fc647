// The board keeps the reader where he or she was: after a room is opened, the focus goes to what was opened.
document.addEventListener("htmx:afterSettle", (event) => {
  const source = event.detail.requestConfig?.elt;
  if (!source?.matches?.("[data-room], .qs-close, .bh-tabs a")) return;
  const room = source.dataset.room;
  if (room) {
    const panel = document.getElementById("panel");
    panel?.focus({ preventScroll: true });
    if (innerWidth < 1200) panel?.scrollIntoView({ block: "start" });
  } else {
    document.querySelector("#board .bh-tabs [aria-current]")?.focus({ preventScroll: true });
  }
});

// On a narrow screen the fourteen days scroll; today is what one came for.
const toToday = () => {
  const frame = document.querySelector(".qs-scroll");
  const today = frame?.querySelector("thead .today");
  if (!today || frame.scrollWidth <= frame.clientWidth) return;
  frame.scrollLeft = today.offsetLeft - frame.clientWidth + today.offsetWidth * 2;
};
document.addEventListener("DOMContentLoaded", toToday);
document.addEventListener("htmx:afterSettle", toToday);
