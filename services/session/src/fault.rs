//! One table from the store's errors to problem documents. What only the house may know goes to the log.

use countersign_store::StoreError;
use countersign_web::problem::Problem;

/// The answer for a store that failed; the cause is logged here, once.
#[must_use]
pub fn of(error: StoreError) -> Problem {
    match error {
        StoreError::Unavailable(cause) => {
            tracing::warn!(error = %cause, "store.unavailable");
            Problem::unavailable("The database does not answer; try again in a moment.")
        }
        StoreError::Conflict(what) => Problem::conflict(what),
        StoreError::Missing { .. } => Problem::not_found(),
        StoreError::Text => Problem::invalid(StoreError::Text),
        StoreError::BadCursor => Problem::malformed(StoreError::BadCursor),
        moved @ StoreError::Moved { .. } => Problem::precondition_failed(moved),
        other => {
            tracing::error!(error = %other, "store.failed");
            Problem::internal()
        }
    }
}
