// Hands on the keyboard: g and a letter go to a page, / searches, j and k move through rows, ? shows the list.
"use strict";
(() => {
  let afterG = 0;

  const writing = (element) => element.closest("input, textarea, select, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    const target = next.querySelector("a, button") || next;
    target.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writing(event.target)) return;
    if (document.querySelector("[data-takes-keys]")) return; // the scan page has the keyboard to itself
    const dialog = document.getElementById("help");
    if (dialog && dialog.open) return;
    if (Date.now() - afterG < 1500) {
      afterG = 0;
      const link = document.querySelector(`nav a[data-key="${CSS.escape(event.key)}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    if (event.key === "g") afterG = Date.now();
    else if (event.key === "j" || event.key === "ArrowDown") move(1);
    else if (event.key === "k" || event.key === "ArrowUp") move(-1);
    else if (event.key === "?" && dialog) dialog.showModal();
    else if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) {
        search.focus();
        search.select();
      } else {
        location.assign("/entries#search");
      }
    } else return;
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") event.preventDefault();
  });

  // A list that is read anew leaves the hands on the keyboard where they were.
  let chosen = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const active = document.activeElement;
    chosen = event.detail.target.contains(active) && active.closest("[data-row]") ? active.getAttribute("href") : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (chosen === null || document.activeElement !== document.body) return;
    document.querySelector(`[data-row] [href="${CSS.escape(chosen)}"]`)?.focus({ preventScroll: true });
    chosen = null;
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) document.getElementById("help").showModal();
    if (event.target.closest("[data-print]")) window.print();
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  if (location.hash === "#search") document.querySelector("[data-search]")?.focus();
})();
