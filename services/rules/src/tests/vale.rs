//! Vale styles: how faithful we are to Vale on public styles, and each behaviour on rules of our own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use countersign_domain::finding::Severity;

use crate::LineIndex;
use crate::vale::{Style, is_style};

/// What Vale's own expectations leave out: the fixture and the word list of write-good's `Weasel` changed in June 2024 (its
/// commit 90c06e6), the list of what Vale should say did not. `fairly` is a token of the rule, stands on this line, and
/// nothing in Vale's code spares it.
const STALE: [(&str, &str, usize, &str); 1] = [("write-good", "fixtures/Weasel/test.md", 5, "Weasel")];

/// An alert: file, line, column, rule, message.
type Row = (String, usize, usize, String, String);

fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/vale");
    // A worktree lies a folder deeper than the checkout that the data is laid beside.
    [beside.clone(), Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/vale")]
        .into_iter()
        .find(|folder| folder.is_dir())
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(ToOwned::to_owned).collect()).collect()
}

fn enabled(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let mut by_file: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows(&folder.join("enabled.tsv")) {
        by_file.entry(row[0].clone()).or_default().push(row[1].clone());
    }
    by_file
}

/// What we say of the fixtures of a style.
fn found(folder: &Path) -> Vec<Row> {
    let (style, unsupported) = Style::load(&folder.join("style")).unwrap();
    assert_eq!(unsupported, [], "every rule of {} runs", folder.display());
    let mut found = Vec::new();
    for (file, rules) in enabled(folder) {
        let text = std::fs::read_to_string(folder.join(&file)).unwrap();
        let lines = LineIndex::new(&text);
        let only = |id: &str| {
            let rule = id.split('.').nth(1).unwrap();
            let named = |name: &str| rules.contains(&name.to_owned());
            (named("*") || named(rule)) && !named(&format!("-{rule}"))
        };
        for finding in style.check(&text, &only) {
            let (line, column) = lines.at(finding.start);
            let rule = finding.rule.split('.').nth(1).unwrap().to_owned();
            found.push((file.clone(), line, column, rule, finding.message));
        }
    }
    found
}

/// Of the alerts that Vale gives on the fixtures of public styles we give at least 97 % and no other, by file, line and
/// rule.
#[test]
#[expect(clippy::print_stdout, reason = "a measurement says what it measured")]
fn public_styles_say_what_vale_says() {
    let Some(data) = data() else {
        println!("skipped: shared/data/vale is not beside the repository");
        return;
    };
    let (mut total, mut hit, mut places, mut messages) = (0, 0, 0, 0);
    let mut surplus = Vec::new();
    for name in ["google", "write-good"] {
        let folder = data.join(name);
        let expected: Vec<Row> = rows(&folder.join("expected.tsv"))
            .into_iter()
            .map(|row| {
                (row[0].clone(), row[1].parse().unwrap(), row[2].parse().unwrap(), row[3].clone(), row[4].clone())
            })
            .collect();
        let found = found(&folder);
        let key = |row: &Row| (row.0.clone(), row.1, row.3.clone());
        let mut left: Vec<&Row> = found.iter().collect();
        for wanted in &expected {
            total += 1;
            let exact = left.iter().position(|row| key(row) == key(wanted) && row.2 == wanted.2);
            let Some(at) = exact.or_else(|| left.iter().position(|row| key(row) == key(wanted))) else {
                println!("{name}: missing {wanted:?}");
                continue;
            };
            let row = left.remove(at);
            hit += 1;
            places += usize::from(row.2 == wanted.2);
            messages += usize::from(row.4 == wanted.4);
            if (row.2, &row.4) != (wanted.2, &wanted.4) {
                println!("{name}: {wanted:?} came as {row:?}");
            }
        }
        for row in left {
            let stale = STALE.contains(&(name, row.0.as_str(), row.1, row.3.as_str()));
            println!("{name}: {} {row:?}", if stale { "not in a stale list:" } else { "not expected:" });
            if !stale {
                surplus.push(row.clone());
            }
        }
    }
    println!("{hit} of {total} alerts, {places} columns and {messages} messages as Vale has them");
    assert!(hit * 100 >= total * 97, "{hit} of {total}");
    assert_eq!(surplus, [], "nothing else is raised");
}

/// A style `House` of these files.
fn style(files: &[(&str, &str)]) -> (Style, Vec<String>) {
    let (style, unsupported) = try_style(files).unwrap();
    (style, unsupported.iter().map(|(file, reason)| format!("{file}: {reason}")).collect())
}

type Loaded = Result<(Style, Vec<(String, String)>), Vec<String>>;

fn try_style(files: &[(&str, &str)]) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("House");
    std::fs::create_dir(&house).unwrap();
    for (name, text) in files {
        std::fs::write(house.join(name), text).unwrap();
    }
    let short = |path: &str| path.rsplit(['/', '\\']).next().unwrap().to_owned();
    match Style::load(&house) {
        Ok((style, unsupported)) => {
            Ok((style, unsupported.into_iter().map(|rule| (short(&rule.file), rule.reason)).collect()))
        }
        Err(error) => {
            Err(error.faults.iter().map(|at| format!("{}:{}: {}", short(&at.file), at.line, at.reason)).collect())
        }
    }
}

/// What one rule says of a text: what it stands on, the message, the fix.
fn says(rule: &str, text: &str) -> Vec<(String, String, Option<String>)> {
    let (style, _) = style(&[("Rule.yml", rule)]);
    let findings = style.check(text, &|_| true);
    findings.into_iter().map(|found| (text[found.start..found.end].to_owned(), found.message, found.fix)).collect()
}

fn spans(rule: &str, text: &str) -> Vec<String> {
    says(rule, text).into_iter().map(|(span, ..)| span).collect()
}

#[test]
fn a_style_is_a_folder_with_rules_that_extend_something() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!is_style(folder.path()));
    std::fs::write(folder.path().join("words.yml"), "a: b\n").unwrap();
    assert!(!is_style(folder.path()));
    std::fs::write(folder.path().join("Rule.yml"), "extends: spelling\nmessage: m\n").unwrap();
    assert!(is_style(folder.path()));
    std::fs::write(folder.path().join("pack.yaml"), "name: a\n").unwrap();
    assert!(!is_style(folder.path()), "a pack of ours");
    assert!(!is_style(&folder.path().join("nothing")));
}

#[test]
fn what_is_not_supported_is_named_with_its_reason() {
    let (style, unsupported) = style(&[
        ("A.yml", "extends: existence\nmessage: m\ntokens: [a]\n"),
        ("B.yml", "extends: spelling\nmessage: m\ncustom: true\n"),
        ("C.yml", "extends: script\nmessage: m\nscript: x\n"),
        ("D.yml", "extends: sequence\nmessage: m\ntokens: [{tag: NN}]\n"),
        ("E.yml", "extends: magic\nmessage: m\n"),
        ("F.yml", "extends: existence\nmessage: m\nscope: text.comment.line\ntokens: [a]\n"),
        ("G.yml", "extends: existence\nmessage: m\ntokens: [a]\naction: {name: suggest, params: [spellings]}\n"),
        ("meta.json", "{}"),
    ]);
    assert_eq!(style.rules().collect::<Vec<_>>(), ["House.A", "House.G"]);
    assert_eq!(
        unsupported,
        [
            "B.yml: `extends: spelling`: it looks words up in a dictionary",
            "C.yml: `extends: script`: it runs a script",
            "D.yml: `extends: sequence`: it needs to know parts of speech",
            "E.yml: `extends: magic` is not known",
            "F.yml: scope `text.comment.line`: `comment` is nothing that Markdown text has",
            "G.yml: the action `suggest` asks a script or a dictionary; the rule runs without it",
        ]
    );
}

#[test]
fn every_fault_of_every_file_is_told_with_its_line() {
    let faults = try_style(&[
        ("A.yml", "extends: existence\nmessage: m\ntokens:\n  - fine\n  - '(broken'\n"),
        ("B.yml", "extends: existence\nmessage: m\nlevel: fatal\ntokens: [a]\nmax: 3\n"),
        ("C.yml", "extends: substitution\nmessage: m\nswaps: {a: b}\n"),
        ("D.yml", "extends: occurrence\nmessage: m\ntoken: a\n"),
        ("E.yml", "message: m\n"),
        ("F.yml", "extends: metric\nmessage: m\nformula: wordz / 2\ncondition: '> 3'\n"),
        ("G.yml", "extends: capitalization\nscope: headlines\nmatch: $title\nmessage: m\nstyle: MLA\n"),
    ])
    .unwrap_err();
    let starts = |start: &str| faults.iter().any(|fault| fault.starts_with(start));
    for wanted in [
        "A.yml:5: `(broken`: a pattern does not compile",
        "B.yml:3: unknown level `fatal`",
        "B.yml:5: `max` means nothing to existence",
        "C.yml:3: unknown field",
        "D.yml:1: an occurrence rule needs `max` or `min`",
        "E.yml:0: does not say what it `extends`",
        "F.yml:3: `wordz` is nothing that is counted",
        "G.yml:2: unknown scope `headlines`",
        "G.yml:5: unknown style `MLA`",
    ] {
        assert!(starts(wanted), "{wanted} in {faults:#?}");
    }
    assert_eq!(faults.len(), 9, "{faults:#?}");
}

#[test]
fn existence_takes_whole_words_and_spares_exceptions_in_their_own_case() {
    let rule = "extends: existence\nmessage: \"Not '%s'.\"\nignorecase: true\nlevel: error\n\
                tokens: [foo, 'ba[rz]']\nexceptions: [BAR]\n";
    assert_eq!(spans(rule, "Foo food BAR bar `foo` baz"), ["Foo", "bar", "baz"]);
    let (style, _) = style(&[("Rule.yml", rule)]);
    let found = style.check("Foo", &|_| true);
    assert_eq!((found[0].severity, found[0].message.as_str()), (Severity::Error, "Not 'Foo'."));
    assert!(style.check("Foo", &|id| id != "House.Rule").is_empty(), "a rule that is off");
}

#[test]
fn raw_parts_come_before_tokens_and_run_together() {
    let rule = "extends: existence\nmessage: '%s'\nraw:\n  - '\\b(is|was)\\b'\n  - '\\s*'\ntokens: ['[\\w]+ed']\n";
    assert_eq!(spans(rule, "It was  tested and is red."), ["was  tested", "is red"]);
}

#[test]
fn a_single_substitution_offers_its_fix_and_several_do_not() {
    let rule = "extends: substitution\nmessage: \"Use '%s' instead of '%s'.\"\nignorecase: true\n\
                action: {name: replace}\nswap:\n  - utilize: use\n  - 'cell ?phone': phone|mobile phone\n";
    assert_eq!(
        says(rule, "Utilize a cell phone, use it."),
        [
            ("Utilize".into(), "Use 'use' instead of 'Utilize'.".into(), Some("use".into())),
            ("cell phone".into(), "Use 'phone' or 'mobile phone' instead of 'cell phone'.".into(), None),
        ]
    );
    let grouped = "extends: substitution\nmessage: '%s %s'\nswap: {'change (to|into) (\\w+)': 'change to $2'}\n";
    assert_eq!(says(grouped, "change into dir, change to dir")[0].2.as_deref(), Some("change to dir"));
    assert_eq!(spans(grouped, "change to dir"), Vec::<String>::new(), "what is good already");
}

#[test]
fn occurrence_counts_in_each_block() {
    let rule = "extends: occurrence\nmessage: 'More than 2 commas (%s)'\nscope: sentence\nmax: 2\ntoken: ','\n";
    assert_eq!(
        says(rule, "a, b, c, two. e, f, g.\n\n- h, i, j, k"),
        [(",".into(), "More than 2 commas (3)".into(), None)]
    );
    let few = "extends: occurrence\nmessage: 'No contact'\nscope: summary\nmin: 1\ntoken: '@'\n";
    assert_eq!(says(few, "Write to us."), [(String::new(), "No contact".into(), None)]);
}

#[test]
fn repetition_looks_at_neighbours_on_one_line() {
    let rule = "extends: repetition\nmessage: \"'%s' is repeated!\"\nalpha: true\nignorecase: true\ntokens: ['[^\\s]+']\n\
                action: {name: edit, params: [truncate, ' ']}\n";
    assert_eq!(
        says(rule, "The the end\nend. -- -- `a` `a`"),
        [("The the".into(), "'the' is repeated!".into(), Some("The".into()))]
    );
}

#[test]
fn consistency_and_conditional_remember_the_blocks_before() {
    let either = "extends: consistency\nmessage: \"Inconsistent '%s'\"\neither: {advisor: adviser, grey: gray}\n";
    assert_eq!(spans(either, "# An advisor\n\nThe adviser.\n\nGrey gray"), ["adviser"]);
    let defined = "extends: conditional\nmessage: \"'%s' has no definition\"\nfirst: '\\b([A-Z]{3,5})\\b'\n\
                   second: '(?:\\b[A-Z][a-z]+ )+\\(([A-Z]{3,5})\\)'\nexceptions: [API]\n";
    assert_eq!(spans(defined, "World Health Organization (WHO).\n\n- The WHO API of NFL"), ["NFL"]);
}

#[test]
fn capitalization_judges_headings() {
    let rule = |fields: &str| format!("extends: capitalization\nmessage: \"'%s' (%s)\"\nscope: heading\n{fields}\n");
    let text = "# Using JSON and gRPC: The basics\n\n## Using The Wrong Case\n\nNot A Heading\n";
    let sentence = rule("match: $sentence\nindicators: [':']\nexceptions: [JSON, gRPC]");
    assert_eq!(
        says(&sentence, text),
        [("Using The Wrong Case".into(), "'Using The Wrong Case' (Using the wrong case)".into(), None)]
    );
    let title = rule("match: $title\nstyle: AP\nthreshold: 1.0\naction: {name: replace}");
    assert_eq!(
        says(&title, "# The wind in the willows\n\n# The Wind in the Willows\n\n# Ready to Go\n"),
        [(
            "The wind in the willows".into(),
            "'The wind in the willows' (The Wind in the Willows)".into(),
            Some("The Wind in the Willows".into())
        )]
    );
    assert_eq!(spans(&rule("match: $lower"), "# lower\n\n# Upper\n"), ["Upper"]);
    assert_eq!(spans(&rule("match: '^[A-Z].*[^.]$'"), "# Good\n\n# Bad.\n"), ["Bad."]);
}

#[test]
fn metrics_and_readability_are_of_the_whole_file() {
    let text = "# Head\n\n## Sub\n\n## Sub\n\nOne two three four. Five six.\n\n- seven\n";
    let metric =
        "extends: metric\nmessage: '%s headings'\nformula: heading.h2 + list + words / sentences\ncondition: '> 5'\n";
    assert_eq!(says(metric, text), [(String::new(), "5.33 headings".into(), None)]);
    let hard = "extends: readability\nmessage: 'grade %s'\ngrade: 8\nmetrics: [Flesch-Kincaid, Gunning Fog]\n";
    assert_eq!(says(hard, text), []);
    let text = "Notwithstanding considerable organizational difficulties, international representatives unanimously \
                characterized multilateral negotiations as extraordinarily productive.";
    assert_eq!(says(hard, text).len(), 1);
}

#[test]
fn limits_comments_and_scopes_are_kept() {
    let rule = "extends: existence\nmessage: m\nlimit: 2\ntokens: [no]\n";
    assert_eq!(spans(rule, "no no no\n\nno").len(), 2);
    let rule = "extends: existence\nmessage: m\ntokens: [no]\n";
    let text = "no\n\n<!-- vale off -->\n\nno\n\n<!-- vale on -->\n\n<!-- vale House.Rule = NO -->\n\nno\n\n\
                <!-- vale House.Rule = YES -->\n\nno";
    assert_eq!(spans(rule, text).len(), 2);
    let raw = "extends: existence\nmessage: m\nscope: raw\nnonword: true\ntokens: ['\\]\\(http:']\n";
    assert_eq!(spans(raw, "[a](http://b.c)\r\n[a](http://b.c)\r\n").len(), 2);
    let scoped = "extends: existence\nmessage: m\nscope: ['heading & ~heading.h1', list]\ntokens: [no]\n";
    assert_eq!(spans(scoped, "# no\n\n## no\n\nno\n\n- no\n").len(), 2);
}

#[test]
fn a_pattern_that_would_never_end_is_told_of() {
    let rule = "extends: existence\nmessage: m\nnonword: true\ntokens: ['(x+x+)+\\1y']\n";
    let found = says(rule, &format!("fine\n\n{}\n\nx", "x".repeat(3_000)));
    assert_eq!(found.len(), 1);
    assert!(found[0].1.contains("gave up here"), "{}", found[0].1);
}

#[test]
fn long_texts_of_one_thing_come_to_an_end() {
    let (style, _) = style(&[
        (
            "A.yml",
            "extends: existence\nmessage: m\nscope: sentence\nnonword: true\ntokens: ['(?<!:[^ ]+?):\\s[A-Z]']\n",
        ),
        ("B.yml", "extends: substitution\nmessage: m\nswap: {a(?! b): c, d: e}\n"),
        ("C.yml", "extends: repetition\nmessage: m\ntokens: ['[^\\s]+']\n"),
        ("D.yml", "extends: capitalization\nmessage: m\nscope: heading\nmatch: $sentence\n"),
        ("E.yml", "extends: readability\nmessage: m\ngrade: 4\nmetrics: [SMOG]\n"),
    ]);
    for piece in ["a: A ", "::::", "Mu\u{308}ller ", "# a A\n\n", "<", "`", "> ", "[a](", "- a\n", "\u{301}"] {
        let text = piece.repeat((1 << 20) / piece.len());
        for finding in style.check(&text, &|_| true) {
            assert!(text.get(finding.start..finding.end).is_some());
        }
    }
}

/// Texts of any kind: findings stand on character borders, and nothing panics.
#[test]
fn odd_texts_do_no_harm() {
    let (style, _) = style(&[
        (
            "A.yml",
            "extends: existence\nmessage: m\nnonword: true\ntokens: ['.']\nscope: [text, raw, sentence, summary]\n",
        ),
        ("B.yml", "extends: capitalization\nmessage: '%s %s'\nmatch: $title\n"),
    ]);
    let pieces =
        ["---\n", "é", "\r\n", "`ü`", "<!-- vale off", "<b>ß</b>", "|a|\n|-|\n|ö|\n", "&amp;", "\u{0}", "![ï](x)"];
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    for start in 0..pieces.len() {
        for step in 1..pieces.len() {
            let text: String = (0..8).map(|index| pieces[(start + index * step) % pieces.len()]).collect();
            for finding in style.check(&text, &|_| true) {
                assert!(text.get(finding.start..finding.end).is_some(), "{text:?}");
                seen.insert(finding.start);
            }
        }
    }
    assert!(seen.len() > 20);
}
