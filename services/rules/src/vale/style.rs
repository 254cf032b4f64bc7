//! A style: its rules, loaded and run.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use countersign_domain::finding::{Finding, Severity};
use serde_saphyr::DuplicateKeyPolicy;

use super::action::Action;
use super::block::{Block, Mapped};
use super::file::{Head, RuleFile, keys_of};
use super::markdown::{self, Document, Wanted};
use super::message::{fill, unquote_first};
use super::points::{Alert, Memory, Point};
use super::scope::Scope;
use crate::load::{Fault, Faults, PackError};

/// Bytes of one rule file.
const MAX_FILE: u64 = 1 << 20;
/// Files of one style.
const MAX_FILES: usize = 2_000;
/// Folders in folders.
const MAX_DEPTH: usize = 4;
/// Findings of one rule in one file.
const MAX_FINDINGS: usize = 2_000;

/// Characters of a match that a message shows.
const MAX_SHOWN: usize = 300;

/// A folder of Vale rules, compiled.
#[derive(Debug)]
pub struct Style {
    name: String,
    rules: Vec<StyleRule>,
}

#[derive(Debug)]
struct StyleRule {
    /// `STYLE.Rule`.
    id: String,
    severity: Severity,
    message: String,
    scope: Scope,
    /// Findings of one file; no limit where 0.
    limit: usize,
    action: Option<Action>,
    point: Point,
}

/// A rule, or a part of one, that Vale has and we do not.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unsupported {
    pub file: String,
    /// From 1.
    pub line: u64,
    pub reason: String,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: not supported: {}", self.file, self.line, self.reason)
    }
}

/// Whether a folder is a Vale style: it has no `pack.yaml`, and a YAML file in it says what it `extends`.
#[must_use]
pub fn is_style(dir: &Path) -> bool {
    if dir.join("pack.yaml").exists() {
        return false;
    }
    let mut faults = Faults::new(String::new());
    let mut files = Vec::new();
    gather(dir, MAX_DEPTH, &mut files, &mut faults_of_folder(dir));
    files.iter().take(MAX_FILES).any(|path| {
        let head = read(path).ok().and_then(|text| parse::<Head>(&text, &mut faults));
        head.is_some_and(|head| head.extends.is_some_and(|point| is_point(&point.value)))
    })
}

const NOT_HERE: [(&str, &str); 3] = [
    ("spelling", "it looks words up in a dictionary"),
    ("script", "it runs a script"),
    ("sequence", "it needs to know parts of speech"),
];

fn is_point(name: &str) -> bool {
    keys_of(name).is_some() || NOT_HERE.iter().any(|(point, _)| *point == name)
}

impl Style {
    /// The rules of a folder, and what of it is not supported. Every fault of every file is told.
    pub fn load(dir: &Path) -> Result<(Self, Vec<Unsupported>), PackError> {
        let mut faults = faults_of_folder(dir);
        let mut unsupported = Vec::new();
        let mut rules = Vec::new();
        let mut files = Vec::new();
        let full = dir.canonicalize().unwrap_or_else(|_| dir.to_path_buf());
        let name = full.file_name().map_or_else(|| "style".to_owned(), |name| name.to_string_lossy().into_owned());
        gather(dir, MAX_DEPTH, &mut files, &mut faults);
        if files.len() > MAX_FILES {
            faults.whole(format!("has more than {MAX_FILES} files; part it into several styles"));
            files.clear();
        }
        let mut list = faults.into_list();
        for path in files {
            let mut faults = Faults::new(path.display().to_string());
            match read(&path) {
                Ok(text) => {
                    let file = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
                    let id = format!("{name}.{}", file.split('.').next().unwrap_or_default());
                    match rule(id, &text, &mut faults) {
                        Read::Rule(rule) => rules.push(*rule),
                        Read::Without(rule, line, reason) => {
                            rules.push(*rule);
                            unsupported.push(Unsupported { file: path.display().to_string(), line, reason });
                        }
                        Read::Unsupported(line, reason) => {
                            unsupported.push(Unsupported { file: path.display().to_string(), line, reason });
                        }
                        Read::Faulty => {}
                    }
                }
                Err(reason) => faults.whole(reason),
            }
            list.extend(faults.into_list());
        }
        let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
        for rule in &rules {
            *ids.entry(rule.id.as_str()).or_default() += 1;
        }
        let shown = dir.display().to_string();
        let twice = ids.iter().filter(|(_, count)| **count > 1);
        list.extend(twice.map(|(id, _)| Fault::of_file(&shown, format!("the rule {id} is there twice"))));
        if rules.is_empty() && unsupported.is_empty() && list.is_empty() {
            list.push(Fault::of_file(
                &shown,
                "holds no Vale rule: a style is a folder of .yml files that `extends` name",
            ));
        }
        if list.is_empty() { Ok((Self { name, rules }, unsupported)) } else { Err(PackError { faults: list }) }
    }

    /// The folder's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rules as findings name them: `STYLE.Rule`.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.id.as_str())
    }

    /// What the rules that `only` lets through (it is given `STYLE.Rule`) say of a Markdown file, in the order of the
    /// file. Findings are in the slot `text`, in bytes of the file; what is about the file as a whole has an empty span.
    #[must_use]
    pub fn check(&self, text: &str, only: &dyn Fn(&str) -> bool) -> Vec<Finding> {
        let rules: Vec<&StyleRule> = self.rules.iter().filter(|rule| only(&rule.id)).collect();
        let wants = |block: &str| rules.iter().any(|rule| rule.scope.reads(block));
        let wanted = Wanted { sentences: wants("sentence.md"), paragraphs: wants("paragraph.md") };
        let mut document = markdown::read(text, wanted);
        let blocks = std::mem::take(&mut document.blocks);
        let summary = std::mem::take(&mut document.summary);
        let off = document.off.clone();
        let summary = Block { scope: "summary.md".into(), body: summary, off: off.clone() };
        let raw = Block { scope: "raw.md".into(), body: Mapped::default(), off };
        let raw = if wants("raw.md") { Block { body: Mapped::of_file(text), ..raw } } else { raw };
        let mut findings: Vec<Finding> = Vec::new();
        for rule in rules {
            rule.run(blocks.iter().chain([&summary, &raw]), &document, &mut findings);
        }
        findings.sort_by(|a, b| (a.start, a.end, &a.rule).cmp(&(b.start, b.end, &b.rule)));
        findings
    }
}

impl StyleRule {
    fn run<'b>(&self, blocks: impl Iterator<Item = &'b Block>, document: &Document, out: &mut Vec<Finding>) {
        let mut memory = Memory::new();
        // One place is told of once, however many blocks hold it.
        let mut told: HashSet<usize> = HashSet::new();
        let mut count = 0;
        let most = if self.limit == 0 { MAX_FINDINGS } else { self.limit.min(MAX_FINDINGS) };
        for block in blocks {
            let reads = match self.point.reads_summary() {
                true => block.scope == "summary.md",
                false => self.scope.reads(&block.scope),
            };
            if !reads || block.off.spares(&self.id) {
                continue;
            }
            let Ok(alerts) = self.point.run(&block.body.text, self.action.as_ref(), &mut memory, document) else {
                // To go on would take as long again for each block.
                out.push(self.gave_up(block.body.source(&(0..block.body.text.len()))));
                return;
            };
            for alert in alerts {
                let at = alert.at.clone().map_or(0..0, |at| block.body.source(&at));
                if count < most && told.insert(at.start) {
                    count += 1;
                    out.push(self.finding(&alert, at));
                }
            }
        }
    }

    fn finding(&self, alert: &Alert, at: Range<usize>) -> Finding {
        let values: Vec<String> = alert.values.iter().map(|value| clipped(value)).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let message = if alert.quoted { unquote_first(&self.message) } else { self.message.clone() };
        let fix = match alert.fixes.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        };
        self.says(at, fill(&message, &values), fix)
    }

    fn gave_up(&self, at: Range<usize>) -> Finding {
        let reason = format!("{} gave up here: its pattern takes too many steps. The rest was not looked at.", self.id);
        Finding { severity: Severity::Warn.max(self.severity), ..self.says(at, reason, None) }
    }

    fn says(&self, at: Range<usize>, message: String, fix: Option<String>) -> Finding {
        Finding {
            rule: self.id.clone(),
            severity: self.severity,
            slot: "text".into(),
            start: at.start,
            end: at.end,
            message,
            messages: BTreeMap::new(),
            fix,
        }
    }
}

/// A value as messages show it: Vale shows all of it, however long.
fn clipped(value: &str) -> String {
    match value.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}

/// What became of a rule file.
enum Read {
    Rule(Box<StyleRule>),
    /// A rule without a part of it: where that stands, and what it is.
    Without(Box<StyleRule>, u64, String),
    Unsupported(u64, String),
    /// Its faults are told.
    Faulty,
}

fn rule(id: String, text: &str, faults: &mut Faults) -> Read {
    let before = faults.count();
    let Some(head) = parse::<Head>(text, faults) else { return Read::Faulty };
    let Some(extends) = head.extends else {
        faults.whole("does not say what it `extends`".to_owned());
        return Read::Faulty;
    };
    if let Some((point, why)) = NOT_HERE.iter().find(|(point, _)| *point == extends.value) {
        return Read::Unsupported(extends.referenced.line(), format!("`extends: {point}`: {why}"));
    }
    if !is_point(&extends.value) {
        return Read::Unsupported(extends.referenced.line(), format!("`extends: {}` is not known", extends.value));
    }
    let Some(file) = parse::<RuleFile>(text, faults) else { return Read::Faulty };
    file.check_keys(faults);
    let scope = match Scope::new(&file.scope, faults) {
        Ok(scope) => scope,
        Err(reason) => {
            let at = file.scope.as_ref().map_or(extends.referenced, |scope| scope.referenced);
            return Read::Unsupported(at.line(), reason);
        }
    };
    if let Some(code) = file.code.as_ref().filter(|code| code.value) {
        faults.at(code.referenced, "`code` is no more; write `scope: raw`");
    }
    if let Some(pos) = file.pos.as_ref().filter(|pos| !pos.value.is_empty()) {
        let reason = format!("`pos: {}`: it needs to know parts of speech", pos.value);
        return Read::Unsupported(pos.referenced.line(), reason);
    }
    let severity = match file.level.as_ref().map(|level| level.value.as_str()) {
        Some("suggestion") => Severity::Info,
        Some("error") => Severity::Error,
        Some("warning") | None => Severity::Warn,
        Some(level) => {
            let at = file.level.as_ref().map_or(file.extends.referenced, |level| level.referenced);
            faults.at(at, format!("unknown level `{level}`; there are suggestion, warning and error"));
            Severity::Warn
        }
    };
    let message = file.message.as_ref().map(|message| message.value.clone());
    if message.is_none() {
        faults.at(file.extends.referenced, "a rule needs a `message`");
    }
    let action = Action::new(&file.action, faults);
    let point = Point::new(&file, faults);
    let (Some(message), Some(point), true) = (message, point, faults.count() == before) else { return Read::Faulty };
    let limit = file.limit.as_ref().map_or(0, |limit| limit.value);
    let rule = |action| Box::new(StyleRule { id, severity, message, scope, limit, action, point });
    match action {
        Ok(action) => Read::Rule(rule(action)),
        Err(reason) => {
            let at = file.action.as_ref().map_or(file.extends.referenced, |action| action.referenced);
            Read::Without(rule(None), at.line(), format!("{reason}; the rule runs without it"))
        }
    }
}

/// As Vale reads YAML: a key that comes twice counts as it comes last.
fn parse<T: serde::de::DeserializeOwned>(text: &str, faults: &mut Faults) -> Option<T> {
    let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::LastWins };
    faults.read(serde_saphyr::from_str_with_options(text, options))
}

fn read(path: &Path) -> Result<String, String> {
    let size = path.metadata().map_err(|error| format!("cannot be read: {error}"))?.len();
    if size > MAX_FILE {
        return Err(format!("has {size} bytes; a rule file has {MAX_FILE} at most"));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|error| format!("is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
}

fn faults_of_folder(dir: &Path) -> Faults {
    Faults::new(dir.display().to_string())
}

/// The YAML files of a folder, in order of their paths. Other files of a style (word lists, `meta.json`) are no rules.
fn gather(dir: &Path, depth: usize, files: &mut Vec<PathBuf>, faults: &mut Faults) {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return faults.whole(format!("{} cannot be listed: {error}", dir.display())),
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            match depth {
                0 => faults.whole(format!("{} lies too deep inside the style", path.display())),
                _ => gather(&path, depth - 1, files, faults),
            }
        } else if path.extension().is_some_and(|end| end == "yml" || end == "yaml") && files.len() <= MAX_FILES {
            files.push(path);
        }
    }
}
