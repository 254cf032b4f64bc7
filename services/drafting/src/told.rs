//! What a kit says already, and what was released before: a draft that opens like another one, or says a run of words that
//! another one says, loses against one that does not.

use std::collections::HashSet;
use std::sync::Arc;

use countersign_domain::content::{Content, PartnerField, SlotText};

/// So many words make an opening.
const OPENING: usize = 4;
/// So many words in a row are somebody's wording.
const RUN: usize = 8;

/// Openings and runs of words of other texts.
#[derive(Clone, Debug, Default)]
pub struct Told {
    openings: HashSet<String>,
    runs: HashSet<String>,
    approved: Approved,
}

/// Runs of words of content that was approved before. Clones share them: a library is read once, not for each draft.
#[derive(Clone, Debug, Default)]
pub struct Approved(Arc<HashSet<String>>);

impl Approved {
    #[must_use]
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(Arc::new(texts.into_iter().flat_map(|text| runs(&[words(text)])).collect()))
    }
}

impl Told {
    /// Of the kit's other assets in this locale, and of content that was approved before.
    #[must_use]
    pub fn of<'a>(siblings: impl IntoIterator<Item = &'a Content>, approved: Approved) -> Self {
        let mut told = Self { approved, ..Self::default() };
        for slot in siblings.into_iter().flat_map(|content| content.slots.values()) {
            let stretches = stretches(slot);
            told.openings.extend(opening(&stretches));
            told.runs.extend(runs(&stretches));
        }
        told
    }

    /// How much of a slot is told already: 1 for its opening, 1 for each run of words.
    #[must_use]
    pub fn again(&self, slot: &SlotText) -> usize {
        let stretches = stretches(slot);
        let opens = opening(&stretches).is_some_and(|opening| self.openings.contains(&opening));
        let is_told = |run: &&String| self.runs.contains(*run) || self.approved.0.contains(*run);
        usize::from(opens) + runs(&stretches).iter().filter(is_told).count()
    }

    /// The same of a whole text.
    #[must_use]
    pub fn again_in(&self, content: &Content) -> usize {
        content.slots.values().map(|slot| self.again(slot)).sum()
    }
}

fn words(text: &str) -> Vec<String> {
    // A name is one word.
    let text =
        text.replace("{{product.name}}", " ʘproduct ").replace(PartnerField::DisplayName.placeholder(), " ʘpartner ");
    let parts = text.split(|c: char| !(c.is_alphanumeric() || c == '’' || c == 'ʘ'));
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The words that stand between references.
fn stretches(slot: &SlotText) -> Vec<Vec<String>> {
    slot.stretches().iter().map(|text| words(text)).collect()
}

fn opening(stretches: &[Vec<String>]) -> Option<String> {
    stretches.first().filter(|words| words.len() >= OPENING).map(|words| words[..OPENING].join(" "))
}

fn runs(stretches: &[Vec<String>]) -> Vec<String> {
    stretches.iter().flat_map(|words| words.windows(RUN)).map(|run| run.join(" ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn content(text: &str) -> Content {
        Content { slots: BTreeMap::from([("body".into(), SlotText::parse(text).unwrap())]) }
    }

    #[test]
    fn an_opening_and_a_run_of_words_are_told_once() {
        let sibling = content("Who notices first when it fails, and who is told of it at night?");
        let told =
            Told::of([&sibling], Approved::of(["Each restore is rehearsed in isolation before anybody needs it."]));
        assert_eq!(told.again_in(&content("Who notices first when all is quiet?")), 1);
        assert_eq!(told.again_in(&content("Ask yourself who notices first.")), 0);
        assert_eq!(told.again_in(&content("So fails, and who is told of it at night here.")), 2, "two runs of eight");
        assert_eq!(told.again_in(&content("Rather: Each restore is rehearsed in isolation before anybody.")), 1);
        assert_eq!(told.again_in(&content("Read more")), 0);
        assert_eq!(Told::default().again_in(&sibling), 0);
    }
}
