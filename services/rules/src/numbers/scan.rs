//! Finds the figures of a text, in one pass.

use super::dates;
use super::reading::{Reading, digit, parts};
use super::{Class, Figure, Found, Number, Value};

/// Words and marks that make a number a price.
const CURRENCIES: [(&str, &str); 37] = [
    ("€", "€"),
    ("eur", "€"),
    ("euro", "€"),
    ("euros", "€"),
    ("$", "$"),
    ("us$", "$"),
    ("usd", "$"),
    ("dollar", "$"),
    ("dollars", "$"),
    ("dólar", "$"),
    ("dólares", "$"),
    ("dollaro", "$"),
    ("dollari", "$"),
    ("£", "£"),
    ("gbp", "£"),
    ("pound", "£"),
    ("pounds", "£"),
    ("pfund", "£"),
    ("livres", "£"),
    ("libras", "£"),
    ("sterline", "£"),
    ("¥", "¥"),
    ("jpy", "¥"),
    ("yen", "¥"),
    ("₹", "₹"),
    ("inr", "₹"),
    ("chf", "chf"),
    ("franken", "chf"),
    ("francs", "chf"),
    ("sfr", "chf"),
    ("a$", "a$"),
    ("aud", "a$"),
    ("c$", "c$"),
    ("cad", "c$"),
    ("sek", "sek"),
    ("zł", "zł"),
    ("pln", "zł"),
];
/// Words that multiply; `billion` is read by the locale.
const SCALES: [(&str, i64); 23] = [
    ("k", 3),
    ("thousand", 3),
    ("tausend", 3),
    ("tsd", 3),
    ("m", 6),
    ("mn", 6),
    ("million", 6),
    ("millions", 6),
    ("millón", 6),
    ("millones", 6),
    ("milione", 6),
    ("milioni", 6),
    ("millionen", 6),
    ("mio", 6),
    ("bn", 9),
    ("milliarde", 9),
    ("milliarden", 9),
    ("milliards", 9),
    ("miliardo", 9),
    ("miliardi", 9),
    ("mrd", 9),
    ("trillion", 12),
    ("thousands", 3),
];

/// All figures of `text`, in order.
pub(crate) fn scan(text: &str, reading: Reading) -> Vec<Found> {
    let named = dates::named(text);
    let mut found = Vec::new();
    let mut at = 0;
    for date in named {
        plain(text, at, date.range.start, reading, &mut found);
        at = date.range.end;
        found.push(date);
    }
    plain(text, at, text.len(), reading, &mut found);
    found
}

/// The figures between two bytes.
fn plain(text: &str, mut at: usize, end: usize, reading: Reading, found: &mut Vec<Found>) {
    while let Some(offset) = text[at..end].find(char::is_numeric) {
        let next = figure(text, at, at + offset, end, reading);
        at = next.range.end;
        found.push(next);
    }
}

/// The figure whose first numeric character is at `start`; nothing before `floor` belongs to it.
fn figure(text: &str, floor: usize, start: usize, end: usize, reading: Reading) -> Found {
    let word_start = back(text, floor, start, char::is_alphabetic);
    let before = &text[word_start..start];
    let price = currency(&before.to_lowercase());
    let first = text[start..end].chars().next();
    if (!before.is_empty() && price.is_none()) || first.and_then(digit).is_none() {
        return literal(text, word_start, start, end);
    }
    let core_end = core(text, start, end, reading);
    let token = &text[start..core_end];
    let ascii: String = token.chars().map(|c| digit(c).unwrap_or(c)).collect();
    if let Some(date) = dates::digits(&ascii, text[core_end..end].starts_with('.'), reading) {
        return Found { range: start..core_end, figure: Figure::Date(date) };
    }
    let Some((whole, fraction)) = parts(token, reading).filter(|_| !token.contains([':', '/', '-'])) else {
        return Found { range: start..core_end, figure: Figure::Literal(ascii) };
    };
    let tail = Tail::of(text, core_end, end, reading);
    let lead = Lead::of(text, floor, word_start);
    let class = match (tail.class, price.or(lead.currency)) {
        (Class::Plain, Some(code)) => Class::Currency(code),
        (class, _) => class,
    };
    // A minus touches its number and no word touches the minus.
    let value = Value::new(lead.negative, &whole, &fraction, tail.scale);
    let range = lead.start.min(word_start)..tail.end;
    Found { range, figure: Figure::Number(Number { value, class, word: tail.word, attached: tail.attached }) }
}

/// A word with digits in it, or a numeral that is no digit, as it is written.
fn literal(text: &str, word_start: usize, start: usize, end: usize) -> Found {
    let rest = &text[start..end];
    let len = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    let range = word_start..start + len;
    Found { figure: Figure::Literal(text[range.clone()].to_lowercase()), range }
}

/// Where the digits and separators that begin at `start` end.
fn core(text: &str, start: usize, end: usize, reading: Reading) -> usize {
    let mut at = run(text, start, end);
    // `1 200`, but not `2026 300`, nor `24 3655`.
    let mut spaced = reading.space_groups && text[start..at].chars().count() <= 3;
    if let Some(date) = iso(text, start, at, end) {
        return date;
    }
    while let Some(mark) = text[at..end].chars().next() {
        let next = at + mark.len_utf8();
        let next_end = run(text, next, end);
        let digits = text[next..next_end].chars().count();
        let joins = match mark {
            '.' | ',' | ':' | '/' => digits > 0,
            ' ' => spaced && digits == 3,
            '\'' | '\u{2019}' | '\u{A0}' | '\u{202F}' | '\u{2009}' => digits == 3,
            _ => false,
        };
        if !joins {
            break;
        }
        spaced &= mark == ' ';
        at = next_end;
    }
    at
}

/// `2026-11-30`, whose hyphens would else part three numbers.
fn iso(text: &str, start: usize, first_end: usize, end: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let two = |at: usize| at + 3 <= end && bytes[at] == b'-' && bytes[at + 1..at + 3].iter().all(u8::is_ascii_digit);
    let whole = first_end - start == 4 && two(first_end) && two(first_end + 3);
    (whole && !bytes.get(first_end + 6).is_some_and(u8::is_ascii_digit)).then_some(first_end + 6)
}

/// The end of the digits at `start`.
fn run(text: &str, start: usize, end: usize) -> usize {
    text[start..end].find(|c| digit(c).is_none()).map_or(end, |at| start + at)
}

/// The start of the characters before `to` that `test` holds of.
fn back(text: &str, floor: usize, to: usize, test: impl Fn(char) -> bool) -> usize {
    text[floor..to].char_indices().rev().take_while(|(_, c)| test(*c)).last().map_or(to, |(at, _)| floor + at)
}

/// What stands before a number: a minus, a currency.
struct Lead {
    start: usize,
    negative: bool,
    currency: Option<&'static str>,
}

impl Lead {
    fn of(text: &str, floor: usize, start: usize) -> Self {
        let mut lead = Self { start, negative: false, currency: None };
        lead.minus(text, floor);
        let spaces = if lead.negative {
            lead.start
        } else {
            back(text, floor, lead.start, |c| c == ' ' || c == '\u{A0}' || c == '\u{202F}')
        };
        // At most one space: a sentence's words further off are not this number's.
        if text[spaces..lead.start].chars().count() <= 1 {
            let word = back(text, floor, spaces, |c| !c.is_whitespace() && (c.is_alphabetic() || "$€£¥₹".contains(c)));
            lead.currency = currency(&text[word..spaces].to_lowercase());
            if lead.currency.is_some() {
                lead.start = word;
                lead.minus(text, floor);
            }
        }
        lead
    }

    fn minus(&mut self, text: &str, floor: usize) {
        let before = &text[floor..self.start];
        let Some(minus) = before.chars().next_back().filter(|c| matches!(c, '-' | '\u{2212}')) else { return };
        let rest = &before[..before.len() - minus.len_utf8()];
        if rest.chars().next_back().is_none_or(|c| c.is_whitespace() || c == '(') {
            self.negative = true;
            self.start = floor + rest.len();
        }
    }
}

/// What stands behind a number: per cent, currency, scale, a word.
struct Tail {
    end: usize,
    class: Class,
    scale: i64,
    word: String,
    attached: bool,
}

impl Tail {
    fn of(text: &str, start: usize, end: usize, reading: Reading) -> Self {
        let mut tail = Self { end: start, class: Class::Plain, scale: 0, word: String::new(), attached: false };
        // A scale, then what it is of: `5 million euros`.
        for _ in 0..2 {
            let Some((word, word_end, attached)) = word_after(text, tail.end, end) else { break };
            if let Some(scale) = scale(&word, attached, reading).filter(|_| tail.scale == 0) {
                tail.scale = scale;
                // `Mio. Euro`: the full stop is the abbreviation's.
                let stop = matches!(word.as_str(), "mio" | "mrd" | "tsd") && text[word_end..end].starts_with(". ");
                tail.end = word_end + usize::from(stop);
                continue;
            }
            let class = class(&word);
            if class != Class::Plain {
                tail.class = class;
                tail.end = word_end;
            } else if let Some((class, class_end)) = of(text, &word, word_end, end).filter(|_| tail.scale != 0) {
                tail.class = class;
                tail.end = class_end;
            } else if attached && matches!(word.as_str(), "st" | "nd" | "rd" | "th") {
                tail.end = word_end;
            } else {
                tail.attached = attached && tail.end == start;
                if tail.attached {
                    tail.end = word_end;
                }
                tail.word = word;
            }
            break;
        }
        tail
    }
}

/// The currency behind `de`, `d'` or `di`: `millions d'euros`.
fn of(text: &str, word: &str, word_end: usize, end: usize) -> Option<(Class, usize)> {
    let elided =
        text[word_end..end].chars().next().filter(|c| matches!(c, '\'' | '\u{2019}')).map_or(0, char::len_utf8);
    let joins = matches!(word, "de" | "di") && elided == 0 || word == "d" && elided > 0;
    let (word, word_end, _) = word_after(text, word_end + elided, end).filter(|_| joins)?;
    currency(&word).map(|code| (Class::Currency(code), word_end))
}

/// The word or mark at `start`, over at most one space or hyphen, in lower case; its end, and whether it touches.
fn word_after(text: &str, start: usize, end: usize) -> Option<(String, usize, bool)> {
    let rest = &text[start..end];
    let gap = rest
        .chars()
        .next()
        .filter(|c| matches!(c, ' ' | '\u{A0}' | '\u{202F}' | '\u{2009}' | '-'))
        .map_or(0, char::len_utf8);
    let rest = &rest[gap..];
    let first = rest.chars().next()?;
    for words in ["per cent", "pour cent", "por ciento", "per cento"] {
        if rest.get(..words.len()).is_some_and(|here| here.eq_ignore_ascii_case(words))
            && !rest[words.len()..].starts_with(char::is_alphanumeric)
        {
            return Some(("percent".to_owned(), start + gap + words.len(), false));
        }
    }
    let len = if first.is_alphabetic() {
        rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
    } else if "%‰％٪$€£¥₹".contains(first) {
        first.len_utf8()
    } else {
        return None;
    };
    Some((rest[..len].to_lowercase(), start + gap + len, gap == 0))
}

fn class(word: &str) -> Class {
    match word {
        "%" | "％" | "٪" | "percent" | "prozent" | "pct" => Class::Percent,
        "‰" | "promille" => Class::PerMille,
        word if word.starts_with("prozentig") => Class::Percent,
        word => currency(word).map_or(Class::Plain, Class::Currency),
    }
}

fn scale(word: &str, attached: bool, reading: Reading) -> Option<i64> {
    match word {
        "billion" | "billionen" => Some(if reading.long_scale { 12 } else { 9 }),
        // A single letter multiplies only when it touches: "10k", but "10 m" are metres.
        "k" | "m" if !attached => None,
        word => SCALES.iter().find(|(name, _)| *name == word).map(|(_, scale)| *scale),
    }
}

fn currency(word: &str) -> Option<&'static str> {
    CURRENCIES.iter().find(|(name, _)| *name == word).map(|(_, code)| *code)
}
