//! A slot's text, filled for one partner: as runs that remember which words are the partner's, and from these as text,
//! as markup, and as paragraphs and lists.
//!
//! Only the slot's own line breaks make structure: a blank line parts paragraphs, `- ` starts a bullet. A partner's
//! value is one line, whatever it holds.

use std::borrow::Cow;

use countersign_released::content::{Bound, PartnerField, Segment, SlotText};
use countersign_released::profile::Profile;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::escape;

/// A stretch of text; `foreign` when it is a partner's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) foreign: bool,
}

/// A paragraph's lines, or a list's items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    pub(crate) list: bool,
    pub(crate) lines: Vec<Vec<Run<'a>>>,
}

/// A partner's value as it stands in running text: on one line.
pub(crate) fn one_line(profile: &Profile, field: PartnerField) -> String {
    let joint = if field == PartnerField::Address { ", " } else { " " };
    join_lines(profile.value(field), joint)
}

pub(crate) fn join_lines(text: &str, joint: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(joint)
}

/// The slot filled for `profile`.
pub(crate) fn fill(slot: &SlotText, profile: &Profile) -> String {
    slot.fill(|field| one_line(profile, field))
}

pub(crate) fn runs<'a>(slot: &'a SlotText, profile: &Profile) -> Vec<Run<'a>> {
    let own = |text: &'a str| {
        let text =
            if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() };
        Run { text, foreign: false }
    };
    let run = |segment: &'a Segment| match segment {
        Segment::Text { text } | Segment::Bound(Bound { text, .. }) => own(text),
        Segment::Partner { partner } => Run { text: one_line(profile, *partner).into(), foreign: true },
    };
    slot.segments.iter().map(run).filter(|run| !run.text.is_empty()).collect()
}

/// Runs as text.
pub(crate) fn plain(runs: &[Run<'_>]) -> String {
    runs.iter().map(|run| run.text.as_ref()).collect()
}

/// Runs as text for places that hold no markup: the partner's values stand between isolating characters (U+2068,
/// U+2069) instead, those that `needs` it.
pub(crate) fn isolated(runs: &[Run<'_>], needs: impl Fn(&str) -> bool) -> String {
    let mut out = String::new();
    for run in runs {
        if run.foreign && needs(&run.text) {
            out.extend(["\u{2068}", &run.text, "\u{2069}"]);
        } else {
            out.push_str(&run.text);
        }
    }
    out
}

/// The same on one line, such as for a title.
pub(crate) fn bare(runs: &[Run<'_>]) -> String {
    isolated(runs, |_| true).replace('\n', " ")
}

/// Whether a text holds letters that are written from right to left.
pub(crate) fn has_rtl(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(u32::from(c), 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC | 0x10800..=0x10FFF | 0x1E800..=0x1EFFF)
    })
}

/// Runs as markup: escaped, the partner's values isolated, line breaks as `<br />`.
pub(crate) fn markup(runs: &[Run<'_>]) -> String {
    let mut out = String::new();
    for run in runs {
        if run.foreign {
            out.push_str(&escape::isolated(&run.text));
            continue;
        }
        for (number, line) in run.text.split('\n').enumerate() {
            if number > 0 {
                out.push_str("<br />");
            }
            escape::push(&mut out, line);
        }
    }
    out
}

pub(crate) fn blocks<'a>(runs: &[Run<'a>]) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    let mut open = false;
    for mut line in lines(runs) {
        if line.iter().all(|run| run.text.trim().is_empty()) {
            open = false;
            continue;
        }
        let item = strip_bullet(&mut line);
        match blocks.last_mut() {
            Some(last) if open && last.list == item => last.lines.push(line),
            _ => blocks.push(Block { list: item, lines: vec![line] }),
        }
        open = true;
    }
    blocks
}

fn lines<'a>(runs: &[Run<'a>]) -> Vec<Vec<Run<'a>>> {
    let mut lines = vec![Vec::new()];
    for run in runs {
        if run.foreign {
            lines.last_mut().expect("there is always a line").push(run.clone());
            continue;
        }
        for (number, part) in run.text.split('\n').enumerate() {
            if number > 0 {
                lines.push(Vec::new());
            }
            if !part.is_empty() {
                let run = Run { text: part.to_owned().into(), foreign: false };
                lines.last_mut().expect("there is always a line").push(run);
            }
        }
    }
    lines
}

/// Whether the line is a bullet; then without its mark.
fn strip_bullet(line: &mut Vec<Run<'_>>) -> bool {
    let Some(first) = line.first_mut().filter(|run| !run.foreign) else { return false };
    let Some(rest) = first.text.trim_start().strip_prefix("- ") else { return false };
    let rest = rest.trim_start().to_owned();
    if rest.is_empty() {
        line.remove(0);
    } else {
        first.text = rest.into();
    }
    true
}

/// Where to cut at `graphemes` or a little before, so that no word is broken.
pub(crate) fn before_word(runs: &[Run<'_>], graphemes: usize) -> usize {
    let text = plain(runs);
    let near = text.graphemes(true).take(graphemes + 1).collect::<Vec<_>>();
    if near.len() <= graphemes {
        return graphemes;
    }
    let space = near.iter().rposition(|grapheme| grapheme.trim().is_empty());
    space.filter(|at| graphemes - at < 30).unwrap_or(graphemes)
}

/// The runs cut after `graphemes` user-perceived characters: what a client shows, and the rest.
pub(crate) fn cut<'a>(runs: &[Run<'a>], graphemes: usize) -> (Vec<Run<'a>>, Vec<Run<'a>>) {
    let (mut shown, mut rest, mut left) = (Vec::new(), Vec::new(), graphemes);
    for run in runs {
        let end = run.text.grapheme_indices(true).nth(left).map(|(at, _)| at);
        match end {
            None => {
                left -= run.text.graphemes(true).count();
                shown.push(run.clone());
            }
            Some(at) => {
                left = 0;
                let (before, after) = run.text.split_at(at);
                let part = |text: &str| Run { text: text.to_owned().into(), foreign: run.foreign };
                if !before.is_empty() {
                    shown.push(part(before));
                }
                rest.push(part(after));
            }
        }
    }
    (shown, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        Profile {
            display_name: "- <b>شركة</b>".into(),
            address: "Weg 1\r\n\n- 2. Stock\n".into(),
            ..Profile::default()
        }
    }

    fn slot(text: &str) -> SlotText {
        SlotText::parse(text).unwrap()
    }

    #[test]
    fn a_partners_value_is_isolated_and_escaped() {
        let slot = slot("Ask {{partner.display_name}} & co");
        assert_eq!(markup(&runs(&slot, &profile())), "Ask <bdi>- &lt;b&gt;شركة&lt;/b&gt;</bdi> &amp; co");
    }

    #[test]
    fn a_place_without_markup_isolates_by_characters() {
        let slot = slot("Ask\n{{partner.address}}");
        assert_eq!(bare(&runs(&slot, &profile())), "Ask \u{2068}Weg 1, - 2. Stock\u{2069}");
    }

    #[test]
    fn paragraphs_and_bullets_come_from_the_slot_alone() {
        let slot = slot("One\ntwo\r\n\r\nLead:\n- a\n- b\n{{partner.display_name}}\n\n{{partner.address}}");
        let runs = runs(&slot, &profile());
        let shape: Vec<_> = blocks(&runs)
            .iter()
            .map(|block| (block.list, block.lines.iter().map(|line| plain(line)).collect::<Vec<_>>()))
            .collect();
        let of = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            shape,
            [
                (false, of(&["One", "two"])),
                (false, of(&["Lead:"])),
                (true, of(&["a", "b"])),
                (false, of(&["- <b>شركة</b>"])),
                (false, of(&["Weg 1, - 2. Stock"])),
            ]
        );
    }

    #[test]
    fn a_cut_breaks_no_word_where_a_space_is_near() {
        let words = slot("one two three");
        let words = runs(&words, &profile());
        let cuts: Vec<usize> = [2, 3, 5, 7, 9, 13, 99].into_iter().map(|at| before_word(&words, at)).collect();
        assert_eq!(cuts, [2, 3, 3, 7, 7, 13, 99]);
        let long = slot(&"x".repeat(50));
        assert_eq!(before_word(&runs(&long, &profile()), 40), 40);
    }

    #[test]
    fn a_cut_falls_between_graphemes_and_keeps_whose_words_they_are() {
        let slot = slot("e\u{301}a{{partner.display_name}}");
        let runs = runs(&slot, &profile());
        let (shown, rest) = cut(&runs, 3);
        assert_eq!((plain(&shown).as_str(), rest[0].foreign), ("e\u{301}a-", true));
        assert_eq!(plain(&shown) + &plain(&rest), plain(&runs));
        assert_eq!(cut(&runs, 999).1, []);
    }
}
