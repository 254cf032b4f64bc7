//! Inline elements: a partner's values as `<ph>`, exact wordings as `<mrk translate="no">`, each with an id that its
//! counterpart in the target has too.

use std::collections::VecDeque;

use countersign_domain::content::{Bound, Segment};

use super::escape;

/// Gives ids within one unit: the target's elements get those of the source's that they stand for.
#[derive(Debug, Default)]
pub(super) struct Ids {
    next: usize,
    /// Of the source, not yet taken by the target: what it stands for, and its id.
    open: VecDeque<(String, String)>,
}

impl Ids {
    fn source(&mut self, what: String) -> String {
        let id = self.fresh();
        self.open.push_back((what, id.clone()));
        id
    }

    fn target(&mut self, what: &str) -> String {
        match self.open.iter().position(|(known, _)| known == what).and_then(|at| self.open.remove(at)) {
            Some((_, id)) => id,
            None => self.fresh(),
        }
    }

    fn fresh(&mut self) -> String {
        self.next += 1;
        self.next.to_string()
    }
}

/// Which side of a segment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Source,
    Target,
}

pub(super) fn segments(out: &mut String, segments: &[Segment], side: Side, ids: &mut Ids) {
    let mut id = |what: String| match side {
        Side::Source => ids.source(what),
        Side::Target => ids.target(&what),
    };
    for segment in segments {
        match segment {
            Segment::Text { text } => escape::content(out, text),
            Segment::Partner { partner } => {
                let id = id(format!("partner.{partner}"));
                let shown = partner.placeholder();
                out.push_str(&format!(
                    "<ph id=\"{id}\" canCopy=\"no\" canDelete=\"no\" equiv=\"partner.{partner}\" disp=\"{shown}\"/>"
                ));
            }
            Segment::Bound(bound) => {
                let id = id(bound.reference.clone());
                out.push_str(&format!("<mrk id=\"{id}\" translate=\"no\" type=\"{}\" value=\"", kind(bound)));
                escape::attribute(out, &bound.source);
                out.push_str("\">");
                escape::content(out, &bound.text);
                out.push_str("</mrk>");
            }
        }
    }
}

/// A product's name is a term; the rest has types of our own, which must have a prefix (XLIFF 2.1, section 4.3.1.36).
fn kind(bound: &Bound) -> &'static str {
    match bound.source.split(':').next() {
        Some("product") => "term",
        Some("claim") => "countersign:claim",
        Some("message") => "countersign:message",
        Some("passage") => "countersign:passage",
        _ => "countersign:wording",
    }
}
