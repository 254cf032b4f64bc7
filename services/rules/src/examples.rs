//! A rule's own tests: texts that it must let through and texts that it must find.
//!
//! Each example is checked as an asset with one slot, by its rule alone, at the first place where the rule holds
//! (its first locale, market and so on), unless the example's `context` says otherwise.

use std::fmt;

use countersign_domain::clock::Timestamp;
use countersign_domain::finding::Finding;

use crate::load::ContextFile;
use crate::place::Place;
use crate::rule::Rule;
use crate::scene::Scene;
use crate::staged::staged;

#[derive(Debug)]
pub(crate) struct Examples {
    pub pass: Vec<Example>,
    pub fail: Vec<Example>,
}

#[derive(Debug)]
pub(crate) struct Example {
    pub line: u64,
    pub text: String,
    pub context: ContextFile,
    pub spans: Option<Vec<String>>,
    pub fix: Option<String>,
}

/// An example that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFailure {
    pub rule: String,
    pub file: String,
    pub line: u64,
    pub text: String,
    pub expected: Expected,
    /// What came instead: the spans found, or the fix offered.
    pub found: Vec<String>,
}

/// What an example asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    NoFinding,
    AFinding,
    Spans(Vec<String>),
    Fix(String),
}

impl fmt::Display for ExampleFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: “{}” should give ", self.file, self.line, self.rule, self.text)?;
        match &self.expected {
            Expected::NoFinding => write!(f, "no finding")?,
            Expected::AFinding => write!(f, "a finding")?,
            Expected::Spans(spans) => write!(f, "findings on {spans:?}")?,
            Expected::Fix(fix) => write!(f, "the fix “{fix}”")?,
        }
        write!(f, ", gave {:?}", self.found)
    }
}

impl std::error::Error for ExampleFailure {}

/// The examples of `rule` that do not hold.
pub(crate) fn failures(rule: &Rule) -> Vec<ExampleFailure> {
    let fail = |example: &Example, expected: Expected, found: Vec<String>| ExampleFailure {
        rule: rule.id().to_owned(),
        file: rule.file.clone(),
        line: example.line,
        text: example.text.clone(),
        expected,
        found,
    };
    let mut failures = Vec::new();
    for example in &rule.examples.pass {
        let (_, spans) = run(rule, example);
        if !spans.is_empty() {
            failures.push(fail(example, Expected::NoFinding, spans));
        }
    }
    for example in &rule.examples.fail {
        let (findings, spans) = run(rule, example);
        if findings.is_empty() {
            failures.push(fail(example, Expected::AFinding, spans));
            continue;
        }
        if let Some(wanted) = example.spans.as_ref().filter(|wanted| **wanted != spans) {
            failures.push(fail(example, Expected::Spans(wanted.clone()), spans));
        }
        let fix = findings[0].fix.clone();
        if let Some(wanted) = example.fix.as_ref().filter(|wanted| Some(*wanted) != fix.as_ref()) {
            failures.push(fail(example, Expected::Fix(wanted.clone()), fix.into_iter().collect()));
        }
    }
    failures
}

/// The findings of one example, and the texts that they stand on.
fn run(rule: &Rule, example: &Example) -> (Vec<Finding>, Vec<String>) {
    let context = &example.context;
    let when = &rule.when;
    let place = Place {
        locale: context.locale.as_ref().or(when.locales.first()),
        market: context.market.or(when.markets.first().copied()),
        channel: context.channel.as_deref().or(when.channels.first().map(String::as_str)),
        asset_type: context.asset_type.as_deref().or(when.asset_types.first().map(String::as_str)),
        brand: when.brands.first().map(String::as_str),
        product: context.product.as_deref().or(when.products.first().map(String::as_str)),
        tier: context.tier.as_deref().or(when.tiers.first().map(String::as_str)),
        date: context.date.or(when.from).unwrap_or(Timestamp::from_micros(0)),
    };
    let name = context.slot.as_deref().or(when.slots.first().map(String::as_str)).unwrap_or("text");
    staged(&example.text, name, context, place, |subject| {
        let scene = Scene::of(subject, None);
        let mut findings = Vec::new();
        if rule.when.holds(&place, &[]) {
            rule.run(&scene, &mut findings);
        }
        let text = &scene.slots[0].text;
        let spans = findings.iter().map(|finding| text[finding.start..finding.end].to_owned()).collect();
        (findings, spans)
    })
}
