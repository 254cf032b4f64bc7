//! Renditions kept word for word, and files to look at.

use super::*;

#[test]
fn every_type_in_every_language_is_as_it_was() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for asset_type in OLD {
            for locale in ["en-US", "de-DE", "ar-EG"] {
                let context = context(asset_type, locale);
                let content = sample(asset_type, context.locale.language());
                for format in [Format::Html, Format::Text, Format::Json] {
                    let name = format!("{asset_type}.{locale}.{format}");
                    // A snapshot is of the words, whatever the digest of the layouts.
                    let text = text_of(&context, &content, &profile(), format);
                    let edition = &TEMPLATES.get(asset_type).unwrap().edition;
                    insta::assert_snapshot!(name, text.replace(&format!("+{edition}"), ""));
                }
            }
        }
    });
}

/// Not a check: writes what people look at. `cargo test -p countersign-render -- --ignored gallery`
#[test]
#[ignore = "writes files to look at"]
fn gallery() {
    let folder = std::env::temp_dir().join("countersign-gallery");
    std::fs::create_dir_all(&folder).unwrap();
    for template in TEMPLATES.iter() {
        for language in template.locales() {
            let locale = locale_of(language);
            let (rich, full, pictures) = everything(&template.name, &locale);
            for (name, context, profile) in
                [("full", &rich, &full), ("plain", &context(&template.name, &locale), &profile())]
            {
                let content = sample(&template.name, language);
                for layout in &template.layouts {
                    for format in layout.formats() {
                        let wanted = Wanted { format, layout: Some(&layout.name) };
                        let subject = subject(context, &content, profile);
                        let rendition = render(&TEMPLATES, &subject, &pictures, wanted).unwrap();
                        std::fs::write(folder.join(format!("{name}-{}", rendition.file_name)), rendition.bytes)
                            .unwrap();
                    }
                }
            }
        }
    }
}
