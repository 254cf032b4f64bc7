use crate::tests::{World, try_pack};
use crate::{Fault, Packs};

fn marks(params: &str) -> Result<Packs, Vec<Fault>> {
    let text = format!(
        "id: r\nkind: trademark\nseverity: error\nmessage: '{{match}}: {{reason}} ({{name}}, {{market}}, {{symbol}})'\nwhy: w\nparams:\n  {params}\nexceptions: [Glacier National Park]\ntests: {{pass: [a], fail: [b]}}\n"
    );
    try_pack(&[("r.yaml", &text)])
}

fn told(params: &str, locale: &str, text: &str) -> Vec<String> {
    World::new(locale).slot("body", text).spans(&marks(params).unwrap())
}

const SYMBOL: &str = "{marks: [{name: Glacier, registered: [EU, US]}, {name: Glacier Box, unregistered: ™}], checks: [symbol, not_registered]}";

#[test]
fn the_first_use_in_the_asset_has_its_markets_symbol() {
    assert!(told(SYMBOL, "en-US", "Glacier® and Glacier.").is_empty());
    assert!(told(SYMBOL, "fr-FR", "Glacier\u{a0}® et Glacier.").is_empty());
    assert_eq!(told(SYMBOL, "en-US", "GLACIER, then Glacier®."), ["GLACIER"]);
    assert_eq!(told(SYMBOL, "de-AT", "Glacier™ und Glacier."), ["Glacier™"]);
    assert!(told(SYMBOL, "de-CH", "Glacier und Glacier™.").is_empty(), "not registered: nothing is asked");
    assert_eq!(told(SYMBOL, "en-US", "Glacier® with a Glacier Box. Glacier Box"), ["Glacier Box"]);
    let world = World::new("en-US").slot("a", "Glacier®").slot("b", "Glacier");
    assert!(world.spans(&marks(SYMBOL).unwrap()).is_empty(), "slots in their order");
}

#[test]
fn a_registered_sign_stands_only_where_the_mark_is_registered() {
    assert_eq!(told(SYMBOL, "de-CH", "Glacier, Glacier®."), ["Glacier®"]);
    assert_eq!(told(SYMBOL, "en-US", "Glacier® with a Glacier Box®, Glacier Box ®"), ["Glacier Box®", "Glacier Box ®"]);
}

#[test]
fn fixes_put_the_right_symbol() {
    let packs = marks(SYMBOL).unwrap();
    let findings = World::new("en-US").slot("body", "Glacier, a Glacier Box®").check(&packs);
    let fixes: Vec<_> = findings.iter().map(|found| (found.fix.as_deref().unwrap(), found.message.as_str())).collect();
    assert_eq!(
        fixes,
        [
            ("Glacier®", "Glacier: the first use needs ® (Glacier, US, ®)"),
            ("Glacier Box™", "Glacier Box®: the mark is not registered in US (Glacier Box, US, ®)"),
        ]
    );
}

const FORMS: &str =
    "{marks: [{name: Glacier}, {name: Atlas}, {name: Fjord Backup}], checks: [plural, possessive, hyphen]}";

#[test]
fn plurals_possessives_and_compounds_are_found() {
    let text = "Glaciers, GLACIERS, Glacier’s, Glaciers' reach, Glacier®s, Glacier™'s; Atlas' maps, Atlases, Fjord\nBackup's, a Glacier-based, Glacier®\u{2011}like-it.";
    let wanted = [
        "Glaciers",
        "GLACIERS",
        "Glacier’s",
        "Glaciers'",
        "Glacier®s",
        "Glacier™'s",
        "Atlas'",
        "Atlases",
        "Fjord\nBackup's",
        "Glacier-based",
        "Glacier®\u{2011}like-it",
    ];
    assert_eq!(told(FORMS, "en-US", text), wanted);
}

#[test]
fn what_only_looks_like_a_form_is_none() {
    for text in [
        "The ‘new Atlas’ is here. 'Atlas' it is. Melting glaciers, a glacier's edge. Glacier - fast.",
        "Write to info@Glacier.example or see https://x.example/Glacier-docs and #Glacier-Week, Glacier.example.",
        "Glacier- or tape-based. Glacierspace. The Glacier National Park's gate.",
        "Glacier, Atlas. Fjord Backup",
    ] {
        assert_eq!(told(FORMS, "en-US", text), [""; 0], "{text}");
    }
}

#[test]
fn a_hyphen_in_place_of_a_names_space_is_an_offence_and_no_first_use() {
    let text =
        "Fjord Backup. A Fjord-Backup, FJORD-BACKUP, Fjord\u{2011}Backups, Fjord-Backup-Software; x/Fjord-Backup.";
    assert_eq!(
        told(FORMS, "en-US", text),
        ["Fjord-Backup", "FJORD-BACKUP", "Fjord\u{2011}Backups", "Fjord-Backup-Software"]
    );
    assert!(told(FORMS, "de-DE", "Am Fjord-Backupplan; fjord-backup").is_empty());
    let both = "{marks: [{name: Fjord Backup, registered: [US]}], checks: [symbol, hyphen]}";
    assert_eq!(told(both, "en-US", "Fjord-Backup. Fjord Backup."), ["Fjord-Backup", "Fjord Backup"]);
    let symbol = "{marks: [{name: Fjord Backup, registered: [US]}], checks: [symbol]}";
    assert!(told(symbol, "en-US", "Fjord-Backup").is_empty());
}

#[test]
fn an_italian_plural_changes_the_last_vowel() {
    let kaldera = "{marks: [{name: Nordlys Kaldera}], checks: [plural]}";
    assert_eq!(
        told(kaldera, "it-IT", "Dieci Nordlys Kaldere, NORDLYS KALDERE"),
        ["Nordlys Kaldere", "NORDLYS KALDERE"]
    );
    assert!(told(kaldera, "de-DE", "Nordlys Kaldere").is_empty());
    assert!(told("{marks: [{name: Lina}], checks: [plural]}", "it-IT", "due linee, Line").len() <= 1);
}

#[test]
fn a_german_genitive_needs_no_apostrophe() {
    let possessive = "{marks: [{name: Glacier}], checks: [possessive]}";
    assert_eq!(told(possessive, "de-DE", "Die Stärke Glaciers, Glacier's Kern"), ["Glaciers", "Glacier's"]);
    assert!(told(possessive, "fr-FR", "Les Glaciers").is_empty(), "a plural");
    assert_eq!(told("{marks: [{name: Atlas}], checks: [possessive]}", "de-DE", "Atlas’ Karten"), ["Atlas’"]);
}

#[test]
fn a_noun_follows_the_first_use_or_precedes_it_in_romance_languages() {
    let nouns = "{marks: [{name: Glacier, nouns: [backup, logiciel, sauvegarde en ligne, Software]}], checks: [noun]}";
    assert!(told(nouns, "en-US", "Glacier® backup. Glacier.").is_empty());
    assert_eq!(told(nouns, "en-US", "Glacier is backup. Glacier backup."), ["Glacier"]);
    assert_eq!(told(nouns, "en-US", "The backup Glacier"), ["Glacier"]);
    assert!(told(nouns, "de-DE", "Die Glacier-Software läuft.").is_empty());
    assert!(told(nouns, "fr-FR", "Le logiciel Glacier®").is_empty());
    assert!(told(nouns, "fr-FR", "Glacier sauvegarde en ligne").is_empty());
    assert_eq!(told(nouns, "fr-FR", "Glacier, le logiciel"), ["Glacier"]);
}

#[test]
fn a_products_name_by_reference_is_a_use() {
    let packs = marks("{marks: [{name: Fjord Backup, registered: [US]}], checks: [symbol]}").unwrap();
    assert_eq!(World::new("en-US").slot("body", "{{product.name}} works").spans(&packs), ["Fjord Backup"]);
    assert!(World::new("en-US").slot("body", "{{product.name}}® works").spans(&packs).is_empty());
}

#[test]
fn marks_need_names_and_markets_are_real() {
    let reason = |params: &str| marks(params).unwrap_err().remove(0).reason;
    assert!(reason("{}").contains("at least one mark"));
    assert!(reason("{marks: [{name: A, registered: [UK]}]}").contains("GB"));
    assert!(reason("{marks: [{name: A}, {name: a}]}").contains("twice"));
    assert!(reason("{marks: [{name: A}], checks: []}").contains("empty"));
    assert!(!reason("{marks: [{name: A, unregistered: x}]}").is_empty());
}
