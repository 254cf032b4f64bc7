//! `GET /api/v1/kits/{id}/events`: a kit's progress as server-sent events.
//!
//! The store is the truth, asked twice a second, because another process may draft; what the drafting of this process
//! says comes at once. A stream ends with `done`, or after ten minutes, when a browser connects again by itself.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use countersign_domain::id::{AssetId, KitId};
use countersign_domain::kit::AssetState;
use countersign_drafting::events::{KitEvent, KitEventKind};
use countersign_session::{SignedIn, fault};
use countersign_store::AssetView;
use countersign_web::problem::Problem;
use futures::Stream;
use serde::Serialize;
use tokio::sync::{Semaphore, broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use crate::access;
use crate::state::Studio;
use crate::view::Progress;

const POLL: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(600);
/// Streams at once: each asks the database twice a second.
static STREAMS: Semaphore = Semaphore::const_new(200);

#[derive(Serialize)]
struct AssetEvent<'a> {
    id: AssetId,
    state: &'static str,
    failure: Option<&'a str>,
}

#[derive(Serialize)]
struct TextEvent<'a> {
    id: AssetId,
    /// The draft so far: it is not a revision, and nobody can approve it.
    text: &'a str,
}

/// Events `asset` (id, state, failure), `progress` (done, total), `text` (id, the draft so far) and, last, `done`.
#[utoipa::path(get, path = "/api/v1/kits/{id}/events", tag = "kits", params(("id" = String, Path)),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 404, body = Problem),
        (status = 429, description = "Too many streams are open", body = Problem)))]
pub(super) async fn watch(
    State(studio): State<Studio>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    access::see(&who.user)?;
    let kit = studio.store.kit(access::id(&id)?).await.map_err(fault::of)?.ok_or_else(Problem::not_found)?;
    let stream = STREAMS.try_acquire().map_err(|_| {
        Problem::too_many(30, "As many people watch kits as this service can serve; load the page again.")
    })?;
    let (out, events) = mpsc::channel(64);
    let heard = studio.hub.subscribe(kit.id);
    tokio::spawn(async move {
        let _stream = stream;
        let hub = studio.hub.clone();
        tokio::select! {
            // Whoever watches has gone when a send fails; then so does this.
            _ = tokio::time::timeout(LONGEST, tell(studio, kit.id, heard, &out)) => {}
            () = hub.closed() => {}
        }
    });
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    Ok(Sse::new(futures::StreamExt::map(ReceiverStream::new(events), Ok)).keep_alive(keep_alive))
}

struct Gone;

async fn tell(
    studio: Studio,
    kit: KitId,
    mut heard: broadcast::Receiver<KitEvent>,
    out: &mpsc::Sender<Event>,
) -> Result<(), Gone> {
    let mut told = Told::default();
    let mut tick = tokio::time::interval(POLL);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut open = true;
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = out.closed() => return Err(Gone),
            event = heard.recv(), if open => match event {
                Ok(KitEvent { asset, kind: KitEventKind::Text { text } }) => {
                    send(out, "text", &TextEvent { id: asset, text: &text }).await?;
                    continue;
                }
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => open = false,
            },
        }
        match studio.store.assets(kit).await {
            Ok(assets) => {
                if told.tell(&assets, out).await? {
                    return Ok(());
                }
            }
            // Told again at the next tick; a database that stays away is seen on every other page too.
            Err(error) => tracing::warn!(error = %error, "kit.events.poll.failed"),
        }
    }
}

/// What the watcher knows already.
#[derive(Default)]
struct Told {
    states: HashMap<AssetId, AssetState>,
    progress: Option<Progress>,
}

impl Told {
    /// Tells what is new; true when all is drafted and told.
    async fn tell(&mut self, assets: &[AssetView], out: &mpsc::Sender<Event>) -> Result<bool, Gone> {
        for view in assets {
            let asset = &view.asset;
            if self.states.insert(asset.id, asset.state) != Some(asset.state) {
                let event = AssetEvent { id: asset.id, state: asset.state.as_str(), failure: asset.failure.as_deref() };
                send(out, "asset", &event).await?;
            }
        }
        let progress = Progress::of_assets(assets);
        if self.progress != Some(progress) {
            self.progress = Some(progress);
            send(out, "progress", &progress).await?;
        }
        if progress.done == progress.total {
            send(out, "done", &progress).await?;
            return Ok(true);
        }
        Ok(false)
    }
}

async fn send(out: &mpsc::Sender<Event>, name: &str, data: &impl Serialize) -> Result<(), Gone> {
    let data = serde_json::to_string(data).map_err(|_| Gone)?;
    out.send(Event::default().event(name).data(data)).await.map_err(|_| Gone)
}

#[cfg(test)]
mod tests {
    use crate::testing::{World, brief};
    use countersign_domain::id::KitId;
    use countersign_drafting::events::KitEventKind;

    #[tokio::test]
    async fn a_watcher_hears_states_text_as_it_comes_and_the_end() {
        let world = World::new().await;
        let json = world.post("/api/v1/kits", "marketer", brief()).await.json();
        let kit: KitId = json["id"].as_str().unwrap().parse().unwrap();
        let mut stream = world.stream(&format!("/api/v1/kits/{kit}/events"), "marketer").await;
        stream.until("event: progress").await;
        let asset = json["assets"][0].as_str().unwrap().parse().unwrap();
        world.studio.hub.send(kit, asset, KitEventKind::Text { text: "Dear <b>reader</b>".into() });
        let heard = stream.until("event: text").await;
        assert!(heard.contains("\"state\":\"drafting\""), "{heard}");
        world.draft_all().await;
        world.studio.hub.send(kit, asset, KitEventKind::Done);
        let heard = stream.until("event: done").await;
        assert!(heard.contains("\"state\":\"in_review\""), "{heard}");
        assert!(heard.contains("{\"done\":2,\"total\":2}"), "{heard}");
    }
}
