//! What happens while a kit is drafted, for whoever watches in this process. The store stays the truth: an event that
//! nobody heard is lost without harm.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_domain::id::{AssetId, KitId};
use serde::Serialize;
use tokio::sync::{Notify, broadcast, watch};

#[derive(Clone, Debug, Serialize)]
pub struct KitEvent {
    pub asset: AssetId,
    #[serde(flatten)]
    pub kind: KitEventKind,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum KitEventKind {
    Started,
    /// The text of the draft as it stands so far, references left in.
    Text {
        text: String,
    },
    Done,
    Failed,
}

/// Hands events to watchers, and wakes the runner when a kit comes in. Clones share one hub.
#[derive(Clone, Debug, Default)]
pub struct Hub(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    kits: Mutex<HashMap<KitId, broadcast::Sender<KitEvent>>>,
    work: Notify,
    closed: watch::Sender<bool>,
}

impl Hub {
    #[must_use]
    pub fn subscribe(&self, kit: KitId) -> broadcast::Receiver<KitEvent> {
        let mut kits = self.0.kits.lock().unwrap_or_else(PoisonError::into_inner);
        kits.retain(|_, sender| sender.receiver_count() > 0);
        kits.entry(kit).or_insert_with(|| broadcast::channel(256).0).subscribe()
    }

    pub fn send(&self, kit: KitId, asset: AssetId, kind: KitEventKind) {
        let kits = self.0.kits.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = kits.get(&kit) {
            // No receiver means that nobody watches, which is fine.
            let _ = sender.send(KitEvent { asset, kind });
        }
    }

    /// Tells the runner that there may be work.
    pub fn wake(&self) {
        self.0.work.notify_waiters();
    }

    /// Ends every watcher's stream: the service stops, and must not wait for people who look on.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
    }

    /// Comes back when the hub is closed.
    pub async fn closed(&self) {
        // A sender that is gone means the same.
        let _ = self.0.closed.subscribe().wait_for(|closed| *closed).await;
    }

    pub(crate) async fn woken(&self) {
        self.0.work.notified().await;
    }
}
