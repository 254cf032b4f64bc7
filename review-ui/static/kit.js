// Live progress of a kit: text as it is drafted, and each card again, from the page itself, when its state changes.
const box = document.getElementById("kit-progress");

if (box && box.hasAttribute("data-drafting")) {
  const source = new EventSource(box.dataset.events);
  let fetching = false;
  let again = false;

  // The server renders a card; this only puts the new one in the old one's place.
  const refresh = async () => {
    if (fetching) { again = true; return; }
    fetching = true;
    try {
      const answer = await fetch(location.pathname + location.search, { headers: { accept: "text/html" } });
      if (answer.ok && !answer.redirected) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const card of document.querySelectorAll("#assets [data-state]")) {
          const next = fresh.getElementById(card.id);
          if (next && next.dataset.state !== card.dataset.state) card.replaceWith(document.adoptNode(next));
        }
        const state = fresh.getElementById("kit-state");
        if (state) document.getElementById("kit-state").replaceChildren(...state.childNodes);
      }
    } finally {
      fetching = false;
      if (again) { again = false; refresh(); }
    }
  };

  source.addEventListener("asset", (event) => {
    const { id, state } = JSON.parse(event.data);
    const card = document.getElementById(`asset-${id}`);
    if (card && card.dataset.state !== state) refresh();
  });

  source.addEventListener("text", (event) => {
    const { id, text } = JSON.parse(event.data);
    const live = document.querySelector(`#asset-${CSS.escape(id)} .live`);
    if (live) live.textContent = text;
  });

  source.addEventListener("progress", (event) => {
    const { done, total } = JSON.parse(event.data);
    box.hidden = false;
    box.querySelector("progress").value = done;
    document.getElementById("progress-text").textContent = `${done} of ${total} drafted`;
  });

  // The browser connects again by itself, unless it was refused (a session that ended): then nothing more is heard.
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return;
    const again = document.createElement("a");
    again.href = location.pathname + location.search;
    again.textContent = "Load the page again";
    box.hidden = false;
    document.getElementById("progress-text").replaceChildren("The progress is not reported any more. ", again, " to see how far it is.");
  });

  source.addEventListener("done", () => {
    source.close();
    refresh();
  });
}
