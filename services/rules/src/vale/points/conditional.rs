//! `conditional`: something that stands without what it needs, such as an abbreviation that is never spelled out.

use crate::load::Faults;
use crate::vale::action::Action;
use crate::vale::file::RuleFile;
use crate::vale::regex::{GaveUp, Pattern};

use super::{Alert, Memory, compiled, exceptions_of, spares};

#[derive(Debug)]
pub(in crate::vale) struct Conditional {
    first: Pattern,
    /// Its groups are what it explains.
    second: Pattern,
    exceptions: Option<Pattern>,
}

impl Conditional {
    pub(super) fn new(file: &RuleFile, faults: &mut Faults) -> Option<Self> {
        let (Some(first), Some(second)) = (&file.first, &file.second) else {
            faults.at(file.extends.referenced, "a conditional rule needs `first` and `second`");
            return None;
        };
        let exceptions = exceptions_of(file, faults);
        let first = compiled(&first.value, first.referenced, faults);
        let second = compiled(&second.value, second.referenced, faults);
        Some(Self { first: first?, second: second?, exceptions })
    }

    pub(super) fn run(&self, text: &str, action: Option<&Action>, memory: &mut Memory) -> Result<Vec<Alert>, GaveUp> {
        for groups in self.second.groups(text)? {
            memory.extend(groups.into_iter().skip(1).flatten().map(|at| text[at].to_owned()));
        }
        let found = self.first.find(text)?.into_iter();
        let offends = found.filter(|at| {
            let found = &text[at.clone()];
            !memory.contains(found) && !spares(&self.exceptions, found)
        });
        Ok(offends.map(|at| Alert::on(text, at, action)).collect())
    }
}
