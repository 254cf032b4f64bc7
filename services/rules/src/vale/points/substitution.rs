//! `substitution`: words that have a better one.

use std::collections::HashMap;

use crate::load::Faults;
use crate::vale::action::Action;
use crate::vale::file::{RuleFile, on};
use crate::vale::message::one_of;
use crate::vale::regex::{GaveUp, Pattern, Template, without_groups};

use super::{Alert, exceptions_of, fault_of, spares};

#[derive(Debug)]
pub(in crate::vale) struct Substitution {
    /// Each swap is a group of its own.
    pattern: Pattern,
    swaps: Vec<Swap>,
    exceptions: Option<Pattern>,
    capitalize: bool,
}

#[derive(Debug)]
struct Swap {
    better: String,
    /// With its groups, where `better` names some.
    from: Option<Pattern>,
    /// What is good already, where `better` is a pattern itself.
    good: Option<Pattern>,
}

impl Substitution {
    pub(super) fn new(file: &RuleFile, faults: &mut Faults) -> Option<Self> {
        let exceptions = exceptions_of(file, faults);
        let Some(list) = file.swap.as_ref().filter(|list| !list.value.0.is_empty()) else {
            faults.at(file.extends.referenced, "a substitution rule needs `swap`, such as `utilize: use`");
            return None;
        };
        // Of a key that comes twice the last counts.
        let last: HashMap<&str, usize> =
            list.value.0.iter().enumerate().map(|(index, (from, _))| (from.value.as_str(), index)).collect();
        let kept = |(index, (from, _)): &(usize, &(_, _))| last.get(value(from)) == Some(index);
        let mut pairs: Vec<_> = list.value.0.iter().enumerate().filter(kept).map(|(_, pair)| pair).collect();
        pairs.sort_by_key(|(from, _)| std::cmp::Reverse(from.value.len()));
        let ignore_case = on(&file.ignorecase);
        let template = Template { ignore_case, words: !on(&file.nonword) };
        let groups: Vec<String> = pairs.iter().map(|(from, _)| format!("({})", without_groups(&from.value))).collect();
        let whole = template.around("", &groups.join("|"), "");
        let Ok(pattern) = Pattern::new(&whole) else {
            let keys: Vec<_> = pairs.iter().map(|(from, _)| from.clone()).collect();
            fault_of(&keys, &whole, list.referenced, faults);
            return None;
        };
        let case = if ignore_case { "(?i)" } else { "" };
        let swaps = pairs.iter().map(|(from, to)| {
            let better = to.value.clone();
            let names_groups = better.split('$').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            let phrase = better.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '-');
            Swap {
                from: names_groups.then(|| Pattern::new(&format!("{case}{}", from.value)).ok()).flatten(),
                good: if phrase { None } else { Pattern::new(&format!("^(?:{better})$")).ok() },
                better,
            }
        });
        Some(Self { swaps: swaps.collect(), pattern, exceptions, capitalize: on(&file.capitalize) })
    }

    pub(super) fn run(&self, text: &str, action: Option<&Action>) -> Result<Vec<Alert>, GaveUp> {
        let mut alerts = Vec::new();
        for groups in self.pattern.groups(text)? {
            for (swap, at) in self.swaps.iter().zip(groups.into_iter().skip(1)) {
                let Some(at) = at.filter(|at| !at.is_empty()) else { continue };
                let found = text[at.clone()].trim();
                let better = swap.better_than(found);
                let good = better == found || swap.good.as_ref().is_some_and(|good| good.stands_in(found));
                if good || spares(&self.exceptions, found) {
                    continue;
                }
                let capital = self.capitalize && found.starts_with(|c: char| !c.is_lowercase());
                let cased = |text: &str| if capital { capitalized(text) } else { text.to_owned() };
                let choices: Vec<String> = better.split('|').map(cased).collect();
                let offers = matches!(action, Some(Action::Replace(texts)) if texts.is_empty());
                let said = if offers { one_of(&choices) } else { cased(&better) };
                let found = found.to_owned();
                let mut alert = Alert::on(text, at, action).saying(vec![said, found]);
                alert.quoted = offers;
                if alert.fixes.is_empty() {
                    alert.fixes = choices;
                }
                alerts.push(alert);
            }
        }
        Ok(alerts)
    }
}

impl Swap {
    fn better_than(&self, found: &str) -> String {
        let filled = self.from.as_ref().and_then(|from| from.replace(found, &self.better));
        filled.unwrap_or_else(|| self.better.clone())
    }
}

fn value(text: &serde_saphyr::Spanned<String>) -> &str {
    &text.value
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
