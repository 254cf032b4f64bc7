//! The catalogue: models that can be pulled by name. The shipped one is part of the program; the data folder's own
//! (`DATA/models/catalog.toml`) adds to it, or replaces an entry of the same name.
//!
//! To add a model, add an entry to `models/catalog.toml`; a mistake in it is a failing test here.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use countersign_domain::digest::Digest;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::names::{FileName, ModelName, Pattern, Repository, Revision};
use super::{STARTER, read_small};

static SHIPPED: &str = include_str!("../../../../models/catalog.toml");
/// The file's name below DATA/models.
pub const OWN: &str = "catalog.toml";

#[derive(Debug, Clone)]
pub struct Catalog {
    entries: Vec<Entry>,
}

/// A model that can be pulled.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub name: ModelName,
    pub kind: Kind,
    /// As config.json's `model_type` or GGUF's `general.architecture` calls it.
    pub architecture: String,
    /// About how many.
    pub parameters: u64,
    /// SPDX identifier.
    pub licence: String,
    /// BCP 47 tags of languages that the authors name.
    pub languages: Vec<String>,
    /// Tokens of prompt and draft together that the model was made for; an engine may be given fewer.
    pub context: u32,
    pub prompt: Prompt,
    /// Whether it may be asked to write in a language from sources in another.
    pub translates: bool,
    /// About, in MiB.
    pub download_mib: u32,
    /// About what the process needs with it, in MiB, without the KV cache.
    pub memory_mib: u32,
    /// What to know before pulling it.
    pub note: Option<String>,
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Drafting,
    Embedder,
}

/// How the model wants its input.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "format", rename_all = "snake_case", deny_unknown_fields)]
pub enum Prompt {
    /// prompts/instruct through the model's own chat template.
    Chat,
    /// An embedder that tells questions from passages by what stands before them.
    Prefixed { query: String, passage: String },
    /// An embedder that takes the text as it is.
    Plain,
}

/// Files of one repository at one revision.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub repository: Repository,
    pub revision: Revision,
    /// Each must fit at least one file.
    pub files: Vec<Pattern>,
    /// Taken where the repository has them.
    #[serde(default)]
    pub optional: Vec<Pattern>,
    /// What a file must be, where that is known.
    #[serde(default)]
    pub digests: BTreeMap<FileName, Digest>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "model")]
    models: Vec<Spanned<Entry>>,
}

impl Catalog {
    /// The shipped catalogue, with the data folder's own on top.
    ///
    /// # Errors
    /// The data folder's own has a mistake: its file, line and what it is.
    pub fn load(models: &Path) -> Result<Self> {
        let mut entries = parse(SHIPPED, "models/catalog.toml")?;
        let path = models.join(OWN);
        let text = match read_small(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self { entries }),
            Err(error) => {
                return Err(error).with_context(|| format!("the catalogue {} cannot be read", path.display()));
            }
        };
        for own in parse(&text, &path.display().to_string())? {
            entries.retain(|entry| !same(&entry.name, own.name.as_str()));
            entries.push(own);
        }
        Ok(Self { entries })
    }

    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The entry of that name, in letters of either case.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| same(&entry.name, name))
    }

    /// The entry of that name, or an error that says which there are.
    pub fn get(&self, name: &str) -> Result<&Entry> {
        self.find(name).with_context(|| {
            let names: Vec<&str> = self.iter().map(|entry| entry.name.as_str()).collect();
            format!("the catalogue has no model `{name}`; it has: {}", names.join(", "))
        })
    }
}

/// File systems may not tell the case of letters apart, so names do not either.
fn same(name: &ModelName, text: &str) -> bool {
    name.as_str().eq_ignore_ascii_case(text)
}

fn parse(text: &str, file: &str) -> Result<Vec<Entry>> {
    let line = |start: usize| text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
    let parsed: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or_else(String::new, |span| format!(" line {}:", line(span.start)));
        anyhow!("{file}:{line} {}", error.message().trim())
    })?;
    let mut entries: Vec<Entry> = Vec::new();
    for entry in parsed.models {
        let at = line(entry.span().start);
        let entry = entry.into_inner();
        let name = entry.name.as_str();
        if entries.iter().any(|other| same(&other.name, name)) || name.eq_ignore_ascii_case(STARTER) {
            bail!("{file}: line {at}: there is another model `{name}`; give this one a name of its own");
        }
        if [".toml", ".gguf", ".lock", ".old"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending)) {
            bail!("{file}: line {at}: `{name}` ends like a file; a model's name is a folder's");
        }
        if entry.sources.is_empty() || entry.sources.iter().any(|source| source.files.is_empty()) {
            bail!("{file}: line {at}: `{name}` needs a [[model.source]], and each needs `files`");
        }
        let fits = matches!((entry.kind, &entry.prompt), (Kind::Drafting, Prompt::Chat))
            || matches!((entry.kind, &entry.prompt), (Kind::Embedder, Prompt::Prefixed { .. } | Prompt::Plain));
        if !fits {
            bail!(
                "{file}: line {at}: `{name}`: a drafting model's prompt is `chat`, an embedder's `prefixed` or `plain`"
            );
        }
        entries.push(entry);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN_MODEL: &str = r#"
[[model]]
name = "House"
kind = "drafting"
architecture = "llama"
parameters = 1
licence = "MIT"
languages = ["en"]
context = 512
prompt = { format = "chat" }
translates = false
download_mib = 1
memory_mib = 1

[[model.source]]
repository = "us/house"
revision = "main"
files = ["house.gguf"]
"#;

    fn with_own(text: &str) -> Result<Catalog> {
        let models = tempfile::tempdir().unwrap();
        std::fs::write(models.path().join(OWN), text).unwrap();
        Catalog::load(models.path())
    }

    #[test]
    fn the_shipped_catalogue_has_what_the_documentation_names() {
        let catalog = Catalog::load(Path::new("/nowhere")).unwrap();
        let documentation = include_str!("../../../../docs/MODELS.md");
        for entry in catalog.iter() {
            assert!(documentation.contains(&format!("`{}`", entry.name)), "docs/MODELS.md lacks {}", entry.name);
            assert!(["Apache-2.0", "MIT"].contains(&entry.licence.as_str()), "{}", entry.name);
            assert!(entry.memory_mib >= 100 && entry.context >= 512 && entry.parameters > 1_000_000, "{}", entry.name);
            assert!(!entry.languages.is_empty(), "{}", entry.name);
        }
        assert_eq!(catalog.find("QWEN3-0.6b").unwrap().name.as_str(), "Qwen3-0.6B");
        let e5 = &catalog.get("multilingual-e5-small").unwrap().prompt;
        assert_eq!(*e5, Prompt::Prefixed { query: "query: ".into(), passage: "passage: ".into() });
        assert!(catalog.get("gpt-9").unwrap_err().to_string().contains("SmolLM3-3B"));
    }

    #[test]
    fn the_data_folders_own_catalogue_adds_and_replaces() {
        let catalog = with_own(OWN_MODEL).unwrap();
        assert!(catalog.find("house").is_some() && catalog.find("SmolLM3-3B").is_some());
        let replaced = with_own(&OWN_MODEL.replace("House", "smollm3-3b")).unwrap();
        assert_eq!(replaced.iter().filter(|entry| same(&entry.name, "SmolLM3-3B")).count(), 1);
        assert_eq!(replaced.find("SmolLM3-3B").unwrap().sources[0].repository.to_string(), "us/house");
    }

    #[test]
    fn a_mistake_in_it_is_said_with_its_line() {
        let said = |from: &str, to: &str| with_own(&OWN_MODEL.replace(from, to)).unwrap_err().to_string();
        for (from, to, line, words) in [
            ("licence", "license", "line 7", "license"),
            ("revision = \"main\"", "branch = \"main\"", "line 17", "branch"),
            ("house.gguf", "../house.gguf", "line 18", "starts with a dot"),
            ("us/house", "https://us/house", "line 16", "not `owner/name`"),
            ("\"House\"", "\"starter\"", "line 2", "another model"),
            ("\"House\"", "\"a/b\"", "line 3", "character"),
            ("\"House\"", "\"catalog.toml\"", "line 2", "ends like a file"),
            ("\"chat\"", "\"plain\"", "line 2", "drafting model"),
            ("\"drafting\"", "\"drawing\"", "line 4", "drawing"),
            ("parameters = 1", "parameters = -1", "line 6", "-1"),
        ] {
            let text = said(from, to);
            assert!(text.contains(OWN) && text.contains(line) && text.contains(words), "{to}: {text}");
        }
        let twice = format!("{OWN_MODEL}{OWN_MODEL}");
        assert!(with_own(&twice).unwrap_err().to_string().contains("another model `House`"));
        let digest = format!("{OWN_MODEL}digests = {{ \"house.gguf\" = \"sha256:00\" }}");
        assert!(with_own(&digest).unwrap_err().to_string().contains("hexadecimal"), "digests are digests");
        let huge = format!("# {}\n", "x".repeat(2 << 20));
        assert!(format!("{:#}", with_own(&huge).unwrap_err()).contains("larger than"));
    }
}
