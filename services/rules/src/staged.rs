//! A text with the `context` of a rule's example or of a corpus' entry, set up as an asset with one slot.

use countersign_domain::content::{Bound, Content, Segment, SlotText};
use unicode_segmentation::UnicodeSegmentation;

use crate::load::{ContextFile, LimitFile, SourceFields, SourceFile};
use crate::place::Place;
use crate::subject::{BrandTerms, Original, SlotLimit, Source, Subject, Unit};

/// What `then` says of the asset whose slot `name` holds `text`. References in braces are bound as `context` has them.
pub(crate) fn staged<T>(
    text: &str,
    name: &str,
    context: &ContextFile,
    place: Place<'_>,
    then: impl FnOnce(&Subject<'_>) -> T,
) -> T {
    let terms = &BrandTerms::default();
    let content = Content { slots: [(name.to_owned(), written(text, context))].into() };
    let limits: Vec<SlotLimit> =
        context.limit.iter().map(|limit| counted(name, limit, &content.slots[name].plain())).collect();
    let locked: Vec<&str> = context.locked.iter().map(String::as_str).collect();
    let sources: Vec<Source<'_>> = context.sources.iter().map(source).collect();
    let original = context.original.as_ref().map(|original| {
        (Content { slots: [(name.to_owned(), written(&original.text, context))].into() }, original.locale.as_ref())
    });
    let metadata: Option<Vec<&str>> = context
        .metadata
        .as_ref()
        .map(|names| names.iter().filter(|(_, holds)| **holds).map(|(name, _)| name.as_str()).collect());
    then(&Subject {
        slots: &limits,
        locked: &locked,
        sources: &sources,
        original: original.as_ref().map(|(content, locale)| Original { content, locale: *locale }),
        formality: context.formality,
        layout: &context.layout,
        metadata: metadata.as_deref(),
        ..Subject::new(&content, place, terms)
    })
}

fn source(file: &SourceFile) -> Source<'_> {
    let SourceFields { id, text, kind, markets, until } = &file.0;
    Source { id, text, kind: *kind, markets, until: *until }
}

/// The example's text with its references. What is no reference stays text, since that is what some rules look for.
fn written(text: &str, context: &ContextFile) -> SlotText {
    let mut slot = SlotText::default();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find("}}").map_or(rest.len(), |at| at + 2);
        let start = rest[..end].rfind("{{").unwrap_or(end);
        let parse = |part: &str| {
            SlotText::parse_with(part, |name| {
                let text = context.bound.get(name)?.clone();
                Some(Bound { reference: name.to_owned(), source: source_named(name), text })
            })
        };
        let plain = |part: &str| {
            let text = part.to_owned();
            (!part.is_empty()).then_some(Segment::Text { text })
        };
        slot.segments.extend(plain(&rest[..start]));
        match parse(&rest[start..end]) {
            Ok(parsed) => slot.segments.extend(parsed.segments),
            Err(_) => slot.segments.extend(plain(&rest[start..end])),
        }
        rest = &rest[end..];
    }
    slot
}

/// `claim:1` for `claim.1`, as a job names its sources.
fn source_named(reference: &str) -> String {
    reference.replacen('.', ":", 1)
}

/// Examples have no channel to count for them, so they count as they can.
fn counted(name: &str, limit: &LimitFile, text: &str) -> SlotLimit {
    let count = match limit.unit {
        Unit::Graphemes | Unit::Utf16 | Unit::Weighted | Unit::DoubleWidth | Unit::Bytes | Unit::Gsm7 => {
            text.graphemes(true).count()
        }
        Unit::Words => text.unicode_words().count(),
    };
    SlotLimit {
        name: name.to_owned(),
        unit: limit.unit,
        min: limit.min,
        max: limit.max,
        required: limit.required,
        count,
    }
}
