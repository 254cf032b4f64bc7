//! Findings that drafting itself adds: what the brief asked for and this asset does not have.

use countersign_domain::content::Content;
use countersign_domain::finding::{Finding, Severity};
use countersign_domain::place::Locale;
use countersign_domain::review::SourceNote;
use countersign_domain::wording::Form;

use crate::skeleton::Skeleton;
use crate::sources::{Missing, NO_SOURCE, Sources};

/// The findings, at `slot` as a whole.
pub(crate) fn findings(sources: &Sources, skeleton: &Skeleton, locale: &Locale, slot: &str) -> Vec<Finding> {
    let note = |severity, rule: &str, message| Finding {
        rule: rule.to_owned(),
        severity,
        slot: slot.to_owned(),
        start: 0,
        end: 0,
        message,
        messages: Default::default(),
        fix: None,
    };
    let missing =
        sources.missing.iter().map(|missing| note(Severity::Warn, "drafting.missing_source", not_used(missing)));
    let none = skeleton.references().is_empty().then(|| {
        let message = if sources.all().next().is_none() {
            format!(
                "Nothing in {locale} supports this draft: the brief has no message or claim in this language and the \
                 library no passage. It says nothing specific."
            )
        } else {
            "This draft holds no message, claim or passage, since none of them has a place in this asset. It says nothing \
             specific."
                .to_owned()
        };
        note(Severity::Error, "drafting.no_sources", message)
    });
    let left_out = skeleton.left_out.iter().map(|reference| {
        let source = sources.all().find(|source| source.bound.reference == *reference);
        let text = source.map_or(reference.as_str(), |source| &source.bound.text);
        // A post has no bullets, so that a phrase stays out of it is nobody's fault; a sentence was too long.
        let (severity, why) = match source.map(|source| source.form) {
            Some(Form::Phrase) => (Severity::Info, "it is no whole sentence"),
            _ => (Severity::Warn, "it is too long"),
        };
        note(severity, "drafting.left_out", format!("“{}” has no place in this asset: {why}.", clip(text)))
    });
    let used = skeleton.references();
    let unsourced = sources.claims.iter().filter(|claim| claim.origin.contains(NO_SOURCE));
    let unsourced = unsourced.filter(|claim| used.contains(&claim.bound.reference)).map(|claim| {
        let message = format!(
            "“{}” is claimed without a source: name what substantiates it, or take it out.",
            clip(&claim.bound.text)
        );
        note(Severity::Warn, "drafting.unsourced_claim", message)
    });
    let fallen = sources.fallbacks.iter().filter(|fallback| used.contains(&fallback.reference)).map(|fallback| {
        let message = format!(
            "{} is worded for {}, the brand's allowed fallback for {locale}: see that it reads well there.",
            capital(&fallback.what),
            fallback.from
        );
        note(Severity::Info, "drafting.fallback", message)
    });
    missing.chain(none).chain(left_out).chain(unsourced).chain(fallen).collect()
}

/// Words that nobody knows, where they stand.
pub(crate) fn evasions(content: &Content, words: &[String]) -> Vec<Finding> {
    let find = |word: &String| {
        content.slots.iter().find_map(|(slot, text)| {
            let start = text.plain().find(word.as_str())?;
            Some(Finding {
                rule: "drafting.odd_word".to_owned(),
                severity: Severity::Error,
                slot: slot.clone(),
                start,
                end: start + word.len(),
                message: format!("“{word}” looks made up: the model was kept from a word and went on. Write another."),
                messages: Default::default(),
                fix: None,
            })
        })
    };
    words.iter().filter_map(find).collect()
}

/// Every source for the reviewer; one that this draft does not refer to has no reference.
pub(crate) fn sources(sources: &Sources, skeleton: &Skeleton, locale: &Locale) -> Vec<SourceNote> {
    let used = skeleton.references();
    let mut notes = sources.notes(locale);
    for note in &mut notes {
        if !used.contains(&note.reference) {
            note.reference.clear();
        }
    }
    notes
}

/// The start of a text, enough to know it by.
fn clip(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn not_used(missing: &Missing) -> String {
    format!("{} was not used: {}.", capital(&missing.what), missing.why)
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(char::to_uppercase).into_iter().flatten();
    format!("{}{}", first.collect::<String>(), rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::lay_out;
    use crate::sources::{Fallback, Source};
    use countersign_domain::content::Bound;
    use countersign_render::Templates;

    #[test]
    fn a_draft_that_holds_no_reference_says_so_though_there_were_sources() {
        let bound = |name: &str, text: &str| Bound {
            reference: name.into(),
            source: format!("test:{name}"),
            text: text.into(),
        };
        let phrase =
            Source { form: Form::Phrase, bound: bound("message.1", "less worry"), origin: String::new(), score: None };
        let sources = Sources {
            product: bound("product.name", "Fjord"),
            messages: vec![phrase],
            claims: Vec::new(),
            passages: Vec::new(),
            values: Vec::new(),
            missing: Vec::new(),
            fallbacks: Vec::new(),
        };
        let templates = Templates::embedded().unwrap();
        let said = |asset_type: &str| {
            let skeleton = lay_out(templates.get(asset_type).unwrap(), None, &sources, "en", 1);
            findings(&sources, &skeleton, &"en-US".parse().unwrap(), "text")
        };
        let post = said("x_post");
        let rules: Vec<&str> = post.iter().map(|finding| finding.rule.as_str()).collect();
        assert_eq!(rules, ["drafting.no_sources", "drafting.left_out"]);
        assert_eq!(post[1].message, "“less worry” has no place in this asset: it is no whole sentence.");
        assert_eq!(said("email"), Vec::new());
    }

    #[test]
    fn what_came_by_an_allowed_fallback_is_said_where_it_is_used() {
        let bound = |name: &str, text: &str| Bound { reference: name.into(), source: name.into(), text: text.into() };
        let text = bound("message.1", "Jede Nacht geprüft.");
        let message = Source { form: Form::Sentence, bound: text, origin: String::new(), score: None };
        let fallen = |reference: &str, what: &str| Fallback {
            reference: reference.into(),
            what: what.into(),
            from: "de-DE".parse().unwrap(),
        };
        let sources = Sources {
            product: bound("product.name", "Fjord"),
            messages: vec![message],
            claims: Vec::new(),
            passages: Vec::new(),
            values: Vec::new(),
            missing: Vec::new(),
            fallbacks: vec![fallen("message.1", "message 1 of the brief"), fallen("text.speaker", "value `speaker`")],
        };
        let templates = Templates::embedded().unwrap();
        let skeleton = lay_out(templates.get("email").unwrap(), None, &sources, "en", 1);
        let said = findings(&sources, &skeleton, &"de-AT".parse().unwrap(), "body");
        assert_eq!(said.len(), 1);
        assert_eq!((said[0].rule.as_str(), said[0].severity), ("drafting.fallback", Severity::Info));
        assert!(
            said[0].message.starts_with("Message 1 of the brief is worded for de-DE, the brand's allowed fallback")
        );
    }
}
