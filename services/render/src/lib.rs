//! Templates and renditions: approved content and a partner's profile go in, the exact bytes that a partner gets come
//! out, as HTML, text or JSON.
//!
//! Everything here is a pure function of its arguments, so that the same release, template version and profile version
//! give the same bytes everywhere. Nothing here can name a draft's life (revision, review), reads a clock, or talks to
//! a network; the template engine runs over layouts of `templates/` only, never over content, a brief or a profile:
//! those are values, escaped for the place where they stand.
//!
//! Start reading at [`render`] (in `render.rs`), then [`Template`]. To add an asset type, add a folder to
//! `templates/` with `template.toml`, one `layout.mjml` or `layout.html`, `layout.txt` and `locked/LANGUAGE.toml`;
//! loading it renders a sample in each language, so that a broken layout is found before anybody waits for it.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may fail where it stands"))]

mod color;
mod count;
mod escape;
mod inline;
mod links;
pub mod lockup;
pub mod logo;
#[cfg(test)]
mod mail_facts;
mod page;
mod render;
mod sample;
mod template;
mod vector;

pub use count::{count, longest};
pub use links::Tracking;
pub use page::Images;
pub use render::{
    Blobs, Format, FormatError, NoBlobs, RenderError, Rendition, Subject, Wanted, archive, imprint, plain_name, render,
    try_render,
};
pub use sample::{longest_profile, placeholder_profile};
pub use template::{
    KNOWN_PIECES, Layout, Limit, Paragraph, Part, Piece, RefGroup, Shape, Slot, Template, TemplateError, Templates,
    Text, Unit, When, notice,
};
