//! Links to a partner: https only, and told apart in the partner's own analytics.

use url::Url;

/// What the links of a rendition say of where they were clicked.
#[derive(Clone, Copy, Debug)]
pub struct Tracking<'a> {
    /// `utm_campaign`; left out when empty.
    pub campaign: &'a str,
    /// `utm_content`: the asset's id.
    pub asset: &'a str,
    /// `utm_source`: the partner's slug.
    pub partner: &'a str,
}

/// `text` as a link that may stand in a rendition; else what is wrong with it.
pub(crate) fn checked(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is no web address: {error}"))?;
    if url.scheme() == "https" && url.has_host() { Ok(url) } else { Err("must start with https://".to_owned()) }
}

/// `site` with the campaign's parameters in place of any that it had; its other parameters and fragment stay.
pub(crate) fn tracked(site: &Url, medium: &str, tracking: &Tracking<'_>) -> Url {
    let ours = [
        ("utm_source", tracking.partner),
        ("utm_medium", medium),
        ("utm_campaign", tracking.campaign),
        ("utm_content", tracking.asset),
    ];
    let kept: Vec<(String, String)> = site
        .query_pairs()
        .filter(|(key, _)| !ours.iter().any(|(name, _)| name == key))
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    let mut url = site.clone();
    url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(ours.iter().filter(|(_, value)| !value.is_empty()));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_partner_channel_campaign_and_asset() {
        let site = checked("https://partner.example/shop?ref=a%20b&utm_source=old#top").unwrap();
        let tracking = Tracking { campaign: "spring & summer", asset: "0193", partner: "nordlicht" };
        assert_eq!(
            tracked(&site, "email", &tracking).as_str(),
            "https://partner.example/shop?ref=a+b&utm_source=nordlicht&utm_medium=email\
             &utm_campaign=spring+%26+summer&utm_content=0193#top"
        );
    }

    #[test]
    fn only_https_is_a_link() {
        for bad in ["javascript:alert(1)", "http://partner.example", "data:text/html,x", "//partner.example", ""] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }
}
