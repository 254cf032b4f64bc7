//! Language, direction, market and edition come from the context, and nothing stands in for one that is missing.

use super::*;

#[test]
fn language_and_direction_are_those_of_the_locale() {
    let html = text_of(&context("email", "de-DE"), &sample("email", "de"), &profile(), Format::Html);
    assert!(html.contains(r#"<html lang="de-DE" dir="ltr""#));

    let html = text_of(&context("email", "ar-EG"), &sample("email", "ar"), &profile(), Format::Html);
    assert!(html.contains(r#"<html lang="ar-EG" dir="rtl""#));
    assert!(html.contains("text-align:right") && html.contains("direction:rtl"));

    // Thai has no locked texts, and nothing stands in for them.
    let mut thai = context("email", "en-US");
    thai.locale = "th-TH".parse().unwrap();
    let (content, profile) = (sample("email", "en"), profile());
    let error = render(&TEMPLATES, &subject(&thai, &content, &profile), &NoBlobs, Format::Html).unwrap_err();
    assert!(matches!(error, RenderError::Language { .. }), "{error}");
}

#[test]
fn a_market_without_its_legal_notice_is_blocked() {
    let (content, profile) = (sample("x_post", "de"), profile());
    let mut context = context("x_post", "de-DE");
    context.market = "AT".parse().unwrap();
    for format in [Format::Html, Format::Text, Format::Json] {
        let error = render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, format).unwrap_err();
        assert!(matches!(error, RenderError::MissingLegal { .. }), "{error}");
    }
    context.brand.legal.insert("AT".into(), "  \n".into());
    assert!(render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, Format::Text).is_err());
    context.brand.legal.clear();
    assert!(render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, Format::Text).is_ok());
}

#[test]
fn another_edition_of_a_template_is_not_used() {
    let (content, profile) = (sample("email", "en"), profile());
    let mut context = context("email", "en-US");
    let tag = std::mem::replace(&mut context.template, "email@99".into());
    let error = render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, Format::Html).unwrap_err();
    assert!(matches!(&error, RenderError::Edition { asked, have } if asked == "email@99" && *have == tag));
    context.asset_type = "fax".into();
    let error = render(&TEMPLATES, &subject(&context, &content, &profile), &NoBlobs, Format::Html).unwrap_err();
    assert!(matches!(error, RenderError::UnknownTemplate(_)));
}

#[test]
fn a_trial_finds_what_a_pull_would_fail_on_and_needs_no_logo() {
    let mut context = context("email", "de-DE");
    let template = TEMPLATES.get("email").unwrap();
    context.brand.logo = Some(Digest::of_bytes(b"a logo"));
    try_render(template, &context, &sample("email", "de")).unwrap();
    let error = try_render(template, &context, &content(&[("subject", "x")])).unwrap_err();
    assert!(matches!(error, RenderError::Slot { .. }), "{error}");
    context.brand.legal.remove("DE");
    let error = try_render(template, &context, &sample("email", "de")).unwrap_err();
    assert!(matches!(error, RenderError::MissingLegal { .. }), "{error}");
}

#[test]
fn a_partners_value_cannot_turn_its_neighbours_around() {
    let profile = Profile { display_name: "شركة الشمال".into(), ..profile() };
    for asset_type in OLD {
        let context = context(asset_type, "en-US");
        let html = text_of(&context, &sample(asset_type, "en"), &profile, Format::Html);
        assert!(html.contains("<bdi>شركة الشمال</bdi>"));
        // Outside of attributes, the name stands in isolation only.
        let body = &html[html.find("<body").unwrap()..];
        let bare = body.replace("<bdi>شركة الشمال</bdi>", "");
        assert!(!bare.contains("شركة الشمال"), "{asset_type}");
    }
}
