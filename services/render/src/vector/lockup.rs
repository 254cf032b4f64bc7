//! `lockup(x=…, y=…, width=…, height=…, dark=false)`: brand and partner side by side, by the brand's rules.

use minijinja::value::{Kwargs, Object, Serde, Value};
use minijinja::{Error, ErrorKind, State};
use serde::Serialize;

use super::fit::{Fitted, FitError, Room, failed, fit_text, is_rtl};

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
    pub(crate) light: [Named; 2],
    pub(crate) dark: [Named; 2],
}

impl Object for Marks {}

/// Where one of them stands, in CSS pixels.
#[derive(Debug, Default, Serialize)]
struct Placed {
    /// Of an image; empty for a name.
    src: String,
    /// A name in lines, each with its baseline.
    lines: Vec<Line>,
    size: f64,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

#[derive(Debug, Serialize)]
struct Line {
    text: String,
    y: f64,
}

#[derive(Debug, Serialize)]
struct Rule {
    x: f64,
    y: f64,
    height: f64,
}

#[derive(Debug, Serialize)]
struct Lockup {
    brand: Placed,
    partner: Placed,
    rule: Rule,
}

/// The letters of a name, in CSS pixels.
const LARGEST: f64 = 40.0;
const SMALLEST: f64 = 8.0;

/// The function of layouts.
pub(super) fn lockup(state: &State, options: Kwargs) -> Result<Value, Error> {
    let (x, y): (f64, f64) = (options.get("x")?, options.get("y")?);
    let (width, height): (f64, f64) = (options.get("width")?, options.get("height")?);
    let dark = options.get::<Option<bool>>("dark")?.unwrap_or(false);
    options.assert_all_used()?;
    let marks = state.lookup("marks");
    let marks = marks.as_ref().and_then(|marks| marks.downcast_object_ref::<Marks>());
    let marks = marks.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "lockup: only pictures have one"))?;
    let [brand, partner] = if dark { &marks.dark } else { &marks.light };
    let gap = height * 0.5;
    let half = (width - 2.0 * gap) / 2.0;
    let rtl = is_rtl(state);
    let (first, second) = (x, x + half + 2.0 * gap);
    let (brand_x, partner_x) = if rtl { (second, first) } else { (first, second) };
    let lockup = Lockup {
        brand: placed(brand, brand_x, y, half, height, rtl).map_err(failed)?,
        partner: placed(partner, partner_x, y, half, height, rtl).map_err(failed)?,
        rule: Rule { x: x + half + gap, y, height },
    };
    Ok(Value::from(Serde(&lockup)))
}

fn placed(mark: &Named, x: f64, y: f64, width: f64, height: f64, rtl: bool) -> Result<Placed, FitError> {
    if let Some((src, (w, h))) = &mark.image {
        let scale = (width / f64::from(*w)).min(height / f64::from(*h));
        let (w, h) = (f64::from(*w) * scale, f64::from(*h) * scale);
        return Ok(Placed { src: src.clone(), x, y: y + (height - h) / 2.0, width: w, height: h, ..Placed::default() });
    }
    let room = Room { width, height, size: LARGEST.min(height), min: SMALLEST, lines: 3, bold: true, spacing: 1.15 };
    let Fitted { size, leading, baseline, width, height: used, lines } = fit_text(&mark.name, &room)?;
    let top = y + (height - used) / 2.0;
    let mut at = top + baseline;
    let line = |text: String| {
        let line = Line { text: if rtl { format!("\u{2067}{text}\u{2069}") } else { text }, y: at };
        at += leading;
        line
    };
    Ok(Placed { lines: lines.into_iter().map(line).collect(), size, x, y: top, width, height: used, ..Placed::default() })
}
