//! Findings in the rendered page: their spans, bytes of a slot's text, found again in the rendition's markup.
//!
//! Each span is put into the content as a pair of characters that no text here has, the content is rendered as ever, and
//! in the markup that comes out the pairs become `<mark>`. So a span goes the same way as the text around it, through
//! partners' values, escapes, paragraphs and layouts, whatever these do. In attributes, titles and comments the pairs are
//! taken out again. It is for people who look: what partners get is never rendered so.

use std::fmt::Write as _;

use countersign_domain::content::{Content, Segment, SlotText};
use countersign_domain::finding::{Finding, Severity};

/// The first character of the pairs: of a plane that is nobody's.
const FIRST: u32 = 0xF_0000;
/// Spans that are marked at most.
const MOST: usize = 1_000;

/// Why the findings of a text cannot be marked in its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unmarkable;

/// The content with the spans of these findings in it; `None` where there is no span.
///
/// # Errors
/// The text itself has such characters.
pub(crate) fn with_pairs(content: &Content, findings: &[Finding]) -> Result<Option<Content>, Unmarkable> {
    if content.slots.values().any(|slot| slot.plain().chars().any(|c| of_char(c).is_some())) {
        return Err(Unmarkable);
    }
    let mut marked = content.clone();
    let mut any = false;
    for (name, slot) in &mut marked.slots {
        let spans = findings.iter().enumerate().take(MOST).filter(|(_, f)| f.slot == *name && f.start < f.end);
        let mut events: Vec<(usize, bool, usize)> =
            spans.flat_map(|(at, finding)| [(finding.start, true, at), (finding.end, false, at)]).collect();
        if events.is_empty() {
            continue;
        }
        any = true;
        // Where one ends and another begins, the end comes first.
        events.sort_unstable();
        *slot = paired(slot, &events);
    }
    Ok(any.then_some(marked))
}

fn paired(slot: &SlotText, events: &[(usize, bool, usize)]) -> SlotText {
    let mut segments = Vec::new();
    let mut events = events.iter().copied().peekable();
    let mut start = 0;
    for segment in &slot.segments {
        let plain = match segment {
            Segment::Text { text } => text.as_str(),
            Segment::Bound(bound) => bound.text.as_str(),
            Segment::Partner { partner } => partner.placeholder(),
        };
        let end = start + plain.len();
        let is_whole = matches!(segment, Segment::Partner { .. });
        let mut text = String::new();
        let mut done = 0;
        let mut after = String::new();
        while let Some((at, opens, number)) = events.next_if(|(at, opens, _)| *at < end || *at == end && !opens) {
            let mut cut = at.saturating_sub(start).min(plain.len());
            cut = if opens { plain.floor_char_boundary(cut) } else { plain.ceil_char_boundary(cut) };
            // A bullet is one only where its line begins with it.
            if opens && plain[cut..].starts_with("- ") && (cut == 0 || plain[..cut].ends_with('\n')) {
                cut += 2;
            }
            if is_whole {
                if opens { &mut text } else { &mut after }.push(to_char(number, opens));
                continue;
            }
            let cut = cut.max(done);
            text.push_str(&plain[done..cut]);
            text.push(to_char(number, opens));
            done = cut;
        }
        if is_whole {
            segments.extend([Segment::Text { text }, segment.clone(), Segment::Text { text: after }]);
        } else {
            text.push_str(&plain[done..]);
            segments.push(Segment::Text { text });
        }
        start = end;
    }
    let rest: String = events.map(|(_, opens, number)| to_char(number, opens)).collect();
    segments.push(Segment::Text { text: rest });
    segments.retain(|segment| !matches!(segment, Segment::Text { text } if text.is_empty()));
    SlotText { segments }
}

fn to_char(number: usize, opens: bool) -> char {
    // Below `MOST` it is always a character.
    char::from_u32(FIRST + 2 * number as u32 + u32::from(!opens)).unwrap_or('\u{FFFD}')
}

fn of_char(c: char) -> Option<(usize, bool)> {
    let at = u32::from(c).checked_sub(FIRST).filter(|at| *at < 2 * MOST as u32)?;
    Some(((at / 2) as usize, at.is_multiple_of(2)))
}

/// The markup with its pairs made marks.
pub(crate) fn marked(html: &str, findings: &[Finding]) -> String {
    let html = &as_characters(html);
    let mut out = String::with_capacity(html.len() + 1024);
    let mut open: Vec<usize> = Vec::new();
    let mut is_on = false;
    let mut rest = html.as_str();
    while let Some(c) = rest.chars().next() {
        if c == '<' {
            if std::mem::take(&mut is_on) {
                out.push_str("</mark>");
            }
            let length = tag(rest);
            out.extend(rest[..length].chars().filter(|c| of_char(*c).is_none()));
            rest = &rest[length..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        let Some((number, opens)) = of_char(c) else {
            if !is_on && !open.is_empty() {
                begin(&mut out, &open, findings);
                is_on = true;
            }
            out.push(c);
            continue;
        };
        if std::mem::take(&mut is_on) {
            out.push_str("</mark>");
        }
        open.retain(|known| *known != number);
        if opens {
            open.push(number);
        }
    }
    if is_on {
        out.push_str("</mark>");
    }
    out
}

/// The markup with our characters as such where they became character references, as all that is not seen does.
fn as_characters(html: &str) -> String {
    let mut parts = html.split("&#");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let ours = part.split_once(';').and_then(|(number, rest)| {
            let c = char::from_u32(number.parse().ok()?)?;
            of_char(c).map(|_| (c, rest))
        });
        match ours {
            Some((c, rest)) => {
                out.push(c);
                out.push_str(rest);
            }
            None => out.extend(["&#", part]),
        }
    }
    out
}

/// Bytes of the tag, the comment, or the element whose text is no markup, that `rest` begins with.
fn tag(rest: &str) -> usize {
    let to = |from: usize, end: &str| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    if rest.starts_with("<!--") {
        return to(4, "-->");
    }
    for name in ["title", "style", "textarea", "script"] {
        let is_it = rest[1..].get(..name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name));
        if is_it && rest[1 + name.len()..].starts_with(['>', ' ', '\n', '\t']) {
            return to(1, &format!("</{name}>"));
        }
    }
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(own), c) if own == c => quote = None,
            _ => {}
        }
    }
    rest.len()
}

fn begin(out: &mut String, open: &[usize], findings: &[Finding]) {
    let told: Vec<&Finding> = open.iter().filter_map(|number| findings.get(*number)).collect();
    let color = match told.iter().map(|finding| finding.severity).max() {
        Some(Severity::Block) => "#fecaca",
        Some(Severity::Error) => "#fed7aa",
        Some(Severity::Warn) => "#fef08a",
        Some(Severity::Info) | None => "#dbeafe",
    };
    let title: Vec<String> =
        told.iter().map(|finding| format!("{}: {}", finding.severity.as_str(), finding.message)).collect();
    let title = title.join(" · ").replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let _ = write!(out, "<mark style=\"background:{color};color:#111827\" title=\"{title}\">");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(start: usize, end: usize, severity: Severity) -> Finding {
        Finding {
            rule: "t.r".into(),
            severity,
            slot: "body".into(),
            start,
            end,
            message: "“a” < \"b\"".into(),
            messages: Default::default(),
            fix: None,
        }
    }

    fn content(text: &str) -> Content {
        Content { slots: [("body".to_owned(), SlotText::parse(text).unwrap())].into() }
    }

    /// What is marked in the markup, with its markup.
    fn marks(html: &str) -> Vec<&str> {
        let parts = html.split("<mark ").skip(1);
        parts.map(|part| part.split_once("\">").unwrap().1.split("</mark>").next().unwrap()).collect()
    }

    #[test]
    fn a_span_is_found_again_through_escapes_tags_and_values() {
        let text = "Save & go {{partner.display_name}} now.";
        let spans = [(0, 9), (10, 38)];
        let findings: Vec<Finding> = spans.iter().map(|(from, to)| finding(*from, *to, Severity::Warn)).collect();
        let paired = with_pairs(&content(text), &findings).unwrap().unwrap();
        let filled = paired.slots["body"].fill(|_| "Nord <GmbH>".into());
        let html = format!("<p title=\"{0}\">{0}</p>", filled.replace('&', "&amp;").replace('<', "&lt;"));
        let html = html.replace("GmbH", "<b>GmbH</b>").replace(to_char(0, true), "&#983040;");
        let html = marked(&html, &findings);
        assert_eq!(marks(&html), ["Save &amp; go", "Nord &lt;", "GmbH", "> now"]);
        assert!(html.starts_with("<p title=\"Save &amp; go Nord &lt;"), "{html}");
        assert!(html.chars().all(|c| of_char(c).is_none()), "{html}");
        assert!(html.contains("title=\"warn: “a” &lt; &quot;b&quot;\""), "{html}");
    }

    #[test]
    fn spans_that_overlap_show_the_worst_and_bullets_stay_bullets() {
        let findings = [finding(0, 8, Severity::Info), finding(4, 12, Severity::Block)];
        let paired = with_pairs(&content("- one two three"), &findings).unwrap().unwrap();
        let filled = paired.slots["body"].fill(|_| String::new());
        assert!(filled.starts_with("- "), "{filled:?}");
        let html = marked(&filled, &findings);
        assert_eq!(marks(&html), ["on", "e tw", "o th"]);
        assert_eq!(html.matches("#fecaca").count(), 2);
    }

    #[test]
    fn what_has_no_span_is_left_alone_and_such_characters_are_told() {
        assert_eq!(with_pairs(&content("Hello."), &[finding(0, 0, Severity::Warn)]), Ok(None));
        assert_eq!(with_pairs(&content("Hello \u{F0001}."), &[finding(0, 3, Severity::Warn)]), Err(Unmarkable));
        // Of another text, or another rules version.
        let findings = [finding(3, 900, Severity::Warn), finding(800, 900, Severity::Warn)];
        let paired = with_pairs(&content("Größe."), &findings).unwrap().unwrap();
        let html = marked(&paired.slots["body"].fill(|_| String::new()), &findings);
        assert_eq!(marks(&html), ["öße."]);
    }

    #[test]
    fn titles_styles_and_comments_hold_no_marks() {
        let pair = |text: &str| format!("{}{text}{}", to_char(0, true), to_char(0, false));
        let html = format!("<title>{0}</title><style>{0}</style><!--[if mso]>{0}<![endif]--><p>{0}</p", pair("x"));
        let html = marked(&html, &[finding(0, 1, Severity::Error)]);
        assert_eq!(html.matches("<mark ").count(), 1, "{html}");
    }
}
