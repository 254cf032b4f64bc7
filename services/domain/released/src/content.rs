//! Content: slots of text and references. This is what a digest covers, what people read, and what is rendered.
//!
//! A slot is a sequence of [`Segment`]s: free text; a *bound* reference, whose exact wording was put in by code when
//! the revision was made and whose source is kept beside it; or a *partner* reference, which stays a typed hole until
//! a rendition fills it. No template engine ever runs over any of these.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// The most characters (Unicode scalar values) that one slot may hold, as a bound on hostile input.
pub const MAX_SLOT_CHARS: usize = 20_000;

/// The slots of one asset. Keys are the template's slot names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    pub slots: BTreeMap<String, SlotText>,
}

impl Content {
    /// What a person signs: SHA-256 of the canonical JSON, which covers resolved text and the map of references alike.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_json(self)
    }

    /// Each slot as people edit it: bound references resolved, partner references as `{{partner.…}}`.
    #[must_use]
    pub fn plain(&self) -> BTreeMap<String, String> {
        self.slots.iter().map(|(name, text)| (name.clone(), text.plain())).collect()
    }

    /// Every bound reference with its source and wording, in order of slots.
    pub fn bound(&self) -> impl Iterator<Item = &Bound> {
        self.slots.values().flat_map(|slot| slot.segments.iter()).filter_map(|segment| match segment {
            Segment::Bound(bound) => Some(bound),
            Segment::Text { .. } | Segment::Partner { .. } => None,
        })
    }
}

/// The text of one slot. Paragraphs are parted by a blank line, bullets start a line with `- `.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlotText {
    pub segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Segment {
    /// `{"ref":"claim.1","source":"claim:uptime","text":"…"}`
    Bound(Bound),
    /// `{"partner":"display_name"}`
    Partner { partner: PartnerField },
    /// `{"text":"…"}`
    Text { text: String },
}

/// A reference that was resolved when the revision was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// Its name in the job: `product.name`, `claim.1`, `message.2`, `passage.1`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it stands for: `product:KEY`, `claim:KEY` or `claim:brief.1`, `message:brief.1`, `passage:ID`.
    pub source: String,
    /// The exact wording.
    pub text: String,
}

impl Bound {
    /// As a draft writes it: `{{claim.1}}`.
    #[must_use]
    pub fn written(&self) -> String {
        format!("{{{{{}}}}}", self.reference)
    }
}

impl SlotText {
    /// Text and `{{partner.…}}` as people and other tools write it. Unknown or broken references are refused, so that
    /// braces can never reach a partner; everything else is kept as it is, markup and template syntax included.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        Self::parse_with(text, |_| None)
    }

    /// As [`Self::parse`], with `resolve` for the bound references of the job (`claim.1` and so on).
    pub fn parse_with(text: &str, resolve: impl Fn(&str) -> Option<Bound>) -> Result<Self, ReferenceError> {
        let chars = text.chars().count();
        if chars > MAX_SLOT_CHARS {
            return Err(ReferenceError::TooLong { chars });
        }
        let mut slot = Self::default();
        let mut rest = text;
        let mut at = 0;
        while let Some(open) = rest.find("{{") {
            slot.push_text(&rest[..open]);
            let inside = &rest[open + 2..];
            let close = inside.find("}}").filter(|end| *end <= 64).ok_or(ReferenceError::Unclosed { at: at + open })?;
            let name = inside[..close].trim();
            if let Some(field) = name.strip_prefix("partner.") {
                let field = field.parse().map_err(|()| ReferenceError::unknown(name, at + open))?;
                slot.segments.push(Segment::Partner { partner: field });
            } else {
                let bound = resolve(name).ok_or_else(|| ReferenceError::unknown(name, at + open))?;
                slot.segments.push(Segment::Bound(bound));
            }
            let used = open + 2 + close + 2;
            at += used;
            rest = &rest[used..];
        }
        slot.push_text(rest);
        Ok(slot)
    }

    fn push_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Segment::Text { text: last }) = self.segments.last_mut() {
            last.push_str(text);
        } else {
            self.segments.push(Segment::Text { text: text.to_owned() });
        }
    }

    /// Binds again what stands word for word in `text` of the bound references `known`, longest first, so that an edit
    /// beside a claim does not lose the claim's source, and an edit *of* a claim does.
    pub fn parse_edit(text: &str, known: &[Bound]) -> Result<Self, ReferenceError> {
        let parsed = Self::parse_with(text, |name| known.iter().find(|bound| bound.reference == name).cloned())?;
        let mut known: Vec<&Bound> = known.iter().filter(|bound| !bound.text.is_empty()).collect();
        known.sort_by_key(|bound| std::cmp::Reverse(bound.text.len()));
        let mut slot = Self::default();
        for segment in parsed.segments {
            match segment {
                Segment::Text { text } => slot.push_rebound(&text, &known),
                other => slot.segments.push(other),
            }
        }
        Ok(slot)
    }

    /// `known` is in the order in which wordings claim their places: the longest first. A list of stretches that are
    /// still free takes the place of recursion, whose depth whoever edits could choose.
    fn push_rebound(&mut self, text: &str, known: &[&Bound]) {
        // Stretches of `text` in order: bound to `known[i]`, or free.
        let mut stretches = vec![(0..text.len(), None)];
        for (index, bound) in known.iter().enumerate() {
            let mut next = Vec::with_capacity(stretches.len());
            for (range, owner) in stretches {
                if owner.is_some() {
                    next.push((range, owner));
                    continue;
                }
                let mut from = range.start;
                for start in whole_words(&text[range.clone()], &bound.text) {
                    let start = range.start + start;
                    next.push((from..start, None));
                    from = start + bound.text.len();
                    next.push((start..from, Some(index)));
                }
                next.push((from..range.end, None));
            }
            next.retain(|(range, _)| !range.is_empty());
            stretches = next;
        }
        for (range, owner) in stretches {
            match owner {
                None => self.push_text(&text[range]),
                Some(index) => self.segments.push(Segment::Bound(known[index].clone())),
            }
        }
    }

    /// What was written between references, in order; names stand in it as their references, `{{product.name}}` and
    /// `{{partner.…}}`. Empty where nothing stands between two.
    #[must_use]
    pub fn stretches(&self) -> Vec<String> {
        let mut done = Vec::new();
        let mut stretch = String::new();
        for segment in &self.segments {
            match segment {
                Segment::Text { text } => stretch.push_str(text),
                Segment::Bound(bound) if bound.reference == "product.name" => stretch.push_str(&bound.written()),
                Segment::Partner { partner } => stretch.push_str(partner.placeholder()),
                Segment::Bound(_) => done.push(std::mem::take(&mut stretch)),
            }
        }
        done.push(stretch);
        done
    }

    /// Bound references resolved, partner references as `{{partner.…}}`.
    #[must_use]
    pub fn plain(&self) -> String {
        self.fill(|field| field.placeholder().to_owned())
    }

    /// Bound references resolved, partner references filled by `value`.
    #[must_use]
    pub fn fill(&self, value: impl Fn(PartnerField) -> String) -> String {
        let mut out = String::new();
        for segment in &self.segments {
            match segment {
                Segment::Text { text } | Segment::Bound(Bound { text, .. }) => out.push_str(text),
                Segment::Partner { partner } => out.push_str(&value(*partner)),
            }
        }
        out
    }
}

/// The places, apart from each other, where `needle` stands in `text` and is no part of a longer word.
fn whole_words<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    let border = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
    text.match_indices(needle).map(|(start, _)| start).filter(move |start| {
        border(text[..*start].chars().next_back()) && border(text[start + needle.len()..].chars().next())
    })
}

/// The closed set of a partner's values that may stand in text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerField {
    DisplayName,
    LegalName,
    Phone,
    Email,
    Address,
    Site,
    /// What the partner offers to whom, in two or three sentences.
    Description,
    /// What the person to turn to does there: `Head of sales`. A role stays when people change.
    ContactRole,
    PrivacyUrl,
    UnsubscribeUrl,
}

impl PartnerField {
    pub const ALL: [Self; 10] = [
        Self::DisplayName,
        Self::LegalName,
        Self::Phone,
        Self::Email,
        Self::Address,
        Self::Site,
        Self::Description,
        Self::ContactRole,
        Self::PrivacyUrl,
        Self::UnsubscribeUrl,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DisplayName => "display_name",
            Self::LegalName => "legal_name",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Address => "address",
            Self::Site => "site",
            Self::Description => "description",
            Self::ContactRole => "contact_role",
            Self::PrivacyUrl => "privacy_url",
            Self::UnsubscribeUrl => "unsubscribe_url",
        }
    }

    /// As it stands in text: `{{partner.display_name}}`.
    #[must_use]
    pub const fn placeholder(self) -> &'static str {
        match self {
            Self::DisplayName => "{{partner.display_name}}",
            Self::LegalName => "{{partner.legal_name}}",
            Self::Phone => "{{partner.phone}}",
            Self::Email => "{{partner.email}}",
            Self::Address => "{{partner.address}}",
            Self::Site => "{{partner.site}}",
            Self::Description => "{{partner.description}}",
            Self::ContactRole => "{{partner.contact_role}}",
            Self::PrivacyUrl => "{{partner.privacy_url}}",
            Self::UnsubscribeUrl => "{{partner.unsubscribe_url}}",
        }
    }

    /// The most graphemes that a profile may hold there; limits of slots are checked against it.
    #[must_use]
    pub const fn max_graphemes(self) -> usize {
        match self {
            Self::DisplayName => 40,
            Self::LegalName => 120,
            Self::Phone => 32,
            Self::ContactRole => 60,
            Self::Email | Self::Site => 120,
            Self::Address => 240,
            Self::Description => 400,
            Self::PrivacyUrl | Self::UnsubscribeUrl => 300,
        }
    }
}

impl FromStr for PartnerField {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|field| field.name() == text).ok_or(())
    }
}

impl fmt::Display for PartnerField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    #[error(
        "`{{{{{name}}}}}` at byte {at} is not a reference that may stand here; partner references are {}",
        partner_names()
    )]
    Unknown { name: String, at: usize },
    #[error("`{{{{` at byte {at} is never closed by `}}}}`")]
    Unclosed { at: usize },
    #[error("the text has {chars} characters; a slot holds {MAX_SLOT_CHARS} at most")]
    TooLong { chars: usize },
}

impl ReferenceError {
    fn unknown(name: &str, at: usize) -> Self {
        Self::Unknown { name: name.to_owned(), at }
    }
}

fn partner_names() -> String {
    PartnerField::ALL.map(PartnerField::placeholder).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(reference: &str, text: &str) -> Bound {
        Bound { reference: reference.into(), source: format!("test:{reference}"), text: text.into() }
    }

    #[test]
    fn partner_references_stay_typed_and_bound_ones_resolve() {
        let slot = SlotText::parse_with("Ask {{partner.display_name}}. {{claim.1}}", |name| {
            (name == "claim.1").then(|| bound("claim.1", "It saves 12 %."))
        })
        .expect("known references");
        assert_eq!(slot.plain(), "Ask {{partner.display_name}}. It saves 12 %.");
        assert_eq!(slot.fill(|_| "Müller & Co".into()), "Ask Müller & Co. It saves 12 %.");
    }

    #[test]
    fn template_syntax_is_text_or_refused_and_never_run() {
        assert_eq!(SlotText::parse("{% raw %} <b>").map(|s| s.plain()), Ok("{% raw %} <b>".into()));
        for bad in ["{{7*7}}", "{{partner.password}}", "{{ partner.display_name", "{{claim.9}}"] {
            assert!(SlotText::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_edit_beside_a_claim_keeps_its_source_and_an_edit_of_it_does_not() {
        let known = [bound("claim.1", "It saves 12 %."), bound("product.name", "Fjord")];
        let kept = SlotText::parse_edit("Honestly: It saves 12 %. Buy Fjord now.", &known).expect("plain text");
        assert_eq!(kept.segments.iter().filter(|s| matches!(s, Segment::Bound(_))).count(), 2);
        let lost = SlotText::parse_edit("It saves 13 %. Fjordland", &known).expect("plain text");
        assert!(lost.segments.iter().all(|s| matches!(s, Segment::Text { .. })));
    }

    #[test]
    fn a_wording_that_fills_a_whole_slot_is_bound_each_time() {
        let known = [bound("message.1", "A"), bound("message.2", "A A")];
        let text = "B ".to_owned() + &"A ".repeat(9_997) + "A";
        let edited = SlotText::parse_edit(&text, &known).expect("known");
        assert_eq!(edited.plain(), text);
        let count = |name: &str| {
            let is = |segment: &&Segment| matches!(segment, Segment::Bound(bound) if bound.reference == name);
            edited.segments.iter().filter(is).count()
        };
        assert_eq!((count("message.1"), count("message.2")), (0, 4_999), "the longest claims its places first");
    }

    #[test]
    fn the_digest_covers_references_and_not_only_the_words() {
        let with =
            |segment| Content { slots: BTreeMap::from([("subject".to_owned(), SlotText { segments: vec![segment] })]) };
        let typed = with(Segment::Text { text: "It saves 12 %.".into() });
        let referred = with(Segment::Bound(bound("claim.1", "It saves 12 %.")));
        assert_eq!(typed.plain(), referred.plain());
        assert_ne!(typed.digest(), referred.digest());
    }

    #[test]
    fn content_reads_back_from_its_canonical_json() {
        let slot = SlotText::parse("Hello {{partner.display_name}}!").expect("known");
        let content = Content { slots: BTreeMap::from([("text".to_owned(), slot)]) };
        let json = crate::digest::canonical_json(&content);
        assert_eq!(json, r#"{"slots":{"text":[{"text":"Hello "},{"partner":"display_name"},{"text":"!"}]}}"#);
        assert_eq!(serde_json::from_str::<Content>(&json).ok(), Some(content));
    }
}
