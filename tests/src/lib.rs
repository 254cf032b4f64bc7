//! Whole-system tests: the real binary, over HTTP, in a browser, and killed in the middle of its work.
//!
//! This library starts the binary and speaks to it as a person's or a partner's program would; the tests are in
//! `tests/`. It knows nothing of the inside: what it needs it reads from the API. `tests/run.sh` builds the binary, starts
//! PostgreSQL and the browser's driver, and runs everything. To add a test, add a file to `tests/tests/`.

mod api;
mod archive;
mod database;
pub mod hub;
mod line;
mod service;

pub use api::{Api, Reply};
pub use archive::unzipped;
pub use database::{Database, fresh_database};
pub use line::Line;
pub use service::{PARTNER_KEY, PASSWORD, Service, binary, postgres, run};
