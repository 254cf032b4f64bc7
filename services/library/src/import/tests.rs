//! What an importer relies on, through the public functions.

use proptest::prelude::*;

use super::*;

fn markdown(body: &str) -> Result<Vec<ParsedPassage>, ImportError> {
    parse_markdown("pitch.md", &format!("---\nlocale: de\nproduct: backup\n---\n{body}"))
}

fn texts(body: &str) -> Vec<String> {
    markdown(body).unwrap().into_iter().map(|passage| passage.text).collect()
}

#[test]
fn paragraphs_and_items_are_passages_and_headings_their_source() {
    let file = "---\nproduct: backup\nlocale: de-AT\nmarket: AT\nvalid_from: 2026-01-01\nvalid_until: 2027-01-01\n---\n\
                Vor allem.\n\n# Sichern **heute**\n\nEin Absatz\nauf zwei Zeilen.\n\n- Erster Punkt\n  geht weiter\n- \
                Zweiter\n    1. Innen\n\n> Ein Zitat.\n\nUnter Strich\n---\n\nEnde.\n";
    let passages = parse("pitch.md", file.as_bytes()).unwrap();
    let seen: Vec<_> = passages.iter().map(|p| (p.source.as_str(), p.text.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("pitch.md", "Vor allem."),
            ("pitch.md#Sichern heute", "Ein Absatz auf zwei Zeilen."),
            ("pitch.md#Sichern heute", "Erster Punkt geht weiter"),
            ("pitch.md#Sichern heute", "Zweiter"),
            ("pitch.md#Sichern heute", "Innen"),
            ("pitch.md#Sichern heute", "Ein Zitat."),
            ("pitch.md#Unter Strich", "Ende."),
        ]
    );
    let first = &passages[0];
    assert_eq!(first.product, "backup");
    assert_eq!(first.locale.as_str(), "de-AT");
    assert_eq!(first.market, Some("AT".parse().unwrap()));
    assert_eq!(first.valid_from, Some(Timestamp::parse("2026-01-01").unwrap()));
    assert_eq!(first.valid_until, Some(Timestamp::parse("2027-01-01").unwrap()));
}

#[test]
fn norway_is_a_market_and_not_a_boolean() {
    let passages = parse_markdown("a.md", "---\nlocale: no\nmarket: NO\n---\nHei.\n").unwrap();
    assert_eq!(passages[0].market, Some("NO".parse().unwrap()));
}

#[test]
fn what_is_no_copy_is_refused_with_its_line() {
    let cases = [
        ("Text.\n\n```\ncode\n```\n", 7, "code"),
        ("Text.\n\n    indented\n", 7, "indent"),
        ("<div>\nText\n</div>\n", 5, "HTML"),
        ("<!-- note -->\n", 5, "HTML"),
        ("Text.\n\n![logo](logo.png)\n", 7, "image"),
        ("| a | b |\n|---|---|\n", 5, "table"),
        ("- ```\n", 5, "code"),
        ("bad \u{0} byte", 5, "U+0000"),
    ];
    for (body, line, word) in cases {
        let error = markdown(body).unwrap_err();
        assert_eq!(error.line, line, "{error}");
        assert!(error.reason.contains(word) && error.file == "pitch.md", "{error}");
    }
}

#[test]
fn front_matter_is_strict_and_says_where() {
    let cases = [
        ("no front matter", 1, "front matter"),
        ("---\nlocale: de\n", 1, "does not end"),
        ("---\nproduct: x\n---\n", 2, "locale"),
        ("---\nlocale: de\ncolour: red\n---\n", 3, "colour"),
        ("---\nlocale: german\n---\n", 2, "german"),
        ("---\nlocale: de\nmarket: Austria\n---\n", 3, "Austria"),
        ("---\nlocale: de\nvalid_until: soon\n---\n", 3, "RFC 3339"),
        ("---\nlocale: de\nvalid_from: 2026-02-01\nvalid_until: 2026-01-01\n---\n", 1, "later"),
    ];
    for (file, line, word) in cases {
        let error = parse_markdown("a.md", file).unwrap_err();
        assert!(error.reason.contains(word), "{error}");
        assert!(error.line.abs_diff(line) <= 1, "{error} (wanted line {line})");
    }
}

#[test]
fn a_long_paragraph_is_split_at_its_sentences() {
    let body = "Dieser Satz hat genau fünfunddreißig. ".repeat(60);
    let parts = texts(&body);
    assert_eq!(parts.len(), 3);
    assert!(parts.iter().all(|part| part.chars().count() <= MAX_PASSAGE_CHARS && part.ends_with('.')));
}

#[test]
fn a_jsonl_line_is_a_passage() {
    let file = "{\"text\":\"Hello  world\",\"locale\":\"en\"}\n\n{\"text\":\"Hallo\",\"locale\":\"de-AT\",\"product\":\"b\",\
                \"market\":\"AT\",\"source\":\"site\",\"valid_from\":\"2026-01-01\",\"valid_until\":\"2026-06-01T12:00:00Z\"}\n";
    let passages = parse("a.JSONL", file.as_bytes()).unwrap();
    assert_eq!((passages[0].text.as_str(), passages[0].source.as_str()), ("Hello world", "a.JSONL#1"));
    assert_eq!((passages[1].source.as_str(), passages[1].product.as_str()), ("site", "b"));
    assert!(passages[1].valid_until > passages[1].valid_from);
}

#[test]
fn a_bad_jsonl_line_is_named() {
    let good = "{\"text\":\"a\",\"locale\":\"en\"}";
    for bad in [
        "{\"text\":\"a\"}",
        "{\"text\":\"a\",\"locale\":\"en\",\"colour\":1}",
        "{\"text\":\" \",\"locale\":\"en\"}",
        "{\"text\":\"a\\u0000\",\"locale\":\"en\"}",
        "{\"text\":\"a\",\"locale\":\"en\",\"market\":\"usa\"}",
        "{\"text\":\"a\",\"locale\":\"en\",\"valid_from\":\"2026-02-01\",\"valid_until\":\"2026-02-01\"}",
        "[1]",
        "nonsense",
    ] {
        let error = parse_jsonl("a.jsonl", &format!("{good}\n{bad}\n")).unwrap_err();
        assert_eq!(error.line, 2, "{error}");
    }
}

#[test]
fn limits_and_encodings_are_held() {
    let error = parse("a.md", b"---\nlocale: de\n---\nbad \xff").unwrap_err();
    assert!(error.line == 4 && error.reason.contains("offset 23"), "{error}");
    assert!(parse("a.docx", b"x").unwrap_err().reason.contains(".md"));
    assert!(parse("a.md", &vec![b'a'; MAX_FILE_BYTES + 1]).unwrap_err().reason.contains("split"));
    let many = "- x\n\n".repeat(MAX_PASSAGES + 1);
    assert!(markdown(&many).unwrap_err().reason.contains("passages"));
}

#[test]
fn hostile_nesting_is_read_in_linear_time() {
    for piece in ["*a ", "_a", "[", "](", "[a](", "**", "`", "``` x", "<", "&", "> ", "- ", "\\"] {
        let body = format!("x {}", piece.repeat(20_000));
        let _ = markdown(&body);
    }
}

proptest! {
    #[test]
    fn parsing_never_panics(body in ".{0,300}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = markdown(&body);
        let _ = parse("a.md", body.as_bytes());
        let _ = parse("a.md", &bytes);
        let _ = parse("a.jsonl", &bytes);
        let _ = parse(&body, &bytes);
    }

    #[test]
    fn marks_in_any_order_never_panic(
        body in proptest::collection::vec(
            prop::sample::select(vec![
                "*", "**", "_", "`", "[", "]", "(", ")", "!", "<", ">", "&", ";", "\\", "\n", "\n\n", " ", "#", "- ",
                "1. ", "---", "ä", "👩‍👧", "a", "\t", "\"", "https://x", "@", "\u{a0}",
            ]),
            0..60,
        )
    ) {
        if let Ok(passages) = markdown(&body.concat()) {
            for passage in passages {
                prop_assert!(!passage.text.trim().is_empty());
                prop_assert!(!passage.text.contains('\n'));
                prop_assert!(passage.text.chars().count() <= MAX_PASSAGE_CHARS);
            }
        }
    }
}
