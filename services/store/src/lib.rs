//! Repositories and migrations on SQLite and PostgreSQL; the gate's constraints; the job queue.
//!
//! Everything the house remembers goes through [`Store`]: one set of statements for both databases, what differs is
//! in `countersign_store_released::dialect`. What the gate promises (DESIGN.md, invariants 1 to 4) is promised by the
//! schema in `migrations/`, not by this code; this code only finds out first and says it more kindly. It never logs a
//! draft's text and never lets a caller write a decision or a release that did not go through the domain's
//! transitions. Start reading at [`store`], then [`decisions`] and [`releases`]. To add a table: a migration in both
//! folders (columns commented), a file here with its repository methods, a case in `tests/conformance/`.

pub mod actor;
pub mod assets;
pub mod audit;
pub mod brands;
pub mod claims;
pub mod decisions;
pub mod feedback;
pub mod idempotency;
pub mod imports;
pub mod jobs;
pub mod kits;
pub mod leases;
pub mod overrides;
pub mod partner_keys;
pub mod partners;
pub mod passages;
pub mod people;
pub mod releases;
pub mod reviews;
pub mod revisions;
pub mod sessions;
pub mod standing;
pub mod statements;
pub mod store;
pub mod templates;

pub use actor::Actor;
pub use assets::AssetView;
pub use audit::{AuditFilter, AuditRow};
pub use claims::NewClaim;
pub use countersign_store_released::idempotency::Held;
pub use countersign_store_released::{Begin, Blob, ChangeKind, Page, PageRequest, PartnerKind, StoreError};
pub use decisions::{DecideError, DecisionView, UndoError};
pub use feedback::Feedback;
pub use idempotency::Reply;
pub use imports::NewImport;
pub use jobs::JobCounts;
pub use kits::{KitFilter, KitSummary, NewAsset, NewKit};
pub use leases::{ClaimError, ClaimRefusal, ClaimedLease};
pub use partner_keys::PartnerKey;
pub use partners::{NewPartner, Partner, PartnerUpdate, ProfileVersion};
pub use passages::{ImportCounts, NewPassage};
pub use people::NewUser;
pub use releases::{Ended, PulledBy, RecallNote, RecallStatus, ReleaseFilter, ReleaseRow};
pub use reviews::{ReviewFilter, ReviewRow, ReviewStatus};
pub use sessions::Session;
pub use statements::{StatementError, StatementView};
pub use store::Store;
