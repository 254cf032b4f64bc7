//! What of a partner a layout shows, so that a rendition is made again only when a value that stands in it has changed.

use std::collections::{BTreeMap, BTreeSet};

use countersign_released::content::{Segment, SlotText};
use countersign_released::digest::Digest;
use countersign_released::profile::Profile;
use serde_json::{Value, json};

use super::locked::{Hole, LockedText};

/// The values of a profile that a layout can show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touches {
    /// By their names in a profile.
    values: BTreeSet<String>,
    /// Everything, where a layout does not say what.
    all: bool,
}

/// What stands for a value of another name, or is made of several.
const MADE_OF: [(&str, &[&str]); 8] = [
    ("words.partner", &["display_name"]),
    ("words.initial", &["display_name"]),
    ("links.cta", &["site"]),
    ("links.site", &["site"]),
    ("links.host", &["site"]),
    ("links.privacy", &["privacy_url"]),
    ("links.unsubscribe", &["unsubscribe_url"]),
    ("badge", &["badge"]),
];

impl Touches {
    /// Of the names that a layout asks for, and the locked texts that it may print.
    pub(super) fn of(names: &BTreeSet<String>, locked: &BTreeMap<String, BTreeMap<String, LockedText>>) -> Self {
        let mut touches = Self::default();
        for name in names {
            let (root, leaf) = name.split_once('.').unwrap_or((name, ""));
            if let Some((_, made_of)) =
                MADE_OF.iter().find(|(known, _)| name == known || (root == "badge" && root == *known))
            {
                touches.values.extend(made_of.iter().map(|value| (*value).to_owned()));
                continue;
            }
            match root {
                "partner" if !leaf.is_empty() => drop(touches.values.insert(leaf.to_owned())),
                "partner" | "words" | "links" if leaf.is_empty() => touches.all = true,
                "logos" | "lockup" => touches.values.extend(LOGOS.map(str::to_owned)),
                "locked" => touches.add_locked(leaf, locked),
                _ => {}
            }
        }
        touches
    }

    fn add_locked(&mut self, name: &str, locked: &BTreeMap<String, BTreeMap<String, LockedText>>) {
        let texts = locked.values().flat_map(|texts| texts.iter());
        for hole in texts.filter(|(key, _)| name.is_empty() || *key == name).flat_map(|(_, text)| &text.0) {
            match hole {
                Hole::Partner => drop(self.values.insert("display_name".to_owned())),
                // An empty legal name is the display name.
                Hole::LegalName => self.values.extend(["display_name", "legal_name"].map(str::to_owned)),
                Hole::Words(_) | Hole::Brand => {}
            }
        }
    }

    /// The same, and what `slots` refer to.
    pub(crate) fn with_slots<'a>(&self, slots: impl Iterator<Item = &'a SlotText>) -> Self {
        let mut touches = self.clone();
        for segment in slots.flat_map(|slot| &slot.segments) {
            if let Segment::Partner { partner } = segment {
                touches.values.insert(partner.name().to_owned());
            }
        }
        touches
    }

    pub(crate) fn join(&mut self, other: &Self) {
        self.values.extend(other.values.iter().cloned());
        self.all |= other.all;
    }

    pub(crate) fn all() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// The digest of the values of `profile` that are shown: equal ones give equal renditions.
    pub(crate) fn imprint(&self, profile: &Profile) -> Digest {
        let Ok(Value::Object(values)) = serde_json::to_value(profile) else { return profile.digest() };
        if self.all {
            return profile.digest();
        }
        // Every link leads to the site, and a name stands for a missing logo.
        let shown = |key: &String| self.values.contains(key);
        let kept: BTreeMap<String, Value> = values.into_iter().filter(|(key, _)| shown(key)).collect();
        Digest::of_json(&json!(kept))
    }
}

/// What a lock-up is made of.
const LOGOS: [&str; 3] = ["logo", "logo_dark", "display_name"];

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_released::content::PartnerField;

    fn touches(names: &[&str]) -> Touches {
        Touches::of(&names.iter().map(|name| (*name).to_owned()).collect(), &BTreeMap::new())
    }

    #[test]
    fn only_a_value_that_is_shown_changes_the_imprint() {
        let one = Profile { display_name: "A".into(), phone: "1".into(), ..Profile::default() };
        let other = Profile { phone: "2".into(), ..one.clone() };
        let post = touches(&["partner.display_name", "links.cta", "lang"]);
        assert_eq!(post.imprint(&one), post.imprint(&other));
        let email = touches(&["partner.display_name", "partner.phone"]);
        assert_ne!(email.imprint(&one), email.imprint(&other));
        assert_ne!(touches(&["partner"]).imprint(&one), touches(&["partner"]).imprint(&other), "all of it");
        assert_ne!(Touches::all().imprint(&one), Touches::all().imprint(&other));
    }

    #[test]
    fn a_slot_and_a_locked_text_show_what_they_refer_to() {
        let one = Profile { legal_name: "A Ltd.".into(), phone: "1".into(), ..Profile::default() };
        let other = Profile { phone: "2".into(), ..one.clone() };
        let slot = SlotText::parse("Call {{partner.phone}}").unwrap();
        let with = touches(&["slots.body.text"]).with_slots([&slot].into_iter());
        assert_ne!(with.imprint(&one), with.imprint(&other));
        let renamed = Profile { legal_name: "B Ltd.".into(), ..one.clone() };
        let sender = LockedText(vec![Hole::Words("Sender: ".into()), Hole::LegalName]);
        let locked = BTreeMap::from([("en".to_owned(), BTreeMap::from([("sender".to_owned(), sender)]))]);
        let names = BTreeSet::from(["locked.sender".to_owned()]);
        assert_ne!(Touches::of(&names, &locked).imprint(&one), Touches::of(&names, &locked).imprint(&renamed));
        assert_eq!(Touches::of(&names, &locked).imprint(&one), Touches::of(&names, &locked).imprint(&other));
    }

    #[test]
    fn every_partner_field_is_one_of_the_profile() {
        let values = serde_json::to_value(Profile::default()).unwrap();
        for field in PartnerField::ALL {
            assert!(values.get(field.name()).is_some() || field.name() == "contact_role", "{field}");
        }
    }
}
