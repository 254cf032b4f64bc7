// The choices around a preview: the page is asked for again and only the stage is put in its place, so that nothing
// that was typed beside it is lost. Without it each choice loads the whole page.
let latest = 0;

const said = document.createElement("p");
said.className = "visually-hidden";
said.setAttribute("role", "status");
document.body.append(said);

async function show(address, focus) {
  const mine = ++latest;
  const stage = document.querySelector("[data-stage]");
  stage.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (mine !== latest) return;
    const page = answer.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page && page.querySelector("[data-stage]");
    if (mine !== latest) return;
    if (fresh) {
      stage.replaceWith(document.adoptNode(fresh));
      history.replaceState(null, "", address);
      if (focus) document.getElementById(focus)?.focus();
      said.textContent = fresh.dataset.said;
      return;
    }
  } catch { /* the network is away: the browser says so better than we can */ }
  location.assign(address);
}

// What is not chosen is left out of the address.
function addressOf(form) {
  const chosen = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(chosen).toString();
  return new URL(form.getAttribute("action"), location.href).pathname + (query ? `?${query}` : "");
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-stage] form.choices");
  if (form) show(addressOf(form), event.target.id);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-stage] form.choices");
  if (!form) return;
  event.preventDefault();
  show(addressOf(form), document.activeElement?.id);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-stage] a[id^='stage-']");
  if (!link || link.hasAttribute("download") || link.hash || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.getAttribute("href"), link.id);
});
