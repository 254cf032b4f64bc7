//! Packs that extend packs, and packs that no machine should choke on.

use std::path::Path;

use countersign_domain::clock::Timestamp;
use countersign_domain::finding::Severity;

use crate::{BrandTerms, Packs, Place};

const HOUSE: &str = "name: house\nversion: 2\ntitle: House\n";

fn rule_of(id: &str, term: &str) -> String {
    format!(
        "id: {id}\nkind: existence\nseverity: error\nmessage: m\nwhy: w\nparams: {{terms: [{term}]}}\ntests: {{pass: [a], fail: [{term}]}}\n"
    )
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// `house` with two rules and `label`, whose manifest ends as given; loaded by the folder of `label` alone.
fn label(manifest: &str) -> Result<Packs, String> {
    let folder = tempfile::tempdir().unwrap();
    let manifest = format!("name: label\nversion: 1\ntitle: Label\n{manifest}");
    write(
        folder.path(),
        &[
            ("house/pack.yaml", HOUSE),
            ("house/gratis.yaml", &rule_of("gratis", "gratis")),
            ("house/en/cheap.yaml", &rule_of("cheap", "cheap")),
            ("label/pack.yaml", &manifest),
        ],
    );
    Packs::load(&[&folder.path().join("label")], false).map_err(|error| error.to_string())
}

/// What the packs find in a text of `brand`.
fn found(packs: &Packs, brand: Option<&str>, text: &str) -> Vec<(String, Severity)> {
    let place = Place { brand, ..Place::unknown(Timestamp::from_micros(0)) };
    let findings = packs.check_text(text, &place, &BrandTerms::default());
    findings.into_iter().map(|finding| (finding.rule, finding.severity)).collect()
}

#[test]
fn a_pack_brings_what_it_extends_and_the_version_names_both() {
    let packs = label("extends: [../house]\n").unwrap();
    let text = "Gratis and cheap";
    let all = [("house.gratis".to_owned(), Severity::Error), ("house.cheap".to_owned(), Severity::Error)];
    assert_eq!(found(&packs, None, text), all);
    assert!(packs.version().starts_with("house@2+label@1 "), "{}", packs.version());
}

#[test]
fn what_a_pack_adjusts_holds_for_all_or_for_its_brands_alone() {
    let adjust = "extends: [../house]\nadjust:\n  house.gratis: {severity: warn, exceptions: [gratis for good]}\n  house.cheap: {status: retired}\n";
    let text = "Gratis and cheap, gratis for good";
    let changed = [("house.gratis".to_owned(), Severity::Warn)];
    assert_eq!(found(&label(adjust).unwrap(), None, text), changed);
    let packs = label(&format!("brands: [Fjord]\n{adjust}")).unwrap();
    assert_eq!(found(&packs, Some("Fjord"), text), changed);
    for other in [Some("Alp"), None] {
        let as_before = found(&packs, other, text);
        assert_eq!(as_before.len(), 3, "{as_before:?}");
        assert!(as_before.iter().all(|(_, severity)| *severity == Severity::Error));
    }
}

#[test]
fn an_adjustment_that_changes_nothing_or_means_another_pack_is_refused_with_its_line() {
    for (manifest, line, reason) in [
        ("extends: [../house]\nadjust: {house.gratis: {}}\n", 5, "changes nothing"),
        ("extends: [../house]\nadjust: {house.nothing: {severity: info}}\n", 5, "no rule of a pack"),
        ("adjust: {core.placeholder: {severity: info}}\n", 4, "no rule of a pack"),
        ("extends: [../house]\nadjust: {house.gratis: {sevrity: info}}\n", 5, "sevrity"),
        ("extends: [nowhere]\n", 4, "there is no pack `nowhere`"),
        ("extends: [../nowhere]\n", 4, "is no pack"),
        ("extends: [../house, ../../../../../../etc]\n", 4, "is no pack"),
        ("schema: 2\nnew_field: {deep: [1]}\n", 4, "schema 2, this version reads up to 1"),
        ("schema: 0\n", 4, "schema 0"),
    ] {
        let said = label(manifest).unwrap_err();
        assert!(said.contains(&format!("label/pack.yaml:{line}")) && said.contains(reason), "{manifest}: {said}");
    }
}

#[test]
fn packs_in_a_circle_are_refused_with_its_members() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = |name: &str, base: &str| format!("name: {name}\nversion: 1\ntitle: t\nextends: [../{base}]\n");
    write(
        folder.path(),
        &[
            ("a/pack.yaml", &manifest("a", "b")),
            ("b/pack.yaml", &manifest("b", "c")),
            ("c/pack.yaml", &manifest("c", "a")),
            ("d/pack.yaml", &manifest("d", "d")),
        ],
    );
    for (from, circle) in [("a", "→"), ("d", "d → d")] {
        let said = Packs::load(&[&folder.path().join(from)], false).unwrap_err().to_string();
        assert!(said.contains("circle") && said.contains(circle), "{said}");
    }
}

#[test]
fn a_chain_of_packs_without_end_ends() {
    let folder = tempfile::tempdir().unwrap();
    for at in 0..150 {
        let manifest = format!("name: p{at}\nversion: 1\ntitle: t\nextends: [../p{}]\n", at + 1);
        write(folder.path(), &[(&format!("p{at}/pack.yaml"), &manifest)]);
    }
    let said = Packs::load(&[&folder.path().join("p0")], false).unwrap_err().to_string();
    assert!(said.contains("more than 100 packs"), "{said}");
}

/// Files that are written to hurt are refused with what is wrong, and not after gigabytes of expansion: this test would not end.
#[test]
fn hostile_files_are_refused_before_they_cost_anything() {
    let good = rule_of("r", "bad");
    let with = |params: &str| good.replace("{terms: [bad]}", params);
    let lol: String = (1..12)
        .map(|at| {
            format!("l{at}: &l{at} [*l{0}, *l{0}, *l{0}, *l{0}, *l{0}, *l{0}, *l{0}, *l{0}, *l{0}, *l{0}]\n", at - 1)
        })
        .collect();
    let files = [
        ("laughs", format!("l0: &l0 [lol]\n{lol}{good}")),
        ("deep", with(&format!("{{terms: {}bad{}}}", "[".repeat(20_000), "]".repeat(20_000)))),
        ("long", with(&format!("{{terms: ['{}']}}", "x".repeat(300 << 10)))),
        ("counted", with("{patterns: ['(?:(?:(?:a{100}){100}){100}){100}']}")),
        ("classes", with(r"{patterns: ['(?:\p{L}{1,400}\s?){1,400}z']}")),
        ("nested", with(&format!("{{patterns: ['{}a{}']}}", "(?:".repeat(5_000), ")".repeat(5_000)))),
        ("looks", with("{patterns: ['(?=a)b']}")),
        ("nul", "id: r\0\n".to_owned()),
        ("empty", String::new()),
        ("list", "- 1\n- 2\n".to_owned()),
    ];
    for (name, text) in files {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("pack.yaml", "name: test\nversion: 1\ntitle: t\n"), ("r.yaml", &text)]);
        let said = Packs::load(&[folder.path()], false).map(|_| name).unwrap_err().to_string();
        assert!(said.contains("r.yaml"), "{name}: {said}");
        assert!(said.len() < 4_000, "{name}: {} bytes", said.len());
    }
}

/// Patterns that take other engines forever are matched in the time of the text.
#[test]
fn patterns_that_explode_elsewhere_are_matched_in_the_time_of_the_text() {
    let folder = tempfile::tempdir().unwrap();
    let rule = rule_of("r", "bad").replace("{terms: [bad]}", r"{patterns: ['(?:a+)+b', '(?:a|a)*c', '(?:.*?,){10}P']}");
    let rule = rule.replace("fail: [bad]", "fail: [ab]");
    write(folder.path(), &[("pack.yaml", "name: test\nversion: 1\ntitle: t\n"), ("r.yaml", &rule)]);
    let packs = Packs::load(&[folder.path()], false).unwrap();
    for text in ["a".repeat(200_000), "a,".repeat(100_000)] {
        assert_eq!(found(&packs, None, &text), []);
    }
}

#[test]
fn more_terms_or_patterns_than_any_pack_has_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("pack.yaml", "name: test\nversion: 1\ntitle: t\n")]);
    for at in 0..21 {
        let id = format!("r{at}");
        let terms: Vec<String> = (0..10_000).map(|term| format!("t{at}x{term}")).collect();
        let rule = rule_of(&id, "bad").replace("[bad]}", &format!("[{}]}}", terms.join(",")));
        let rule = rule.replace("fail: [bad]", &format!("fail: [t{at}x1]"));
        write(folder.path(), &[(&format!("{id}.yaml"), &rule)]);
    }
    let said = Packs::load(&[folder.path()], false).unwrap_err().to_string();
    assert!(said.contains("200000 are allowed"), "{said}");
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("pack.yaml", "name: test\nversion: 1\ntitle: t\n")]);
    for at in 0..21 {
        let id = format!("r{at}");
        let patterns: Vec<String> = (0..100).map(|n| format!("'x{at}y{n}'")).collect();
        let rule = rule_of(&id, "bad").replace("{terms: [bad]}", &format!("{{patterns: [{}]}}", patterns.join(",")));
        write(folder.path(), &[(&format!("{id}.yaml"), &rule.replace("fail: [bad]", &format!("fail: [x{at}y1]")))]);
    }
    let said = Packs::load(&[folder.path()], false).unwrap_err().to_string();
    assert!(said.contains("2000 are allowed"), "{said}");
}
