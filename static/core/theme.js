// Runs before the first paint: the person's choice, else the system's.
(() => {
  const root = document.documentElement;
  if (root.dataset.themeChoice) return;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  follow();
  dark.addEventListener("change", follow);
})();
