//! `occurrence`: too many or too few of something in a block.

use crate::load::Faults;
use crate::vale::action::Action;
use crate::vale::file::{RuleFile, on};
use crate::vale::regex::{GaveUp, Pattern};

use super::{Alert, compiled};

#[derive(Debug)]
pub(in crate::vale) struct Occurrence {
    pattern: Pattern,
    /// No bound where 0.
    min: usize,
    max: usize,
}

impl Occurrence {
    pub(super) fn new(file: &RuleFile, faults: &mut Faults) -> Option<Self> {
        let Some(token) = &file.token else {
            faults.at(file.extends.referenced, "an occurrence rule needs `token`");
            return None;
        };
        let bound = |bound: &Option<serde_saphyr::Spanned<usize>>| bound.as_ref().map_or(0, |bound| bound.value);
        let (min, max) = (bound(&file.min), bound(&file.max));
        if min == 0 && max == 0 {
            faults.at(file.extends.referenced, "an occurrence rule needs `max` or `min`, more than 0");
        }
        let case = if on(&file.ignorecase) { "(?i)" } else { "" };
        let pattern = compiled(&format!("{case}(?:{})", token.value), token.referenced, faults)?;
        Some(Self { pattern, min, max })
    }

    /// One alert, on the first that is no masked code; on the file as a whole where there is none.
    pub(super) fn run(&self, text: &str, action: Option<&Action>) -> Result<Vec<Alert>, GaveUp> {
        let found = self.pattern.find(text)?;
        let count = found.len();
        if !(self.max > 0 && count > self.max || self.min > 0 && count < self.min) {
            return Ok(Vec::new());
        }
        let said = vec![count.to_string()];
        if count == 0 {
            return Ok(vec![Alert { at: None, values: said, quoted: false, fixes: Vec::new() }]);
        }
        let is_text = |found: &str| !found.trim().is_empty() && !found.bytes().all(|b| b == b'*');
        let first = found.into_iter().find(|at| is_text(&text[at.clone()]));
        Ok(first.map(|at| Alert::on(text, at, action).saying(said)).into_iter().collect())
    }
}
