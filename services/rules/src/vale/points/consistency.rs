//! `consistency`: two spellings of one thing in one file.

use crate::load::Faults;
use crate::vale::action::Action;
use crate::vale::file::{RuleFile, on};
use crate::vale::regex::{GaveUp, Pattern, Template, without_groups};

use super::{Alert, Memory, fault_of};

#[derive(Debug)]
pub(in crate::vale) struct Consistency {
    /// Each with its two spellings as its two groups.
    pairs: Vec<Pattern>,
}

impl Consistency {
    pub(super) fn new(file: &RuleFile, faults: &mut Faults) -> Option<Self> {
        let Some(list) = file.either.as_ref().filter(|list| !list.value.0.is_empty()) else {
            faults.at(file.extends.referenced, "a consistency rule needs `either`, such as `advisor: adviser`");
            return None;
        };
        let template = Template { ignore_case: on(&file.ignorecase), words: !on(&file.nonword) };
        let mut pairs = Vec::new();
        for (one, other) in &list.value.0 {
            let both = format!("({})|({})", without_groups(&one.value), without_groups(&other.value));
            let whole = template.around("", &both, "");
            match Pattern::new(&whole) {
                Ok(pattern) => pairs.push(pattern),
                Err(_) => fault_of(&[one.clone(), other.clone()], &whole, list.referenced, faults),
            }
        }
        Some(Self { pairs })
    }

    /// On the last of the two in a block, once the file has both.
    pub(super) fn run(&self, text: &str, action: Option<&Action>, memory: &mut Memory) -> Result<Vec<Alert>, GaveUp> {
        let mut alerts = Vec::new();
        for (index, pair) in self.pairs.iter().enumerate() {
            let names = [format!("{index} one"), format!("{index} other")];
            let mut last = None;
            for groups in pair.groups(text)? {
                for (name, at) in names.iter().zip(groups.into_iter().skip(1)) {
                    if let Some(at) = at {
                        memory.insert(name.clone());
                        last = Some(at);
                    }
                }
            }
            let both = names.iter().all(|name| memory.contains(name));
            alerts.extend(last.filter(|_| both).map(|at| Alert::on(text, at, action)));
        }
        Ok(alerts)
    }
}
