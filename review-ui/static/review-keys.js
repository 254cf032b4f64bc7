// Keyboard shortcuts that can be turned off (WCAG 2.1.4), and the toast with its way back.
const STORED = "countersign.review.keys";
const stored = () => { try { return localStorage.getItem(STORED) !== "off"; } catch { return true; } };

/** Runs `map[key]` for a bare key pressed outside of any field. */
export function keys(map) {
  let on = stored();
  for (const box of document.querySelectorAll("[data-keys-switch]")) {
    box.checked = on;
    box.addEventListener("change", () => {
      on = box.checked;
      try { localStorage.setItem(STORED, on ? "on" : "off"); } catch { /* it then holds for this page only */ }
    });
  }
  const undo = document.querySelector(".rv-toast form");
  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) return;
    // Enter belongs to whatever has the focus.
    if (event.key === "Enter" && event.target.closest?.("a, button, summary, label")) return;
    const run = event.key === "u" && undo?.isConnected ? () => undo.requestSubmit() : map[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  });
}

/** Counts the toast down by the server's own remaining time, and takes the way back away when it is over. */
export function toast() {
  const box = document.querySelector(".rv-toast");
  const form = box?.querySelector("form");
  if (!form) return;
  const end = performance.now() + Number(box.dataset.left);
  const shown = form.querySelector("[data-countdown]");
  const tick = () => {
    const left = end - performance.now();
    if (left <= 0) return form.remove();
    shown.textContent = `${Math.ceil(left / 1000)} s`;
    setTimeout(tick, 250);
  };
  tick();
}
