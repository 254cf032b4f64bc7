// The queue: j and k move the focus from link to link, Enter opens the one that has it, or the first. Tab does the same.
import { keys, toast } from "./review-keys.js";

const rows = [...document.querySelectorAll("a.rv-row")];

function move(step) {
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

keys({
  j: () => move(1),
  k: () => move(-1),
  Enter: () => rows[0]?.click(),
});
toast();
