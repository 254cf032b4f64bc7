//! The report: one HTML file with its plots as SVG, and drafts side by side. Nothing in it comes from elsewhere.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;

use crate::evaluation::{Evaluation, Group};
use crate::measures::{ALL, Better};
use crate::recorded::Recorded;

/// Bars with their intervals: one measure over several groups.
#[derive(Debug, Serialize)]
pub struct Plot {
    pub name: &'static str,
    pub means: &'static str,
    pub better: &'static str,
    /// In per cent; a line through the plot.
    pub reach: Option<f64>,
    pub bars: Vec<Bar>,
}

/// In per cent.
#[derive(Debug, Serialize)]
pub struct Bar {
    pub name: String,
    pub n: usize,
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Plot {
    fn all(evaluation: &Evaluation) -> Vec<Self> {
        let all = Group::default();
        let plot = |measure: &crate::Measure| {
            let groups = std::iter::once(&all).chain(evaluation.single(true)).chain(evaluation.single(false));
            let bar = |group: &Group| {
                let count = evaluation.count(group, measure.name);
                count.share().map(|share| Bar {
                    name: group.name(),
                    n: count.whole,
                    value: 100.0 * share.value,
                    low: 100.0 * share.low,
                    high: 100.0 * share.high,
                })
            };
            let bars: Vec<Bar> = groups.filter_map(bar).collect();
            let better = match measure.better {
                Better::More => "more is better",
                Better::Less => "less is better",
                Better::Neither => "told, not judged",
            };
            let reach = measure.reach.map(|reach| 100.0 * reach);
            (!bars.is_empty()).then_some(Self { name: measure.name, means: measure.means, better, reach, bars })
        };
        ALL.iter().filter_map(plot).collect()
    }
}

/// The drafts of one asset type of one brief, a column a language.
#[derive(Debug, Serialize)]
struct Sample<'a> {
    brief: &'a str,
    asset_type: &'a str,
    drafts: Vec<&'a Recorded>,
}

/// So many briefs are shown side by side.
const SHOWN_BRIEFS: usize = 3;

/// The report of a run. `about` are lines on its model, machine and time; `notes` are Markdown-free paragraphs to stand beside the
/// figures, such as what readers said.
///
/// # Errors
/// The template that is part of the program does not render.
pub fn html(
    evaluation: &Evaluation,
    drafts: &[Recorded],
    about: &[(String, String)],
    notes: &[String],
) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("fixed", |number: f64| format!("{number:.1}"));
    environment.add_template("report", include_str!("../../../eval/report.html"))?;
    let mut samples: BTreeMap<(&str, &str), Vec<&Recorded>> = BTreeMap::new();
    for draft in drafts {
        samples.entry((&draft.brief, &draft.asset_type)).or_default().push(draft);
    }
    let mut briefs: Vec<&str> = samples.keys().map(|(brief, _)| *brief).collect();
    briefs.dedup();
    briefs.truncate(SHOWN_BRIEFS);
    let samples: Vec<Sample<'_>> = samples
        .into_iter()
        .filter(|((brief, _), _)| briefs.contains(brief))
        .map(|((brief, asset_type), drafts)| Sample { brief, asset_type, drafts })
        .collect();
    let page = Page { about, notes, plots: Plot::all(evaluation), samples };
    environment.get_template("report")?.render(Value::from(Serde(&page)))
}

#[derive(Debug, Serialize)]
struct Page<'a> {
    about: &'a [(String, String)],
    notes: &'a [String],
    plots: Vec<Plot>,
    samples: Vec<Sample<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure;
    use crate::recorded::tests::draft;

    #[test]
    fn a_report_escapes_what_a_model_wrote() {
        let drafts = [draft("email", &["<script>alert(1)</script>"])];
        let report = html(&measure(&drafts, None, None), &drafts, &[("Model".into(), "a & b".into())], &[]).unwrap();
        assert!(report.contains("&lt;script&gt;") && !report.contains("<script>alert"), "{report}");
        assert!(report.contains("<svg") && report.contains("a &amp; b"));
    }
}
