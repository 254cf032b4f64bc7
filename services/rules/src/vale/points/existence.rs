//! `existence`: tokens that must not be there.

use crate::load::Faults;
use crate::vale::action::Action;
use crate::vale::file::{RuleFile, on, texts};
use crate::vale::regex::{GaveUp, Pattern, Template};

use super::{Alert, exceptions_of, fault_of, spares};

#[derive(Debug)]
pub(in crate::vale) struct Existence {
    pattern: Pattern,
    exceptions: Option<Pattern>,
}

impl Existence {
    pub(super) fn new(file: &RuleFile, faults: &mut Faults) -> Option<Self> {
        let at = file.tokens.as_ref().map_or(file.extends.referenced, |tokens| tokens.referenced);
        let tokens: Vec<&str> = texts(&file.tokens).into_iter().filter(|token| !token.trim().is_empty()).collect();
        let raw = texts(&file.raw).concat();
        if tokens.is_empty() && raw.is_empty() {
            faults.at(at, "an existence rule needs `tokens`, `raw` or both");
            return None;
        }
        let words = !on(&file.nonword) && !tokens.is_empty();
        let template = Template { ignore_case: on(&file.ignorecase), words };
        let (before, after) = if on(&file.append) { ("", raw.as_str()) } else { (raw.as_str(), "") };
        let whole = template.around(before, &tokens.join("|"), after);
        let exceptions = exceptions_of(file, faults);
        let Ok(pattern) = Pattern::new(&whole) else {
            let list: Vec<_> = file.tokens.iter().flat_map(|list| &list.value.0).cloned().collect();
            fault_of(&list, &whole, at, faults);
            return None;
        };
        Some(Self { pattern, exceptions })
    }

    pub(super) fn run(&self, text: &str, action: Option<&Action>) -> Result<Vec<Alert>, GaveUp> {
        let found = self.pattern.find(text)?.into_iter();
        let offends = found.filter(|at| !spares(&self.exceptions, text[at.clone()].trim()));
        Ok(offends.map(|at| Alert::on(text, at, action)).collect())
    }
}
