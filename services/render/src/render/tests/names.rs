//! Names and addresses as there are: with quotes, of wide letters, with signs that no font has, from many countries.

use super::*;

fn made(asset_type: &str, layout: &str, partner: &Profile, format: Format) -> Result<Vec<u8>, RenderError> {
    let (context, content) = (context(asset_type, "en-US"), sample(asset_type, "en"));
    let wanted = Wanted { format, layout: Some(layout) };
    render(&TEMPLATES, &subject(&context, &content, partner), &NoBlobs, wanted).map(|rendition| rendition.bytes)
}

/// Every drawn layout's source for a partner of this name.
fn drawn(name: &str) -> Vec<Result<String, RenderError>> {
    let partner = Profile { display_name: name.into(), ..profile() };
    let of = |(asset_type, layout): (&str, &str)| {
        let (context, content) = (context(asset_type, "en-US"), sample(asset_type, "en"));
        svg_of(&subject(&context, &content, &partner), &NoBlobs, layout)
    };
    drawn_layouts().into_iter().map(of).collect()
}

#[test]
fn quotes_and_wide_letters_in_a_name_stand_everywhere() {
    let wide = "W".repeat(30);
    for name in ["O’Neill & “Söhne”", "L'Étoile \"du\" Nord", "Ængström <IT>", wide.as_str()] {
        let partner = Profile { display_name: name.into(), ..profile() };
        assert_eq!(partner.validate(), Ok(()), "{name}");
        for svg in drawn(name) {
            assert!(svg.is_ok(), "{name}: {}", svg.unwrap_err());
        }
        let text = String::from_utf8(made("email", "main", &partner, Format::Text).unwrap()).unwrap();
        assert!(text.contains(name), "{name}");
        let html = String::from_utf8(made("email", "main", &partner, Format::Html).unwrap()).unwrap();
        assert!(html.contains(&format!("<bdi>{}</bdi>", crate::escape::text(name))), "{name}");
    }
}

#[test]
fn a_sign_without_a_glyph_is_text_and_in_pictures_a_clear_error() {
    for (name, sign) in [("Rakete 🚀 IT", "🚀 (U+1F680)"), ("東京システム", "東 (U+6771)"), ("ร้านไอที", "ร (U+0E23)")]
    {
        let partner = Profile { display_name: name.into(), ..profile() };
        for svg in drawn(name) {
            let error = svg.unwrap_err();
            assert!(matches!(error, RenderError::Fit { .. }), "{error}");
            assert!(
                error.to_string().contains(&format!("holds {sign}, which the bundled fonts have no glyph for")),
                "{error}"
            );
        }
        for format in [Format::Html, Format::Text] {
            let text = String::from_utf8(made("one_pager", "a4", &partner, format).unwrap()).unwrap();
            let name = if format == Format::Html { crate::escape::text(name) } else { name.to_owned() };
            assert!(text.contains(&name), "{format}");
        }
    }
}

#[test]
fn characters_that_turn_text_around_stay_out_of_profiles_and_turn_no_more_than_their_own_line() {
    for bidi in ['\u{202E}', '\u{202A}', '\u{2066}', '\u{200F}'] {
        let partner = Profile { display_name: format!("Nord{bidi}licht"), ..profile() };
        assert!(partner.validate().is_err(), "{bidi:?}");
        let (context, mut content, partner) = (context("email", "en-US"), sample("email", "en"), profile());
        content.slots.insert("headline".into(), SlotText::parse(&format!("Calm{bidi} days")).unwrap());
        let html = layout_text(&subject(&context, &content, &partner), &NoBlobs, "main", Format::Html);
        let at = html.find("<h1").unwrap();
        let heading = &html[at..at + html[at..].find("</h1>").unwrap()];
        assert!(heading.contains(&format!("Calm&#{};", u32::from(bidi))), "it is seen in the source: {heading}");
        assert!(!html.contains(bidi), "{bidi:?}");
        let context = super::context("banner", "en-US");
        let mut content = sample("banner", "en");
        content.slots.insert("headline".into(), SlotText::parse(&format!("Calm{bidi} days")).unwrap());
        assert!(svg_of(&subject(&context, &content, &partner), &NoBlobs, "300x250").is_ok(), "{bidi:?}");
    }
}

/// Postal addresses in the order and script of their countries.
const ADDRESSES: [(&str, &str); 14] = [
    ("AT", "Mariahilfer Straße 12/3/14\n1070 Wien"),
    ("BR", "Av. Paulista, 1578 – Conj. 4\nBela Vista\nSão Paulo – SP\n01310-200"),
    ("CZ", "Náměstí Míru 9\n120 00 Praha 2 – Vinohrady"),
    ("DE", "Gebäude 4, Aufgang B\nAn der Alten Schleuse 1204\n21107 Hamburg"),
    ("EG", "١٢ شارع طلعت حرب\nالقاهرة ١١٥١١"),
    ("ES", "C/ Mayor, 5, 3.º izq.\n28013 Madrid"),
    ("FR", "Bâtiment C – 2ᵉ étage\n12 bis, rue de l’Œuvre\n75004 Paris CEDEX 04"),
    ("GB", "Flat 3, The Old Mill\n221b Baker Street\nLONDON\nNW1 6XE"),
    ("GR", "Λεωφόρος Αλεξάνδρας 88\n114 73 Αθήνα"),
    ("IL", "רחוב הרצל 14\nתל אביב 6688218"),
    ("IS", "Þórunnartún 2\n105 Reykjavík"),
    ("PL", "ul. Świętokrzyska 31/33 m. 5\n00-049 Warszawa"),
    ("TR", "İstiklâl Cad. No: 12/A\n34433 Beyoğlu/İSTANBUL"),
    ("UA", "вул. Хрещатик, 22\nКиїв, 01001"),
];

#[test]
fn addresses_of_many_countries_stand_in_text_page_picture_and_document() {
    for (country, address) in ADDRESSES {
        let partner = Profile { address: address.into(), ..profile() };
        assert_eq!(partner.validate(), Ok(()), "{country}");
        let line = address.replace('\n', ", ");
        let text = String::from_utf8(made("email", "main", &partner, Format::Text).unwrap()).unwrap();
        assert!(text.contains(&line), "{country}: {text}");
        let html = String::from_utf8(made("one_pager", "a4", &partner, Format::Html).unwrap()).unwrap();
        assert!(html.contains(&crate::escape::isolated(&line)), "{country}");
        let pdf = made("one_pager", "a4", &partner, Format::Pdf);
        assert!(pdf.is_ok(), "{country}: {}", pdf.unwrap_err());
    }
    let (_, address) = ADDRESSES[4];
    assert!(made("one_pager", "a4", &Profile { address: address.into(), ..profile() }, Format::Png).is_ok());
    let tokyo = Profile { address: "東京都千代田区丸の内1-9-1".into(), ..profile() };
    let error = made("one_pager", "a4", &tokyo, Format::Pdf).unwrap_err().to_string();
    assert!(error.contains("東 (U+6771)"), "{error}");
}
