//! A model's reply as data: the JSON of its slots becomes typed sequences of text and references, or is refused.

use countersign_domain::content::{Content, ReferenceError, SlotText};
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};

use crate::skeleton::Skeleton;
use crate::sources::Sources;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    #[error("the reply is no JSON object of texts: {0}")]
    Json(String),
    #[error("the reply's slots are {found:?} where {wanted:?} were asked for")]
    Slots { found: Vec<String>, wanted: Vec<String> },
    #[error("slot {slot}: {cause}")]
    Reference { slot: String, cause: ReferenceError },
}

pub fn read(text: &str, skeleton: &Skeleton, sources: &Sources) -> Result<Content, ReplyError> {
    let Pairs(pairs) = serde_json::from_str(text).map_err(|error| ReplyError::Json(error.to_string()))?;
    let found: Vec<&str> = pairs.iter().map(|(key, _)| key.as_str()).collect();
    let wanted: Vec<&str> = skeleton.slots.iter().map(|slot| slot.key.as_str()).collect();
    if found != wanted {
        let owned = |keys: Vec<&str>| keys.into_iter().map(str::to_owned).collect();
        return Err(ReplyError::Slots { found: owned(found), wanted: owned(wanted) });
    }
    let mut content = Content::default();
    for (slot, (_, text)) in skeleton.slots.iter().zip(&pairs) {
        let parsed = SlotText::parse_with(text, |name| sources.find(name))
            .map_err(|cause| ReplyError::Reference { slot: slot.name.clone(), cause })?;
        content.slots.insert(slot.name.clone(), parsed);
    }
    Ok(content)
}

/// An object's texts in their order: a small model may know several slots by the same key.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of texts")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The text of a reply that is still being written, for people who watch: slots become lines, JSON's signs go.
#[must_use]
pub fn so_far(partial: &str, sources: &Sources) -> String {
    let mut out = String::new();
    for (i, piece) in partial.trim_start_matches('{').split("\",\"").enumerate() {
        let piece = piece.trim_start_matches('"');
        let text = piece.split_once("\":\"").map_or("", |(_, text)| text);
        if i > 0 {
            out.push('\n');
        }
        out.push_str(text.trim_end_matches("\"}"));
    }
    out = out.replace("\\n", "\n");
    for source in sources.all().map(|source| &source.bound).chain([&sources.product]) {
        out = out.replace(&source.written(), &source.text);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::SlotPlan;
    use countersign_domain::content::Bound;

    fn sources() -> Sources {
        Sources {
            product: Bound { reference: "product.name".into(), source: "product:f".into(), text: "Fjord".into() },
            messages: Vec::new(),
            claims: Vec::new(),
            passages: Vec::new(),
            values: Vec::new(),
            missing: Vec::new(),
            fallbacks: Vec::new(),
        }
    }

    fn skeleton() -> Skeleton {
        let slot = |name: &str| SlotPlan {
            name: name.into(),
            key: name.into(),
            paragraphs: Vec::new(),
            ..SlotPlan::default()
        };
        Skeleton { slots: vec![slot("subject"), slot("body")], left_out: Vec::new() }
    }

    #[test]
    fn a_reply_becomes_text_and_references() {
        let content =
            read(r#"{"subject":"Try {{product.name}}","body":"One.\n\nTwo."}"#, &skeleton(), &sources()).unwrap();
        assert_eq!(content.plain()["subject"], "Try Fjord");
        assert_eq!(content.plain()["body"], "One.\n\nTwo.");
    }

    #[test]
    fn a_reply_with_other_slots_or_references_is_refused() {
        for bad in [
            "",
            "[]",
            r#"{"subject":"x"}"#,
            r#"{"subject":"x","body":1}"#,
            r#"{"subject":"x","footer":"y"}"#,
            r#"{"subject":"{{claim.9}}","body":"y"}"#,
        ] {
            assert!(read(bad, &skeleton(), &sources()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_partial_reply_reads_as_text() {
        assert_eq!(
            so_far(r#"{"subject":"Try {{product.name}}","body":"One.\n\nTw"#, &sources()),
            "Try Fjord\nOne.\n\nTw"
        );
    }
}
