//! The counts as a table for a terminal: a row a group, a column a measure.

use std::fmt::Write as _;

use crate::evaluation::{Evaluation, Group};
use crate::measures::ALL;

const NAME: usize = 20;
const CELL: usize = 9;

/// All, then languages, then asset types, in per cent; the interval of all is told below.
#[must_use]
pub fn table(evaluation: &Evaluation) -> String {
    let mut out = String::new();
    let _ = write!(out, "{:NAME$}{:>5}", "%", "n");
    ALL.iter().for_each(|measure| {
        let _ = write!(out, "{:>CELL$}", measure.name);
    });
    out.push('\n');
    let all = Group::default();
    let languages = evaluation.single(true);
    let types = evaluation.single(false);
    for group in std::iter::once(&all).chain(languages).chain(types) {
        let _ = write!(out, "{:NAME$}{:>5}", group.name(), evaluation.drafts.get(group).copied().unwrap_or(0));
        for measure in &ALL {
            let share = evaluation.count(group, measure.name).share();
            let told = share.map_or_else(|| "–".to_owned(), |share| format!("{:.1}", 100.0 * share.value));
            let _ = write!(out, "{told:>CELL$}");
        }
        out.push('\n');
    }
    for measure in &ALL {
        let Some(share) = evaluation.count(&all, measure.name).share() else { continue };
        let reach = measure.reach.map(|reach| format!("; reach {:.0} %", 100.0 * reach)).unwrap_or_default();
        let (value, low, high) = (100.0 * share.value, 100.0 * share.low, 100.0 * share.high);
        let _ = writeln!(out, "{:9} {value:.1} % ({low:.1} to {high:.1}{reach}): {}", measure.name, measure.means);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure;
    use crate::recorded::tests::draft;

    #[test]
    fn a_table_has_a_row_a_group() {
        let told = table(&measure(&[draft("email", &["With Fjord."])], None, None));
        let rows: Vec<&str> = told.lines().take(4).map(|line| line.split_whitespace().next().unwrap()).collect();
        assert_eq!(rows, ["%", "all", "en", "email"]);
        assert!(told.contains("named     100.0 % (20.7 to 100.0; reach 100 %)"), "{told}");
    }
}
