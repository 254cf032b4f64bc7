//! The starter's corpus, as far as it tells how much of a draft stands in it word for word.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashSet, FxHasher};
use std::hash::{Hash as _, Hasher as _};

use crate::grams::grams;

/// So many words in a row that stand in the corpus are no accident.
pub(crate) const RUN: usize = 13;

#[derive(Debug, thiserror::Error)]
#[error("{path}: {cause}", path = path.display())]
pub struct CorpusError {
    path: PathBuf,
    cause: std::io::Error,
}

/// The runs of thirteen words of all that the frames expand to.
#[derive(Debug, Default)]
pub struct Corpus(FxHashSet<u64>);

fn hash(gram: &str) -> u64 {
    let mut hasher = FxHasher::default();
    gram.hash(&mut hasher);
    hasher.finish()
}

impl Corpus {
    /// The frames of `folder`, as models/starter/corpus holds them: LANG/PIECE.txt.
    ///
    /// # Errors
    /// A file or folder cannot be read.
    pub fn read(folder: &Path) -> Result<Self, CorpusError> {
        let wrong = |path: &Path| {
            let path = path.to_owned();
            move |cause| CorpusError { path, cause }
        };
        let mut corpus = Self::default();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).map_err(wrong(&folder))? {
                let path = entry.map_err(wrong(&folder))?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "txt") {
                    let text = std::fs::read_to_string(&path).map_err(wrong(&path))?;
                    text.lines().filter(|line| !line.starts_with('#')).for_each(|line| corpus.add(line));
                }
            }
        }
        Ok(corpus)
    }

    fn add(&mut self, frame: &str) {
        for text in expansions(frame) {
            self.0.extend(grams(&text, RUN).iter().map(|gram| hash(gram)));
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has(&self, gram: &str) -> bool {
        self.0.contains(&hash(gram))
    }
}

/// Every text of a frame: `[a|b]` is one choice.
fn expansions(frame: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut rest = frame;
    while let Some((fixed, choice, after)) = rest
        .split_once('[')
        .and_then(|(fixed, more)| more.split_once(']').map(|(choice, after)| (fixed, choice, after)))
    {
        texts = texts
            .iter()
            .flat_map(|text| choice.split('|').map(move |option| format!("{text}{fixed}{option}")))
            .collect();
        rest = after;
    }
    texts.iter_mut().for_each(|text| text.push_str(rest));
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_known_by_all_its_texts() {
        assert_eq!(expansions("A [b|c] d[e|]."), ["A b de.", "A b d.", "A c de.", "A c d."]);
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("en")).unwrap();
        let frame = "One two three four five six [seven|eight] nine ten eleven twelve thirteen fourteen.";
        std::fs::write(folder.path().join("en/opening.txt"), format!("## topic=*\n{frame}\n")).unwrap();
        let corpus = Corpus::read(folder.path()).unwrap();
        assert!(corpus.has("one two three four five six eight nine ten eleven twelve thirteen fourteen"));
        assert!(!corpus.has("two two three four five six eight nine ten eleven twelve thirteen fourteen"));
        assert!(Corpus::read(&folder.path().join("none")).is_err());
    }
}
