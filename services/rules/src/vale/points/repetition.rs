//! `repetition`: the same token twice in a row.

use crate::load::Faults;
use crate::vale::action::Action;
use crate::vale::file::{RuleFile, on, texts};
use crate::vale::regex::{GaveUp, Pattern};

use super::{Alert, exceptions_of, fault_of, spares};

#[derive(Debug)]
pub(in crate::vale) struct Repetition {
    pattern: Pattern,
    exceptions: Option<Pattern>,
    ignore_case: bool,
    /// Letters only.
    alpha: bool,
    /// Repetitions that may be.
    max: usize,
}

impl Repetition {
    pub(super) fn new(file: &RuleFile, faults: &mut Faults) -> Option<Self> {
        let Some(tokens) = &file.tokens else {
            faults.at(file.extends.referenced, "a repetition rule needs `tokens`: what it compares");
            return None;
        };
        let ignore_case = on(&file.ignorecase);
        let case = if ignore_case { "(?i)" } else { "" };
        let whole = format!("{case}(?:{})", texts(&file.tokens).join("|"));
        let exceptions = exceptions_of(file, faults);
        let Ok(pattern) = Pattern::new(&whole) else {
            fault_of(&tokens.value.0, &whole, tokens.referenced, faults);
            return None;
        };
        let max = file.max.as_ref().map_or(0, |max| max.value);
        Some(Self { pattern, exceptions, ignore_case, alpha: on(&file.alpha), max })
    }

    pub(super) fn run(&self, text: &str, action: Option<&Action>) -> Result<Vec<Alert>, GaveUp> {
        let mut alerts = Vec::new();
        let mut before: Option<(std::ops::Range<usize>, &str)> = None;
        let mut count = 0;
        for at in self.pattern.find(text)? {
            let word = text[at.clone()].trim();
            let same = |other: &str| match self.ignore_case {
                true => word.to_lowercase() == other.to_lowercase(),
                false => word == other,
            };
            let start = before.as_ref().filter(|(_, other)| !word.is_empty() && same(other)).map(|(at, _)| at.start);
            if let Some(start) = start.filter(|_| !self.alpha || word.chars().all(char::is_alphabetic)) {
                count += 1;
                let both = &text[start..at.end];
                if count > self.max && !both.contains('\n') && !spares(&self.exceptions, both) {
                    count = 0;
                    alerts.push(Alert::on(text, start..at.end, action).saying(vec![word.to_owned()]));
                }
            }
            before = Some((at, word));
        }
        Ok(alerts)
    }
}
