// The code behind the QR stands after the #, which no browser sends anywhere: it is filled in here and leaves the address.
const enter = () => {
  const box = document.querySelector("[data-slip-code]");
  const code = decodeURIComponent(location.hash.slice(1));
  if (!box || !/^[0-9A-Za-z-]{10,12}$/.test(code)) return;
  history.replaceState(null, "", location.pathname);
  box.value = code;
  box.form.requestSubmit();
};
document.addEventListener("DOMContentLoaded", enter);
addEventListener("hashchange", enter);
