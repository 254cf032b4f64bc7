//! Findings as SARIF 2.1.0 (OASIS), which code hosts and editors take in: one run, its rules, its results.

use std::collections::BTreeMap;
use std::path::Path;

use countersign_domain::finding::Severity;
use countersign_rules::{Packs, Rule};
use serde_json::{Value, json};

use super::annotation::Annotation;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A log that is being written.
#[derive(Debug, Default)]
pub struct Sarif {
    results: Vec<Value>,
    /// The index of each rule that found something.
    rules: BTreeMap<String, usize>,
}

impl Sarif {
    pub fn push(&mut self, annotation: &Annotation<'_>) {
        let Annotation { file, start, end, finding, message } = annotation;
        let next = self.rules.len();
        let index = *self.rules.entry(finding.rule.clone()).or_insert(next);
        let location = json!({"uri": uri(file)});
        let region = json!({"startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1});
        let mut result = json!({
            "ruleId": finding.rule, "ruleIndex": index, "level": level(finding.severity),
            "message": {"text": message},
            "locations": [{"physicalLocation": {"artifactLocation": location, "region": region}}],
        });
        if let Some(fix) = &finding.fix {
            let replacement = json!({"deletedRegion": region, "insertedContent": {"text": fix}});
            let change = json!({"artifactLocation": location, "replacements": [replacement]});
            result["fixes"] =
                json!([{"description": {"text": format!("Write “{fix}”.")}, "artifactChanges": [change]}]);
        }
        self.results.push(result);
    }

    /// The log. `failed` says why files could not be read.
    pub fn finish(self, packs: &Packs, failed: &[String]) -> Value {
        let known: BTreeMap<&str, &Rule> = packs.rules().iter().map(|rule| (rule.id(), rule)).collect();
        let mut rules = vec![Value::Null; self.rules.len()];
        for (id, index) in &self.rules {
            rules[*index] = rule(id, known.get(id.as_str()).copied());
        }
        let notifications: Vec<Value> =
            failed.iter().map(|reason| json!({"level": "error", "message": {"text": reason}})).collect();
        json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {"name": "countersign", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
                "invocations": [{
                    "executionSuccessful": failed.is_empty(), "toolExecutionNotifications": notifications,
                }],
                "columnKind": "unicodeCodePoints",
                "results": self.results,
            }],
        })
    }
}

/// A rule of a pack with what it says of itself; another one has its name alone.
fn rule(id: &str, rule: Option<&Rule>) -> Value {
    let mut told = json!({"id": id});
    if let Some(rule) = rule {
        told["fullDescription"] = json!({"text": rule.why()});
        told["defaultConfiguration"] = json!({"level": level(rule.severity())});
        told["properties"] = json!({"kind": rule.kind(), "severity": rule.severity()});
        if let Some(link) = rule.link() {
            told["helpUri"] = json!(link);
        }
    }
    told
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Block | Severity::Error => "error",
        Severity::Warn => "warning",
        Severity::Info => "note",
    }
}

/// A URI reference: absolute for an absolute path, else relative to where the command ran.
fn uri(file: &str) -> String {
    let path = Path::new(file);
    if path.is_absolute()
        && let Ok(url) = url::Url::from_file_path(path)
    {
        return url.into();
    }
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let byte = |byte: u8| if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    file.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::finding::Finding;
    use countersign_rules::LineIndex;

    fn log(file: &str) -> Value {
        let text = "eins\nzwei drei\n";
        let finding = |rule: &str, start, end, fix: Option<&str>| Finding {
            rule: rule.into(),
            severity: Severity::Warn,
            slot: "text".into(),
            start,
            end,
            message: "Mend it.".into(),
            messages: BTreeMap::new(),
            fix: fix.map(str::to_owned),
        };
        let mut sarif = Sarif::default();
        let lines = LineIndex::new(text);
        for finding in [
            finding("claims.absolute_promise", 5, 9, Some("zwo")),
            finding("Style.Rule", 0, 0, None),
            finding("Style.Rule", 0, 4, None),
        ] {
            sarif.push(&Annotation::new(file, &lines, &finding, None));
        }
        sarif.finish(&Packs::embedded().unwrap(), &["x cannot be read".into()])
    }

    /// What the schema requires (`required`, `minimum`, `enum`) of every object that we write.
    #[test]
    fn the_log_has_what_the_schema_requires() {
        let log = log("a b/ü.md");
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let driver = &run["tool"]["driver"];
        assert!(driver["name"].is_string());
        for rule in driver["rules"].as_array().unwrap() {
            assert!(rule["id"].is_string());
            assert!(rule.get("fullDescription").is_none_or(|text| text["text"].is_string()));
        }
        assert!(run["invocations"][0]["executionSuccessful"].is_boolean());
        assert!(run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].is_string());
        assert!(["utf16CodeUnits", "unicodeCodePoints"].contains(&run["columnKind"].as_str().unwrap()));
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 3);
        for result in results {
            assert!(result["message"]["text"].is_string());
            assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(driver["rules"][index]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "a%20b/%C3%BC.md");
            for at in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(place["region"][at].as_u64().unwrap() >= 1, "{at}");
            }
        }
        let fix = &results[0]["fixes"][0]["artifactChanges"][0];
        assert!(fix["artifactLocation"]["uri"].is_string() && fix["replacements"][0]["deletedRegion"].is_object());
        assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["endColumn"], 5, "the first one after");
    }

    #[test]
    fn an_absolute_path_is_a_file_uri() {
        let log = log("/tmp/a b.md");
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "file:///tmp/a%20b.md");
    }
}
