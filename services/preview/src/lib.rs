//! What people see before, or instead of, what a partner pulls: an asset, a release or a sample, for any partner, for
//! the worst that a partner can be, in each layout and format.
//!
//! Both pages' faces show through here, so that a preview is the same bytes, under the same policy, wherever it stands.
//! It never shows anything to a partner and never decides who may look: the faces do. Start at [`Asked`] (what a person
//! chose), then [`show`] (the bytes) and [`Stage`] (the choices on a page).

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

mod address;
mod asked;
mod marked;
mod scene;
mod stage;
mod whom;

pub use address::Address;
pub use asked::Asked;
pub use scene::{Scene, instead, show};
pub use stage::{Stage, StageOf, Tab, Thumb};
pub use whom::{Choice, Choices, Whom, Worst, fitting};
