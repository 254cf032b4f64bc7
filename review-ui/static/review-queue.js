// The queue: j and k move, Enter opens (it is a link that has the focus). Without this, Tab does the same.
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
  Enter: () => (rows.includes(document.activeElement) ? document.activeElement : rows[0])?.click(),
});
toast();
