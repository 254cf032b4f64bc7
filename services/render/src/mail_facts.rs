//! What mail programs do with CSS and HTML, as facts that emails are held against (test-only).
//!
//! Read from caniemail's data (`hteumeuleu/caniemail`, commit 6b086a3 of 29 June 2026), with the month of each feature's
//! last test there; the newest version that was tested of each client counts. What is not measured there is in [`OWN`]
//! with its own source. Google publishes which properties Gmail keeps, and no sizes; these were measured by senders
//! (`hteumeuleu/email-bugs`, issues 41 and 90).

use Standing::{Adds, Carries, Never};

/// Whose support a row of [`FACTS`] tells, in its order.
pub(crate) const CLIENTS: [&str; 7] =
    ["Gmail", "Gmail for Android", "Outlook for Windows", "Outlook.com", "Mail on macOS", "Mail on iOS", "Yahoo"];

/// How a row says that a client drops it.
pub(crate) const DROPPED: char = 'n';

/// What of it may stand in an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// No client drops it: a layout may rest on it.
    Carries,
    /// Some drop it; nothing is lost then, and this is why.
    Adds(&'static str),
    /// Some drop it, and then something is lost; this is what.
    Never(&'static str),
}

/// One property or element: what it is called, the month of its last test, whether each of [`CLIENTS`] draws it
/// (`y`), in part (`a`) or not (`n`), and what follows for emails.
pub(crate) type Fact = (&'static str, &'static str, &'static str, Standing);

/// Properties of CSS that may or may not stand inline.
pub(crate) const FACTS: [Fact; 53] = [
    ("animation", "2026-04", "nnnnyyn", Never("what moves into sight stays out of it")),
    ("background", "2023-07", "yyayyya", Adds("a colour stands beside it as background-color or bgcolor")),
    ("background-color", "2019-02", "yyyyyyy", Carries),
    ("background-image", "2023-07", "yynyyya", Never("text would lose its ground")),
    ("border", "2021-07", "yyayyyy", Carries),
    ("border-bottom", "2021-07", "yyayyyy", Carries),
    ("border-collapse", "2023-12", "yyyyyyy", Carries),
    ("border-left", "2021-07", "yyayyyy", Carries),
    ("border-radius", "2021-03", "yynyyya", Adds("corners are square")),
    ("border-right", "2021-07", "yyayyyy", Carries),
    ("border-spacing", "2023-12", "yynyyyy", Adds("cells have the attribute")),
    ("border-top", "2021-07", "yyayyyy", Carries),
    ("box-shadow", "2023-12", "nanyyyn", Never("edges would rest on it")),
    ("box-sizing", "2019-02", "yynyyyn", Never("widths would differ")),
    ("cursor", "2025-07", "nnnnana", Adds("a link has its own pointer")),
    ("direction", "2021-10", "yyyyyyy", Carries),
    ("display", "2021-12", "yaayyya", Adds("blocks in tables, and hidden text also by mso-hide")),
    ("filter", "2024-01", "nnnnyyn", Never("colours would rest on it")),
    ("flex", "2021-11", "yanyyyy", Never("columns would fall apart")),
    ("float", "2024-05", "yanyyya", Never("columns would fall apart")),
    ("font", "2019-02", "yyyyyyy", Carries),
    ("font-size", "2024-02", "yyayyya", Carries),
    ("font-weight", "2022-06", "yyayyya", Carries),
    ("gap", "2022-12", "aanayyn", Never("columns would touch")),
    ("grid", "2019-02", "yanyyyy", Never("columns would fall apart")),
    ("height", "2019-09", "yyayyyn", Adds("contents make it as high as it has to be; images have the attribute")),
    ("left", "2021-05", "nnnyyyn", Never("things would stand elsewhere")),
    ("letter-spacing", "2020-01", "yyayyyy", Adds("letters stand as the font sets them")),
    ("line-height", "2021-10", "yyayyyy", Carries),
    ("list-style", "2020-04", "aaayyya", Adds("bullets are the client's own")),
    ("margin", "2019-10", "aaaayya", Adds("between paragraphs, which have some anyway; never on images")),
    ("max-height", "2021-11", "yynyyyy", Adds("only hides what display and mso-hide hide")),
    ("max-width", "2019-08", "yyayyyy", Adds("Outlook for Windows has a table of that width, images the attribute")),
    ("min-width", "2021-11", "yynyyyy", Never("columns would be too narrow")),
    ("mix-blend-mode", "2020-12", "yanyyyn", Never("colours would rest on it")),
    ("object-fit", "2021-07", "yanyyyn", Never("logos would be distorted")),
    ("opacity", "2019-02", "yynyyyy", Adds("only hides what display and mso-hide hide")),
    ("outline", "2022-03", "yynyyyy", Never("edges would rest on it")),
    ("overflow", "2025-05", "aanaaaa", Adds("only hides what display and mso-hide hide")),
    ("overflow-wrap", "2022-08", "nnnnaan", Adds("long words would make the page wide; the blocks' widths hold")),
    ("padding", "2019-07", "yyayyyy", Carries),
    ("position", "2021-05", "nnnaaaa", Never("things would stand elsewhere")),
    ("right", "2021-05", "nnnyyyn", Never("things would stand elsewhere")),
    ("text-align", "2025-11", "yaayyya", Carries),
    ("text-decoration", "2019-02", "yaayyyy", Carries),
    ("text-transform", "2021-09", "yyayyyy", Adds("nothing but `none` is set")),
    ("top", "2021-05", "nnnyyyn", Never("things would stand elsewhere")),
    ("transform", "2019-02", "nnnnyyn", Never("things would stand elsewhere")),
    ("vertical-align", "2020-12", "yyyyyyy", Carries),
    ("white-space", "2019-02", "yanyyyy", Adds("a label may break into two lines")),
    ("width", "2019-09", "yyayyyy", Carries),
    ("word-break", "2022-02", "yayaaan", Adds("a long word makes its column wider")),
    ("word-spacing", "2024-03", "yynyyya", Adds("nothing but `normal` is set")),
];

/// Properties that caniemail does not measure, with where else it is said.
pub(crate) const OWN: [(&str, &str, Standing); 6] = [
    // CSS 1; "HTML and CSS Rendering Capabilities in Outlook 2007", Microsoft, August 2006, lists it for every element.
    ("color", "Microsoft 2006", Carries),
    ("font-family", "Microsoft 2006", Carries),
    ("border-color", "Microsoft 2006", Carries),
    // Outlook's own, which nobody else reads.
    ("mso-hide", "Outlook", Adds("hides from Outlook for Windows what display hides elsewhere")),
    ("mso-padding-alt", "Outlook", Adds("a button's padding, which Outlook for Windows takes from the cell")),
    ("mso-line-height-rule", "Outlook", Adds("heights of lines in Outlook for Windows")),
];

/// Elements that lose what they hold in some client, or that all strip.
pub(crate) const ELEMENTS: [(&str, &str, &str, Standing); 13] = [
    ("audio", "2020-04", "nnnnyyn", Never("is not played")),
    ("base", "2021-12", "aayayya", Never("links lead elsewhere")),
    (
        "bdi",
        "2019-02",
        "nnnnyyn",
        Adds("a name of another direction stands as its letters order it; names are their own lines or between words"),
    ),
    ("button", "2019-09", "yynnyyy", Never("cannot be pressed")),
    ("form", "2019-09", "yynayyy", Never("cannot be sent")),
    ("input", "2019-09", "yynyyyy", Never("cannot be filled in")),
    ("link", "2023-12", "nnynyyn", Never("is loaded from elsewhere")),
    ("object", "2021-02", "nnnnayn", Never("is stripped")),
    ("picture", "2024-04", "nnnnayn", Never("shows no image")),
    ("select", "2019-09", "yynyyay", Never("cannot be filled in")),
    ("svg", "2020-02", "nnnnayn", Never("shows no image")),
    ("textarea", "2019-09", "yynyyyy", Never("cannot be filled in")),
    ("video", "2019-09", "nnnnyan", Never("is not played")),
];

/// Elements that every mail program strips, since mail must not run or load anything; caniemail does not list them.
pub(crate) const STRIPPED: [&str; 7] = ["applet", "embed", "frame", "frameset", "iframe", "math", "script"];

/// Gmail drops a style block with more characters (what senders keep to since it was the limit of all), and now reads so
/// many of all of them.
pub(crate) const GMAIL_STYLE: usize = 8_192;
pub(crate) const GMAIL_STYLES: usize = 16_384;
/// Gmail clips a message with more bytes: measured between 101 and 105 KB.
pub(crate) const GMAIL_MESSAGE: usize = 102_000;

/// What is known of a property.
pub(crate) fn of(property: &str) -> Option<Standing> {
    let measured = FACTS.iter().find(|fact| fact.0 == property).map(|fact| fact.3);
    measured.or_else(|| OWN.iter().find(|own| own.0 == property).map(|own| own.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_layout_rests_on_is_dropped_by_no_client() {
        let rows = FACTS.iter().chain(&ELEMENTS);
        for (name, read, support, standing) in rows {
            assert_eq!(support.len(), CLIENTS.len(), "{name}");
            assert!(support.chars().all(|c| "yan".contains(c)) && read.len() == "2026-06".len(), "{name}");
            let dropped = support.contains(DROPPED);
            assert!(*standing != Carries || !dropped, "{name} is dropped by some");
        }
        assert!(FACTS.is_sorted_by(|one, other| one.0 < other.0), "each stands once, in order");
    }
}
