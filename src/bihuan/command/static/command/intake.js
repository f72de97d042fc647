// Handing in: a folder keeps its paths, files may be dropped, what was chosen is said before it is sent.
const form = document.querySelector("[data-hand-in]");
if (form) {
  const said = form.querySelector("[data-chosen]");
  const boxes = [...form.querySelectorAll("input[type=file]")];
  const chosen = () => boxes.flatMap((box) => [...box.files]);

  const tell = () => {
    for (const old of form.querySelectorAll("input[name=paths]")) old.remove();
    const files = chosen();
    for (const file of files) {
      const path = document.createElement("input");
      path.type = "hidden";
      path.name = "paths";
      path.value = file.webkitRelativePath || file.name;
      form.append(path);
    }
    const size = files.reduce((sum, file) => sum + file.size, 0) / 1048576;
    const words = document.documentElement.lang === "en"
      ? `${files.length} files, ${size.toFixed(1)} MB`
      : `已选 ${files.length} 个文件，${size.toFixed(1)} MB`;
    said.textContent = files.length ? words : "";
  };
  form.addEventListener("change", tell);
  addEventListener("pageshow", tell);

  // An empty box would be sent as an unnamed file and shift the paths beside it.
  form.addEventListener("submit", () => {
    for (const box of boxes) box.disabled = box.files.length === 0 && chosen().length > 0;
  });
  addEventListener("pageshow", () => boxes.forEach((box) => { box.disabled = false; }));

  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    if (event.dataTransfer.files.length) {
      boxes[0].files = event.dataTransfer.files;
      tell();
    }
  });
}
