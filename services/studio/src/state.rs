//! What this face needs, handed in by whoever wires the house.

use axum::extract::FromRef;
use countersign_domain::clock::Timestamp;
use countersign_drafting::events::Hub;
use countersign_render::Templates;
use countersign_rules::Packs;
use countersign_session::{Sessions, Ui};
use countersign_store::Store;

/// The state of the studio. Clone is cheap.
#[derive(Debug, Clone)]
pub struct Studio {
    pub store: Store,
    pub sessions: Sessions,
    pub ui: Ui,
    pub templates: Templates,
    /// What texts that people bring are examined by.
    pub packs: Packs,
    /// Tells the runner of this process that there is work, and us how far it is. Other processes' runners poll.
    pub hub: Hub,
}

impl Studio {
    #[must_use]
    pub fn new(store: Store, sessions: Sessions, ui: Ui, templates: Templates, packs: Packs, hub: Hub) -> Self {
        Self { store, sessions, ui, templates, packs, hub }
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    /// The asset types that there are templates for, in order of name.
    pub(crate) fn asset_types(&self) -> Vec<&str> {
        self.templates.iter().map(|template| template.name.as_str()).collect()
    }

    /// What people call an asset type.
    pub(crate) fn type_title(&self, asset_type: &str) -> String {
        self.templates.get(asset_type).map_or_else(|| asset_type.to_owned(), |template| template.title("en").to_owned())
    }
}

impl FromRef<Studio> for Sessions {
    fn from_ref(studio: &Studio) -> Self {
        studio.sessions.clone()
    }
}
