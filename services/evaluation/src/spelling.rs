//! Words that are in no dictionary: asked of the machine's hunspell, with a list of words that are right all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustc_hash::FxHashSet;

const DICTIONARIES: [(&str, &str); 5] =
    [("en", "en_US"), ("de", "de_DE"), ("fr", "fr"), ("es", "es_ES"), ("it", "it_IT")];

#[derive(Debug, thiserror::Error)]
pub enum SpellingError {
    #[error("hunspell cannot be asked ({0}); install hunspell with hunspell-en-us, -de-de, -fr, -es and -it")]
    Missing(std::io::Error),
    #[error("hunspell has no dictionary {dictionary}: {told}")]
    Dictionary { dictionary: &'static str, told: String },
    #[error("{path}: {cause}", path = path.display())]
    Own { path: PathBuf, cause: std::io::Error },
}

/// Words that no dictionary has, by language.
#[derive(Clone, Debug, Default)]
pub struct Spelling {
    unknown: BTreeMap<String, FxHashSet<String>>,
}

/// The words of a text as a dictionary has them: a hyphen parts words, an apostrophe is plain.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> {
    let text = text.replace("{{product.name}}", " ").replace("{{partner.display_name}}", " ").replace('’', "'");
    let parts: Vec<String> = text
        .split(|c: char| !(c.is_alphabetic() || c == '\''))
        .map(|word| word.trim_matches('\'').to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    parts.into_iter()
}

impl Spelling {
    /// Asks for all words of `texts`, each with its language. `own` is a folder of `LANG.txt`, words that are right and in no
    /// dictionary.
    ///
    /// # Errors
    /// There is no hunspell, or it has no dictionary of a language.
    pub fn ask<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>, own: Option<&Path>) -> Result<Self, SpellingError> {
        let mut asked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (language, text) in texts {
            asked.entry(language.to_owned()).or_default().extend(words(text));
        }
        let mut spelling = Self::default();
        for (language, words) in asked {
            let Some((_, dictionary)) = DICTIONARIES.iter().find(|(known, _)| *known == language) else { continue };
            let known =
                own.map(|folder| listed(&folder.join(format!("{language}.txt")))).transpose()?.unwrap_or_default();
            let words: Vec<&str> = words.iter().filter(|word| !known.contains(*word)).map(String::as_str).collect();
            spelling.unknown.insert(language, hunspell(dictionary, &words)?);
        }
        Ok(spelling)
    }

    /// Whether a dictionary has the word; `None` where nobody was asked.
    pub(crate) fn knows(&self, language: &str, word: &str) -> Option<bool> {
        Some(!self.unknown.get(language)?.contains(word))
    }
}

fn listed(path: &Path) -> Result<FxHashSet<String>, SpellingError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().filter(|line| !line.starts_with('#')).map(|line| line.trim().to_owned()).collect()),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(FxHashSet::default()),
        Err(cause) => Err(SpellingError::Own { path: path.to_owned(), cause }),
    }
}

/// Those of the words that the dictionary does not have.
fn hunspell(dictionary: &'static str, words: &[&str]) -> Result<FxHashSet<String>, SpellingError> {
    let mut child = Command::new("hunspell")
        .args(["-d", dictionary, "-i", "UTF-8", "-l"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(SpellingError::Missing)?;
    let text = words.join("\n");
    let mut input = child.stdin.take();
    // It answers while it reads: who writes must not wait for who reads.
    let writer = std::thread::spawn(move || input.as_mut().map(|input| input.write_all(text.as_bytes())));
    let output = child.wait_with_output().map_err(SpellingError::Missing)?;
    let is_written = matches!(writer.join(), Ok(Some(Ok(()))));
    let told = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if !is_written || !output.status.success() || told.contains("Can't open") {
        return Err(SpellingError::Dictionary { dictionary, told });
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_as_dictionaries_have_them() {
        let parted: Vec<String> = words("L’équipe {{product.name}} – self-service, isn’t it?").collect();
        assert_eq!(parted, ["L'équipe", "self", "service", "isn't", "it"]);
    }
}
