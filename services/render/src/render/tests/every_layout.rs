//! Every layout of every type, in each of its languages, for partners who gave much and little.

use super::*;

/// Each drawn layout only has its lines measured and its source read here; `bytes` and `names` draw some.
fn renders(template: &Template, language: &str) {
    let context = context(&template.name, &locale_of(language));
    let content = sample(&template.name, language);
    let longest = longest_profile(context.locale.direction());
    for (who, profile) in [("placeholder", &placeholder_profile()), ("longest", &longest), ("least", &least())] {
        let subject = subject(&context, &content, profile);
        for layout in &template.layouts {
            for format in layout.formats() {
                let what = format!("{} {} in {language} for the {who}, as {format}", template.name, layout.name);
                if layout.picture.is_some() && matches!(format, Format::Png | Format::Pdf) {
                    let svg =
                        svg_of(&subject, &NoBlobs, &layout.name).unwrap_or_else(|error| panic!("{what}: {error}"));
                    roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{what}: {error}"));
                    continue;
                }
                let text = layout_text(&subject, &NoBlobs, &layout.name, format);
                let name = profile.display_name.as_str();
                let name = if format == Format::Html { crate::escape::text(name) } else { name.to_owned() };
                assert!(text.contains(&name) || shows_no_name(&template.name), "{what}");
                assert!(!text.contains("{{") && !text.contains("{%"), "{what}");
            }
        }
        let json = render(&TEMPLATES, &subject, &NoBlobs, Format::Json).unwrap();
        let data: serde_json::Value = serde_json::from_slice(&json.bytes).unwrap();
        assert_eq!(data["partner"]["display_name"], profile.display_name, "{language}");
    }
}

/// Those whose texts need not name the partner.
fn shows_no_name(asset_type: &str) -> bool {
    matches!(asset_type, "banner" | "search_ad" | "meta_ad" | "video_script" | "x_post" | "linkedin_post")
}

#[test]
fn every_layout_renders_in_every_language_for_every_partner() {
    let jobs: Vec<(&Template, &str)> =
        TEMPLATES.iter().flat_map(|template| template.locales().map(move |language| (template, language))).collect();
    assert!(jobs.len() >= 11 * 9, "{}", jobs.len());
    let half = jobs.len() / 2;
    std::thread::scope(|scope| {
        for part in [&jobs[..half], &jobs[half..]] {
            scope.spawn(move || part.iter().for_each(|(template, language)| renders(template, language)));
        }
    });
}

#[test]
fn pictures_and_documents_are_drawn_from_left_and_from_right() {
    for locale in ["en-US", "ar-EG"] {
        for (asset_type, layout) in drawn_layouts() {
            let (context, partner, pictures) = everything(asset_type, locale);
            let content = sample(asset_type, context.locale.language());
            let subject = subject(&context, &content, &partner);
            let template = TEMPLATES.get(asset_type).unwrap();
            let picture = template.layout(layout).unwrap().picture.clone().unwrap();
            let png =
                render(&TEMPLATES, &subject, &pictures, Wanted { format: Format::Png, layout: Some(layout) }).unwrap();
            assert_eq!(logo::size(&png.bytes), Some((picture.width, picture.height)), "{asset_type} {layout}");
            if picture.pdf {
                let pdf = render(&TEMPLATES, &subject, &pictures, Wanted { format: Format::Pdf, layout: Some(layout) });
                assert!(pdf.unwrap().bytes.starts_with(b"%PDF-1.7"), "{asset_type} {layout}");
            }
        }
    }
}
