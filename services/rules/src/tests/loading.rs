//! What the loader refuses, each with its file and line.

use super::{faults_of, try_pack};
use countersign_domain::finding::Severity;
use countersign_domain::people::Role;

use crate::{Override, Packs};

const GOOD: &str = "id: good\nkind: existence\nseverity: warn\nmessage: m\nwhy: w\nparams: {terms: [bad]}\ntests: {pass: [a], fail: [bad]}\n";

/// `GOOD` with one line replaced; the fault that the loader tells, as (line, reason).
fn fault(from: &str, to: &str) -> (u64, String) {
    assert!(GOOD.contains(from), "{from}");
    let faults = try_pack(&[("good.yaml", &GOOD.replace(from, to))]).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].file.ends_with("good.yaml"), "{faults:?}");
    assert!(faults[0].column > 0, "{faults:?}");
    (faults[0].line, faults[0].reason.clone())
}

#[track_caller]
fn refused(from: &str, to: &str, line: u64, reason: &str) {
    let (at, said) = fault(from, to);
    assert!(at == line && said.contains(reason), "wanted line {line} and “{reason}”, got line {at}: {said}");
}

#[test]
fn a_good_rule_loads() {
    assert_eq!(try_pack(&[("good.yaml", GOOD)]).unwrap().rules()[0].id(), "test.good");
}

#[test]
fn unknown_fields_are_refused_at_every_depth() {
    refused("severity: warn", "severity: warn\nseverty: warn", 4, "severty");
    refused("terms: [bad]", "terms: [bad], term: [x]", 6, "term");
    refused("tests: {pass: [a]", "tests: {pas: [a]", 7, "pas");
    refused("fail: [bad]", "fail: [{text: bad, spanz: []}]", 7, "spanz");
    refused("why: w", "why: w\nwhen:\n  locale: [de]", 7, "locale");
}

#[test]
fn unknown_kinds_and_severities_are_refused() {
    refused("kind: existence", "kind: existance", 2, "unknown kind `existance`; there are existence");
    refused("severity: warn", "severity: fatal", 3, "fatal");
}

#[test]
fn patterns_that_do_not_compile_or_match_nothing_or_explode_are_refused() {
    refused("{terms: [bad]}", "\n  patterns:\n    - 'fine'\n    - '(open'", 9, "unclosed group");
    refused("{terms: [bad]}", "{patterns: ['x*']}", 6, "matches nothing");
    refused("{terms: [bad]}", r"{patterns: ['(?:\w{1,500}){1,500}']}", 6, "too large");
}

#[test]
fn terms_that_are_empty_or_there_twice_are_refused() {
    refused("[bad]}", "[bad, ' ']}", 6, "empty");
    refused("[bad]}", "[Müller, MU\u{308}LLER]}", 6, "twice");
    refused("{terms: [bad]}", "{}", 2, "`terms`, `patterns`");
}

#[test]
fn a_rule_without_examples_of_both_sorts_is_refused() {
    refused("pass: [a]", "pass: []", 7, "`tests.pass` is empty");
    refused("fail: [bad]", "fail: []", 7, "`tests.fail` is empty");
    let (_, reason) = fault("tests: {pass: [a], fail: [bad]}\n", "");
    assert!(reason.contains("tests"), "{reason}");
}

#[test]
fn broken_yaml_is_refused_with_its_line() {
    refused("params: {terms: [bad]}", "params: {terms: [bad}", 6, "");
    refused("message: m", "message: m\nmessage: n", 5, "duplicate");
}

#[test]
fn an_id_is_the_name_of_its_file_and_there_once() {
    refused("id: good", "id: better", 1, "must be called better.yaml");
    let faults = try_pack(&[("de/good.yaml", GOOD), ("en/good.yaml", GOOD)]).unwrap_err();
    assert_eq!((faults.len(), faults[0].line), (1, 1), "{faults:?}");
    assert!(faults[0].file.contains("en") && faults[0].reason.contains("taken by"), "{faults:?}");
}

#[test]
fn fields_that_mean_nothing_to_the_kind_are_refused() {
    let number = GOOD.replace("kind: existence", "kind: length").replace("{terms: [bad]}", "{bound: max}");
    let with = |line: &str| try_pack(&[("good.yaml", &format!("{number}{line}\n"))]).unwrap_err();
    for line in ["scope: free_text", "exceptions: [x]", "fix: y"] {
        let faults = with(line);
        assert!(faults[0].line == 8 && faults[0].reason.contains("to the kind length"), "{faults:?}");
    }
    refused("message: m", "message: '{count} of them'", 4, "uses {count}");
    refused("message: m", "message: {de: nur deutsch}", 4, "no English text");
    refused("why: w", "why: w\nwhen: {markets: [UK]}", 6, "write GB");
    refused("why: w", "why: w\nwhen: {from: 2026-02-01, until: 2026-01-01}", 6, "never hold");
    refused("why: w", "why: w\nwhen: {locales: [de_DE]}", 6, "not a locale");
}

#[test]
fn a_block_is_never_overridden() {
    refused("severity: warn", "severity: block\noverride: {allowed: true}", 4, "a block is never overridden");
    refused("severity: warn", "severity: error\noverride: {allowed: true, roles: [lawyer]}", 4, "lawyer");
    let load = |severity: &str, said: &str| {
        let rule = GOOD.replace("severity: warn", &format!("severity: {severity}{said}"));
        try_pack(&[("good.yaml", &rule)]).unwrap()
    };
    let of = |packs: &Packs, severity| packs.rules()[0].overriding(severity);
    let packs = load("block", "\noverride: {allowed: false}");
    assert!(!of(&packs, Severity::Block).allowed);
    let packs = load("error", "\noverride: {allowed: true, roles: [admin], reason_required: false}");
    let own = of(&packs, Severity::Error);
    assert_eq!((own.allowed, own.roles.as_slice(), own.reason_required), (true, &[Role::Admin][..], false));
    assert!(!of(&packs, Severity::Block).allowed, "another pack made it a block");
    let packs = load("error", "");
    assert_eq!(of(&packs, Severity::Error), Override::usual(Severity::Error));
}

#[test]
fn every_fault_of_every_file_is_told_at_once() {
    let faults = try_pack(&[
        ("a.yaml", &GOOD.replace("id: good", "id: a").replace("terms: [bad]", "patterns: ['(', ')']")),
        ("b.yaml", "kind: existence\n"),
        ("good.yaml", GOOD),
    ])
    .unwrap_err();
    assert_eq!(faults.len(), 3, "{faults:?}");
}

#[test]
fn manifests_are_checked() {
    let said = faults_of(&[
        ("a/pack.yaml", "name: one\nversion: 0\ntitle: t\n"),
        ("b/pack.yaml", "name: one\nversion: 1\ntitle: t\n"),
        ("c/pack.yaml", "name: brand\nversion: 1\ntitle: t\n"),
        ("d/pack.yaml", "name: One\nversion: x\ntitle: t\n"),
    ]);
    for wanted in ["a/pack.yaml:2", "b/pack.yaml:1", "loaded already", "c/pack.yaml:1", "built-in", "d/pack.yaml:2"] {
        assert!(said.iter().any(|fault| fault.contains(wanted)), "{wanted} in {said:#?}");
    }
}

#[test]
fn a_folder_without_packs_and_files_that_are_not_text_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = Packs::load(&[folder.path()], false).unwrap_err().to_string();
    assert!(error.contains("holds no rule pack"), "{error}");
    let error = Packs::load(&[&folder.path().join("nowhere")], false).unwrap_err().to_string();
    assert!(error.contains("cannot be read"), "{error}");
    std::fs::write(folder.path().join("pack.yaml"), "name: x\nversion: 1\ntitle: t\n").unwrap();
    std::fs::write(folder.path().join("r.yaml"), b"id: \xFF\n").unwrap();
    let error = Packs::load(&[folder.path()], false).unwrap_err().to_string();
    assert!(error.contains("r.yaml: is not UTF-8 at byte 4"), "{error}");
}

#[test]
fn the_version_names_packs_and_changes_with_any_rule() {
    let one = try_pack(&[("good.yaml", GOOD)]).unwrap().version();
    let two = try_pack(&[("good.yaml", &GOOD.replace("warn", "info"))]).unwrap().version();
    assert!(one.starts_with("test@1 sha256:") && one.len() == "test@1 sha256:".len() + 12, "{one}");
    assert_ne!(one, two);
    assert_eq!(one, try_pack(&[("good.yaml", GOOD)]).unwrap().version(), "wherever the folder lies");
}
