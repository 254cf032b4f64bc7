//! Where the pictures of a rendition are.

use super::*;

#[test]
fn images_are_inline_for_previews_and_addresses_for_mail() {
    let (mut context, mut logo) = (context("email", "en-US"), Pictures::default());
    let digest = logo.add((400, 80), [11, 95, 255, 255]);
    context.brand.logo = Some(digest.clone());
    let (content, profile) = (sample("email", "en"), Profile { logo: Some(digest.clone()), ..profile() });
    let inline = subject(&context, &content, &profile);
    let html = |subject: &Subject<'_>| {
        String::from_utf8(render(&TEMPLATES, subject, &logo, Format::Html).unwrap().bytes).unwrap()
    };
    assert_eq!(html(&inline).matches("src=\"data:image/png;base64,").count(), 2);
    let sent = html(&Subject { images: Images::Url("https://p.example/partner/v1/"), ..inline });
    let address = format!("src=\"https://p.example/partner/v1/logos/{}.png\"", digest.hex());
    assert_eq!(sent.matches(&address).count(), 2);
    assert!(!sent.contains("data:"));
    assert!(sent.contains("alt=\"Halvard\"") && sent.contains("alt=\"Nordlicht IT\""));

    let error = render(&TEMPLATES, &inline, &NoBlobs, Format::Html).unwrap_err();
    assert!(matches!(error, RenderError::MissingLogo(_)), "{error}");
}

#[test]
fn nothing_in_an_email_is_loaded_from_elsewhere() {
    let html = text_of(&context("email", "en-US"), &sample("email", "en"), &profile(), Format::Html);
    for bad in ["fonts.googleapis", "@import", "<link", "<script", "<img"] {
        assert!(!html.contains(bad), "{bad}");
    }
    assert!(html.contains("color-scheme") && html.contains("How Fjord checks that"));
}

#[test]
fn where_two_logos_have_no_room_by_the_brands_rules_the_partners_name_stands_for_its_logo() {
    let (mut context, mut pictures) = (context("email", "en-US"), Pictures::default());
    context.brand.logo = Some(pictures.add((400, 80), [11, 95, 255, 255]));
    let content = sample("email", "en");
    let shown = |context: &Context, pictures: &Pictures, digest: Digest| {
        let profile = Profile { logo: Some(digest), ..profile() };
        let html = layout_text(&subject(context, &content, &profile), pictures, "main", Format::Html);
        html.contains("alt=\"Nordlicht IT\"")
    };
    let (square, tall) = (pictures.add((200, 200), [9, 9, 9, 255]), pictures.add((100, 400), [9, 9, 9, 255]));
    assert!(shown(&context, &pictures, square.clone()), "a square logo reaches the usual least width");
    assert!(!shown(&context, &pictures, tall), "a tall one would be narrower");
    context.brand.lockup.min_width_px = 120;
    assert!(!shown(&context, &pictures, square));
}
