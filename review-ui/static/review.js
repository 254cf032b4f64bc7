// The review page: claims the review, keeps the claim, keys, live findings beside an edit. Without it every form works.
import { keys, toast } from "./review-keys.js";

const page = document.querySelector("[data-review]");
const decide = document.getElementById("decide");
const claimForm = document.getElementById("claim-form");
const said = document.getElementById("claim-state");
const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
const field = (name) => decide?.elements.namedItem(name);

async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: { accept: "application/json", "x-csrf-token": csrf, ...(body ? { "content-type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
    credentials: "same-origin",
  });
  const text = await answer.text();
  let data = null;
  try { data = text ? JSON.parse(text) : null; } catch { data = { detail: "The answer cannot be read." }; }
  return { ok: answer.ok, status: answer.status, data };
}

function enable(on) {
  for (const button of decide.querySelectorAll("button[name=decision]")) {
    button.disabled = !on || "blocked" in button.dataset;
  }
}

// ---- the claim -------------------------------------------------------------------------------------------------
let renewing = 0;
let leaving = false;

function lost(why) {
  clearTimeout(renewing);
  field("lease").value = "";
  enable(false);
  said.textContent = why;
  said.classList.add("fault");
  claimForm.hidden = false;
}

function held(lease, expires) {
  field("lease").value = lease;
  enable(true);
  claimForm.hidden = true;
  said.classList.remove("fault");
  said.textContent = "Yours to decide.";
  keep(Date.parse(expires));
}

function keep(expires) {
  const ttl = Number(page.dataset.ttl) * 1000;
  clearTimeout(renewing);
  renewing = setTimeout(() => renew(expires), Math.max(1000, ttl / 3));
}

async function renew(expires) {
  const lease = field("lease").value;
  if (!lease || leaving) return;
  try {
    const { ok, status, data } = await call("POST", `/api/v1/reviews/${page.dataset.review}/claim/renew`, { lease });
    if (ok) return keep(Date.parse(data.expires_at));
    if (status < 500 && status !== 429) return lost(data?.detail || "Your claim has lapsed; claim it again to decide.");
  } catch { /* the network is away: try again until the claim lapses */ }
  if (Date.now() >= expires) return lost("Your claim has lapsed while the server could not be reached; claim it again.");
  renewing = setTimeout(() => renew(expires), 2000);
}

async function claim() {
  said.textContent = "Claiming…";
  try {
    const { ok, data } = await call("POST", `/api/v1/reviews/${page.dataset.review}/claim`);
    if (ok) return held(data.lease, data.expires_at);
    lost(data?.detail || "It cannot be claimed now.");
  } catch {
    lost("The server cannot be reached; try again.");
  }
}

if (page && decide && claimForm) {
  if (field("lease").value) {
    keep(Date.now() + Number(page.dataset.ttl) * 1000);
    renew(Date.now() + Number(page.dataset.ttl) * 1000);
  } else if (page.dataset.canClaim === "yes") {
    claim();
  }
  decide.addEventListener("submit", (event) => {
    if (claimForm.contains(event.submitter)) {
      event.preventDefault();
      claim();
      return;
    }
    const verdict = event.submitter?.value;
    if (verdict && verdict !== "approve" && !field("reason").value.trim()) {
      event.preventDefault();
      ask(verdict);
      return;
    }
    leaving = true;
  });
  // A page that is left gives its claim back, so that the next person need not wait.
  window.addEventListener("pagehide", () => {
    const lease = field("lease").value;
    if (leaving || !lease) return;
    fetch(`/api/v1/reviews/${page.dataset.review}/claim`, {
      method: "DELETE", keepalive: true, credentials: "same-origin",
      headers: { "content-type": "application/json", "x-csrf-token": csrf }, body: JSON.stringify({ lease }),
    }).catch(() => {});
  });
  // A page that comes back from the browser's memory has given its claim back.
  window.addEventListener("pageshow", (event) => { if (event.persisted) { leaving = false; claim(); } });
}

// ---- keys ------------------------------------------------------------------------------------------------------
let pending = "";

function ask(verdict) {
  pending = verdict;
  const reason = field("reason");
  reason.rows = 4;
  reason.focus();
  said.textContent = verdict === "reject" ? "Say why, then press Ctrl+Enter to reject." : "Say what to change, then press Ctrl+Enter to send it back.";
}

function press(verdict) {
  const button = decide?.querySelector(`button[value=${verdict}]`);
  if (!button || button.disabled) return;
  if (verdict !== "approve" && !field("reason").value.trim()) return ask(verdict);
  decide.requestSubmit(button);
}

field("reason")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && pending) { event.preventDefault(); press(pending); }
  if (event.key === "Escape") event.target.blur();
});
field("reason")?.addEventListener("focus", (event) => { event.target.rows = 4; });

const edit = document.getElementById("edit");
keys({
  a: () => press("approve"),
  c: () => press("request_changes"),
  x: () => press("reject"),
  e: () => {
    if (!edit) return;
    edit.open = true;
    edit.querySelector("textarea")?.focus();
  },
});
toast();

// ---- live findings beside an edit ----------------------------------------------------------------------------------
const form = document.getElementById("edit-form");
let dirty = false;
let waiting = 0;
let asked = 0;

function show(box, check, findings) {
  box.textContent = "";
  if (check) {
    const count = document.createElement("p");
    count.className = check.max && (check.count > check.max) ? "rv-count over" : "rv-count";
    count.textContent = check.max ? `${check.count} / ${check.max}` : `${check.count}`;
    box.append(count);
  }
  if (!findings.length) return;
  const list = document.createElement("ul");
  list.className = "rv-findings";
  for (const finding of findings) {
    const item = document.createElement("li");
    item.className = `rv-finding ${finding.severity}`;
    const severity = document.createElement("b");
    severity.className = `severity ${finding.severity}`;
    severity.textContent = finding.severity;
    item.append(severity, ` ${finding.message}`);
    if (finding.fix) {
      const fix = document.createElement("q");
      fix.textContent = finding.fix;
      item.append(" Try: ", fix);
    }
    list.append(item);
  }
  box.append(list);
}

async function check() {
  const turn = ++asked;
  const slots = Object.fromEntries([...form.querySelectorAll("[data-slot]")].map((area) => [area.dataset.slot, area.value]));
  let answer;
  try { answer = await call("POST", "/api/v1/rules/check", { asset: page.dataset.asset, slots }); } catch { return; }
  if (turn !== asked) return;
  for (const box of form.querySelectorAll("[data-live]")) {
    const name = box.dataset.live;
    if (answer.ok) {
      show(box, answer.data.slots[name], answer.data.findings.filter((finding) => finding.slot === name));
    } else {
      const faults = (answer.data?.errors || []).filter((fault) => fault.pointer === `/slots/${name}`);
      show(box, null, faults.map((fault) => ({ severity: "block", message: fault.detail })));
    }
  }
}

if (form) {
  form.addEventListener("input", () => {
    dirty = true;
    clearTimeout(waiting);
    waiting = setTimeout(check, 350);
  });
  form.addEventListener("reset", () => { dirty = false; for (const box of form.querySelectorAll("[data-live]")) box.textContent = ""; });
  form.addEventListener("submit", () => { dirty = false; leaving = true; });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") event.target.blur(); });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
}
