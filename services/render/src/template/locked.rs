//! Locked texts: words of a template that nobody drafts, such as a greeting or the line above an opt-out link. They may
//! have holes of a closed set, `{partner}`, `{legal_name}` and `{brand}`; no template engine runs over them.

use std::collections::BTreeMap;

use toml::Spanned;

use super::TemplateError;
use super::file::line_of;

/// A locked text, cut at its holes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LockedText(pub(crate) Vec<Hole>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hole {
    Words(String),
    Partner,
    LegalName,
    Brand,
}

/// Reads one `locked/LANGUAGE.toml`: a flat table of texts.
pub(super) fn read(file: &str, text: &str) -> Result<BTreeMap<String, LockedText>, TemplateError> {
    let table: BTreeMap<String, Spanned<String>> = toml::from_str(text).map_err(|error| {
        TemplateError::new(file, error.span().map(|span| line_of(text, span.start)), error.message().trim())
    })?;
    let mut texts = BTreeMap::new();
    for (name, value) in table {
        let line = line_of(text, value.span().start);
        let cut = cut(value.get_ref()).map_err(|reason| TemplateError::new(file, Some(line), reason))?;
        texts.insert(name, cut);
    }
    Ok(texts)
}

fn cut(text: &str) -> Result<LockedText, String> {
    let mut holes = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let known = [("{partner}", Hole::Partner), ("{legal_name}", Hole::LegalName), ("{brand}", Hole::Brand)];
        let Some((name, hole)) = known.into_iter().find(|(name, _)| rest[open..].starts_with(name)) else {
            return Err("braces may only be {partner}, {legal_name} or {brand}".to_owned());
        };
        if open > 0 {
            holes.push(Hole::Words(rest[..open].to_owned()));
        }
        holes.push(hole);
        rest = &rest[open + name.len()..];
    }
    if !rest.is_empty() {
        holes.push(Hole::Words(rest.to_owned()));
    }
    Ok(LockedText(holes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_of_a_closed_set() {
        let text = cut("Sent by {partner}.").unwrap();
        assert_eq!(text.0, [Hole::Words("Sent by ".into()), Hole::Partner, Hole::Words(".".into())]);
        assert!(cut("{{ 7*7 }}").is_err());
        assert!(cut("{phone}").is_err());
    }

    #[test]
    fn an_error_names_the_line() {
        let error = read("email/locked/en.toml", "a = \"x\"\nb = \"{phone}\"\n").unwrap_err();
        assert_eq!(error.to_string(), "email/locked/en.toml:2: braces may only be {partner}, {legal_name} or {brand}");
    }
}
