//! One rule: what it says, where it holds, and running it.

use std::ops::Range;

use countersign_domain::finding::{Finding, Severity};
use countersign_domain::overriding::Override;
use countersign_domain::place::Locale;
use serde::Deserialize;

use crate::examples::Examples;
use crate::kinds::{Binding, Kind};
use crate::message::{Message, Values, clip};
use crate::place::When;
use crate::scene::{Scene, Scope, Slot};
use crate::terms::Terms;

/// Findings of one rule in one slot; beyond that the last one says how many more there are.
pub(crate) const MAX_FINDINGS: usize = 200;

/// A rule of a pack.
#[derive(Debug)]
pub struct Rule {
    pub(crate) id: String,
    pub(crate) severity: Severity,
    pub(crate) message: Message,
    pub(crate) why: String,
    pub(crate) legal_ref: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) when: When,
    pub(crate) scope: Scope,
    pub(crate) kind: Kind,
    /// Phrases in which a hit is no offence.
    pub(crate) exceptions: Vec<Terms>,
    pub(crate) owner: Option<String>,
    /// Who may let a finding stand, where its file says so.
    pub(crate) overriding: Option<Override>,
    pub(crate) status: Status,
    pub(crate) examples: Examples,
    pub(crate) file: String,
}

/// Whether a rule speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being written: its examples run, it finds nothing.
    Draft,
    #[default]
    Active,
    /// Kept for old releases to name; finds nothing.
    Retired,
}

/// What a kind found in a slot.
#[derive(Debug)]
pub(crate) struct Hit {
    pub slot: String,
    pub range: Range<usize>,
    pub fix: Option<String>,
    pub values: Values,
    /// Less than the rule's, where this hit may be no offence at all.
    pub at_most: Option<Severity>,
}

impl Hit {
    pub(crate) fn at(slot: &Slot, range: Range<usize>) -> Self {
        let values = vec![("match", clip(&slot.text[range.clone()]))];
        Self { slot: slot.name.clone(), range, fix: None, values, at_most: None }
    }

    /// About a slot, or an asset, as a whole.
    pub(crate) fn whole(slot: &str, values: Values) -> Self {
        Self { slot: slot.to_owned(), range: 0..0, fix: None, values, at_most: None }
    }
}

impl Rule {
    /// `PACK.RULE`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The kind's name in rule files.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        self.kind.name()
    }

    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// The message in a language, with its names in braces.
    #[must_use]
    pub fn message(&self, language: &str) -> Option<&str> {
        self.message.by_language.get(language).map(String::as_str)
    }

    /// Why it is an offence.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }

    #[must_use]
    pub fn legal_ref(&self) -> Option<&str> {
        self.legal_ref.as_deref()
    }

    #[must_use]
    pub fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }

    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// What of it the decoder obeys.
    #[must_use]
    pub fn binding(&self) -> Binding {
        if self.status != Status::Active {
            return Binding::Checked("it is not active");
        }
        if self.severity < Severity::Error {
            return Binding::Checked("only errors and blocks bind the decoder");
        }
        self.kind.check().binding()
    }

    /// Whether there is a text of that locale and channel, as far as they are given, in which it speaks.
    #[must_use]
    pub fn may_speak(&self, locale: Option<&Locale>, channel: Option<&str>) -> bool {
        let When { locales, channels, .. } = &self.when;
        locale.is_none_or(|wanted| locales.is_empty() || locales.iter().any(|locale| locale.serves(wanted)))
            && channel.is_none_or(|wanted| channels.is_empty() || channels.iter().any(|channel| channel == wanted))
    }

    /// Plain terms that a decoder is kept from.
    #[must_use]
    pub fn decoder_terms(&self) -> &[String] {
        self.kind.check().decoder_terms()
    }

    /// Patterns that a decoder is kept from, each with whether in any case.
    #[must_use]
    pub fn decoder_patterns(&self) -> Vec<(&str, bool)> {
        self.kind.check().decoder_patterns()
    }

    /// Who may let a finding of it stand, by the finding's own severity: a pack may have adjusted the rule's, and a hit
    /// may be worth less than its rule. A block never stands.
    #[must_use]
    pub fn overriding(&self, severity: Severity) -> Override {
        match &self.overriding {
            None => Override::usual(severity),
            Some(own) => Override { allowed: own.allowed && severity < Severity::Block, ..own.clone() },
        }
    }

    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }

    /// The file it came from, inside its pack's folder.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn speaks(&self, scene: &Scene<'_>, known_as: &[&str]) -> bool {
        self.status == Status::Active && self.when.holds(&scene.place, known_as)
    }

    /// What it finds, whatever its status and place.
    pub(crate) fn run(&self, scene: &Scene<'_>, out: &mut Vec<Finding>) {
        let mut hits = self.kind.check().hits(self, scene);
        hits.sort_by(|a, b| (&a.slot, a.range.start, a.range.end).cmp(&(&b.slot, b.range.start, b.range.end)));
        for group in hits.chunk_by(|a, b| a.slot == b.slot) {
            let shown = &group[..group.len().min(MAX_FINDINGS)];
            let first = out.len();
            out.extend(shown.iter().map(|hit| self.finding(hit)));
            let more = group.len() - shown.len();
            if more > 0
                && let Some(last) = out[first..].last_mut()
            {
                last.message.push_str(&format!(" (And {more} more like this in this text.)"));
            }
        }
    }

    fn finding(&self, hit: &Hit) -> Finding {
        Finding {
            rule: self.id.clone(),
            severity: hit.at_most.map_or(self.severity, |most| most.min(self.severity)),
            slot: hit.slot.clone(),
            start: hit.range.start,
            end: hit.range.end,
            message: self.message.say("en", &hit.values).unwrap_or_default(),
            messages: self.message.others(&hit.values),
            fix: hit.fix.clone(),
        }
    }

    /// Leaves out what stands inside one of the rule's exceptions, and what the scope does not read.
    pub(crate) fn counts<'s>(&'s self, slot: &'s Slot) -> impl Fn(&Range<usize>) -> bool + use<'s> {
        let spared: Vec<Range<usize>> =
            self.exceptions.iter().flat_map(|terms| slot.find(terms)).map(|(_, range)| range).collect();
        move |range| {
            let after = spared.partition_point(|exception| exception.start <= range.start);
            let inside = after.checked_sub(1).is_some_and(|at| range.end <= spared[at].end);
            !inside && slot.reads(self.scope, range)
        }
    }
}
