//! The same bytes every time, and on every machine.

use super::*;

#[test]
fn the_same_subject_gives_the_same_bytes_twice_and_with_templates_read_again() {
    let again = Templates::embedded().unwrap();
    for template in TEMPLATES.iter() {
        let (context, partner, pictures) = everything(&template.name, "en-US");
        let content = sample(&template.name, "en");
        let subject = subject(&context, &content, &partner);
        for format in template.formats() {
            let one = render(&TEMPLATES, &subject, &pictures, format).unwrap();
            let what = format!("{} as {format}", template.name);
            assert_eq!(one.digest, Digest::of_bytes(&one.bytes), "{what}");
            assert!(one == render(&TEMPLATES, &subject, &pictures, format).unwrap(), "{what}, twice");
            assert!(one == render(&again, &subject, &pictures, format).unwrap(), "{what}, read again");
        }
    }
}

/// What is drawn and packed, by digest: a machine whose arithmetic differs shows here. Seen to hold with AVX2, FMA and BMI2
/// switched off. A changed layout changes them.
#[test]
fn drawn_and_packed_bytes_are_those_of_every_machine() {
    let mut digests = String::new();
    for (asset_type, layout) in drawn_layouts() {
        let (context, partner, pictures) = everything(asset_type, "en-US");
        let content = sample(asset_type, "en");
        let subject = subject(&context, &content, &partner);
        let template = TEMPLATES.get(asset_type).unwrap();
        for format in template.layout(layout).unwrap().formats() {
            if matches!(format, Format::Png | Format::Pdf) {
                let made = render(&TEMPLATES, &subject, &pictures, Wanted { format, layout: Some(layout) }).unwrap();
                digests.push_str(&format!("{asset_type} {layout} {format} {}\n", made.digest.hex()));
            }
        }
    }
    for asset_type in ["banner", "one_pager"] {
        let (context, partner, pictures) = everything(asset_type, "en-US");
        let content = sample(asset_type, "en");
        let made = render(&TEMPLATES, &subject(&context, &content, &partner), &pictures, Format::Zip).unwrap();
        digests.push_str(&format!("{asset_type} zip {}\n", made.digest.hex()));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("drawn_and_packed", digests));
}
