//! What cannot be rendered is an error that says why; what can has a plain file name.

use super::*;

#[test]
fn an_empty_or_foreign_slot_is_an_error() {
    let (context, profile) = (context("x_post", "en-US"), profile());
    for content in [content(&[]), content(&[("text", " \n")]), content(&[("text", "Some words"), ("body", "x")])] {
        let error = render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, Format::Json).unwrap_err();
        assert!(matches!(error, RenderError::Slot { .. }), "{error}");
    }
}

#[test]
fn a_link_that_is_not_https_is_an_error() {
    let (context, content) = (context("email", "en-US"), sample("email", "en"));
    for (field, profile) in [
        ("partner.site", Profile { site: "javascript:alert(1)".into(), ..profile() }),
        (
            "partner.socials",
            Profile { socials: BTreeMap::from([(SocialNetwork::X, "javascript:alert(1)".into())]), ..profile() },
        ),
        ("partner.unsubscribe_url", Profile { unsubscribe_url: "data:text/html,x".into(), ..profile() }),
    ] {
        let error = render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, Format::Html).unwrap_err();
        assert!(error.to_string().starts_with(field), "{error}");
    }
}

#[test]
fn file_names_are_plain() {
    let (context, content, profile) = (context("x_post", "en-US"), sample("x_post", "en"), profile());
    let links = Tracking { partner: "../Nörd licht", ..TRACKING };
    let subject = Subject { links, ..subject(&context, &content, &profile) };
    let rendition = render(&TEMPLATES, &subject, &NoBlobs, Format::Text).unwrap();
    assert_eq!(rendition.file_name, "x_post-en-US----n-rd-licht.txt");
}

#[test]
fn the_placeholder_is_a_valid_profile() {
    assert_eq!(placeholder_profile().validate(), Ok(()));
}

/// Every tag of a rendition by name. Those that mark where a post is cut depend on its length, and are left out.
fn tags(html: &str) -> Vec<String> {
    let tag = regex::Regex::new(r"<[a-zA-Z/!][^\s>]*").unwrap();
    let tags = tag.find_iter(html).map(|found| found.as_str().to_owned());
    tags.filter(|tag| !matches!(tag.as_str(), "<span" | "</span" | "<bdi" | "</bdi")).collect()
}

fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<script>".to_owned()),
        Just("</style><svg onload=x>".to_owned()),
        Just("\" onmouseover=\"x".to_owned()),
        Just("<!-- --><![endif]-->".to_owned()),
        Just("{{ 7*7 }}{% include 'x' %}{#".to_owned()),
        Just("]]>&lt;\\u{0}".to_owned()),
        "\\PC{0,12}",
        any::<String>(),
    ];
    // Starts with a letter, so that no text is a bullet or blank and the shape stays the same.
    prop::collection::vec(piece, 0..6).prop_map(|pieces| format!("a{}", pieces.concat().replace(['\n', '\r'], " ")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_of_anyone_becomes_a_tag(text in hostile_text(), name in hostile_text()) {
        let tame = Profile { display_name: "a".into(), legal_name: "a".into(), address: "a".into(), ..profile() };
        let wild = Profile { display_name: name.clone(), legal_name: name.clone(), address: name.clone(), ..profile() };
        for asset_type in OLD {
            let mut context = context(asset_type, "en-US");
            let slots = |text: &str| {
                let segments = vec![
                    Segment::Text { text: text.to_owned() },
                    Segment::Partner { partner: PartnerField::DisplayName },
                ];
                let template = TEMPLATES.get(asset_type).unwrap();
                Content { slots: template.slots.iter().map(|s| (s.name.clone(), SlotText { segments: segments.clone() })).collect() }
            };
            context.brand.name = "a".into();
            let expected = tags(&text_of(&context, &slots("a"), &tame, Format::Html));
            context.brand.name = name.clone();
            let html = text_of(&context, &slots(&text), &wild, Format::Html);
            prop_assert!(!html.contains("<script"));
            prop_assert_eq!(tags(&html), expected);
        }
    }
}
