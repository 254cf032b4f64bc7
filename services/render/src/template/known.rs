//! The kinds of pieces that small models were trained on (models/starter/CORPUS.md). A template's piece is written as one of them.

use super::Shape;

/// By their names in the corpus.
pub const KNOWN_PIECES: [&str; 42] = [
    "subject",
    "subject_talk",
    "subject_remind",
    "subject_recap",
    "headline",
    "short_headline",
    "product_line",
    "question",
    "for_whom",
    "heading",
    "screen",
    "wb_title",
    "cta",
    "cta_talk",
    "cta_register",
    "lead",
    "preheader",
    "description",
    "wb_description",
    "opening",
    "intro",
    "bridge",
    "meaning",
    "recap",
    "closing",
    "offer",
    "li_hook",
    "li_bridge",
    "li_closing",
    "x_hook",
    "x_closing",
    "meta_hook",
    "meta_closing",
    "wb_invite",
    "wb_register",
    "wb_remind",
    "wb_sum_up",
    "video_hook",
    "video_problem",
    "video_message",
    "video_proof",
    "video_call",
];

impl Shape {
    /// What a piece is written as that says nothing of it and has no known name.
    pub(super) const fn known_piece(self) -> &'static str {
        match self {
            Self::Line => "headline",
            Self::Sentences => "intro",
            Self::Lead => "lead",
            Self::Label => "cta",
        }
    }
}
