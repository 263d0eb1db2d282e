// The ticket: defaults from static data, never over what was typed; findings beside their boxes.
(() => {
  "use strict";
  const form = document.querySelector("[data-ticket]");
  if (!form) return;
  const boxes = () => [...form.querySelectorAll("input[name], select[name]")];
  const typed = new Set(form.hasAttribute("data-typed") ? boxes().map((box) => box.name) : []);

  // ------------------------------------------------------------------ defaults
  let filling = false;
  const ask = async () => {
    const query = new URLSearchParams({ isin: form.elements.isin?.value ?? "", book: form.elements.book.value });
    const answer = await fetch(`${form.dataset.defaults}?${query}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    for (const [name, value] of Object.entries(await answer.json())) {
      const box = form.elements[name];
      if (!box || typed.has(name) || box.value === value) continue;
      box.value = value;
      filling = true;
      box.dispatchEvent(new Event("input", { bubbles: true }));
      filling = false;
    }
  };
  form.addEventListener("input", (event) => {
    if (!filling && event.target.name) typed.add(event.target.name);
  });
  form.addEventListener("change", (event) => {
    if (form.dataset.defaults && ["isin", "book"].includes(event.target.name)) ask();
  });

  // ------------------------------------------------------------------ findings
  const show = () => {
    for (const old of form.querySelectorAll(".field .finding")) old.remove();
    for (const field of form.querySelectorAll(".field[data-found]")) delete field.dataset.found;
    for (const found of form.querySelectorAll(".judged [data-box]")) {
      const field = form.elements[found.dataset.box]?.closest?.(".field");
      if (!field) continue;
      if (field.dataset.found !== "BLOCKING") field.dataset.found = found.dataset.severity;
      const note = document.createElement("p");
      note.className = "finding";
      note.setAttribute("aria-hidden", "true"); // the list below is read out
      note.textContent = found.querySelector("[data-said]").textContent;
      field.append(note);
    }
  };
  document.addEventListener("htmx:after:swap", show);
  show();
})();
