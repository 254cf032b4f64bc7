//! The profile's fields of a form, and what they are called.

use countersign_domain::profile::Profile;
use serde::{Deserialize, Serialize};

use crate::profiles::ProfileForm;

/// The profile's fields of a form; the logo has a form of its own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct ProfileFields {
    pub display_name: String,
    pub legal_name: String,
    pub phone: String,
    pub email: String,
    pub address: String,
    pub site: String,
    pub description: String,
    pub privacy_url: String,
    pub unsubscribe_url: String,
}

impl From<ProfileFields> for ProfileForm {
    fn from(fields: ProfileFields) -> Self {
        let ProfileFields {
            display_name,
            legal_name,
            phone,
            email,
            address,
            site,
            description,
            privacy_url,
            unsubscribe_url,
        } = fields;
        Self {
            display_name,
            legal_name,
            phone,
            email,
            address,
            site,
            description,
            privacy_url,
            unsubscribe_url,
            logo: None,
        }
    }
}

impl ProfileFields {
    pub(super) fn of(profile: &Profile) -> Self {
        let ProfileForm {
            display_name,
            legal_name,
            phone,
            email,
            address,
            site,
            description,
            privacy_url,
            unsubscribe_url,
            ..
        } = ProfileForm::of(profile);
        Self { display_name, legal_name, phone, email, address, site, description, privacy_url, unsubscribe_url }
    }
}

/// As the form calls a field.
pub(in crate::pages) fn field_title(field: &str) -> &'static str {
    match field {
        "display_name" => "The name",
        "legal_name" => "The legal name",
        "phone" => "The phone number",
        "email" => "The email address",
        "address" => "The address",
        "site" => "The site",
        "description" => "The description",
        "privacy_url" => "The privacy page",
        "unsubscribe_url" => "The unsubscribe page",
        _ => "A field",
    }
}
