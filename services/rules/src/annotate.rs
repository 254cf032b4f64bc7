//! From a finding's bytes to the line and column that a person reads.

use countersign_domain::finding::Finding;

/// Line and column of where `finding` starts in `file_text`, both from 1, the column in characters. For many findings
/// of one text make one [`LineIndex`].
#[must_use]
pub fn annotate(file_text: &str, finding: &Finding) -> (usize, usize) {
    LineIndex::new(file_text).at(finding.start)
}

/// The starts of a text's lines.
#[derive(Debug)]
pub struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// Line and column of a byte, both from 1. Beyond the end it is the end.
    #[must_use]
    pub fn at(&self, byte: usize) -> (usize, usize) {
        let byte = self.text.floor_char_boundary(byte.min(self.text.len()));
        let line = self.starts.partition_point(|start| *start <= byte);
        let start = self.starts[line - 1];
        (line, self.text[start..byte].chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::LineIndex;

    #[test]
    fn lines_and_columns_count_from_one_and_columns_count_characters() {
        let index = LineIndex::new("größer\nam besten\n");
        assert_eq!(index.at(0), (1, 1));
        assert_eq!(index.at("größ".len()), (1, 5));
        assert_eq!(index.at("größer\nam ".len()), (2, 4));
        assert_eq!(index.at(usize::MAX), (3, 1));
    }
}
