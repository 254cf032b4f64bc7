//! Just enough HTML to tell text from markup in a Markdown file.

use std::ops::Range;

/// A piece of HTML, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Text(Range<usize>),
    /// Names in small letters.
    Open(String),
    Close(String),
    /// What stands between `<!--` and `-->`.
    Comment(Range<usize>),
}

/// Tags in which nothing is text that people read.
pub(super) const SKIPPED: [&str; 6] = ["script", "style", "pre", "figure", "noscript", "iframe"];
/// Tags whose text is masked.
pub(super) const MASKED: [&str; 3] = ["tt", "code", "kbd"];
/// Tags that part no blocks.
const INLINE: [&str; 19] = [
    "b", "big", "i", "small", "abbr", "acronym", "cite", "dfn", "em", "kbd", "strong", "a", "br", "img", "span", "sub",
    "sup", "code", "tt",
];

pub(super) fn is_inline(tag: &str) -> bool {
    INLINE.contains(&tag) || tag == "del"
}

pub(super) fn tokens(html: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < html.len() {
        let rest = &html[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            let len = comment.find("-->").unwrap_or(comment.len());
            tokens.push(Token::Comment(at + 4..at + 4 + len));
            at = (at + 4 + len + 3).min(html.len());
        } else if rest.starts_with("<?") || rest.starts_with("<!") {
            at += rest.find('>').map_or(rest.len(), |end| end + 1);
        } else if let Some((name, closes)) = tag(rest) {
            at += end_of_tag(rest);
            tokens.push(if closes { Token::Close(name) } else { Token::Open(name) });
        } else {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let len = rest[first..].find('<').map_or(rest.len(), |next| first + next);
            match tokens.last_mut() {
                Some(Token::Text(range)) if range.end == at => range.end = at + len,
                _ => tokens.push(Token::Text(at..at + len)),
            }
            at += len;
        }
    }
    tokens
}

fn tag(rest: &str) -> Option<(String, bool)> {
    let inside = rest.strip_prefix('<')?;
    let (inside, closes) = inside.strip_prefix('/').map_or((inside, false), |inside| (inside, true));
    let name: String = inside.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic());
    is_name.then(|| (name.to_ascii_lowercase(), closes))
}

/// The bytes of a tag, with `>` in quoted values passed over.
fn end_of_tag(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_tags_and_comments_are_told_apart() {
        let html = "a < b <P class='x>'>é</p><!-- vale off -->";
        let text = |range: &Range<usize>| &html[range.clone()];
        let shown: Vec<String> = tokens(html)
            .iter()
            .map(|token| match token {
                Token::Text(range) => format!("“{}”", text(range)),
                Token::Open(name) => format!("<{name}>"),
                Token::Close(name) => format!("</{name}>"),
                Token::Comment(range) => format!("!{}", text(range)),
            })
            .collect();
        assert_eq!(shown, ["“a < b ”", "<p>", "“é”", "</p>", "! vale off "]);
    }
}
