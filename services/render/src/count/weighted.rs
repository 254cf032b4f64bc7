//! X's weighted count, after the configuration v3 of twitter-text: the text in NFC; a link counts 23; characters of the
//! ranges below count 1, all others 2; an emoji counts 2 however many code points it has.
//!
//! Two things are on the safe side, where X's own tables are long: a pictogram of a range that counts 1 (such as ©)
//! counts 2 as an emoji does, and addresses without a scheme are taken for links with the endings listed here only.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

/// What a link counts, whatever its length.
pub(super) const LINK: usize = 23;

const SINGLE: [(u32, u32); 4] = [(0, 4351), (8192, 8205), (8208, 8223), (8242, 8247)];

static LINKS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?ix)
        (?P<before> ^ | [^\p{L}\p{N}@\#$_/.\-] )
        (?P<link>
            https?:// [^\s/?\#<>"'(){}\[\]|\\^`]+ \. \p{L}{2,63} (?: : [0-9]+ )? (?: [/?\#] [^\s<>"{}|\\^`]* )?
          | (?: [\p{L}\p{N}] (?: [\p{L}\p{N}\-]* [\p{L}\p{N}] )? \. )+
            (?: com|org|net|edu|gov|mil|int|info|biz|name|pro|mobi|app|dev|cloud|online|shop|store|site|tech|blog|xyz
              | agency|company|digital|email|global|group|io|ai|co|me|tv|eu|uk|us|de|at|ch|fr|it|es|nl|be|lu|dk|se|no|fi
              | is|ie|pt|pl|cz|sk|hu|ro|bg|gr|hr|si|rs|ua|ru|tr|il|ae|sa|eg|za|ng|ke|in|cn|jp|kr|tw|hk|sg|my|th|vn|id|ph
              | au|nz|ca|mx|br|ar|cl|pe|gg|ly|to|cc|ws|fm )
            \b (?: / [^\s<>"{}|\\^`]* )?
        )"#,
    )
    .expect("the pattern is fixed and tested")
});

static PICTOGRAM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\x{FE0F}|\x{20E3}")
        .expect("the pattern is fixed and tested")
});

pub(super) fn count(text: &str) -> usize {
    let text: String = text.nfc().collect();
    let (mut total, mut at) = (0, 0);
    while let Some(found) = LINKS.captures_at(&text, at) {
        let link = found.name("link").expect("the pattern has a link");
        let end = link.start() + link.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ')', '…']).len();
        total += weigh(&text[at..link.start()]) + LINK;
        at = end;
    }
    total + weigh(&text[at..])
}

fn weigh(text: &str) -> usize {
    text.graphemes(true).map(|grapheme| if PICTOGRAM.is_match(grapheme) { 2 } else { characters(grapheme) }).sum()
}

fn characters(text: &str) -> usize {
    let single = |c: char| SINGLE.iter().any(|(from, to)| (*from..=*to).contains(&u32::from(c)));
    text.chars().map(|c| if single(c) { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn latin_counts_one_and_cjk_two() {
        assert_eq!(count("Grüße"), 5);
        assert_eq!(count("東京"), 4);
        assert_eq!(count("“quoted” – yes"), 14);
        assert_eq!(count("100 €"), 6);
    }

    #[test]
    fn the_count_is_of_the_composed_form() {
        assert_eq!(count("e\u{301}"), 1);
    }

    #[test]
    fn an_emoji_counts_two_however_it_is_made() {
        for emoji in ["🚀", "👨‍👩‍👧‍👦", "👋🏽", "🇩🇪", "❤️", "1️⃣"] {
            assert_eq!(count(emoji), 2, "{emoji}");
        }
    }

    #[test]
    fn a_link_counts_twenty_three() {
        assert_eq!(count("https://partner.example/a/very/long/path?with=query#and-fragment-of-some-length"), 23);
        assert_eq!(count("See https://x.example."), 4 + 23 + 1);
        assert_eq!(count("a https://b.example https://c.example d"), 2 + 23 + 1 + 23 + 2);
        assert_eq!(count("(https://b.example)"), 25);
        assert_eq!(count("visit partner.com/x now"), 6 + 23 + 4);
    }

    #[test]
    fn what_only_looks_like_a_link_is_text() {
        for text in ["e.g. this", "Node.js", "at 12.30", "mail@host.com", "https://"] {
            assert_eq!(count(text), text.chars().count(), "{text}");
        }
    }
}
