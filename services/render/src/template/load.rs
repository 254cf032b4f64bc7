//! Templates from the built-in folder or one on disk. Every layout is compiled, and rendered with a sample in each of its
//! languages, before the first reader waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use countersign_released::digest::Digest;
use include_dir::{Dir, include_dir};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::file::is_name;
use super::layout::{Layout, Markup};
use super::{Template, TemplateError, Templates, Touches, file, locked, sample};

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The largest file of a template, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// A template's files by path within its folder; those that it shares with others are `shared/FILE`.
pub(super) type Source = BTreeMap<String, String>;

/// The folder of files that several templates use.
const SHARED: &str = "_shared";
/// The folders within a template's.
const INNER: [&str; 2] = ["locked", "sample"];

/// Templates by name, before they are compiled.
#[derive(Debug, Default)]
pub(super) struct Sources {
    types: BTreeMap<String, Source>,
    shared: Source,
}

impl Sources {
    /// `other`'s files stand in place of ours of the same name.
    pub(super) fn extend(&mut self, other: Self) {
        self.types.extend(other.types);
        self.shared.extend(other.shared);
    }

    fn of(mut types: BTreeMap<String, Source>) -> Self {
        Self { shared: types.remove(SHARED).unwrap_or_default(), types }
    }

    /// The names of all types.
    pub(super) fn names(&self) -> Vec<String> {
        self.types.keys().cloned().collect()
    }
}

pub(super) fn embedded() -> Result<Sources, TemplateError> {
    let mut sources: BTreeMap<String, Source> = BTreeMap::new();
    for folder in EMBEDDED.dirs() {
        let name = folder.path().to_string_lossy().into_owned();
        let inner = folder.dirs().flat_map(Dir::files);
        for file in folder.files().chain(inner) {
            let full = file.path().to_string_lossy().replace('\\', "/");
            let text = file.contents_utf8().ok_or_else(|| TemplateError::new(&full, None, "is not UTF-8"))?;
            let path = full.strip_prefix(&format!("{name}/")).unwrap_or(&full).to_owned();
            sources.entry(name.clone()).or_default().insert(path, text.to_owned());
        }
    }
    Ok(Sources::of(sources))
}

pub(super) fn folder(dir: &Path) -> Result<Sources, TemplateError> {
    let mut sources = BTreeMap::new();
    for (name, path) in entries(dir)? {
        if path.is_dir() {
            let mut source = Source::new();
            read_into(&mut source, "", &path)?;
            sources.insert(name, source);
        }
    }
    Ok(Sources::of(sources))
}

fn read_into(source: &mut Source, prefix: &str, dir: &Path) -> Result<(), TemplateError> {
    for (name, path) in entries(dir)? {
        let shown = path.display().to_string();
        let fault = |reason: String| TemplateError::new(&shown, None, reason);
        if path.is_dir() {
            if prefix.is_empty() && INNER.contains(&name.as_str()) {
                read_into(source, &format!("{name}/"), &path)?;
                continue;
            }
            return Err(fault("a template's only folders are `locked` and `sample`".into()));
        }
        let size = fs::metadata(&path).map_err(|error| fault(error.to_string()))?.len();
        if size > MAX_FILE {
            return Err(fault(format!("has {size} bytes; {MAX_FILE} at most")));
        }
        let text = fs::read_to_string(&path).map_err(|error| fault(error.to_string()))?;
        source.insert(format!("{prefix}{name}"), text);
    }
    Ok(())
}

fn entries(dir: &Path) -> Result<Vec<(String, std::path::PathBuf)>, TemplateError> {
    let fault = |error: std::io::Error| TemplateError::new(dir.display().to_string(), None, error.to_string());
    let mut entries = Vec::new();
    for entry in fs::read_dir(dir).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

impl Templates {
    pub(super) fn from_sources(sources: Sources, tried: &[String]) -> Result<Self, TemplateError> {
        let mut types = BTreeMap::new();
        for (name, mut source) in sources.types {
            share(&mut source, &sources.shared);
            let template = compile(&name, source)?;
            if tried.contains(&name) {
                crate::sample::try_out(&template)?;
            }
            types.insert(name, Arc::new(template));
        }
        Ok(Self { types: Arc::new(types), former: Arc::default() })
    }
}

/// Where the files of [`SHARED`] stand for a layout.
const SHARED_PREFIX: &str = "shared/";

/// Puts in the shared files that the template's own name, and those that these name.
fn share(source: &mut Source, shared: &Source) {
    loop {
        let named: Vec<(String, String)> = (shared.iter())
            .map(|(file, text)| (format!("{SHARED_PREFIX}{file}"), text))
            .filter(|(path, _)| !source.contains_key(path))
            .filter(|(path, _)| source.values().any(|text| text.contains(&format!("\"{path}\""))))
            .map(|(path, text)| (path, text.clone()))
            .collect();
        if named.is_empty() {
            return;
        }
        source.extend(named);
    }
}

/// The template engine as layouts get it: nothing undefined, everything in markup escaped by [`crate::escape`].
fn environment() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|name| if name.ends_with(".txt") { AutoEscape::None } else { AutoEscape::Html });
    env.set_formatter(crate::escape::formatter);
    // Only values made here are markup; a layout cannot call anything else so.
    for filter in ["safe", "tojson"] {
        env.remove_filter(filter);
    }
    crate::vector::add_functions(&mut env);
    env
}

/// Hexadecimal digits of the digest that stand in a tag.
const EDITION: usize = 16;

pub(super) fn compile(name: &str, mut source: Source) -> Result<Template, TemplateError> {
    let files = Arc::new(source.clone());
    let edition = Digest::of_json(&source).hex()[..EDITION].to_owned();
    if !is_name(name) {
        return Err(TemplateError::new(name, None, "a template's folder is lower-case letters, digits and `_`"));
    }
    let path = |file: &str| format!("{name}/{file}");
    let shape = source.remove("template.toml");
    let shape = shape.ok_or_else(|| TemplateError::new(path("template.toml"), None, "is missing"))?;
    let mut shape = file::read(&path("template.toml"), name, &shape)?;
    if shape.layouts.is_empty() {
        let has = |markup: Markup| source.contains_key(markup.main_file());
        shape.layouts = match (has(Markup::Mjml), has(Markup::Html)) {
            (true, false) => vec![Layout::main(Markup::Mjml)],
            (false, true) => vec![Layout::main(Markup::Html)],
            _ => return Err(TemplateError::new(name, None, "needs exactly one of layout.mjml and layout.html")),
        };
    }

    let layouts = Layouts::take(name, &mut source, &shape.layouts)?;
    let prints_notice = layouts.prints_notice(name)?;
    if let Some(slot) = shape.slots.iter().find(|slot| slot.limit.notice && !prints_notice) {
        let reason = format!("slot `{}` counts the market's notice, which no layout prints (`legal`)", slot.name);
        return Err(TemplateError::new(path("template.toml"), None, reason));
    }

    let (mut locked, mut samples) = (BTreeMap::new(), BTreeMap::new());
    for (file, text) in source {
        let full = path(&file);
        let inner = file.strip_suffix(".toml").and_then(|file| file.split_once('/'));
        let (folder, locale) = inner.ok_or_else(|| TemplateError::new(&full, None, "is no file of a template"))?;
        let known: countersign_released::place::Locale =
            locale.parse().map_err(|error| TemplateError::new(&full, None, format!("{error}")))?;
        let known = known.as_str().to_owned();
        match folder {
            "locked" => drop(locked.insert(known, locked::read(&full, &text)?)),
            _ => drop(samples.insert(known, sample::read(&full, &text, &shape.slots)?)),
        }
    }
    same_names(name, &locked)?;
    let touches = layouts.touches(&locked);
    let file::Shaped { version, channel, medium, title, description, texts, slots, layouts: shapes } = shape;
    Ok(Template {
        name: name.to_owned(),
        version,
        channel,
        medium,
        title,
        description,
        texts,
        slots,
        layouts: shapes,
        prints_notice,
        locked,
        samples,
        files,
        edition,
        engine: Arc::new(layouts.engine),
        touches,
    })
}

/// The layouts of a template as the engine has them.
struct Layouts {
    engine: Environment<'static>,
    /// Each layout's file with the shared ones that it names.
    reach: BTreeMap<String, Vec<String>>,
}

impl Layouts {
    /// Takes the layouts' files and the shared ones out of `source`.
    fn take(name: &str, source: &mut Source, layouts: &[Layout]) -> Result<Self, TemplateError> {
        let mut engine = environment();
        let own: BTreeSet<&str> = layouts.iter().flat_map(Layout::files).collect();
        if let Some(missing) = own.iter().find(|file| !source.contains_key(**file)) {
            return Err(TemplateError::new(format!("{name}/{missing}"), None, "is missing"));
        }
        let shared = |file: &str| file.starts_with(SHARED_PREFIX);
        let files: Source = (source.iter())
            .filter(|(file, _)| own.contains(file.as_str()) || shared(file))
            .map(|(file, text)| (file.clone(), text.clone()))
            .collect();
        source.retain(|file, _| !files.contains_key(file));
        for (file, text) in &files {
            engine.add_template_owned(file.clone(), text.clone()).map_err(|error| {
                let reason = error.detail().unwrap_or("is no valid layout").to_owned();
                TemplateError::new(format!("{name}/{file}"), error.line(), reason)
            })?;
        }
        let reach = own.iter().map(|file| ((*file).to_owned(), reach(file, &files))).collect();
        Ok(Self { engine, reach })
    }

    /// The values that a layout's file and those that it includes name, such as `partner.phone`.
    fn names(&self, files: &[String]) -> BTreeSet<String> {
        let of = |file: &String| self.engine.get_template(file).map(|layout| layout.undeclared_variables(true));
        files.iter().filter_map(|file| of(file).ok()).flatten().collect()
    }

    /// Whether the layouts print the market's notice. One alone would let it go missing from a rendition.
    fn prints_notice(&self, name: &str) -> Result<bool, TemplateError> {
        let prints = |files: &[String]| self.names(files).contains("legal");
        let (with, without): (Vec<_>, Vec<_>) = self.reach.iter().partition(|(_, files)| prints(files));
        if let (Some((with, _)), Some((without, _))) = (with.first(), without.first()) {
            let reason =
                format!("does not print the market's notice (`legal`), but {with} does; print it in all or in none");
            return Err(TemplateError::new(format!("{name}/{without}"), None, reason));
        }
        Ok(!with.is_empty())
    }

    fn touches(&self, locked: &Locked) -> BTreeMap<String, Touches> {
        self.reach.iter().map(|(file, files)| (file.clone(), Touches::of(&self.names(files), locked))).collect()
    }
}

/// `file` and the shared files that it names, and those that these name.
fn reach(file: &str, files: &Source) -> Vec<String> {
    let mut reach = vec![file.to_owned()];
    let mut at = 0;
    while let Some(text) = reach.get(at).and_then(|file| files.get(file)) {
        let named = files.keys().filter(|other| text.contains(&format!("\"{other}\"")));
        let new: Vec<String> = named.filter(|other| !reach.contains(other)).cloned().collect();
        reach.extend(new);
        at += 1;
    }
    reach
}

/// Locked texts by locale, each by name.
type Locked = BTreeMap<String, BTreeMap<String, locked::LockedText>>;

/// Every language must have the same locked texts, or one would fail at a partner's pull.
fn same_names(name: &str, texts: &Locked) -> Result<(), TemplateError> {
    let Some((first, names)) = texts.iter().next() else {
        return Err(TemplateError::new(format!("{name}/locked"), None, "needs a file for at least one language"));
    };
    for (locale, other) in texts {
        let missing = names.keys().find(|key| !other.contains_key(*key));
        let extra = other.keys().find(|key| !names.contains_key(*key));
        if let Some(key) = missing.or(extra) {
            let reason = format!("`{key}` stands in only one of {first}.toml and {locale}.toml; both need it");
            return Err(TemplateError::new(format!("{name}/locked/{locale}.toml"), None, reason));
        }
    }
    Ok(())
}
