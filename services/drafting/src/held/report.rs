//! Which rules the decoder obeys, for people.

use countersign_domain::finding::Severity;
use countersign_engine::{ForbiddenPatterns, Pattern};
use countersign_rules::{Binding, Packs, Rule};

/// How far a rule holds the decoder.
#[derive(Clone, Debug)]
pub struct Holding<'a> {
    pub rule: &'a Rule,
    pub how: How,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// No draft can break it by what it writes itself.
    Exact,
    /// Says what is left to the check.
    Partly(String),
    /// Says why all of it is left to the check.
    Checked(String),
}

/// Every rule, in the packs' order.
#[must_use]
pub fn holdings(packs: &Packs) -> Vec<Holding<'_>> {
    packs.rules().iter().map(|rule| Holding { rule, how: how(rule) }).collect()
}

fn how(rule: &Rule) -> How {
    let binding = rule.binding();
    if rule.severity() < Severity::Error {
        return told(binding, None);
    }
    let patterns = rule.decoder_patterns();
    let patterns: Vec<Pattern<'_>> =
        patterns.iter().map(|&(pattern, ignore_case)| Pattern { pattern, ignore_case }).collect();
    let (_, left) = ForbiddenPatterns::new(&patterns);
    let left = left.first().map(|(at, why)| {
        let more = if left.len() > 1 { format!(" (and {} more)", left.len() - 1) } else { String::new() };
        format!("the pattern `{}`{more}: {why}", patterns[*at].pattern)
    });
    let all = left.is_some() && patterns.len() == 1 && rule.decoder_terms().is_empty();
    match left {
        Some(left) if all => How::Checked(left),
        left => told(binding, left),
    }
}

fn told(binding: Binding, left: Option<String>) -> How {
    match (binding, left) {
        (Binding::Exact, None) => How::Exact,
        (Binding::Exact, Some(left)) => How::Partly(left),
        (Binding::Partly(why), None) => How::Partly(why.to_owned()),
        (Binding::Partly(why), Some(left)) => How::Partly(format!("{why}; {left}")),
        (Binding::Checked(why), _) => How::Checked(why.to_owned()),
    }
}
