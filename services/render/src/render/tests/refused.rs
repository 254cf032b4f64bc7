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
