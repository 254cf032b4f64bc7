//! What the face needs, handed in by whoever wires the house.

use std::sync::Arc;

use countersign_released::clock::Clock;
use countersign_render::Templates;
use countersign_store_released::{ReleasedStore, StoreError};
use countersign_web::problem::Problem;
use utoipa_axum::router::OpenApiRouter;

use crate::archive::Known;
use crate::limits::{Buckets, Limits};
use crate::produce::{Bench, Cache};
use crate::signer::Signer;

#[derive(Debug)]
pub struct PartnerFace {
    pub store: ReleasedStore,
    pub templates: Templates,
    pub signer: Arc<Signer>,
    pub limits: Limits,
    /// Where readers of a rendition reach this service, without a final slash.
    pub public_url: String,
    pub clock: Arc<dyn Clock>,
}

/// The face's state while it serves. Clone is cheap.
#[derive(Clone, Debug)]
pub struct State(Arc<Inner>);

#[derive(Debug)]
pub struct Inner {
    pub(crate) face: PartnerFace,
    pub(crate) buckets: Buckets,
    pub(crate) cache: Cache,
    /// Where pictures are drawn and archives are put together.
    pub(crate) bench: Bench,
    pub(crate) known: Known,
    /// Archives that are being made; each may hold its bytes several times over.
    pub(crate) archives: Bench,
}

impl std::ops::Deref for State {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl PartnerFace {
    /// Every route of the face.
    #[must_use]
    pub fn router(self) -> OpenApiRouter {
        let buckets = Buckets::new(self.limits);
        crate::routes::router(State(Arc::new(Inner {
            face: self,
            buckets,
            cache: Cache::default(),
            bench: Bench::of_this_machine(),
            known: Known::default(),
            archives: Bench::with_places(2),
        })))
    }
}

/// The store's errors as partners see them: what is broken inside is logged, never told.
pub(crate) fn fault(error: StoreError) -> Problem {
    match error {
        StoreError::Unavailable(reason) => {
            tracing::warn!(reason, "partner.store.away");
            Problem::unavailable("The service cannot answer right now; nothing was lost.")
        }
        StoreError::Text => Problem::invalid(StoreError::Text),
        StoreError::BadCursor => Problem::malformed(StoreError::BadCursor),
        other => {
            tracing::error!(error = %other, "partner.store.failed");
            Problem::internal()
        }
    }
}
