// Runs before the first paint, so that a theme the reader chose is there from the start (vite.config.ts puts it there).
(() => {
  const theme = localStorage.getItem("penstock.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
