//! Scoring corpora.

use std::path::Path;

use crate::Packs;
use crate::corpus::{Corpora, Score, Tally, What};

fn write(dir: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

const SHIPPED: [(&str, &str); 3] = [
    ("pack.yaml", "name: shop\nversion: 1\ntitle: Shop\n"),
    (
        "bad.yaml",
        "id: bad\nkind: existence\nseverity: warn\nmessage: m\nwhy: w\nparams: {terms: [bad, für]}\ntests: {pass: [a], fail: [bad]}\n",
    ),
    (
        "links.yaml",
        "id: links\nkind: link\nseverity: warn\nmessage: m\nwhy: w\nparams: {checks: [https]}\ntests: {pass: [a], fail: ['http://a.example']}\n",
    ),
];

const NORDLYS: [(&str, &str); 2] = [
    ("packs/nordlys/pack.yaml", "name: nordlys\nversion: 1\ntitle: N\nbrands: [Nordlys]\n"),
    (
        "packs/nordlys/own.yaml",
        "id: own\nkind: existence\nseverity: warn\nmessage: m\nwhy: w\nparams: {terms: [cheap]}\ntests: {pass: [a], fail: [cheap]}\n",
    ),
];

fn score(files: &[(&str, &str)]) -> Score {
    let rules = tempfile::tempdir().unwrap();
    write(rules.path(), &SHIPPED);
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), files);
    let corpora = Corpora::read(dir.path()).unwrap();
    let shipped = Packs::load(&[rules.path()], false).unwrap();
    let all = match corpora.packs() {
        Some(packs) => Packs::load(&[rules.path(), packs], false).unwrap(),
        None => shipped.clone(),
    };
    corpora.score(&shipped, &all).unwrap()
}

fn tally(texts: usize, expected: usize, found: usize, false_alerts: usize) -> Tally {
    Tally { texts, expected, found, false_alerts }
}

fn strays(score: &Score) -> Vec<(What, u64, &str, &str)> {
    score.strays.iter().map(|stray| (stray.what, stray.line, stray.rule.as_str(), stray.span.as_str())).collect()
}

#[test]
fn each_expected_finding_takes_one_and_what_is_left_over_is_a_miss_or_a_false_alert() {
    let text = "\
- text: bad and bad again
  expect: [{rule: shop.bad, span: bad}]
- text: so BAD
  expect:
    - {rule: shop.bad, span: BAD}
    - {rule: shop.bad, span: so}
- text: near miss
  expect: []
";
    let score = score(&[("seeded/existence/en.yaml", text)]);
    assert_eq!(score.seeded[&("existence".into(), "en".into())], tally(3, 3, 2, 1));
    assert_eq!(strays(&score), [(What::FalseAlert, 1, "shop.bad", "bad"), (What::Missed, 3, "shop.bad", "so")]);
}

#[test]
fn only_rules_of_the_files_kind_count() {
    let seeded = "- text: bad http://a.example\n  expect: [{rule: shop.links, span: 'http://a.example'}]\n";
    let score = score(&[("seeded/link/en.yaml", seeded)]);
    assert_eq!(score.seeded[&("link".into(), "en".into())], tally(1, 1, 1, 0));
}

#[test]
fn spans_are_compared_composed() {
    let seeded =
        "- text: \"fu\u{308}r alle\"\n  context: {locale: de-DE}\n  expect: [{rule: shop.bad, span: \"für\"}]\n";
    let score = score(&[("seeded/existence/de.yaml", seeded)]);
    assert_eq!(score.seeded[&("existence".into(), "de".into())], tally(1, 1, 1, 0));
}

#[test]
fn an_empty_span_is_a_finding_of_the_whole_slot() {
    let seeded =
        "- text: bad\n  expect: [{rule: shop.bad, span: ''}]\n- text: so bad\n  expect: [{rule: shop.bad, span: ''}]\n";
    let score = score(&[("seeded/existence/en.yaml", seeded)]);
    assert_eq!(score.seeded[&("existence".into(), "en".into())], tally(2, 2, 1, 1));
}

#[test]
fn the_made_up_brand_speaks_in_seeded_texts_and_not_in_clean_ones() {
    let seeded = "- text: cheap\n  expect: [{rule: nordlys.own, span: cheap}]\n";
    let clean = "- text: cheap, bad and good\n  context: {locale: en-US, market: US}\n- text: fine\n";
    let mut files = NORDLYS.to_vec();
    files.extend([("seeded/existence/en.yaml", seeded), ("clean/en.yaml", clean)]);
    let score = score(&files);
    assert_eq!(score.seeded[&("existence".into(), "en".into())], tally(1, 1, 1, 0));
    let clean = &score.clean["en"];
    assert_eq!((clean.texts, clean.words, clean.alerts.clone()), (2, 5, [("shop.bad".to_owned(), 1)].into()));
    assert_eq!(strays(&score), [(What::CleanAlert, 1, "shop.bad", "bad")]);
}

#[test]
fn a_rule_that_no_pack_has_is_missed_and_told() {
    let seeded = "- text: a\n  expect:\n    - {rule: shop.gone, span: a}\n    - {rule: shop.links, span: a}\n";
    let score = score(&[("seeded/existence/en.yaml", seeded)]);
    assert_eq!(score.seeded[&("existence".into(), "en".into())], tally(1, 2, 0, 0));
    let told: Vec<String> = score.unknown.iter().map(ToString::to_string).collect();
    assert!(told[0].contains("en.yaml:3:1: no pack has a rule shop.gone"), "{told:?}");
    assert!(told[1].contains("en.yaml:4:1: shop.links is of the kind link"), "{told:?}");
}

#[test]
fn faults_of_corpora_are_told_together_with_file_and_line() {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        &[
            ("seeded/link/en.yaml", "- text: a\n  expect: []\n- text: b\n  expects: []\n"),
            ("seeded/link/de.yaml", "- text: a\n"),
            ("clean/en.yaml", "- text: a\n  context: {local: en-US}\n"),
            ("clean/notes.txt", "x"),
        ],
    );
    let faults = Corpora::read(dir.path()).unwrap_err().faults;
    let of = |end: &str| faults.iter().find(|fault| fault.file.ends_with(end)).map(|fault| fault.line);
    assert_eq!(
        (of("link/en.yaml"), of("link/de.yaml"), of("clean/en.yaml"), of("notes.txt")),
        (Some(4), Some(1), Some(2), Some(0)),
        "{faults:?}"
    );
    let empty = Corpora::read(&dir.path().join("nowhere")).unwrap_err();
    assert!(empty.to_string().contains("holds no corpus"), "{empty}");
}
