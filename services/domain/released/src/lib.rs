//! What may be known of content once people have signed it: ids, time, places, digests, content, releases, profiles.
//!
//! This crate is the floor of the house and the whole vocabulary of the partners' face. It does no IO and holds no
//! type that can carry a draft's life (revision, review, kit): those are in `countersign-domain`, which the partner
//! crate cannot name. Start reading at [`content`], then [`release`]. To add a value that partners may see, add it
//! to [`profile`] or [`release`], and to the view in the store that serves it.

pub mod clock;
pub mod content;
pub mod digest;
pub mod id;
pub mod place;
pub mod profile;
pub mod receipt;
pub mod release;
pub mod social;
pub mod zone;
