//! The kit job: prompts and grammar, in a file that this engine and another server both can be given.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use countersign_engine::{DraftRequest, Grammar, Priority, Sampling};
use serde::{Deserialize, Serialize};

use super::{prose, read_bounded};

/// The largest job or schema that is read.
const LARGEST: u64 = 64 << 20;
/// llama.cpp's grammars refuse longer repetitions.
const LONGEST_FIELD: usize = 2000;
/// Tokens of `{"subject":"`, `","body":"` and so on, about.
const FRAME_TOKENS: usize = 5;

/// Everything that decides the work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// What every prompt begins with.
    pub common: String,
    /// What each draft's prompt goes on with.
    pub own: Vec<String>,
    pub seed: u64,
    pub temperature: f32,
    /// A draft that needs more counts as failed.
    pub max_tokens: usize,
    /// Tokens of the longest prompt and draft together.
    pub context_tokens: usize,
    pub fields: Vec<Field>,
    /// The same language three times: this engine's grammar, JSON Schema, and llama.cpp's own. A reader of the schema
    /// may allow white space between the parts, which the two others do not.
    pub lark: String,
    pub json_schema: serde_json::Value,
    pub gbnf: String,
}

/// A string of the answer, with the least and the most characters that it may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub name: String,
    pub least: usize,
    pub most: usize,
}

/// What a job is built from.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub drafts: usize,
    /// Tokens that all prompts share.
    pub common: usize,
    /// Tokens of each prompt's own.
    pub own: usize,
    /// Tokens that a draft comes to.
    pub out: usize,
    pub seed: u64,
}

impl Size {
    /// Twice what a draft should need.
    pub fn max_tokens(self) -> usize {
        2 * self.out
    }

    /// The prompt's halves may take a token more together than apart.
    pub fn context_tokens(self) -> usize {
        self.common + self.own + 8 + self.max_tokens()
    }
}

/// Letters, spaces and simple marks: as a character class, in the syntax that all three grammars share. No quote and
/// no backslash, so that a string needs no escapes.
const LETTERS: &str = "[a-zA-Z ,.]";

/// An email's four parts, as long as `out` tokens come to.
pub fn default_fields(out: usize, characters_per_token: f64) -> Vec<Field> {
    let shares = [("subject", 0.10), ("preheader", 0.14), ("body", 0.63), ("call_to_action", 0.13)];
    let written = out.saturating_sub(shares.len() * FRAME_TOKENS) as f64 * characters_per_token;
    shares
        .into_iter()
        .map(|(name, share)| {
            let most = ((written * share) as usize).clamp(4, LONGEST_FIELD);
            Field { name: name.to_owned(), least: most * 3 / 5, most }
        })
        .collect()
}

/// Fields from a file: a JSON array of `{"name", "least", "most"}`.
pub fn read_fields(path: &Path) -> Result<Vec<Field>> {
    let fields: Vec<Field> = serde_json::from_slice(&read_bounded(path, LARGEST)?)
        .with_context(|| format!("{} is no array of {{name, least, most}}", path.display()))?;
    check_fields(&fields).with_context(|| path.display().to_string())?;
    Ok(fields)
}

fn check_fields(fields: &[Field]) -> Result<()> {
    if fields.is_empty() || fields.len() > 64 {
        bail!("{} fields; there must be 1 to 64", fields.len());
    }
    let mut seen = std::collections::HashSet::new();
    for Field { name, least, most } in fields {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            bail!("`{name}` is no name of a field; use a to z and _");
        }
        if !seen.insert(name) {
            bail!("the field `{name}` stands twice");
        }
        if *least == 0 || least > most || *most > LONGEST_FIELD {
            bail!("`{name}` is to have {least} to {most} characters; give 1 ≤ least ≤ most ≤ {LONGEST_FIELD}");
        }
    }
    Ok(())
}

impl Job {
    /// Builds the job; `count` counts tokens as the model does.
    ///
    /// # Errors
    /// The prompts cannot have the sizes asked for, or a text cannot be tokenized.
    pub fn build(size: Size, fields: Vec<Field>, count: &dyn Fn(&str) -> Result<usize>) -> Result<Self> {
        let names = fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
        let head = format!(
            "You write campaign emails for a software vendor and its partners. Use only what the sources say. Answer \
             with one JSON object with the strings {names}.\n\nApproved content:\n"
        );
        let common = prose::text_of(size.common, size.seed, (&head, "\n\n"), count).context("--common")?;
        let own = (1..=size.drafts)
            .map(|number| {
                // The number first, so that drafts part where the common prompt ends.
                let head = format!("Draft {number} of {}. Sources:\n", size.drafts);
                prose::text_of(size.own, size.seed.wrapping_add(number as u64), (&head, "\n\nAnswer:\n"), count)
            })
            .collect::<Result<Vec<String>>>()
            .context("--own")?;
        let (lark, json_schema, gbnf) = (lark(&fields), json_schema(&fields), gbnf(&fields));
        Ok(Self {
            common,
            own,
            seed: size.seed,
            temperature: 0.8,
            max_tokens: size.max_tokens(),
            context_tokens: size.context_tokens(),
            fields,
            lark,
            json_schema,
            gbnf,
        })
    }

    /// What the draft with this number asks of the engine; `own` is its own part of the prompt.
    pub fn request(&self, grammar: &Grammar, stream: usize, own: &str) -> DraftRequest {
        DraftRequest {
            prompt: format!("{}{own}", self.common),
            grammar: grammar.clone(),
            bounds: None,
            sampling: Sampling { temperature: self.temperature, top_p: 1.0, min_p: 0.0, repetition_penalty: 1.0 },
            seed: self.seed,
            stream: stream as u64,
            max_tokens: self.max_tokens,
            priority: Priority::Bulk,
        }
    }

    /// A job that was written before.
    ///
    /// # Errors
    /// The file cannot be read, or is no job.
    pub fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        let job: Self = serde_json::from_slice(&read_bounded(path, LARGEST)?)
            .with_context(|| format!("{shown} is no job; write one with --write-job"))?;
        check_fields(&job.fields).with_context(|| shown.to_string())?;
        if job.own.is_empty() || job.own.len() > 4096 {
            bail!("{shown}: {} drafts; there must be 1 to 4096", job.own.len());
        }
        if job.max_tokens == 0 || job.max_tokens > 1 << 20 || job.context_tokens > 1 << 20 {
            bail!("{shown}: max_tokens and context_tokens must be at most {}", 1 << 20);
        }
        Ok(job)
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self)?;
        std::fs::write(path, json).with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Whether a draft is what the grammar asks for: the object whole, its fields in order and as long as they may be.
    pub fn is_answer(&self, text: &str) -> bool {
        let Ok(serde_json::Value::Object(answer)) = serde_json::from_str(text) else { return false };
        answer.len() == self.fields.len()
            && self.fields.iter().zip(&answer).all(|(field, (name, value))| {
                let length = value.as_str().map_or(0, |text| text.chars().count());
                *name == field.name && (field.least..=field.most).contains(&length)
            })
    }
}

/// Each string is one terminal: llguidance is slow with strings in parts.
fn lark(fields: &[Field]) -> String {
    let mut start = String::from("start: \"{\"");
    let mut terminals = String::new();
    for (at, Field { name, least, most }) in fields.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        start.push_str(&format!(" \"{comma}\\\"{name}\\\":\\\"\" F{at} \"\\\"\""));
        terminals.push_str(&format!("F{at}: /{LETTERS}{{{least},{most}}}/\n"));
    }
    format!("{start} \"}}\"\n{terminals}")
}

fn gbnf(fields: &[Field]) -> String {
    let mut root = String::from("root ::= \"{\"");
    for (at, Field { name, least, most }) in fields.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        root.push_str(&format!(" \"{comma}\\\"{name}\\\":\\\"\" {LETTERS}{{{least},{most}}} \"\\\"\""));
    }
    format!("{root} \"}}\"\n")
}

fn json_schema(fields: &[Field]) -> serde_json::Value {
    let properties: serde_json::Map<String, serde_json::Value> = fields
        .iter()
        .map(|Field { name, least, most }| {
            let pattern = format!("^{LETTERS}{{{least},{most}}}$");
            (name.clone(), serde_json::json!({"type": "string", "pattern": pattern}))
        })
        .collect();
    let required: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    serde_json::json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Job {
        let size = Size { drafts: 3, common: 60, own: 20, out: 120, seed: 5 };
        let count = |text: &str| Ok(text.split_whitespace().count());
        Job::build(size, default_fields(size.out, 5.0), &count).unwrap()
    }

    #[test]
    fn drafts_share_the_common_part_and_differ_from_their_first_words_on() {
        let job = small();
        assert_eq!(job.common.split_whitespace().count(), 60);
        assert_eq!(job.own.len(), 3);
        for (at, own) in job.own.iter().enumerate() {
            assert_eq!(own.split_whitespace().count(), 20);
            assert!(own.starts_with(&format!("Draft {} of 3.", at + 1)), "{own}");
        }
    }

    #[test]
    fn the_grammars_name_the_same_fields_with_the_same_lengths() {
        let fields =
            [Field { name: "subject".into(), least: 2, most: 9 }, Field { name: "body".into(), least: 1, most: 3 }];
        assert_eq!(
            lark(&fields),
            "start: \"{\" \"\\\"subject\\\":\\\"\" F0 \"\\\"\" \",\\\"body\\\":\\\"\" F1 \"\\\"\" \"}\"\n\
             F0: /[a-zA-Z ,.]{2,9}/\nF1: /[a-zA-Z ,.]{1,3}/\n"
        );
        assert_eq!(
            gbnf(&fields),
            "root ::= \"{\" \"\\\"subject\\\":\\\"\" [a-zA-Z ,.]{2,9} \"\\\"\" \",\\\"body\\\":\\\"\" [a-zA-Z ,.]{1,3} \"\\\"\" \"}\"\n"
        );
        assert_eq!(json_schema(&fields)["properties"]["body"]["pattern"], "^[a-zA-Z ,.]{1,3}$");
        assert_eq!(json_schema(&fields)["required"], serde_json::json!(["subject", "body"]));
    }

    #[test]
    fn an_answer_has_every_field_in_order_and_in_bounds() {
        let fields =
            vec![Field { name: "subject".into(), least: 2, most: 3 }, Field { name: "body".into(), least: 1, most: 3 }];
        let job = Job { fields, ..small() };
        assert!(job.is_answer(r#"{"subject":"ab","body":"c"}"#));
        for wrong in [
            r#"{"subject":"ab"}"#,
            r#"{"body":"c","subject":"ab"}"#,
            r#"{"subject":"abcd","body":"c"}"#,
            r#"{"subject":"ab","body":"c","more":"d"}"#,
            r#"{"subject":"ab","body":7}"#,
            r#"{"subject":"ab","body":"c"#,
        ] {
            assert!(!job.is_answer(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_job_is_read_back_as_it_was_written_and_another_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job.json");
        small().write(&path).unwrap();
        assert_eq!(Job::read(&path).unwrap(), small());
        std::fs::write(&path, "{\"common\": 1}").unwrap();
        assert!(format!("{:#}", Job::read(&path).unwrap_err()).contains("--write-job"));
    }

    #[test]
    fn fields_of_a_file_are_checked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fields.json");
        let refused = |json: &str| {
            std::fs::write(&path, json).unwrap();
            format!("{:#}", read_fields(&path).unwrap_err())
        };
        assert!(refused("[]").contains("1 to 64"));
        assert!(refused(r#"[{"name": "a\"b", "least": 1, "most": 2}]"#).contains("a to z"));
        assert!(refused(r#"[{"name": "a", "least": 3, "most": 2}]"#).contains("least ≤ most"));
        assert!(refused(r#"[{"name": "a", "least": 1, "most": 2, "x": 1}]"#).contains("`x`"));
    }
}
