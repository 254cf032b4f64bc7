//! Links in plain text and in Markdown: where they begin and end, and where they lead.
//!
//! A link is what mail programs and social networks make one: what begins with `https://`, `http://`, `ftp://` or
//! `www.`, a domain with a path, and a lone domain in small letters under a common suffix (`Booking.com` is a name).
//! Marks that close a sentence, a bracket or a quotation around it are not part of it. Time grows with the text alone.

use std::ops::Range;
use std::sync::LazyLock;

use psl::Psl as _;
use regex::Regex;
use url::{Host, Url};

use crate::scene::{Reference, Slot};

/// No browser follows more.
const MAX_LINK: usize = 8_000;
/// A domain's name has 253 characters at most; written with other letters than ASCII, some more bytes.
const MAX_HOST: usize = 600;
/// Round brackets in each other in a Markdown link's target, as `CommonMark` has it.
const MAX_DEPTH: usize = 32;
/// Of what follows a Markdown link's target.
const MAX_TITLE: usize = 300;

/// Suffixes under which a lone domain, without `www.` or a path, is taken for a link. Those that are words of a language
/// of ours (`it`, `es`, `at`, `me`) are not here: a blank is forgotten after a full stop more often than they are meant.
const LONE: [&str; 24] = [
    "com", "net", "org", "io", "eu", "info", "biz", "dev", "app", "cloud", "online", "shop", "site", "store", "de",
    "fr", "ch", "uk", "nl", "pl", "ru", "cn", "example", "tech",
];

static STARTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?P<scheme>(?:https?|ftps?)://)|(?P<www>\bwww\d?\.[\p{L}\p{N}])|(?P<ip>\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{2,5}\b|/\p{L}))|(?P<bare>[\p{L}\p{N}][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*\.\p{L}[\p{L}\p{N}-]*)",
    )
    .expect("a fixed pattern that the tests compile")
});

/// A link as it stands in a text.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// Up to the first reference to a partner's data, which is no text of ours.
    pub range: Range<usize>,
    /// All of it, in bytes of the text.
    pub whole: Range<usize>,
    /// Whether it begins with its scheme.
    pub schemed: bool,
    /// Where it leads; `None` where no browser could say.
    pub url: Option<Url>,
}

/// A Markdown link: what readers see, and where it leads.
#[derive(Debug)]
pub(crate) struct MarkdownLink {
    pub whole: Range<usize>,
    pub shown: Range<usize>,
    pub target: Range<usize>,
    pub image: bool,
}

/// The links of a slot, in order. A dozen rules ask for them; they are looked for once.
pub(crate) fn links(slot: &Slot<'_>) -> Vec<Link> {
    slot.links.get_or_init(|| links_of(slot)).clone()
}

fn links_of(slot: &Slot<'_>) -> Vec<Link> {
    let partner = |(range, reference): &(Range<usize>, Reference)| match reference {
        Reference::Partner(_) => Some(range.clone()),
        Reference::Bound { .. } => None,
    };
    find(&slot.text, &slot.references.iter().filter_map(partner).collect::<Vec<_>>())
}

/// The links of a text in which `holes` stand for something else.
pub(crate) fn find(text: &str, holes: &[Range<usize>]) -> Vec<Link> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = STARTS.captures_at(text, at) {
        let all = start.get(0).map_or(at..at, |all| all.range());
        at = all.end;
        let hole = holes.partition_point(|hole| hole.end <= all.start);
        if let Some(over) = holes.get(hole).filter(|hole| hole.start < all.start) {
            at = at.max(over.end);
            continue;
        }
        let schemed = start.name("scheme").is_some();
        let before = text[..all.start].chars().next_back();
        let joined =
            before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '@' | '.' | '-' | '_' | '/' | '=' | '{'));
        let named = start.name("www").is_some() || start.name("ip").is_some();
        if !schemed && (joined || !(named || is_bare(text, &all))) {
            continue;
        }
        let end = end_of(text, all.start, holes);
        if end <= all.start || schemed && end <= all.end {
            continue;
        }
        at = end.max(all.end);
        let cut = holes.get(hole).map_or(end, |hole| hole.start.min(end));
        let written = &text[all.start..end];
        let url = if schemed { Url::parse(written) } else { Url::parse(&format!("https://{written}")) };
        found.push(Link { range: all.start..cut, whole: all.start..end, schemed, url: url.ok() });
    }
    found
}

/// Whether a domain without scheme and `www.` is a link.
fn is_bare(text: &str, name: &Range<usize>) -> bool {
    let host = &text[name.clone()];
    let mut after = text[name.end..].chars();
    let path = match (after.next(), after.next()) {
        (Some('@'), _) => return false,
        (Some('/'), Some(next)) => next.is_alphanumeric() || matches!(next, '?' | '#' | '_' | '~' | '@'),
        (Some('?'), Some(next)) => next.is_ascii_alphanumeric() || next == '_',
        (Some(':'), Some(next)) => next.is_ascii_digit(),
        _ => false,
    };
    let suffix = host.rsplit('.').next().unwrap_or("");
    host.len() <= MAX_HOST
        && !suffix.chars().any(char::is_uppercase)
        && (path || LONE.contains(&suffix) && !host.chars().any(char::is_uppercase))
        && has_known_suffix(host)
}

/// Where the link that begins at `start` ends.
fn end_of(text: &str, start: usize, holes: &[Range<usize>]) -> usize {
    let mut hole = holes.partition_point(|hole| hole.end <= start);
    let (mut round, mut square) = (0usize, 0usize);
    let mut at = start;
    let mut least = start;
    while at - start <= MAX_LINK {
        if let Some(over) = holes.get(hole).filter(|hole| hole.start == at) {
            (at, least) = (over.end, over.end);
            hole += 1;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        match c {
            '(' => round += 1,
            '[' => square += 1,
            ')' if round > 0 => round -= 1,
            ']' if square > 0 => square -= 1,
            ')' | ']' | '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^' => break,
            '“' | '”' | '„' | '«' | '»' | '‹' | '›' | '‘' | '’' | '…' | '、' | '。' | '，' | '（' | '）' | '「'
            | '」' => break,
            c if c.is_whitespace() || c.is_control() => break,
            _ => {}
        }
        at += c.len_utf8();
    }
    let closing = |c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '~' | '(' | '[' | '–' | '—');
    let mut trimmed = text[start..at].trim_end_matches(closing);
    if text[..start].ends_with('_') {
        // A Markdown emphasis around the whole link.
        trimmed = trimmed.trim_end_matches('_');
    }
    (start + trimmed.len()).max(least)
}

/// The Markdown links of a text, images included, in order. Escaped brackets are no link's.
pub(crate) fn markdown(text: &str) -> Vec<MarkdownLink> {
    let bytes = text.as_bytes();
    let mut open: Vec<usize> = Vec::new();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => open.push(at),
            b'\n' if bytes.get(at + 1) == Some(&b'\n') => open.clear(),
            b']' => {
                if let Some(start) = open.pop()
                    && bytes.get(at + 1) == Some(&b'(')
                    && let Some((target, end)) = target_of(text, at + 2)
                {
                    let image = start > 0 && bytes[start - 1] == b'!';
                    found.push(MarkdownLink { whole: start..end, shown: start + 1..at, target, image });
                    at = end;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The target that begins at `start`, and where its round bracket has closed.
fn target_of(text: &str, start: usize) -> Option<(Range<usize>, usize)> {
    let bytes = text.as_bytes();
    let mut at = start;
    while bytes.get(at) == Some(&b' ') && at < start + 8 {
        at += 1;
    }
    let angled = bytes.get(at) == Some(&b'<');
    let from = at + usize::from(angled);
    at = from;
    let mut depth = 0usize;
    while at < bytes.len() && at - from < MAX_LINK {
        match bytes[at] {
            b'>' if angled => break,
            b' ' | b'\t' | b'\n' | b'\r' => break,
            b'(' if depth == MAX_DEPTH => return None,
            b'(' => depth += 1,
            b')' if depth == 0 => break,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    let target = from..at;
    at += usize::from(angled && bytes.get(at) == Some(&b'>'));
    let title = at;
    while at < bytes.len() && at - title < MAX_TITLE && bytes[at] != b')' && bytes[at] != b'\n' {
        at += 1;
    }
    (bytes.get(at) == Some(&b')') && text.is_char_boundary(target.end)).then_some((target, at + 1))
}

/// The host as one domain can be compared with another, in small letters and ASCII.
pub(crate) fn host_of(url: &Url) -> Option<String> {
    url.host_str().map(|host| host.trim_end_matches('.').to_owned()).filter(|host| !host.is_empty())
}

/// Whom a host belongs to: `fjord.co.uk` of `docs.fjord.co.uk`. The host itself where that is not known.
pub(crate) fn registrable(host: &str) -> &str {
    if matches!(Host::parse(host), Ok(Host::Ipv4(_) | Host::Ipv6(_))) {
        return host;
    }
    let domain = psl::List.domain(host.as_bytes());
    domain.and_then(|domain| std::str::from_utf8(domain.as_bytes()).ok()).unwrap_or(host)
}

/// Whether it ends in a public suffix that is listed, and is more than the suffix. `example` counts as one: it is what
/// documentation writes.
pub(crate) fn has_known_suffix(host: &str) -> bool {
    let host = host.to_lowercase();
    if host.ends_with(".example") {
        return true;
    }
    psl::List.domain(host.as_bytes()).is_some_and(|domain| domain.suffix().is_known())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        find(text, &[]).into_iter().map(|link| &text[link.range]).collect()
    }

    #[test]
    fn marks_around_a_link_are_not_part_of_it() {
        assert_eq!(
            found("See https://a.example/x. Or (http://b.example/y)!"),
            ["https://a.example/x", "http://b.example/y"]
        );
        assert_eq!(
            found("“https://a.example/x”, **https://b.example/**"),
            ["https://a.example/x", "https://b.example/"]
        );
        assert_eq!(found("https://a.example/wiki/Rust_(language), ok"), ["https://a.example/wiki/Rust_(language)"]);
        assert_eq!(found("[text](https://a.example/x)and"), ["https://a.example/x"]);
        assert_eq!(found("https://[2001:db8::1]/demo."), ["https://[2001:db8::1]/demo"]);
    }

    #[test]
    fn domains_are_links_where_nobody_could_mean_something_else() {
        assert_eq!(
            found("bit.ly/abc, www.fjord.example and fjord.co.uk/x"),
            ["bit.ly/abc", "www.fjord.example", "fjord.co.uk/x"]
        );
        assert_eq!(found("visit billig-backup.de today"), ["billig-backup.de"]);
        for none in [
            "Node.js/Deno",
            "Booking.com",
            "sales@fjord.com",
            "jane.doe@fjord.com/x",
            "z.B. u.a. e.g. this",
            "tested.it works",
            "README.md",
            "10.4.2.1",
            "192.168.0.0/24",
            "ASP.NET/C#",
            "1.5/2.5",
            "Prices from 3.50/month",
            "and/or",
            "https://",
        ] {
            assert_eq!(found(none), [""; 0], "{none}");
        }
    }

    #[test]
    fn a_partners_data_may_be_part_of_a_link() {
        let text = "https://a.example/?p={{partner.site}}&q=1 on";
        let hole = text.find("{{").unwrap()..text.find("}}").unwrap() + 2;
        let links = find(text, std::slice::from_ref(&hole));
        assert_eq!(&text[links[0].range.clone()], "https://a.example/?p=");
        assert_eq!(&text[links[0].whole.clone()], "https://a.example/?p={{partner.site}}&q=1");
        assert!(find("{{partner.site}}", std::slice::from_ref(&(0..16))).is_empty(), "its own name is no domain");
    }

    #[test]
    fn markdown_links_are_read_as_readers_see_them() {
        let text = "A [b [c]](https://d.example/(e) \"t\") and \\[no](x) ![i](y) [open](never";
        let links = markdown(text);
        let told: Vec<_> = links.iter().map(|l| (&text[l.shown.clone()], &text[l.target.clone()], l.image)).collect();
        assert_eq!(told[0], ("b [c]", "https://d.example/(e)", false));
        assert_eq!(told[told.len() - 1], ("i", "y", true));
    }

    #[test]
    fn a_flood_of_brackets_and_dots_takes_no_time() {
        for part in ["[", "](", "a.", "https://", "(", "www.", "[a](", "http://a.b ", "x.com/", "a@b.com "] {
            let text = part.repeat(300_000);
            find(&text, &[]);
            markdown(&text);
        }
    }
}
