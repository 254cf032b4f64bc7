//! A slot in paragraphs: what a translator works on at a time.

use countersign_domain::content::{Segment, SlotText};

/// Paragraphs and, between them, the blank lines that part them: always one fewer.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Paragraphs {
    pub texts: Vec<Vec<Segment>>,
    pub gaps: Vec<String>,
}

impl Paragraphs {
    /// The slot as one paragraph, whatever is in it.
    pub fn whole(slot: &SlotText) -> Self {
        Self { texts: vec![joined(slot)], gaps: Vec::new() }
    }

    /// Parted at blank lines. Exact wordings are never parted.
    pub fn of(slot: &SlotText) -> Self {
        let mut out = Self { texts: vec![Vec::new()], gaps: Vec::new() };
        for segment in joined(slot) {
            match segment {
                Segment::Text { text } => out.push_text(&text),
                other => out.push(other),
            }
        }
        out
    }

    fn push(&mut self, segment: Segment) {
        if let Some(last) = self.texts.last_mut() {
            last.push(segment);
        }
    }

    fn push_text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(start) = rest.find("\n\n") {
            let gap = rest[start..].chars().take_while(|c| *c == '\n').count();
            self.push_piece(&rest[..start]);
            self.gaps.push("\n".repeat(gap));
            self.texts.push(Vec::new());
            rest = &rest[start + gap..];
        }
        self.push_piece(rest);
    }

    fn push_piece(&mut self, text: &str) {
        if !text.is_empty() {
            self.push(Segment::Text { text: text.to_owned() });
        }
    }

    /// Whether each paragraph can be translated by itself, beside one of `other`.
    pub fn pairs_with(&self, other: &Self) -> bool {
        let filled = |paragraphs: &Self| paragraphs.texts.iter().all(|text| !is_blank(text));
        self.texts.len() == other.texts.len() && filled(self) && filled(other)
    }
}

fn is_blank(text: &[Segment]) -> bool {
    text.iter().all(|segment| matches!(segment, Segment::Text { text } if text.trim().is_empty()))
}

/// Neighbouring texts as one, without empty ones: as the house makes slots.
fn joined(slot: &SlotText) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    for segment in &slot.segments {
        match (segment, out.last_mut()) {
            (Segment::Text { text }, _) if text.is_empty() => {}
            (Segment::Text { text }, Some(Segment::Text { text: last })) => last.push_str(text),
            _ => out.push(segment.clone()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_part_paragraphs_and_a_list_is_one() {
        let slot = SlotText::parse("Hello {{partner.display_name}}\n\nWe have:\n- a\n- b\n\n\nBye").unwrap();
        let parted = Paragraphs::of(&slot);
        assert_eq!(parted.texts.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 1]);
        assert_eq!(parted.gaps, ["\n\n", "\n\n\n"]);
        assert!(parted.pairs_with(&parted));
        let edges = Paragraphs::of(&SlotText::parse("\n\nx").unwrap());
        assert!(!edges.pairs_with(&edges), "an empty paragraph cannot be translated by itself");
    }
}
