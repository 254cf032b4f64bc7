//! The model's own chat template: messages in, prompt out.
//!
//! Templates are Jinja as Hugging Face runs it: blocks trimmed, `raise_exception`, `strftime_now`, `generation` blocks,
//! Python's methods (`python`) and its way to write values (`written`); held against transformers by `goldens`.
//! Undefined values may be tested but not printed, since templates ask `if tools`. `strftime_now` gives a fixed day: the
//! same job must give the same draft tomorrow. What people wrote is a value here, never part of a template. One
//! difference is known: `~` and `join` write true and none small, as minijinja does.
//!
//! A template comes with a model from elsewhere, so it is not trusted: what it may compute and print is bounded, and it is
//! tried out when the model is loaded. What it may hold is bounded but for one way: minijinja's fuel does not count what a
//! list holds, so lists of lists of lists, joined to a text with `~`, can take all memory. A model is trusted that far.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, context};
use serde::Serialize;

use crate::error::ChatTemplateError;

mod python;
mod written;

/// One message of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChatMessage {
    /// `system`, `user` or `assistant`.
    pub role: String,
    /// What was said.
    pub content: String,
}

impl ChatMessage {
    /// A message.
    pub fn new(role: impl Into<String>, content: impl Into<String>) -> Self {
        Self { role: role.into(), content: content.into() }
    }
}

/// A template with what it refers to.
#[derive(Debug)]
pub(crate) struct ChatTemplate {
    template: String,
    begin: String,
    end: String,
    specials: Vec<String>,
}

/// What one rendering may cost. An instruction costs about one, and so do 64 bytes of data; a long brief takes a few
/// thousand.
const FUEL: u64 = 200_000;

/// The longest prompt, and the longest text that a template may work on, in bytes.
const LONGEST: usize = 1 << 20;

/// What `strftime_now` knows of its day, 1 January 2026, noon.
const DAY: [(&str, &str); 12] = [
    ("%Y", "2026"),
    ("%y", "26"),
    ("%m", "01"),
    ("%d", "01"),
    ("%B", "January"),
    ("%b", "Jan"),
    ("%A", "Thursday"),
    ("%a", "Thu"),
    ("%H", "12"),
    ("%M", "00"),
    ("%S", "00"),
    ("%j", "001"),
];

impl ChatTemplate {
    pub(crate) fn new(template: String, begin: String, end: String, specials: Vec<String>) -> Self {
        Self { template: without_generation_blocks(&template), begin, end, specials }
    }

    /// Renders a small chat, so that a template that cannot be used is found before anybody waits for it. Some templates
    /// refuse a system message on purpose, so one without is tried as well.
    pub(crate) fn try_out(&self) -> Result<(), ChatTemplateError> {
        let (system, user) = (ChatMessage::new("system", "Be brief."), ChatMessage::new("user", "Hello"));
        self.render(&[system, user.clone()]).or_else(|_| self.render(&[user])).map(drop)
    }

    pub(crate) fn render(&self, messages: &[ChatMessage]) -> Result<String, ChatTemplateError> {
        let messages: Vec<ChatMessage> = messages
            .iter()
            .map(|message| ChatMessage {
                role: message.role.clone(),
                content: without_control_tokens(&message.content, &self.specials),
            })
            .collect();
        let prompt =
            self.try_render(&messages).map_err(|error| ChatTemplateError::Failed(shortened(&format!("{error:#}"))))?;
        if prompt.len() > LONGEST {
            let size = prompt.len();
            return Err(ChatTemplateError::Failed(format!("it makes a prompt of {size} bytes; {LONGEST} at most")));
        }
        Ok(prompt)
    }

    fn try_render(&self, messages: &[ChatMessage]) -> Result<String, Error> {
        let mut environment = Environment::new();
        environment.set_fuel(Some(FUEL));
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_formatter(|out, _, value| out.write_str(&written::text(value)?).map_err(Error::from));
        environment.set_unknown_method_callback(|_, value, method, arguments| python::call(value, method, arguments));
        environment.add_function("raise_exception", |message: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, message))
        });
        environment.add_function("strftime_now", |format: String| -> Result<String, Error> {
            if format.len() > 100 {
                return Err(too_long("the format of strftime_now"));
            }
            Ok(DAY.iter().fold(format, |text, (field, value)| text.replace(field, value)))
        });
        environment.add_filter("tojson", |value: Value, options: Kwargs| written::to_json(&value, options));
        environment.add_filter("string", |value: Value| written::text(&value));
        environment.add_filter("trim", |value: Value, set: Option<Value>| match set {
            Some(set) => python::call(&Value::from(written::text(&value)?), "strip", &[set]),
            None => Ok(Value::from(python::strip(&written::text(&value)?))),
        });
        // In Python texts and maps have a length and items too.
        environment.add_test("sequence", |value: Value| {
            matches!(value.kind(), ValueKind::Seq | ValueKind::String | ValueKind::Map)
        });
        environment.add_test("iterable", |value: Value| value.as_str().is_some() || value.try_iter().is_ok());
        environment
            .add_test("callable", |value: Value| value.kind() == ValueKind::Plain && value.as_object().is_some());
        environment.add_template("chat", &self.template)?;
        environment.get_template("chat")?.render(context! {
            messages => messages
                .iter()
                .map(|message| Value::from_pairs([("role", message.role.as_str()), ("content", message.content.as_str())]))
                .collect::<Vec<_>>(),
            add_generation_prompt => true,
            bos_token => self.begin.as_str(),
            eos_token => self.end.as_str(),
            tools => Value::from(()),
            documents => Value::from(()),
            // A draft is written at once, under a grammar that has no place for thoughts.
            enable_thinking => false,
        })
    }
}

/// A template chooses the words of its refusal; they are shown to people.
fn shortened(text: &str) -> String {
    text.chars().take(500).collect()
}

fn too_long(what: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("{what} is too long for a chat template"))
}

/// The template with `{% generation %}` blocks as plain ones. transformers has them to find what an assistant wrote when
/// it trains; in a prompt they are nothing but their whitespace control.
fn without_generation_blocks(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find("{%") {
        let (before, tag) = rest.split_at(at + 2);
        out.push_str(before);
        rest = tag;
        let Some((inner, _)) = tag.split_once("%}") else { continue };
        let word = inner.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '+'));
        let plain = match word {
            "generation" => "if true",
            "endgeneration" => "endif",
            _ => continue,
        };
        out.push_str(&inner.replacen(word, plain, 1));
        rest = &tag[inner.len()..];
    }
    out + rest
}

/// Puts a space behind the first character of each control token, until none is left.
pub(crate) fn without_control_tokens(text: &str, specials: &[String]) -> String {
    let mut text = text.to_owned();
    for special in specials {
        let mut characters = special.chars();
        // A control token of one character cannot be broken up; it is taken out.
        let broken = match (characters.next(), characters.as_str()) {
            (Some(first), rest) if !rest.is_empty() => format!("{first} {rest}"),
            _ => String::new(),
        };
        if text.contains(special.as_str()) {
            text = text.replace(special.as_str(), &broken);
        }
    }
    text
}

#[cfg(test)]
mod tests;
