//! What the face needs, handed in by whoever wires the house.

use axum::extract::FromRef;
use countersign_domain::clock::Timestamp;
use countersign_render::Templates;
use countersign_rules::Packs;
use countersign_session::{Sessions, Ui};
use countersign_store::Store;

/// The state of the reviewers' face. Clone is cheap.
#[derive(Debug, Clone)]
pub struct Face {
    pub store: Store,
    pub sessions: Sessions,
    pub ui: Ui,
    pub templates: Templates,
    pub packs: Packs,
    /// How long a decision can be taken back by whoever took it.
    pub undo_seconds: i64,
    /// How long a claim holds without being renewed.
    pub lease_seconds: i64,
}

impl Face {
    /// Seconds in which a decision can be taken back, unless configured.
    pub const UNDO_SECONDS: i64 = 10;
    /// Seconds that a claim holds, unless configured: three missed renewals of a page that is open.
    pub const LEASE_SECONDS: i64 = 90;

    #[must_use]
    pub fn new(store: Store, sessions: Sessions, ui: Ui, templates: Templates, packs: Packs) -> Self {
        Self {
            store,
            sessions,
            ui,
            templates,
            packs,
            undo_seconds: Self::UNDO_SECONDS,
            lease_seconds: Self::LEASE_SECONDS,
        }
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }
}

impl FromRef<Face> for Sessions {
    fn from_ref(face: &Face) -> Self {
        face.sessions.clone()
    }
}
