//! Pictures and documents: an SVG layout that was filled in becomes pixels (`draw`) or a PDF (`document`). SVG does not
//! wrap text, so layouts measure it first: `fit` breaks lines, `fonts` knows how wide they are, `lockup` places logos.
//!
//! Only bundled fonts are used, nothing is loaded from anywhere, and the same layout gives the same bytes on every run.

mod document;
mod draw;
mod fit;
mod fonts;
mod lockup;

pub(crate) use document::{Facts, to_pdf};
pub(crate) use draw::{parse, to_png};
pub(crate) use fit::FitError;
pub(crate) use lockup::{Marks, Named};

/// Gives layouts what they measure with.
pub(crate) fn add_functions(engine: &mut minijinja::Environment<'static>) {
    engine.add_function("fit", fit::fit);
    engine.add_function("lockup", lockup::lockup);
}
