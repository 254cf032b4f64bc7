//! What of a brand's sheet is about partners: lock-up rules and badges, every fault with its pointer.

use countersign_domain::digest::Digest;
use countersign_domain::place::Locale;
use countersign_domain::release::BrandIdentity;

use crate::faults::Faults;
use crate::profiles::pointed;
use crate::sheet::line;

const MAX_BADGES: usize = 20;
const MAX_LABELS: usize = 60;

/// Everything that is wrong with an identity's rules and badges. Whether images are on file is for [`on_file`] to say.
pub(crate) fn check(identity: &BrandIdentity, faults: &mut Faults) {
    for (name, reason) in identity.lockup.validate().err().unwrap_or_default() {
        faults.say(format!("/identity/lockup/{name}"), reason);
    }
    if identity.badges.len() > MAX_BADGES {
        faults.say("/identity/badges", format!("has {} entries; {MAX_BADGES} at most", identity.badges.len()));
    }
    for (tier, badge) in identity.badges.iter().take(MAX_BADGES) {
        let pointer = format!("/identity/badges/{}", pointed(tier));
        line(faults, &pointer, tier, 1, 40);
        if badge.label.is_empty() {
            faults.say(format!("{pointer}/label"), "needs a text in one language at least, such as en: Gold partner");
        }
        if badge.label.len() > MAX_LABELS {
            faults.say(format!("{pointer}/label"), format!("has {} entries; {MAX_LABELS} at most", badge.label.len()));
        }
        for (language, label) in badge.label.iter().take(MAX_LABELS) {
            let pointer = format!("{pointer}/label/{}", pointed(language));
            match language.parse::<Locale>() {
                Ok(tag) if tag.as_str() == language => {}
                Ok(tag) => faults.say(pointer.as_str(), format!("write the tag as {tag}")),
                Err(error) => faults.say(pointer.as_str(), error),
            }
            line(faults, &pointer, label, 1, 40);
        }
    }
}

/// Images of `identity` that are not this brand's own already. A digest is no proof that the bytes are the brand's to
/// show, so only an upload brings new ones.
pub(crate) fn on_file(identity: &BrandIdentity, before: Option<&BrandIdentity>, faults: &mut Faults) {
    let known = |digest: &Digest, kept: &[Option<&Digest>]| kept.contains(&Some(digest));
    let logos = [
        ("/identity/logo", &identity.logo, before.and_then(|before| before.logo.as_ref())),
        ("/identity/logo_dark", &identity.logo_dark, before.and_then(|before| before.logo_dark.as_ref())),
    ];
    for (pointer, logo, kept) in logos {
        if logo.as_ref().is_some_and(|digest| !known(digest, &[kept])) {
            faults.say(pointer, "is not this brand's logo; `countersign brand add FILE --logo PNG` brings a new one");
        }
    }
    let kept: Vec<_> = before.iter().flat_map(|before| before.badges.values()).map(|b| b.image.as_ref()).collect();
    for (tier, badge) in &identity.badges {
        if badge.image.as_ref().is_some_and(|digest| !known(digest, &kept)) {
            let pointer = format!("/identity/badges/{}/image", pointed(tier));
            faults.say(pointer, "is not this brand's badge; `badge_images` of `countersign brand add FILE` brings one");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::release::{BadgeDesign, LockupRules};

    fn pointers(faults: Faults) -> Vec<String> {
        faults.0.into_iter().map(|(pointer, _)| pointer).collect()
    }

    fn badge(label: &[(&str, &str)], image: Option<&Digest>) -> BadgeDesign {
        let label = label.iter().map(|(language, text)| ((*language).to_owned(), (*text).to_owned())).collect();
        BadgeDesign { label, image: image.cloned() }
    }

    #[test]
    fn every_fault_of_rules_and_badges_is_named_with_its_pointer() {
        let identity = BrandIdentity {
            lockup: LockupRules { contrast_tenths: 0, ..LockupRules::default() },
            badges: [
                ("gold".to_owned(), badge(&[("en", "Gold partner"), ("german", "Gold-Partner"), ("DE", "Gold")], None)),
                ("a/b".to_owned(), badge(&[], None)),
                ("c\nd".to_owned(), badge(&[("en", "x\ny")], None)),
            ]
            .into(),
            ..BrandIdentity::default()
        };
        let mut faults = Faults::default();
        check(&identity, &mut faults);
        let wanted = [
            "/identity/lockup/contrast_tenths",
            "/identity/badges/a~1b/label",
            "/identity/badges/c\nd",
            "/identity/badges/c\nd/label/en",
            "/identity/badges/gold/label/DE",
            "/identity/badges/gold/label/german",
        ];
        assert_eq!(pointers(faults), wanted);
    }

    #[test]
    fn names_in_any_script_and_with_markup_are_labels() {
        let identity = BrandIdentity {
            badges: [(
                "gold".to_owned(),
                badge(&[("ar", "شريك ذهبي"), ("ja", "ゴールド"), ("en", "<b>{{7*7}}")], None),
            )]
            .into(),
            ..BrandIdentity::default()
        };
        let mut faults = Faults::default();
        check(&identity, &mut faults);
        assert!(faults.0.is_empty(), "{faults}");
    }

    #[test]
    fn only_images_that_the_brand_has_already_may_be_named() {
        let (one, two) = (Digest::of_bytes(b"one"), Digest::of_bytes(b"two"));
        let of = |logo: &Digest, image: &Digest| BrandIdentity {
            logo_dark: Some(logo.clone()),
            badges: [("gold".to_owned(), badge(&[("en", "Gold")], Some(image)))].into(),
            ..BrandIdentity::default()
        };
        let before = of(&one, &one);
        let said = |identity: &BrandIdentity, before: Option<&BrandIdentity>| {
            let mut faults = Faults::default();
            on_file(identity, before, &mut faults);
            pointers(faults)
        };
        assert!(said(&before, Some(&before)).is_empty());
        assert_eq!(said(&of(&two, &one), Some(&before)), ["/identity/logo_dark"]);
        assert_eq!(said(&of(&one, &two), Some(&before)), ["/identity/badges/gold/image"]);
        assert_eq!(said(&before, None).len(), 2);
    }
}
