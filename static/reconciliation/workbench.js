// The running difference of what is chosen, and the keyboard: arrows, space, m.
(() => {
  "use strict";
  const form = document.querySelector("[data-workbench]");
  if (!form) return;
  const boxes = (side) => [...form.querySelectorAll(`[data-pane=${side}] input[type=checkbox]`)];
  const chosen = (side) => boxes(side).filter((box) => box.checked);
  const write = (units) => {
    const text = (units < 0n ? -units : units).toString().padStart(5, "0");
    const french = document.documentElement.lang === "fr";
    const whole = text.slice(0, -4).replace(/\B(?=(\d{3})+$)/g, french ? "\u202f" : ",");
    const cents = text.slice(-4, -2) + (text.slice(-2) === "00" ? "" : text.slice(-2));
    return `${units < 0n ? "-" : ""}${whole}${french ? "," : "."}${cents}`;
  };
  const total = (side) => chosen(side).reduce((sum, box) => sum + BigInt(box.dataset.units), 0n);
  const show = (name, units) => { form.querySelector(`[data-sum=${name}]`).textContent = write(units); };
  const refresh = () => {
    const ours = total("ours"), theirs = total("theirs");
    show("ours", ours); show("theirs", theirs); show("difference", theirs - ours);
    const currencies = new Set([...chosen("ours"), ...chosen("theirs")].map((box) => box.dataset.currency));
    const button = form.querySelector("[data-match]");
    if (button) button.disabled = !chosen("ours").length || !chosen("theirs").length || currencies.size !== 1;
    for (const box of [...boxes("ours"), ...boxes("theirs")]) box.closest("tr").classList.toggle("picked", box.checked);
    form.querySelector("#reason")?.toggleAttribute("required", ours !== theirs);
  };
  const step = (box, key) => {
    const side = box.name, other = side === "ours" ? "theirs" : "ours";
    const index = boxes(side).indexOf(box);
    if (key === "ArrowDown") return boxes(side)[index + 1];
    if (key === "ArrowUp") return boxes(side)[index - 1];
    return boxes(other)[Math.min(index, boxes(other).length - 1)];
  };
  form.addEventListener("change", refresh);
  form.addEventListener("keydown", (event) => {
    if (!event.target.matches("input[type=checkbox]")) return;
    if (event.key.startsWith("Arrow")) { event.preventDefault(); step(event.target, event.key)?.focus(); }
    if (event.key === "m") { event.preventDefault(); form.querySelector("[data-match]:enabled")?.click(); }
  });
  refresh();
})();
