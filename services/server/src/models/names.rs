//! Names that stay inside a folder: what a catalogue, a lock or a server may call a model, a file or a repository.
//!
//! Everything that becomes part of a path or of an address is one of these types, and is checked where it is read: no
//! `..`, nothing absolute, nothing hidden, no separator but `/`, no character that an address would have to escape.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Folders that a file may lie in, its own name included.
pub const DEEPEST: usize = 4;
/// The longest part of a path, in bytes; what common file systems take is 255, and `.part` comes on top.
const LONGEST: usize = 200;
/// The ending of a file that is still being fetched.
pub const PART: &str = ".part";
/// The lock's own name, which no file of a model can have.
pub const LOCK: &str = "countersign.lock";

/// One part of a path.
fn part(text: &str) -> Result<(), String> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+=@".contains(&byte);
    if text.is_empty() || text.len() > LONGEST {
        return Err(format!("has a part of {} bytes; parts have 1 to {LONGEST}", text.len()));
    }
    if text.starts_with('.') {
        return Err(
            "has a part that starts with a dot: it must stay inside the model's folder and be seen there".into()
        );
    }
    match text.bytes().find(|byte| !known(*byte)) {
        Some(byte) => Err(format!("has the character {:?}; only ASCII letters, digits and . _ - + = @", byte as char)),
        None => Ok(()),
    }
}

/// `wrong` with the name in front, cut where a hostile one is long.
fn named(what: &str, text: &str, wrong: &str) -> String {
    format!("{what} {:?} {wrong}", text.chars().take(80).collect::<String>())
}

macro_rules! checked_name {
    ($name:ident, $what:literal, $check:path) => {
        impl $name {
            /// # Errors
            /// What is wrong with the name, with the name in front.
            pub fn new(text: &str) -> Result<Self, String> {
                match $check(text) {
                    Ok(()) => Ok(Self(text.to_owned())),
                    Err(wrong) => Err(named($what, text, &wrong)),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                Self::new(&text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// What a model is called: a folder below DATA/models.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ModelName(String);
checked_name!(ModelName, "the model's name", part);

impl ModelName {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A file of a model, from the model's folder on, with `/` between its parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct FileName(String);
checked_name!(FileName, "the file name", file_name);

fn file_name(text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.split('/').collect();
    if parts.len() > DEEPEST {
        return Err(format!("lies {} folders deep; at most {DEEPEST}", parts.len()));
    }
    parts.iter().try_for_each(|text| part(text))?;
    if text == LOCK || text.ends_with(PART) {
        return Err(format!("is kept for this program's own use, as `{LOCK}` and `*{PART}` are"));
    }
    Ok(())
}

impl FileName {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the file lies below `folder`.
    #[must_use]
    pub fn below(&self, folder: &Path) -> PathBuf {
        self.0.split('/').fold(folder.to_owned(), |path, part| path.join(part))
    }
}

/// A file name, or several with one `*` in the last part: `model*.safetensors`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(String);
checked_name!(Pattern, "the file name", pattern);

fn pattern(text: &str) -> Result<(), String> {
    let star_is_late = text.rfind('/').is_none_or(|slash| !text[..slash].contains('*'));
    if text.matches('*').count() > 1 || !star_is_late {
        return Err("has more than one `*`, or one in a folder's name".into());
    }
    file_name(&text.replace('*', "x"))
}

impl Pattern {
    #[must_use]
    pub fn fits(&self, file: &FileName) -> bool {
        match self.0.split_once('*') {
            None => self.0 == file.0,
            Some((before, after)) => {
                file.0.len() >= before.len() + after.len()
                    && file.0.starts_with(before)
                    && file.0.ends_with(after)
                    && !file.0[before.len()..].contains('/')
            }
        }
    }
}

/// Who and what on the hub: `owner/name`, or a name alone as the oldest repositories have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Repository(String);
checked_name!(Repository, "the repository", repository);

fn repository(text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.split('/').collect();
    if parts.len() > 2 { Err("is not `owner/name`".into()) } else { parts.iter().try_for_each(|text| part(text)) }
}

/// A branch, a tag or a commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Revision(String);
checked_name!(Revision, "the revision", revision);

fn revision(text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.split('/').collect();
    if parts.len() > DEEPEST { Err("has too many parts".into()) } else { parts.iter().try_for_each(|text| part(text)) }
}

/// A commit: 40 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Commit(String);
checked_name!(Commit, "the commit", commit);

fn commit(text: &str) -> Result<(), String> {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() == 40 && text.bytes().all(hex) {
        Ok(())
    } else {
        Err("is not 40 lower-case hexadecimal digits".into())
    }
}

#[cfg(feature = "pull")]
impl Commit {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(feature = "pull")]
impl Revision {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The commit that it is, where it is one.
    #[must_use]
    pub fn commit(&self) -> Option<Commit> {
        Commit::new(&self.0).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_never_leaves_the_models_folder() {
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../x",
            "a/../x",
            "a//b",
            "a/",
            "./x",
            ".hidden",
            "a/.git",
            "C:\\x",
            "a\\b",
            "x\0y",
            "x\ny",
            "é",
            "a/b/c/d/e",
            "countersign.lock",
            "model.gguf.part",
            "a b",
            "%2e%2e",
            "x?y",
            "x#y",
            "*",
        ] {
            assert!(FileName::new(bad).is_err(), "{bad:?}");
        }
        assert!(FileName::new(&"x".repeat(201)).is_err());
        let file = FileName::new("1_Pooling/config.json").unwrap();
        assert_eq!(file.below(Path::new("/m")), Path::new("/m/1_Pooling/config.json"));
    }

    #[test]
    fn a_name_that_is_refused_is_said_in_short() {
        let said = FileName::new(&format!("../{}", "x".repeat(9000))).unwrap_err();
        assert!(said.contains("starts with a dot") && said.len() < 300, "{said}");
    }

    #[test]
    fn a_pattern_fits_the_last_part_only() {
        let pattern = Pattern::new("model*.safetensors").unwrap();
        let fits = |name: &str| pattern.fits(&FileName::new(name).unwrap());
        assert!(fits("model.safetensors") && fits("model-00001-of-00002.safetensors"));
        assert!(!fits("model/x.safetensors") && !fits("my-model.safetensors") && !fits("model.safetensors.index.json"));
        let overlapping = Pattern::new("aa*aa").unwrap();
        assert!(!overlapping.fits(&FileName::new("aaa").unwrap()));
        for bad in ["*/x", "a*b*", "../*", "*.part"] {
            assert!(Pattern::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn repositories_revisions_and_commits_are_what_they_say() {
        assert!(Repository::new("gpt2").is_ok() && Repository::new("Qwen/Qwen3-0.6B").is_ok());
        for bad in ["a/b/c", "../x", "a/..", "https://x", "a/b?c", "/a"] {
            assert!(Repository::new(bad).is_err(), "{bad}");
        }
        assert!(Revision::new("refs/pr/7").is_ok() && Revision::new("../main").is_err());
        let commit = "0123456789abcdef0123456789abcdef01234567";
        assert!(Commit::new(commit).is_ok() && Commit::new("main").is_err());
        assert!(Commit::new(&commit.to_uppercase()).is_err());
    }
}
