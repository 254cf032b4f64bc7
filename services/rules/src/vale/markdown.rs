//! A Markdown file as blocks: headings, paragraphs and their sentences, list items, cells, alternative texts.
//!
//! Code, addresses, front matter and markup are no text. Inline code stays as so many `*`, so that what stands around it
//! does not run together.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use regex::Regex;

use super::block::{Block, Mapped, Switches};
use super::html::{self, Token};
use super::sentences::sentences;

/// A file as rules see it.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub blocks: Vec<Block>,
    /// Paragraphs, list items and quotations, each with a blank line after it.
    pub summary: Mapped,
    /// How many blocks of each sort there are: `heading_h2`, `list`, `blockquote`, `pre`.
    pub counts: BTreeMap<String, usize>,
    /// What holds at the file's end for the file as a whole.
    pub off: Switches,
}

/// Whether anybody reads these.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    pub sentences: bool,
    pub paragraphs: bool,
}

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?-u:\b)(?:https?|ftp)://[!-;=-~]*[!-~&&[^<>?!.,:*_~'")\]]]"#)
        .expect("a fixed pattern that the tests compile")
});

pub(super) fn read(file: &str, wanted: Wanted) -> Document {
    let base = front_matter(file);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut reader = Reader::new(file, wanted);
    for (event, range) in Parser::new_ext(&file[base..], options).into_offset_iter() {
        reader.take(event, base + range.start..base + range.end);
    }
    reader.flush();
    reader.document.off = Switches { all: reader.off.all, rules: Vec::new() };
    reader.document
}

/// The bytes that YAML or TOML between `---` or `+++` takes at the file's start.
fn front_matter(file: &str) -> usize {
    let mut lines = file.split_inclusive('\n');
    let mut at = match lines.next() {
        Some(first) if matches!(first.trim_end_matches(['\r', '\n']), "---" | "+++") => first.len(),
        _ => return 0,
    };
    for (index, line) in lines.enumerate() {
        if index > 0 && (line.starts_with("---") || line.starts_with("+++")) {
            return at + line.trim_end_matches(['\r', '\n']).len();
        }
        at += line.len();
    }
    0
}

struct Reader<'a> {
    file: &'a str,
    wanted: Wanted,
    document: Document,
    off: Switches,
    current: Mapped,
    /// The alternative text of the image that is open.
    alt: Option<Mapped>,
    /// Headings, list items, quotations and cells that are open, the outermost first.
    inside: Vec<String>,
    in_header: bool,
    in_code: bool,
    /// The text of the HTML block that is open.
    html: Option<Mapped>,
    /// The HTML tag whose contents are skipped.
    skipped: Option<String>,
    /// How many inline HTML tags mask what stands in them.
    masks: usize,
    /// The address of the link that has just begun.
    link: Option<String>,
}

impl<'a> Reader<'a> {
    fn new(file: &'a str, wanted: Wanted) -> Self {
        Self {
            file,
            wanted,
            document: Document::default(),
            off: Switches::default(),
            current: Mapped::default(),
            alt: None,
            inside: Vec::new(),
            in_header: false,
            in_code: false,
            html: None,
            skipped: None,
            masks: 0,
            link: None,
        }
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        let link = self.link.take();
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(_) | Event::Code(_) if self.in_code => {}
            Event::Text(text) => {
                let masked = self.masks > 0 || link.is_some_and(|address| address == *text);
                match &self.file[range.clone()] {
                    _ if masked => self.push(&stars(&text), range),
                    "&rsquo;" => self.push("'", range),
                    _ => self.push(&text, range),
                }
            }
            Event::Code(text) => self.push(&stars(&text), range),
            Event::SoftBreak | Event::HardBreak => self.push("\n", range),
            Event::Html(text) => match &mut self.html {
                Some(html) => html.push(&text, range),
                None => self.inline_html(&text, range),
            },
            Event::InlineHtml(text) => self.inline_html(&text, range),
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) | Event::Rule => {}
            Event::TaskListMarker(_) => {}
        }
    }

    fn push(&mut self, text: &str, range: Range<usize>) {
        self.alt.as_mut().unwrap_or(&mut self.current).push(text, range);
    }

    fn open(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.enter(format!("heading.{level}").to_lowercase()),
            Tag::BlockQuote(_) => self.enter("blockquote".into()),
            Tag::Item | Tag::FootnoteDefinition(_) => self.enter("list".into()),
            Tag::TableHead => self.in_header = true,
            Tag::TableCell => self.enter(if self.in_header { "table.header" } else { "table.cell" }.into()),
            Tag::List(_) | Tag::Table(_) | Tag::Paragraph => self.flush(),
            Tag::CodeBlock(_) => {
                self.flush();
                self.in_code = true;
                *self.document.counts.entry("pre".into()).or_default() += 1;
            }
            Tag::HtmlBlock => {
                self.flush();
                self.html = Some(Mapped::default());
            }
            Tag::Image { .. } => self.alt = Some(Mapped::default()),
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.into_string()),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_)
            | TagEnd::BlockQuote(_)
            | TagEnd::Item
            | TagEnd::FootnoteDefinition
            | TagEnd::TableCell => {
                self.flush();
                self.inside.pop();
            }
            TagEnd::TableHead => self.in_header = false,
            TagEnd::Paragraph => self.flush(),
            TagEnd::CodeBlock => self.in_code = false,
            TagEnd::HtmlBlock => {
                if let Some(html) = self.html.take() {
                    self.html_block(&html);
                }
            }
            TagEnd::Image => {
                if let Some(alt) = self.alt.take().filter(|_| self.skipped.is_none()) {
                    self.add("text.attr.alt.md", trimmed(&alt));
                }
            }
            _ => {}
        }
    }

    fn enter(&mut self, what: String) {
        self.flush();
        self.inside.push(what);
    }

    fn inline_html(&mut self, text: &str, range: Range<usize>) {
        for token in html::tokens(text) {
            match token {
                Token::Comment(inside) => self.off.obey(&text[inside]),
                Token::Open(tag) if html::MASKED.contains(&tag.as_str()) => self.masks += 1,
                Token::Close(tag) if html::MASKED.contains(&tag.as_str()) => self.masks = self.masks.saturating_sub(1),
                Token::Open(tag) if tag == "br" => self.push(" ", range.clone()),
                Token::Open(_) | Token::Close(_) | Token::Text(_) => {}
            }
        }
    }

    /// A block of HTML: the text between its tags, each block of it by itself.
    fn html_block(&mut self, html: &Mapped) {
        let mut history: Vec<String> = Vec::new();
        for token in html::tokens(&html.text) {
            match token {
                Token::Comment(inside) => self.off.obey(&html.text[inside]),
                Token::Open(tag) if self.skipped.is_none() && html::SKIPPED.contains(&tag.as_str()) => {
                    *self.document.counts.entry(tag.clone()).or_default() += 1;
                    self.flush_html(&mut history);
                    self.skipped = Some(tag);
                }
                Token::Close(tag) if self.skipped.as_deref() == Some(&tag) => self.skipped = None,
                _ if self.skipped.is_some() => {}
                Token::Open(tag) => {
                    if html::MASKED.contains(&tag.as_str()) {
                        self.masks += 1;
                    } else if !html::is_inline(&tag) {
                        self.flush_html(&mut history);
                        history.push(tag);
                    }
                }
                Token::Close(tag) => {
                    if html::MASKED.contains(&tag.as_str()) {
                        self.masks = self.masks.saturating_sub(1);
                    } else if !html::is_inline(&tag) {
                        self.flush_html(&mut history);
                    }
                }
                Token::Text(range) if self.masks > 0 => {
                    let source = html.source(&range);
                    self.current.push(&stars(&html.text[range]), source);
                }
                Token::Text(range) => self.current.append(&html.part(range)),
            }
        }
        self.flush_html(&mut history);
        self.masks = 0;
    }

    fn flush_html(&mut self, history: &mut Vec<String>) {
        if self.current.text.trim().is_empty() {
            self.current = Mapped::default();
            return;
        }
        let scope = history.iter().find_map(|tag| match tag.as_str() {
            "th" => Some("table.header".to_owned()),
            "td" => Some("table.cell".to_owned()),
            "caption" => Some("table.caption".to_owned()),
            "li" => Some("list".to_owned()),
            "blockquote" => Some("blockquote".to_owned()),
            "figcaption" => Some("figure.caption".to_owned()),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Some(format!("heading.{tag}")),
            _ => None,
        });
        let entered = scope.map(|scope| self.inside.push(scope)).is_some();
        self.flush();
        if entered {
            self.inside.pop();
        }
        history.clear();
    }

    /// Ends the block that is open.
    fn flush(&mut self) {
        let mut body = trimmed(&std::mem::take(&mut self.current));
        self.masks = if self.html.is_some() { self.masks } else { 0 };
        if body.text.is_empty() || self.skipped.is_some() {
            return;
        }
        mask_addresses(&mut body.text);
        let Some(place) = self.inside.first().cloned() else { return self.prose(body) };
        *self.document.counts.entry(place.replace('.', "_")).or_default() += 1;
        if matches!(place.as_str(), "list" | "blockquote") {
            self.document.summary.append(&body);
            self.document.summary.push("\n\n", 0..0);
        }
        self.add(&format!("text.{place}.md"), body);
    }

    fn prose(&mut self, body: Mapped) {
        self.document.summary.append(&body);
        self.document.summary.push("\n\n", 0..0);
        if self.wanted.paragraphs {
            self.add("paragraph.md", body.clone());
        }
        if self.wanted.sentences {
            for sentence in sentences(&body.text) {
                self.add("sentence.md", body.part(sentence));
            }
        }
        self.add("text.md", body);
    }

    fn add(&mut self, scope: &str, body: Mapped) {
        if !body.text.is_empty() {
            self.document.blocks.push(Block { scope: scope.to_owned(), body, off: self.off.clone() });
        }
    }
}

/// So many stars as `text` has characters.
fn stars(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { '*' }).collect()
}

fn trimmed(body: &Mapped) -> Mapped {
    let start = body.text.len() - body.text.trim_start().len();
    body.part(start..start + body.text.trim().len())
}

/// Addresses are ASCII here, so a star for each byte keeps every place.
fn mask_addresses(text: &mut String) {
    if text.contains("://") {
        *text = ADDRESS.replace_all(text, |found: &regex::Captures<'_>| "*".repeat(found[0].len())).into_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(file: &str) -> Vec<String> {
        let wanted = Wanted { sentences: true, paragraphs: false };
        read(file, wanted).blocks.iter().map(|block| format!("{}: {}", block.scope, block.body.text)).collect()
    }

    #[test]
    fn each_block_has_its_scope() {
        let file = "# A *b*\n\nOne. Two.\n\n- x\n- y\n\n> q\n\n| h |\n|---|\n| c |\n\n![alt](i.png)\n";
        assert_eq!(
            blocks(file),
            [
                "text.heading.h1.md: A b",
                "sentence.md: One.",
                "sentence.md: Two.",
                "text.md: One. Two.",
                "text.list.md: x",
                "text.list.md: y",
                "text.blockquote.md: q",
                "text.table.header.md: h",
                "text.table.cell.md: c",
                "text.attr.alt.md: alt",
            ]
        );
    }

    #[test]
    fn code_addresses_front_matter_and_markup_are_no_text() {
        let file = "---\ntitle: no\n---\n\na `co` [b](http://x.y/z \"t\") <kbd>k</kbd> https://a.b/c.\n\n```\ncode\n```\n\n    code\n";
        assert_eq!(blocks(file).last().unwrap(), "text.md: a ** b * *************.");
        let html = "<div>\n<p>In <b>HTML</b></p>\n<pre>no</pre>\n</div>\n\n<figure>\n\nnor this\n\n</figure>\n\nend\n";
        assert_eq!(blocks(html), ["sentence.md: In HTML", "text.md: In HTML", "sentence.md: end", "text.md: end"]);
    }

    #[test]
    fn a_block_knows_its_place_in_the_file() {
        let file = "---\na: b\n---\nMu\u{308}ll &amp; \\* more\n";
        let document = read(file, Wanted::default());
        let body = &document.blocks[0].body;
        let at = body.text.find("* more").unwrap();
        assert_eq!(&file[body.source(&(at..at + 6))], "* more");
        let at = body.text.find('&').unwrap();
        assert_eq!(&file[body.source(&(at..at + 1))], "&amp;");
    }
}
