//! A rule file that could be read, checked in what no type can say, becomes a [`Rule`].

use std::path::Path;

use countersign_domain::finding::Severity;
use countersign_domain::overriding::Override;
use countersign_domain::people::Role;
use countersign_domain::place::Market;
use serde_saphyr::{Location, Spanned};

use super::Faults;
use super::file::{MessageFile, OverrideFile, RuleFile, TestsFile, WhenFile};
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
    if let Some(scope) = file.scope.as_ref().filter(|_| !kind.check().reads_words()) {
        faults.at(scope.referenced, format!("`scope` means nothing to the kind {}", kind.name()));
    }
    if let Some(exception) = file.exceptions.first().filter(|_| !kind.check().reads_words()) {
        faults.at(exception.referenced, format!("`exceptions` mean nothing to the kind {}", kind.name()));
    }
    if let Some(fix) = file.fix.as_ref().filter(|_| !kind.check().takes_fix()) {
        faults.at(fix.referenced, format!("`fix` means nothing to the kind {}", kind.name()));
    }
    check_languages(&file, &kind, faults);
    let exceptions = faults.terms(&file.exceptions, true, true).into_iter().collect();
    let overriding = overriding(file.overriding, file.severity, faults);
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
        overriding,
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

/// Kinds that read some languages only must be asked for no other.
fn check_languages(file: &RuleFile<()>, kind: &Kind, faults: &mut Faults) {
    let Some(known) = kind.check().languages() else { return };
    let list = known.join(", ");
    let name = kind.name();
    if file.when.locales.is_empty() {
        faults.at(file.kind.referenced, format!("{name} reads {list} only; name the locales in `when.locales`"));
    }
    for locale in file.when.locales.iter().filter(|locale| !known.contains(&locale.language())) {
        faults.at(file.kind.referenced, format!("{name} cannot read {locale}; it reads {list}"));
    }
}

fn overriding(file: Option<Spanned<OverrideFile>>, severity: Severity, faults: &mut Faults) -> Option<Override> {
    let file = file?;
    if file.value.allowed && severity == Severity::Block {
        faults.at(file.referenced, "a block is never overridden; leave `override` out, or make the rule an error");
    }
    let mut roles = Vec::new();
    for role in file.value.roles {
        match role.value.parse::<Role>() {
            Ok(role) => roles.push(role),
            Err(error) => faults.at(role.referenced, error.to_string()),
        }
    }
    if roles.is_empty() {
        roles.push(Role::Reviewer);
    }
    Some(Override { allowed: file.value.allowed, roles, reason_required: file.value.reason_required })
}

fn message(file: Spanned<MessageFile>, kind: &Kind, faults: &mut Faults) -> Message {
    let by_language = file.value.0;
    if by_language.get("en").is_none_or(|text| text.trim().is_empty()) {
        faults.at(file.referenced, "`message` has no English text (`en`)");
    }
    for name in by_language.values().flat_map(|text| names(text)) {
        if !kind.check().message_names().contains(&name.as_str()) {
            let known = kind.check().message_names().join("}, {");
            faults.at(file.referenced, format!("`message` uses {{{name}}}; this kind knows {{{known}}}"));
        }
    }
    Message { by_language }
}

fn when(file: WhenFile, faults: &mut Faults) -> When {
    let markets =
        file.markets.into_iter().flat_map(|market| members(market.value, market.referenced, faults)).collect();
    if let (Some(from), Some(until)) = (file.from, &file.until)
        && until.value <= from
    {
        faults.at(until.referenced, "`until` is not after `from`, so the rule would never hold");
    }
    When {
        // The pack says whose it is.
        brands: Vec::new(),
        not_brands: Vec::new(),
        locales: file.locales,
        markets,
        channels: file.channels,
        products: file.products,
        tiers: file.tiers,
        asset_types: file.asset_types,
        slots: file.slots,
        from: file.from,
        until: file.until.map(|until| until.value),
    }
}

/// The market, or those that it stands for: `EU` is its members.
pub(crate) fn members(market: Market, at: Location, faults: &mut Faults) -> Vec<Market> {
    match market.as_str() {
        "EU" => EU.iter().filter_map(|code| code.parse().ok()).collect(),
        "UK" => {
            faults.at(at, "write GB for the United Kingdom, as ISO 3166 does");
            Vec::new()
        }
        _ => vec![market],
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
