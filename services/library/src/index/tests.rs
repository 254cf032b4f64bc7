//! What callers rely on, through [`Index`] alone.

use std::fs;

use countersign_domain::clock::Timestamp;
use uuid::Uuid;

use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

fn brand(number: u128) -> BrandId {
    BrandId::from_uuid(Uuid::from_u128(number))
}

fn id(number: u128) -> PassageId {
    PassageId::from_uuid(Uuid::from_u128(number))
}

/// A passage of brand 1 for every product and market, in German.
fn passage(number: u128, text: &str) -> Passage {
    Passage {
        id: id(number),
        brand: brand(1),
        product: String::new(),
        locale: "de".parse().unwrap(),
        market: None,
        text: text.to_owned(),
        source: "test.md".to_owned(),
        valid_from: None,
        valid_until: None,
    }
}

fn query(text: &str) -> PassageQuery {
    PassageQuery {
        brand: brand(1),
        text: text.to_owned(),
        product: "backup".to_owned(),
        locale: "de-AT".parse().unwrap(),
        market: "AT".parse().unwrap(),
        now: NOW,
        limit: 10,
    }
}

fn ids(hits: &[Hit]) -> Vec<u128> {
    hits.iter().map(|hit| hit.passage.uuid().as_u128()).collect()
}

/// A new index in a folder of its own, with these passages of brand 1.
fn index_of(passages: &[Passage]) -> (tempfile::TempDir, Index) {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open(dir.path()).unwrap();
    index.sync(brand(1), 1, passages).unwrap();
    (dir, index)
}

#[test]
fn an_index_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Index>();
}

#[test]
fn german_words_are_found_in_other_forms() {
    let (_dir, index) = index_of(&[
        passage(1, "Unsere Datensicherungen laufen jede Nacht."),
        passage(2, "Rufen Sie uns an."),
        passage(3, "Kunden verlassen sich auf schnelle Wiederherstellung."),
    ]);
    assert_eq!(ids(&index.search(&query("Datensicherung")).unwrap()), [1]);
    assert_eq!(ids(&index.search(&query("schneller Kunde")).unwrap()), [3]);
}

#[test]
fn the_passage_with_more_and_rarer_words_comes_first() {
    let (_dir, index) = index_of(&[
        passage(1, "Backup für kleine Firmen."),
        passage(2, "Backup mit unveränderlichen Kopien für kleine Firmen."),
        passage(3, "Backup."),
    ]);
    let hits = index.search(&query("unveränderliche Kopien Backup")).unwrap();
    assert_eq!(ids(&hits)[0], 2);
    assert_eq!(hits.len(), 3);
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score) && hits[2].score > 0.0);
}

#[test]
fn no_filter_leaks() {
    let with = |number, change: &dyn Fn(&mut Passage)| {
        let mut passage = passage(number, "Backup jede Nacht");
        change(&mut passage);
        passage
    };
    let before = NOW.plus_seconds(-1);
    let after = NOW.plus_seconds(1);
    let (_dir, index) = index_of(&[
        with(1, &|_| {}),
        with(2, &|p| p.product = "backup".into()),
        with(3, &|p| p.locale = "de-AT".parse().unwrap()),
        with(4, &|p| p.market = Some("AT".parse().unwrap())),
        with(5, &|p| (p.valid_from, p.valid_until) = (Some(NOW), Some(after))),
        with(11, &|p| p.product = "archive".into()),
        with(12, &|p| p.locale = "de-DE".parse().unwrap()),
        with(13, &|p| p.locale = "en".parse().unwrap()),
        with(14, &|p| p.market = Some("DE".parse().unwrap())),
        with(15, &|p| p.valid_until = Some(NOW)),
        with(16, &|p| p.valid_from = Some(after)),
        with(17, &|p| p.valid_until = Some(before)),
        with(18, &|p| p.product = "Backup".into()),
    ]);
    let mut other = passage(99, "Backup jede Nacht");
    other.brand = brand(2);
    index.sync(brand(2), 1, &[other]).unwrap();
    let found = index.search(&query("Backup")).unwrap();
    assert_eq!(ids(&found), [1, 2, 3, 4, 5]);
    let no_product = PassageQuery { product: String::new(), ..query("Backup") };
    assert_eq!(ids(&index.search(&no_product).unwrap()), [1, 3, 4, 5]);
    let bare = PassageQuery { locale: "de".parse().unwrap(), ..query("Backup") };
    assert_eq!(ids(&index.search(&bare).unwrap()), [1, 2, 4, 5]);
    let later = PassageQuery { now: after, ..query("Backup") };
    assert_eq!(ids(&index.search(&later).unwrap()), [1, 2, 3, 4, 16]);
}

#[test]
fn a_passage_of_another_brand_is_refused_before_anything_changes() {
    let (_dir, index) = index_of(&[passage(1, "Backup")]);
    let mut foreign = passage(2, "Backup");
    foreign.brand = brand(2);
    assert!(matches!(index.sync(brand(1), 2, &[foreign]), Err(IndexError::ForeignPassage { .. })));
    let twice = [passage(3, "Backup"), passage(3, "Backup")];
    assert!(matches!(index.sync(brand(1), 2, &twice), Err(IndexError::PassageTwice { .. })));
    assert_eq!(index.version(brand(1)), Some(1));
    assert_eq!(ids(&index.search(&query("Backup")).unwrap()), [1]);
}

#[test]
fn ties_are_broken_by_id_even_where_the_hits_end() {
    let passages: Vec<_> = (1..=200).rev().map(|number| passage(number, "Backup jede Nacht")).collect();
    let (_dir, index) = index_of(&passages);
    for limit in [1, 3, 50, 200, 500] {
        let hits = index.search(&PassageQuery { limit, ..query("Backup") }).unwrap();
        assert_eq!(ids(&hits), (1..=200).take(limit).collect::<Vec<u128>>());
    }
    assert!(index.search(&PassageQuery { limit: 0, ..query("Backup") }).unwrap().is_empty());
    assert_eq!(index.search(&PassageQuery { limit: usize::MAX, ..query("Backup") }).unwrap().len(), 200);
}

#[test]
fn an_index_that_grew_and_shrank_finds_what_one_built_at_once_finds() {
    let text = |number: u128| {
        let words = ["Backup", "Nacht", "Kopie", "Kunde", "Firma", "Daten", "Cloud", "Schutz"];
        (0..6).map(|at| words[((number * 7 + at * number) % 8) as usize]).collect::<Vec<_>>().join(" ")
    };
    let all: Vec<_> = (1..=60).map(|number| passage(number, &text(number))).collect();
    let (dir, grown) = index_of(&all[..40]);
    grown.sync(brand(1), 2, &all).unwrap();
    grown.sync(brand(1), 3, &all[20..]).unwrap();
    let mut last = all[10..50].to_vec();
    last[5].text = "Schutz für Kopien".into();
    // Without words, and with words again.
    last[7].text = "und".into();
    grown.sync(brand(1), 3, &last).unwrap();
    last[7].text = "Daten und Firma".into();
    last[8].text = "und".into();
    grown.sync(brand(1), 4, &last).unwrap();
    let (_other, fresh) = index_of(&last);
    let queries = ["Backup", "Kunden Kopien", "Schutz der Firma in der Cloud", "Daten Nacht Firma Backup"];
    let compare = |grown: &Index| {
        for text in queries {
            let query = PassageQuery { limit: 100, ..query(text) };
            assert_eq!(grown.search(&query).unwrap(), fresh.search(&query).unwrap(), "{text}");
        }
    };
    compare(&grown);
    drop(grown);
    compare(&Index::open(dir.path()).unwrap());
}

#[test]
fn a_sync_adds_removes_and_replaces_and_doing_it_again_changes_nothing() {
    let (_dir, index) = index_of(&[passage(1, "Backup"), passage(2, "Backup"), passage(3, "Backup")]);
    let next = [passage(1, "Backup"), passage(2, "Archiv"), passage(4, "Backup")];
    let synced = index.sync(brand(1), 2, &next).unwrap();
    assert_eq!(synced, Synced { version: 2, added: 2, removed: 1 });
    assert_eq!(ids(&index.search(&query("Backup")).unwrap()), [1, 4]);
    assert_eq!(ids(&index.search(&query("Archive")).unwrap()), [2]);
    assert_eq!(index.sync(brand(1), 2, &next).unwrap(), Synced { version: 2, added: 0, removed: 0 });
    assert_eq!(index.sync(brand(1), 3, &[]).unwrap(), Synced { version: 3, added: 0, removed: 3 });
    assert!(index.search(&query("Backup")).unwrap().is_empty());
}

#[test]
fn the_late_end_of_a_race_brings_no_withdrawn_passage_back() {
    let (_dir, index) = index_of(&[passage(1, "Backup")]);
    index.sync(brand(1), 5, &[]).unwrap();
    let late = index.sync(brand(1), 4, &[passage(1, "Backup")]).unwrap();
    assert_eq!(late, Synced { version: 5, added: 0, removed: 0 });
    assert!(index.search(&query("Backup")).unwrap().is_empty());
}

#[test]
fn a_query_without_words_finds_nothing() {
    let (_dir, index) = index_of(&[passage(1, "Backup und mehr")]);
    for text in ["", "  \n", "und der die das", "?!… – 👍", "\u{0}"] {
        assert!(index.search(&query(text)).unwrap().is_empty(), "{text:?}");
    }
}

#[test]
fn hostile_text_stays_text() {
    let long = "x".repeat(10_000);
    let many: String = (0..2_000).map(|number| format!("wort{number} ")).collect();
    let hostile = [
        long.as_str(),
        many.as_str(),
        "Backup 👩‍👩‍👧 \"'`; DROP TABLE passage; -- {{7*7}} <script>\\u0000 %s",
        "\u{202e}Backup\u{202c}\u{feff}",
    ];
    let passages: Vec<_> = (1..).zip(hostile).map(|(number, text)| passage(number, text)).collect();
    let (_dir, index) = index_of(&passages);
    for (number, text) in (1_u128..).zip(hostile) {
        assert!(ids(&index.search(&query(text)).unwrap()).contains(&number), "{number}");
    }
    let mut odd = passage(9, "Backup");
    odd.product = "a\"},{\"b".into();
    index.sync(brand(1), 2, &[odd]).unwrap();
    let right = PassageQuery { product: "a\"},{\"b".into(), ..query("Backup") };
    assert_eq!(ids(&index.search(&right).unwrap()), [9]);
    assert!(index.search(&query("Backup")).unwrap().is_empty());
}

#[test]
fn a_brand_must_be_synced_before_it_is_searched() {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open(dir.path()).unwrap();
    assert_eq!(index.version(brand(1)), None);
    assert!(matches!(index.search(&query("Backup")), Err(IndexError::NotSynced { .. })));
}

#[test]
fn an_index_is_as_it_was_after_reopening() {
    let (dir, index) = index_of(&[passage(1, "Backup"), passage(2, "Backup")]);
    let hits = index.search(&query("Backup")).unwrap();
    drop(index);
    for _ in 0..3 {
        let index = Index::open(dir.path()).unwrap();
        assert_eq!(index.version(brand(1)), Some(1));
        assert_eq!(index.search(&query("Backup")).unwrap(), hits);
    }
    let index = Index::open(dir.path()).unwrap();
    // Lower than before: the database was restored from a backup, and it is the truth.
    let synced = index.sync(brand(1), 0, &[passage(2, "Backup")]).unwrap();
    assert_eq!(synced, Synced { version: 0, added: 0, removed: 1 });
}

#[test]
fn a_folder_has_one_owner() {
    let (dir, index) = index_of(&[]);
    let error = Index::open(dir.path()).unwrap_err();
    assert!(matches!(error, IndexError::InUse { .. }) && error.to_string().contains("another process"), "{error}");
    drop(index);
    Index::open(dir.path()).unwrap();
}

#[test]
fn a_damaged_folder_is_built_again() {
    let passages: Vec<_> = (1..=20).map(|number| passage(number, "Backup jede Nacht")).collect();
    let (dir, index) = index_of(&passages);
    drop(index);
    let folder = dir.path().join(brand(1).to_string());
    let segment = || fs::read_dir(folder.join("segments")).unwrap().next().unwrap().unwrap().path();
    let damages: [&dyn Fn(); 4] = [
        &|| fs::remove_dir_all(segment()).unwrap(),
        // As long as it was, so that only Qdrant itself can see it.
        &|| {
            let path = segment().join("segment.json");
            let length = fs::read(&path).unwrap().len();
            fs::write(&path, vec![b'?'; length]).unwrap();
        },
        &|| fs::write(segment().join("segment.json"), "").unwrap(),
        &|| {
            fs::remove_dir_all(&folder).unwrap();
            fs::write(&folder, "a file").unwrap();
        },
    ];
    for damage in damages {
        damage();
        let index = Index::open(dir.path()).unwrap();
        assert_eq!(index.version(brand(1)), None);
        assert_eq!(index.sync(brand(1), 1, &passages).unwrap().added, 20);
        assert_eq!(index.search(&PassageQuery { limit: 50, ..query("Backup") }).unwrap().len(), 20);
    }
}

#[test]
fn a_missing_or_shortened_file_is_seen_before_it_is_mapped() {
    let (dir, index) = index_of(&[passage(1, "Backup jede Nacht")]);
    drop(index);
    let folder = dir.path().join(brand(1).to_string());
    let mut folders = vec![folder.clone()];
    let mut seen = 0;
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let aside = dir.path().join("aside");
            let length = fs::metadata(&path).unwrap().len();
            fs::rename(&path, &aside).unwrap();
            assert!(manifest::read(&folder).is_err(), "missing: {}", path.display());
            if length > 0 {
                fs::File::create(&path).unwrap().set_len(length - 1).unwrap();
                assert!(manifest::read(&folder).is_err(), "shortened: {}", path.display());
            }
            fs::rename(&aside, &path).unwrap();
            seen += 1;
        }
    }
    assert!(seen > 10 && manifest::read(&folder).is_ok());
}

#[test]
fn a_folder_left_in_the_middle_or_of_another_version_is_built_again() {
    let (dir, index) = index_of(&[passage(1, "Backup")]);
    drop(index);
    let manifest = dir.path().join(brand(1).to_string()).join("manifest.json");
    let whole = fs::read_to_string(&manifest).unwrap();
    for bad in ["", "{}", "null", &whole.replace("countersign-index-", "countersign-index-9"), "\u{0}\u{1}"] {
        fs::write(&manifest, bad).unwrap();
        let index = Index::open(dir.path()).unwrap();
        assert_eq!(index.version(brand(1)), None, "{bad}");
        index.sync(brand(1), 7, &[passage(1, "Backup")]).unwrap();
        assert_eq!(index.search(&query("Backup")).unwrap().len(), 1);
    }
    fs::remove_file(&manifest).unwrap();
    assert_eq!(Index::open(dir.path()).unwrap().version(brand(1)), None);
}

#[test]
fn what_is_not_ours_in_the_folder_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    fs::create_dir(dir.path().join("other")).unwrap();
    let index = Index::open(dir.path()).unwrap();
    index.sync(brand(1), 1, &[]).unwrap();
    assert!(dir.path().join("notes.txt").exists() && dir.path().join("other").exists());
}
