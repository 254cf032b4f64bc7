//! How a locale writes numbers.

use countersign_domain::place::Locale;

/// Which mark parts the decimals, and which order dates have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Reading {
    pub comma_is_decimal: bool,
    pub month_first: bool,
    /// `Billion` is 10^12, as in German.
    pub long_scale: bool,
    /// Thousands may be parted by a space that people type: `1 200`.
    pub space_groups: bool,
}

/// Languages that write a decimal comma (CLDR), but in the regions below.
const COMMA: [&str; 36] = [
    "af", "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu", "hy",
    "id", "is", "it", "ka", "kk", "lt", "lv", "mk", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk",
];
const COMMA_TOO: [&str; 8] = ["sl", "sq", "sr", "sv", "tr", "uk", "uz", "vi"];
/// Regions that write a decimal point though their language does not.
const POINT_REGIONS: [(&str, &[&str]); 3] = [
    ("de", &["CH", "LI"]),
    ("es", &["MX", "US", "PR", "GT", "HN", "NI", "PA", "PE", "DO", "SV", "CU"]),
    ("it", &["CH"]),
];

impl Reading {
    /// Of an unknown locale as of English.
    pub(crate) fn of(locale: Option<&Locale>) -> Self {
        let Some(locale) = locale else {
            return Self { comma_is_decimal: false, month_first: false, long_scale: false, space_groups: false };
        };
        let language = locale.language();
        let market = locale.market();
        let region = market.as_ref().map_or("", |market| market.as_str());
        let comma = COMMA.contains(&language) || COMMA_TOO.contains(&language);
        let point = POINT_REGIONS.iter().any(|(named, regions)| *named == language && regions.contains(&region));
        Self {
            comma_is_decimal: comma && !point,
            month_first: language == "en" && matches!(region, "US" | "PH" | ""),
            space_groups: comma,
            long_scale: matches!(language, "de" | "fr" | "es" | "it" | "nl" | "pl" | "sv" | "da" | "nb" | "fi"),
        }
    }
}

/// The value of a decimal digit of any script that numbers are commonly written in.
pub(crate) fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 19] = [
        0x0030, 0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0,
        0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10,
    ];
    let code = u32::from(c);
    ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)).and_then(|zero| char::from_digit(code - zero, 10))
}

/// A run of digits and separators as whole part and fraction, in ASCII digits; `None` when no locale writes numbers
/// so (`2.1.3`), which is then compared as it is written. Separators that leave no doubt are read as what they are in
/// every locale (`1,234.5`); a single one before three digits is read as the locale does.
pub(crate) fn parts(token: &str, reading: Reading) -> Option<(String, String)> {
    let mut groups: Vec<String> = vec![String::new()];
    let mut marks: Vec<char> = Vec::new();
    for c in token.chars() {
        match digit(c) {
            Some(digit) => groups.last_mut()?.push(digit),
            None => {
                marks.push(if c == '.' || c == ',' { c } else { ' ' });
                groups.push(String::new());
            }
        }
    }
    let whole = |groups: &[String]| groups.concat();
    let Some(last) = marks.last().copied() else { return Some((whole(&groups), String::new())) };
    let (front, back) = groups.split_at(groups.len() - 1);
    let fraction = back.first()?;
    let alone = marks.iter().filter(|mark| **mark == last).count() == 1;
    let mixed = marks.iter().any(|mark| *mark != last);
    if last != ' ' && alone && (mixed || is_decimal(front, fraction, last, reading)) {
        // Decimals behind groups, or on their own.
        return grouped(front).then(|| (whole(front), fraction.clone()));
    }
    (!mixed && grouped(&groups)).then(|| (whole(&groups), String::new()))
}

/// Whether the only mark of a number parts decimals.
fn is_decimal(front: &[String], fraction: &str, mark: char, reading: Reading) -> bool {
    let first = front.first().map_or("", String::as_str);
    fraction.len() != 3 || first.len() > 3 || first.starts_with('0') || (mark == ',') == reading.comma_is_decimal
}

/// One to three digits, then groups of three, or of two with three at the end (lakh).
fn grouped(groups: &[String]) -> bool {
    let Some((first, rest)) = groups.split_first() else { return false };
    let Some((last, middle)) = rest.split_last() else { return true };
    let lakh = middle.iter().all(|group| group.len() == 2) && first.len() <= 2;
    first.len() <= 3 && last.len() == 3 && (middle.iter().all(|group| group.len() == 3) || lakh)
}
