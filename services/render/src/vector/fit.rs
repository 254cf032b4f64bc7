//! `fit(value, width=…, height=…, size=…, min=…, lines=…)`: breaks a text into lines at the largest size that fits a box.

use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{Error, ErrorKind, State};
use serde::Serialize;
use unicode_linebreak::{BreakOpportunity, linebreaks};

use super::fonts::{ASCENT, DESCENT, NoGlyph, width};

/// The box, and how a text may stand in it. Lengths in CSS pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The largest and the smallest size of the letters.
    pub(super) size: f64,
    pub(super) min: f64,
    pub(super) lines: usize,
    pub(super) bold: bool,
    /// From one baseline to the next, in sizes.
    pub(super) spacing: f64,
}

/// A text in lines.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Fitted {
    pub(super) size: f64,
    /// From one baseline to the next.
    pub(super) leading: f64,
    /// From the top to the first baseline.
    pub(super) baseline: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) lines: Vec<String>,
}

/// Why a text cannot stand in its box.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FitError {
    #[error("“{text}” does not fit {lines} line(s) of {width} × {height} pixels at {min} pixels; shorten it")]
    TooLong { text: String, lines: usize, width: u32, height: u32, min: u32 },
    #[error("“{text}” holds {glyph} (U+{:04X}), which the bundled fonts have no glyph for", u32::from(*glyph))]
    NoGlyph { text: String, glyph: char },
    #[error("the logos cannot stand together: {0}")]
    Lockup(String),
}

/// Sizes are tried in steps of so much.
const STEP: f64 = 0.5;

/// The function of layouts. Lines of right-to-left locales are isolated as such.
pub(super) fn fit(state: &State, value: Value, options: Kwargs) -> Result<Value, Error> {
    let room = Room {
        width: options.get("width")?,
        height: options.get("height")?,
        size: options.get("size")?,
        min: options.get("min")?,
        lines: options.get("lines")?,
        bold: options.get::<Option<bool>>("bold")?.unwrap_or(false),
        spacing: options.get::<Option<f64>>("spacing")?.unwrap_or(1.25),
    };
    options.assert_all_used()?;
    if room.min <= 0.0 || room.size < room.min || room.lines == 0 || room.spacing < 0.8 {
        return Err(Error::new(ErrorKind::InvalidOperation, "fit: 0 < min <= size, lines >= 1, spacing >= 0.8"));
    }
    let mut fitted = fit_text(&value.to_string(), &room).map_err(failed)?;
    if is_rtl(state) {
        fitted.lines.iter_mut().for_each(|line| *line = format!("\u{2067}{line}\u{2069}"));
    }
    Ok(Value::from(Serde(&fitted)))
}

pub(super) fn is_rtl(state: &State) -> bool {
    state.lookup("dir").is_some_and(|dir| dir.as_str() == Some("rtl"))
}

/// As an error of the layout's, from which the reason can be taken again.
pub(super) fn failed(error: FitError) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string()).with_source(error)
}

/// The text at the largest size that fits.
pub(super) fn fit_text(text: &str, room: &Room) -> Result<Fitted, FitError> {
    let words = Words::of(text, room.bold).map_err(|NoGlyph(glyph)| FitError::NoGlyph { text: clip(text), glyph })?;
    let mut size = room.size;
    while size >= room.min {
        let leading = size * room.spacing;
        let lines = words.lines(room.width / size);
        let height = leading * count(lines.len());
        if lines.len() <= room.lines && height <= room.height && lines.iter().all(|line| line.1 * size <= room.width) {
            let lines = words.balanced(lines);
            return Ok(Fitted {
                size,
                leading,
                baseline: (leading - (ASCENT + DESCENT) * size) / 2.0 + ASCENT * size,
                width: lines.iter().map(|line| line.1).fold(0.0, f64::max) * size,
                height,
                lines: lines.into_iter().map(|line| line.0).collect(),
            });
        }
        size -= STEP;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths of a box in pixels")]
    let pixels = |length: f64| length.round() as u32;
    Err(FitError::TooLong {
        text: clip(text),
        lines: room.lines,
        width: pixels(room.width),
        height: pixels(room.height),
        min: pixels(room.min),
    })
}

fn clip(text: &str) -> String {
    let mut clipped: String = text.chars().take(80).collect();
    if clipped.len() < text.len() {
        clipped.push('…');
    }
    clipped
}

fn count(lines: usize) -> f64 {
    u32::try_from(lines).map_or(f64::MAX, f64::from)
}

/// A text cut where lines may be broken (UAX #14).
struct Words(Vec<Word>);

struct Word {
    text: String,
    /// In ems, with the space after it and without.
    full: f64,
    trimmed: f64,
    /// Whether a line ends after it, whatever room is left.
    ends: bool,
}

/// A line and its width in ems.
type Line = (String, f64);

impl Words {
    fn of(text: &str, bold: bool) -> Result<Self, NoGlyph> {
        let (mut words, mut from) = (Vec::new(), 0);
        for (to, opportunity) in linebreaks(text) {
            let piece = text[from..to].trim_end_matches(['\n', '\r']);
            let (full, trimmed) = (width(piece, bold)?, width(piece.trim_end(), bold)?);
            let ends = opportunity == BreakOpportunity::Mandatory && to < text.len();
            words.push(Word { text: piece.to_owned(), full, trimmed, ends });
            from = to;
        }
        Ok(Self(words))
    }

    /// As many words a line as go into `room` ems; one that is wider stands alone.
    fn lines(&self, room: f64) -> Vec<Line> {
        let (mut lines, mut from, mut used) = (Vec::new(), 0, 0.0);
        for (at, word) in self.0.iter().enumerate() {
            if at > from && used + word.trimmed > room {
                lines.push(self.line(from, at));
                (from, used) = (at, 0.0);
            }
            used += word.full;
            if word.ends {
                lines.push(self.line(from, at + 1));
                (from, used) = (at + 1, 0.0);
            }
        }
        if from < self.0.len() {
            lines.push(self.line(from, self.0.len()));
        }
        lines
    }

    /// Words `from` to `to`, without the space after the last.
    fn line(&self, from: usize, to: usize) -> Line {
        let words = &self.0[from..to];
        let text: String = words.iter().map(|word| word.text.as_str()).collect();
        let width =
            words.iter().map(|word| word.full).sum::<f64>() - words.last().map_or(0.0, |word| word.full - word.trimmed);
        (text.trim_end().to_owned(), width)
    }

    /// The same number of lines, as even as they can be: no last line of one word.
    fn balanced(&self, lines: Vec<Line>) -> Vec<Line> {
        let widest = |lines: &[Line]| lines.iter().map(|line| line.1).fold(0.0, f64::max);
        if lines.len() < 2 {
            return lines;
        }
        let (mut low, mut high) = (widest(&lines) / 2.0, widest(&lines));
        let mut best = lines;
        for _ in 0..12 {
            let middle = low.midpoint(high);
            let tried = self.lines(middle);
            if tried.len() == best.len() && widest(&tried) <= middle {
                best = tried;
                high = middle;
            } else {
                low = middle;
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROOM: Room = Room { width: 260.0, height: 90.0, size: 28.0, min: 12.0, lines: 3, bold: true, spacing: 1.2 };

    #[test]
    fn a_short_text_stands_at_its_full_size_and_a_long_one_shrinks() {
        let short = fit_text("Calm days", &ROOM).unwrap();
        assert_eq!((short.size, short.lines.len()), (28.0, 1));
        let long = fit_text("Calm on good days, ready for bad ones, and known beforehand", &ROOM).unwrap();
        assert!(long.size < 28.0 && long.lines.len() > 1, "{long:?}");
        assert!(long.height <= ROOM.height && long.width <= ROOM.width);
    }

    #[test]
    fn lines_are_even_and_hold_the_whole_text() {
        let text = "One two three four five six seven eight nine ten";
        let fitted = fit_text(text, &ROOM).unwrap();
        assert_eq!(fitted.lines.join(" "), text);
        let widths: Vec<f64> = fitted.lines.iter().map(|line| width(line, true).unwrap()).collect();
        let (least, most) = widths.iter().fold((f64::MAX, 0.0_f64), |(l, m), w| (l.min(*w), m.max(*w)));
        assert!(least > most / 2.0, "{fitted:?}");
    }

    #[test]
    fn what_fits_at_no_size_is_told_and_never_cut() {
        let error = fit_text(&"Unternehmensberatung ".repeat(9), &ROOM).unwrap_err();
        assert!(matches!(error, FitError::TooLong { lines: 3, width: 260, .. }), "{error}");
        assert!(fit_text("Donaudampfschifffahrtsgesellschaftskapitänsmütze", &ROOM).is_err(), "no word is broken");
        let error = fit_text("Ab 東京", &ROOM).unwrap_err().to_string();
        assert!(error.contains("東 (U+6771)"), "{error}");
    }

    #[test]
    fn a_line_break_of_the_text_stays_one() {
        assert_eq!(fit_text("One\ntwo", &ROOM).unwrap().lines, ["One", "two"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_given_fits(text in "[a-zäöü ,.-]{1,120}", width in 60.0..600.0f64, lines in 1usize..5) {
            let room = Room { width, lines, ..ROOM };
            if let Ok(fitted) = fit_text(&text, &room) {
                prop_assert!(fitted.lines.len() <= lines && fitted.height <= room.height + 1e-6);
                for line in &fitted.lines {
                    // Kerning across words is not seen when words are measured one by one.
                    prop_assert!(super::width(line, true).unwrap() * fitted.size <= width * 1.02 + 1e-6);
                }
            }
        }
    }
}
