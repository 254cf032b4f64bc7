//! The sentences that rules say, with names in braces for what a check puts in: `{match}`, `{fix}` and so on.

use std::collections::BTreeMap;

/// A rule's message by language. English is always there.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub by_language: BTreeMap<String, String>,
}

/// Values for names in braces.
pub(crate) type Values = Vec<(&'static str, String)>;

impl Message {
    /// The sentence of a language with `values` in it. One pass, so a value with braces stays text.
    pub(crate) fn say(&self, language: &str, values: &Values) -> Option<String> {
        let text = self.by_language.get(language)?;
        Some(fill(text, |name| values.iter().find(|(key, _)| *key == name).map(|(_, value)| clip(value))))
    }

    /// The sentences of all languages but English.
    pub(crate) fn others(&self, values: &Values) -> BTreeMap<String, String> {
        let others = self.by_language.keys().filter(|language| *language != "en");
        others.filter_map(|language| Some((language.clone(), self.say(language, values)?))).collect()
    }
}

/// The names in braces of a message.
pub(crate) fn names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    fill(text, |name| {
        names.push(name.to_owned());
        None
    });
    names
}

fn fill(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let inside = &rest[open + 1..];
        let Some(close) = inside.find('}') else { break };
        let name = &inside[..close];
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            out.push_str(&rest[..=open]);
            rest = inside;
            continue;
        }
        out.push_str(&rest[..open]);
        match value(name) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&rest[open..open + close + 2]),
        }
        rest = &inside[close + 1..];
    }
    out.push_str(rest);
    out
}

/// At most 60 characters, on one line: messages go to lists and terminals.
pub(crate) fn clip(text: &str) -> String {
    let mut out: String = text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_once_and_stay_text() {
        let message = Message { by_language: BTreeMap::from([("en".into(), "“{match}” {{x}} → {fix}".into())]) };
        assert_eq!(
            message.say("en", &vec![("match", "{fix}".into()), ("fix", "b".into())]).unwrap(),
            "“{fix}” {{x}} → b"
        );
        assert_eq!(names("say {match} or {fix}, not { this }"), ["match", "fix"]);
    }
}
