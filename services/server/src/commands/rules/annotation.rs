//! One finding as a line: for people and editors, for programs, and for GitHub's workflows.

use countersign_domain::finding::{Finding, Severity};
use countersign_rules::LineIndex;

/// A finding in a file.
#[derive(Debug)]
pub struct Annotation<'a> {
    pub file: &'a str,
    /// Where it starts and where the first character after it stands: line and column from 1, in characters.
    pub start: (usize, usize),
    pub end: (usize, usize),
    pub finding: &'a Finding,
    pub message: &'a str,
}

impl<'a> Annotation<'a> {
    /// `language` is the reader's; English where the rule does not speak it.
    pub fn new(file: &'a str, lines: &LineIndex<'_>, finding: &'a Finding, language: Option<&'a str>) -> Self {
        let message = finding.message_in(language);
        Self { file, start: lines.at(finding.start), end: lines.at(finding.end), finding, message }
    }

    /// `FILE:LINE:COLUMN: SEVERITY MESSAGE [RULE]`, which editors jump to.
    pub fn text(&self) -> String {
        let Self { file, start: (line, column), finding, message, .. } = self;
        format!("{file}:{line}:{column}: {} {message} [{}]", finding.severity.as_str(), finding.rule)
    }

    /// An object of one line.
    pub fn json(&self) -> String {
        let Self { file, start: (line, column), end, finding, message } = self;
        serde_json::json!({
            "file": file, "line": line, "column": column, "end_line": end.0, "end_column": end.1,
            "rule": finding.rule, "severity": finding.severity, "message": message, "start": finding.start,
            "end": finding.end, "fix": finding.fix,
        })
        .to_string()
    }

    /// A workflow command of GitHub Actions, which shows it beside the line of a pull request.
    pub fn github(&self) -> String {
        let level = match self.finding.severity {
            Severity::Block | Severity::Error => "error",
            Severity::Warn => "warning",
            Severity::Info => "notice",
        };
        let ((line, column), (end_line, end_column)) = (self.start, self.end);
        // Columns of a span over several lines are refused; an empty span is of the file as a whole.
        let columns = if line == end_line && column < end_column {
            format!(",col={column},endColumn={end_column}")
        } else {
            String::new()
        };
        format!(
            "::{level} file={},line={line},endLine={end_line}{columns},title={}::{}",
            property(self.file),
            property(&self.finding.rule),
            data(self.message)
        )
    }
}

/// Escaped as the runner takes it back: <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(start: usize, end: usize) -> Finding {
        Finding {
            rule: "claims.x".into(),
            severity: Severity::Block,
            slot: "text".into(),
            start,
            end,
            message: "100 % is\nmuch: less".into(),
            messages: [("de".into(), "100 % ist viel".into())].into(),
            fix: None,
        }
    }

    #[test]
    fn a_workflow_command_keeps_to_its_line_whatever_is_in_it() {
        let text = "größer\nals a,b\n";
        let at = finding("größer\nals ".len(), "größer\nals a,b".len());
        let told = Annotation::new("a,b:c.md", &LineIndex::new(text), &at, None).github();
        assert_eq!(
            told,
            "::error file=a%2Cb%3Ac.md,line=2,endLine=2,col=5,endColumn=8,title=claims.x::100 %25 is%0Amuch: less"
        );
    }

    #[test]
    fn columns_are_left_out_over_several_lines_and_of_the_file_as_a_whole() {
        let lines = "one\ntwo\n";
        let told = |start, end| Annotation::new("f", &LineIndex::new(lines), &finding(start, end), None).github();
        assert!(told(1, 6).starts_with("::error file=f,line=1,endLine=2,title="), "{}", told(1, 6));
        assert!(told(0, 0).starts_with("::error file=f,line=1,endLine=1,title="), "{}", told(0, 0));
    }

    #[test]
    fn the_message_is_in_the_readers_language_where_the_rule_speaks_it() {
        let lines = LineIndex::new("a");
        let found = finding(0, 1);
        let told = |language| Annotation::new("f", &lines, &found, language).message.to_owned();
        assert_eq!(told(Some("de")), "100 % ist viel");
        assert_eq!((told(Some("fr")), told(None)), (found.message.clone(), found.message.clone()));
    }
}
