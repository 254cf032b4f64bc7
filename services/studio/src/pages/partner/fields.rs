//! The profile's fields of a form, and what they are called.

use std::collections::BTreeMap;

use countersign_domain::profile::Profile;
use serde::{Deserialize, Serialize};

use crate::profiles::ProfileForm;

/// The profile's fields of a form; logos have forms of their own, and a badge has none.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct ProfileFields {
    pub display_name: String,
    pub legal_name: String,
    pub phone: String,
    pub email: String,
    pub contact_role: String,
    pub address: String,
    pub site: String,
    pub description: String,
    pub privacy_url: String,
    pub unsubscribe_url: String,
    pub time_zone: String,
    pub social_linkedin: String,
    pub social_x: String,
    pub social_facebook: String,
    pub social_instagram: String,
    pub social_youtube: String,
    pub social_xing: String,
}

impl From<ProfileFields> for ProfileForm {
    fn from(fields: ProfileFields) -> Self {
        let socials = [
            ("linkedin", fields.social_linkedin),
            ("x", fields.social_x),
            ("facebook", fields.social_facebook),
            ("instagram", fields.social_instagram),
            ("youtube", fields.social_youtube),
            ("xing", fields.social_xing),
        ];
        Self {
            display_name: fields.display_name,
            legal_name: fields.legal_name,
            phone: fields.phone,
            email: fields.email,
            contact_role: fields.contact_role,
            address: fields.address,
            site: fields.site,
            description: fields.description,
            privacy_url: fields.privacy_url,
            unsubscribe_url: fields.unsubscribe_url,
            socials: socials.map(|(network, link)| (network.to_owned(), link)).into(),
            time_zone: fields.time_zone,
            logo: None,
            logo_dark: None,
            logo_vector: None,
        }
    }
}

impl ProfileFields {
    pub(super) fn of(profile: &Profile) -> Self {
        let mut form = ProfileForm::of(profile);
        let mut social = |network: &str| form.socials.remove(network).unwrap_or_default();
        Self {
            social_linkedin: social("linkedin"),
            social_x: social("x"),
            social_facebook: social("facebook"),
            social_instagram: social("instagram"),
            social_youtube: social("youtube"),
            social_xing: social("xing"),
            display_name: form.display_name,
            legal_name: form.legal_name,
            phone: form.phone,
            email: form.email,
            contact_role: form.contact_role,
            address: form.address,
            site: form.site,
            description: form.description,
            privacy_url: form.privacy_url,
            unsubscribe_url: form.unsubscribe_url,
            time_zone: form.time_zone,
        }
    }
}

/// Faults by the names of the form's fields: `socials/xing` is `social_xing` there.
pub(in crate::pages) fn beside_fields(wrong: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut faults = BTreeMap::<String, String>::new();
    for (place, reason) in wrong {
        let said = faults.entry(place.replacen("socials/", "social_", 1)).or_default();
        if !said.is_empty() {
            said.push_str("; ");
        }
        said.push_str(&reason);
    }
    faults
}

/// As the form calls a place in a profile.
pub(in crate::pages) fn field_title(place: &str) -> &'static str {
    match place {
        "display_name" => "The name",
        "legal_name" => "The legal name",
        "phone" => "The phone number",
        "email" => "The email address",
        "contact_role" => "The contact person's role",
        "address" => "The address",
        "site" => "The site",
        "description" => "The value proposition",
        "privacy_url" => "The privacy page",
        "unsubscribe_url" => "The unsubscribe page",
        "time_zone" => "The time zone",
        "socials/linkedin" => "The link to LinkedIn",
        "socials/x" => "The link to X",
        "socials/facebook" => "The link to Facebook",
        "socials/instagram" => "The link to Instagram",
        "socials/youtube" => "The link to YouTube",
        "socials/xing" => "The link to XING",
        _ => "A field",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::content::PartnerField;
    use countersign_domain::social::SocialNetwork;

    /// A profile with a value in each place that a form fills.
    fn full() -> Profile {
        let text = PartnerField::ALL.map(|field| format!("\"{field}\":\"a value for {field}\"")).join(",");
        let socials = SocialNetwork::ALL.map(|network| format!("\"{network}\":\"https://{network}.com/a\"")).join(",");
        serde_json::from_str(&format!("{{{text},\"socials\":{{{socials}}},\"time_zone\":\"Europe/Berlin\"}}")).unwrap()
    }

    #[test]
    fn every_value_of_a_profile_has_a_field_of_the_form() {
        let profile = full();
        let back = ProfileForm::from(ProfileFields::of(&profile));
        assert_eq!(back, ProfileForm::of(&profile));
    }

    #[test]
    fn every_place_where_something_can_be_wrong_has_a_title() {
        let socials = SocialNetwork::ALL.map(|network| format!("socials/{network}"));
        let fields = PartnerField::ALL.map(|field| field.name().to_owned());
        for place in fields.into_iter().chain(socials).chain(["time_zone".to_owned()]) {
            assert_ne!(field_title(&place), "A field", "{place}");
        }
    }
}
