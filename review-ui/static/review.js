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
    if (verdict === "approve" && answer()) {
      event.preventDefault();
      return;
    }
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

// The next error that nobody has let stand gets the focus; false when there is none.
function answer() {
  const open = [...document.querySelectorAll("[data-let]")].filter((box) => !box.checked);
  if (!open.length) return false;
  const next = open[(open.indexOf(document.activeElement) + 1) % open.length];
  next.focus();
  next.scrollIntoView({ block: "center" });
  said.textContent = open.length === 1 ? "One error is open: let it stand, or edit the text." : `${open.length} errors are open: let each stand, or edit the text.`;
  return true;
}

// Who lets an error stand says why next.
for (const box of document.querySelectorAll("[data-let]")) {
  const why = box.closest(".rv-answer").querySelector("textarea");
  box.addEventListener("change", () => { if (box.checked && !why.value) why.focus(); });
  why.addEventListener("keydown", (event) => { if (event.key === "Escape") event.target.blur(); });
}

function press(verdict) {
  const button = decide?.querySelector(`button[value=${verdict}]`);
  if (!button || button.disabled) return;
  if (verdict === "approve" && answer()) return;
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
  o: () => answer(),
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

function near(fact) {
  const line = document.createElement("span");
  line.className = "rv-nearest";
  const quote = document.createElement("q");
  quote.textContent = fact.source.passage;
  line.append(`${fact.doubt_text} `, quote);
  return line;
}

// Facts that no finding tells of: what a source bears out, and what no rule asks about.
function told(facts) {
  const list = document.createElement("ul");
  list.className = "rv-facts";
  for (const fact of facts) {
    const item = document.createElement("li");
    item.className = `rv-fact ${fact.verdict}`;
    const sure = document.createElement("b");
    sure.className = "rv-sure";
    sure.textContent = fact.verdict === "supported" ? `${fact.confidence} % borne out` : "No support";
    const quote = document.createElement("q");
    quote.textContent = fact.text.length > 160 ? `${fact.text.slice(0, 160)}…` : fact.text;
    item.append(sure, " ", quote, " ");
    if (fact.source) item.append(near(fact));
    list.append(item);
  }
  return list;
}

const severities = ["block", "error", "warn", "info"];

function show(box, check, findings, facts = []) {
  box.textContent = "";
  if (check) {
    const count = document.createElement("p");
    count.className = check.max && (check.count > check.max) ? "rv-count over" : "rv-count";
    count.textContent = check.max ? `${check.count} / ${check.max}` : `${check.count}`;
    box.append(count);
  }
  if (findings.length) {
    const list = document.createElement("ul");
    list.className = "rv-findings";
    const worst = [...findings].sort((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity));
    for (const finding of worst) {
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
      const fact = facts.find((fact) => fact.finding !== null && fact.finding === finding.place);
      if (fact?.source) item.append(" ", near(fact));
      list.append(item);
    }
    box.append(list);
  }
  const loose = facts.filter((fact) => fact.finding === null && fact.verdict !== "bound");
  if (loose.length) box.append(told(loose));
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
      show(box, answer.data.slots[name], answer.data.findings.filter((finding) => finding.slot === name),
        answer.data.facts.filter((fact) => fact.slot === name));
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
