//! The bundled fonts, and how wide they set a text: Noto Sans, and DejaVu Sans for what it has no glyphs for (Arabic,
//! Hebrew, signs). Measured by the shaper that also draws, so that a line which fits is drawn as wide as it was measured.

use std::sync::{Arc, LazyLock};

use fontdb::{Database, ID, Source};
use rustybuzz::{Face, UnicodeBuffer};
use usvg::FontResolver;

/// As layouts name it.
pub(super) const FAMILY: &str = "Noto Sans";

/// Whether a font is bold, and its bytes.
type File = (bool, fn() -> &'static [u8]);

/// The fonts of one weight, in the order in which a glyph is looked for.
const FILES: [File; 4] = [
    (false, || notosans::REGULAR_TTF),
    (false, dejavu::sans::regular),
    (true, || notosans::BOLD_TTF),
    (true, dejavu::sans::bold),
];

pub(super) static DATABASE: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for (_, bytes) in FILES {
        fonts.load_font_source(Source::Binary(Arc::new(bytes())));
    }
    fonts.set_sans_serif_family(FAMILY);
    Arc::new(fonts)
});

static FACES: LazyLock<Vec<(bool, Face<'static>)>> = LazyLock::new(|| {
    let face = |(bold, bytes): File| {
        (bold, Face::from_slice(bytes(), 0).expect("the bundled fonts can be read; a test reads them"))
    };
    FILES.into_iter().map(face).collect()
});

/// Above the baseline, in ems.
pub(super) const ASCENT: f64 = 1.069;
/// Below the baseline, in ems.
pub(super) const DESCENT: f64 = 0.293;

/// A character that no bundled font can draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoGlyph(pub(crate) char);

/// How wide `text` is on one line, in ems.
pub(super) fn width(text: &str, bold: bool) -> Result<f64, NoGlyph> {
    let faces: Vec<&Face<'static>> = FACES.iter().filter(|(weight, _)| *weight == bold).map(|(_, face)| face).collect();
    let (mut total, mut run, mut of) = (0.0, String::new(), 0);
    for c in text.chars() {
        let face = if is_unseen(c) {
            of
        } else {
            faces.iter().position(|face| face.glyph_index(c).is_some()).ok_or(NoGlyph(c))?
        };
        if face != of && !run.is_empty() {
            total += shaped(&run, faces[of]);
            run.clear();
        }
        of = face;
        run.push(c);
    }
    Ok(total + if run.is_empty() { 0.0 } else { shaped(&run, faces[of]) })
}

fn shaped(text: &str, face: &Face<'_>) -> f64 {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    let glyphs = rustybuzz::shape(face, &[], buffer);
    let advance: i64 = glyphs.glyph_positions().iter().map(|glyph| i64::from(glyph.x_advance)).sum();
    #[expect(clippy::cast_precision_loss, reason = "a line's advance is far below 2^52 units")]
    let advance = advance as f64;
    advance / f64::from(face.units_per_em())
}

/// What shapes text and has no glyph: isolates, joiners, variation selectors, spaces of no width.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// The first font of the same weight that has the character.
pub(super) fn resolver() -> FontResolver<'static> {
    let fallback = |c: char, tried: &[ID], fonts: &mut Arc<Database>| {
        let weight = fonts.face(*tried.first()?)?.weight;
        // Both lists are of the same files in the same order.
        let known = fonts.faces().zip(FACES.iter()).filter(|(info, _)| info.weight == weight);
        let mut fitting = known.filter(|(info, (_, face))| !tried.contains(&info.id) && face.glyph_index(c).is_some());
        fitting.next().map(|(info, _)| info.id)
    };
    FontResolver { select_font: FontResolver::default_font_selector(), select_fallback: Box::new(fallback) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_font_can_be_read_in_its_weight() {
        assert_eq!(FACES.len(), 4);
        assert_eq!(DATABASE.faces().map(|face| face.weight.0).collect::<Vec<_>>(), [400, 400, 700, 700]);
    }

    #[test]
    fn bold_is_wider_and_scripts_of_ten_languages_have_glyphs() {
        assert!(width("Halvard", true).unwrap() > width("Halvard", false).unwrap());
        for text in ["Grüße, Łódź, Ærø, ¿Qué?", "Привет Ελλάδα", "مرحبا بكم", "שלום", "49,90 € – “ok” · №"]
        {
            assert!(width(text, false).unwrap() > 1.0, "{text}");
        }
        assert_eq!(width("東京", false), Err(NoGlyph('東')));
        assert_eq!(width("\u{2068}a\u{2069}", false), width("a", false), "isolates take no room");
    }
}
