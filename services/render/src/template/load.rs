//! Templates from the built-in folder or one on disk. Every layout is compiled, and rendered with a sample in each of its
//! languages, before the first reader waits for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use countersign_released::digest::Digest;
use include_dir::{Dir, include_dir};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::file::is_name;
use super::{Markup, Template, TemplateError, Templates, file, locked};

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The largest file of a template, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// A template's files by path within its folder.
pub(super) type Source = BTreeMap<String, String>;

pub(super) fn embedded() -> Result<BTreeMap<String, Source>, TemplateError> {
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
    Ok(sources)
}

pub(super) fn folder(dir: &Path) -> Result<BTreeMap<String, Source>, TemplateError> {
    let mut sources = BTreeMap::new();
    for (name, path) in entries(dir)? {
        if path.is_dir() {
            let mut source = Source::new();
            read_into(&mut source, "", &path)?;
            sources.insert(name, source);
        }
    }
    Ok(sources)
}

fn read_into(source: &mut Source, prefix: &str, dir: &Path) -> Result<(), TemplateError> {
    for (name, path) in entries(dir)? {
        let shown = path.display().to_string();
        let fault = |reason: String| TemplateError::new(&shown, None, reason);
        if path.is_dir() {
            if prefix.is_empty() && name == "locked" {
                read_into(source, "locked/", &path)?;
                continue;
            }
            return Err(fault("a template's only folder is `locked`".into()));
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
    pub(super) fn from_sources(sources: BTreeMap<String, Source>) -> Result<Self, TemplateError> {
        let mut types = BTreeMap::new();
        for (name, source) in sources {
            let template = compile(&name, source)?;
            crate::sample::try_out(&template)?;
            types.insert(name, Arc::new(template));
        }
        Ok(Self { types: Arc::new(types), former: Arc::default() })
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
    let mut take = |file: &str| source.remove(file);
    let shape = take("template.toml").ok_or_else(|| TemplateError::new(path("template.toml"), None, "is missing"))?;
    let shape = file::read(&path("template.toml"), name, &shape)?;

    let (markup, layout) = match (take(Markup::Mjml.file_name()), take(Markup::Html.file_name())) {
        (Some(layout), None) => (Markup::Mjml, layout),
        (None, Some(layout)) => (Markup::Html, layout),
        _ => return Err(TemplateError::new(name, None, "needs exactly one of layout.mjml and layout.html")),
    };
    let text = take("layout.txt").ok_or_else(|| TemplateError::new(path("layout.txt"), None, "is missing"))?;
    let mut layouts = environment();
    for (file, layout) in [(markup.file_name(), layout), ("layout.txt", text)] {
        layouts.add_template_owned(file, layout).map_err(|error| {
            TemplateError::new(path(file), error.line(), error.detail().unwrap_or("is no valid layout").to_owned())
        })?;
    }
    let prints_notice = prints_notice(name, markup, &layouts)?;
    if let Some(slot) = shape.slots.iter().find(|slot| slot.limit.notice && !prints_notice) {
        let reason = format!("slot `{}` counts the market's notice, which no layout prints (`legal`)", slot.name);
        return Err(TemplateError::new(path("template.toml"), None, reason));
    }

    let mut texts = BTreeMap::new();
    for (file, text) in source {
        let full = path(&file);
        let locale = file.strip_prefix("locked/").and_then(|file| file.strip_suffix(".toml"));
        let locale = locale.ok_or_else(|| TemplateError::new(&full, None, "is no file of a template"))?;
        let known: countersign_released::place::Locale =
            locale.parse().map_err(|error| TemplateError::new(&full, None, format!("{error}")))?;
        texts.insert(known.as_str().to_owned(), locked::read(&full, &text)?);
    }
    same_names(name, &texts)?;
    let file::Shaped { version, channel, medium, title, slots } = shape;
    let (name, layouts) = (name.to_owned(), Arc::new(layouts));
    Ok(Template {
        name,
        version,
        channel,
        medium,
        title,
        slots,
        prints_notice,
        locked: texts,
        markup,
        files,
        edition,
        layouts,
    })
}

/// Whether the layouts print the market's notice. One alone would let it go missing from a rendition.
fn prints_notice(name: &str, markup: Markup, layouts: &Environment<'_>) -> Result<bool, TemplateError> {
    let prints = |file: &str| {
        layouts.get_template(file).is_ok_and(|layout| layout.undeclared_variables(false).contains("legal"))
    };
    let (html, text) = (prints(markup.file_name()), prints("layout.txt"));
    if html != text {
        let (with, without) =
            if html { (markup.file_name(), "layout.txt") } else { ("layout.txt", markup.file_name()) };
        let reason =
            format!("does not print the market's notice (`legal`), but {with} does; print it in both or in none");
        return Err(TemplateError::new(format!("{name}/{without}"), None, reason));
    }
    Ok(html)
}

/// Every language must have the same locked texts, or one would fail at a partner's pull.
fn same_names(name: &str, texts: &BTreeMap<String, BTreeMap<String, locked::LockedText>>) -> Result<(), TemplateError> {
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
