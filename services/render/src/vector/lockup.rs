//! `lockup(x=…, y=…, width=…, height=…, dark=false, stacked=false, optional=false)`: brand and partner side by side or one
//! above the other, by the brand's rules; with `optional`, none where the rules cannot hold.

use minijinja::value::{Kwargs, Object, Serde, Value};
use minijinja::{Error, ErrorKind, State};
use serde::Serialize;

use super::fit::{FitError, failed, is_rtl};
use super::fonts::{ASCENT, DESCENT, NoGlyph, width};
use crate::lockup::{Area, Mark, RULE_WIDTH, Rect, Rules, place, stack};

/// A logo, or a name that stands for one.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    /// Its address and its size in pixels.
    pub(crate) image: Option<(String, (u32, u32))>,
}

/// What can be placed: brand and partner, for light ground and for dark.
#[derive(Debug)]
pub(crate) struct Marks {
    pub(crate) rules: Rules,
    pub(crate) light: [Named; 2],
    pub(crate) dark: [Named; 2],
}

impl Object for Marks {}

/// Where one of them stands, in CSS pixels.
#[derive(Debug, Default, Serialize)]
struct Placed {
    /// Of an image; empty for a name.
    src: String,
    /// A name; empty for an image.
    text: String,
    /// Of the name's letters.
    size: f64,
    /// On which the name stands.
    baseline: f64,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

#[derive(Debug, Serialize)]
struct Rule {
    x: f64,
    y: f64,
    /// One of them is nothing: a line down between two that stand side by side, or across between two in a column.
    width: f64,
    height: f64,
}

#[derive(Debug, Serialize)]
struct Lockup {
    brand: Placed,
    partner: Placed,
    rule: Rule,
}

/// A name stands for a logo as wide as its letters are at this size, in CSS pixels.
const LETTERS: f64 = 40.0;
/// From a line to the next, in sizes.
const SPACING: f64 = 1.25;

/// The function of layouts.
pub(super) fn lockup(state: &State, options: Kwargs) -> Result<Value, Error> {
    let area = Area {
        x: options.get("x")?,
        y: options.get("y")?,
        width: options.get("width")?,
        height: options.get("height")?,
    };
    let dark = options.get::<Option<bool>>("dark")?.unwrap_or(false);
    let stacked = options.get::<Option<bool>>("stacked")?.unwrap_or(false);
    let optional = options.get::<Option<bool>>("optional")?.unwrap_or(false);
    options.assert_all_used()?;
    let marks = state.lookup("marks");
    let marks = marks.as_ref().and_then(|marks| marks.downcast_object_ref::<Marks>());
    let marks = marks.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "lockup: only layouts have one"))?;
    let [brand, partner] = if dark { &marks.dark } else { &marks.light };
    let rtl = is_rtl(state);
    let (brand_size, partner_size) = (size(brand).map_err(failed)?, size(partner).map_err(failed)?);
    let placed = if stacked {
        stack(marks.rules, brand_size, partner_size, area)
    } else {
        place(marks.rules, brand_size, partner_size, area, rtl)
    };
    let placed = match placed {
        Ok(placed) => placed,
        Err(_) if optional => return Ok(Value::from(())),
        Err(error) => return Err(failed(FitError::Lockup(error.to_string()))),
    };
    let Rect { x, y, width, height } = placed.rule;
    let half = RULE_WIDTH / 2.0;
    let rule =
        if stacked { Rule { x, y: y + half, width, height: 0.0 } } else { Rule { x: x + half, y, width: 0.0, height } };
    let lockup = Lockup { brand: stand(brand, placed.brand, rtl), partner: stand(partner, placed.partner, rtl), rule };
    Ok(Value::from(Serde(&lockup)))
}

/// Of a logo its own; of a name that of its letters.
fn size(mark: &Named) -> Result<Mark, FitError> {
    if let Some((_, (width, height))) = mark.image {
        return Ok(Mark { width, height });
    }
    let ems = width(&mark.name, true).map_err(|NoGlyph(glyph)| FitError::NoGlyph { text: mark.name.clone(), glyph })?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a name's width is some hundred pixels"
    )]
    let pixels = |length: f64| (length * LETTERS).ceil().max(1.0) as u32;
    Ok(Mark { width: pixels(ems), height: pixels(SPACING) })
}

fn stand(mark: &Named, rect: Rect, rtl: bool) -> Placed {
    let Rect { x, y, width, height } = rect;
    if let Some((src, _)) = &mark.image {
        return Placed { src: src.clone(), x, y, width, height, ..Placed::default() };
    }
    let size = height / SPACING;
    let text = if rtl { format!("\u{2067}{}\u{2069}", mark.name) } else { mark.name.clone() };
    Placed {
        text,
        size,
        baseline: y + (SPACING - ASCENT - DESCENT) / 2.0 * size + ASCENT * size,
        x,
        y,
        width,
        height,
        ..Placed::default()
    }
}
