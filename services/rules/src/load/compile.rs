//! A rule file that could be read, checked in what no type can say, becomes a [`Rule`].

use std::path::Path;

use countersign_domain::place::Market;
use serde_saphyr::{Location, Spanned};

use super::Faults;
use super::file::{MessageFile, RuleFile, TestsFile, WhenFile};
use crate::examples::{Example, Examples};
use crate::kinds::Kind;
use crate::message::{Message, names};
use crate::place::{EU, When};
use crate::rule::Rule;

/// What a kind may know of its file.
#[derive(Debug)]
pub(crate) struct Common {
    pub kind_at: Location,
    pub fix: Option<String>,
}

pub(super) fn finish(pack: &str, path: &str, file: RuleFile<()>, kind: Kind, faults: &mut Faults) -> Option<Rule> {
    check_id(path, &file.id, faults);
    if file.why.value.trim().is_empty() {
        faults.at(file.why.referenced, "`why` is empty; say why it is an offence");
    }
    if let Some(link) = file.link.as_ref().filter(|link| !link.value.starts_with("https://")) {
        faults.at(link.referenced, "`link` must start with https://");
    }
    if let Some(scope) = file.scope.as_ref().filter(|_| !kind.reads_words()) {
        faults.at(scope.referenced, format!("`scope` means nothing to the kind {}", kind.name()));
    }
    if let Some(exception) = file.exceptions.first().filter(|_| !kind.reads_words()) {
        faults.at(exception.referenced, format!("`exceptions` mean nothing to the kind {}", kind.name()));
    }
    if let Some(fix) = file.fix.as_ref().filter(|_| !matches!(kind, Kind::Existence(_))) {
        faults.at(fix.referenced, format!("`fix` means nothing to the kind {}", kind.name()));
    }
    let exceptions = faults.terms(&file.exceptions, true, true);
    let message = message(file.message, &kind, faults);
    Some(Rule {
        id: format!("{pack}.{}", file.id.value),
        severity: file.severity,
        message,
        why: file.why.value,
        legal_ref: file.legal_ref,
        link: file.link.map(|link| link.value),
        when: when(file.when, faults),
        scope: file.scope.map(|scope| scope.value).unwrap_or_default(),
        kind,
        exceptions,
        owner: file.owner,
        status: file.status,
        examples: examples(file.tests, faults),
        file: path.to_owned(),
    })
}

/// The id is the file's name, so that whoever reads a finding finds the file.
fn check_id(path: &str, id: &Spanned<String>, faults: &mut Faults) {
    if !super::is_name(&id.value) {
        faults.at(id.referenced, format!("`{}` is no id; use small letters, digits and _", id.value));
    } else if Path::new(path).file_stem().is_none_or(|stem| *stem != *id.value) {
        faults.at(id.referenced, format!("the id is `{0}`, so the file must be called {0}.yaml", id.value));
    }
}

fn message(file: Spanned<MessageFile>, kind: &Kind, faults: &mut Faults) -> Message {
    let by_language = file.value.0;
    if by_language.get("en").is_none_or(|text| text.trim().is_empty()) {
        faults.at(file.referenced, "`message` has no English text (`en`)");
    }
    for name in by_language.values().flat_map(|text| names(text)) {
        if !kind.message_names().contains(&name.as_str()) {
            let known = kind.message_names().join("}, {");
            faults.at(file.referenced, format!("`message` uses {{{name}}}; this kind knows {{{known}}}"));
        }
    }
    Message { by_language }
}

fn when(file: WhenFile, faults: &mut Faults) -> When {
    let mut markets: Vec<Market> = Vec::new();
    for market in file.markets {
        match market.value.as_str() {
            "EU" => markets.extend(EU.iter().filter_map(|code| code.parse::<Market>().ok())),
            "UK" => faults.at(market.referenced, "write GB for the United Kingdom, as ISO 3166 does"),
            _ => markets.push(market.value),
        }
    }
    if let (Some(from), Some(until)) = (file.from, &file.until)
        && until.value <= from
    {
        faults.at(until.referenced, "`until` is not after `from`, so the rule would never hold");
    }
    When {
        // The pack says whose it is.
        brands: Vec::new(),
        locales: file.locales,
        markets,
        channels: file.channels,
        products: file.products,
        asset_types: file.asset_types,
        slots: file.slots,
        from: file.from,
        until: file.until.map(|until| until.value),
    }
}

fn examples(file: Spanned<TestsFile>, faults: &mut Faults) -> Examples {
    let TestsFile { pass, fail } = file.value;
    if pass.is_empty() {
        faults.at(file.referenced, "`tests.pass` is empty; give at least one text that the rule lets through");
    }
    if fail.is_empty() {
        faults.at(file.referenced, "`tests.fail` is empty; give at least one text that the rule finds");
    }
    if let Some(wrong) = pass.iter().find(|example| example.value.0.spans.is_some() || example.value.0.fix.is_some()) {
        faults.at(wrong.referenced, "`spans` and `fix` belong to examples under `fail`");
    }
    let example = |spanned: Spanned<super::file::ExampleFile>| {
        let fields = spanned.value.0;
        Example {
            line: spanned.referenced.line(),
            text: fields.text,
            context: fields.context,
            spans: fields.spans,
            fix: fields.fix,
        }
    };
    Examples { pass: pass.into_iter().map(example).collect(), fail: fail.into_iter().map(example).collect() }
}
