/** Chooses the theme before anything is drawn. A classic script, because modules come too late. */
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem("theme");
    } catch {
      // Storage is switched off: the system's theme holds.
    }
    const theme = chosen ?? (dark.matches ? "dark" : "light");
    document.documentElement.dataset.theme = theme;
    document.documentElement.dataset.chosen = chosen ?? "system";
  };
  apply();
  dark.addEventListener("change", apply);
  addEventListener("theme", apply);
})();
