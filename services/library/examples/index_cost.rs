//! What the index costs: `cargo run --release -p countersign-library --example index_cost [PASSAGES]` prints the
//! machine, and for a made-up library the time and the resident memory of each step.

use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

use countersign_domain::clock::Timestamp;
use countersign_domain::id::{BrandId, CountingIds, PassageId};
use countersign_domain::library::{Passage, PassageQuery};
use countersign_library::index::Index;

fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(1_000), |text| text.parse())?;
    let mut out = std::io::stdout().lock();
    let cores = std::thread::available_parallelism()?;
    writeln!(out, "{} {}, {cores} cores, {count} passages", std::env::consts::OS, std::env::consts::ARCH)?;
    let dir = std::env::temp_dir().join(format!("countersign-index-cost-{}", std::process::id()));
    let (ids, now) = (CountingIds::default(), Timestamp::from_micros(1_795_000_000_000_000));
    let brand = BrandId::new(&ids, now);
    let passages: Vec<Passage> = (0..count)
        .map(|number| Passage {
            id: PassageId::new(&ids, now),
            brand,
            product: String::new(),
            locale: if number % 2 == 0 { "de" } else { "en" }.parse().expect("a locale"),
            market: None,
            // Thirty words from a vocabulary of five thousand, the low ones more often.
            text: (0..30).map(|at| format!("word{} ", (number * 31 + at * at * 97) % (50 + 165 * at))).collect(),
            source: String::new(),
            valid_from: None,
            valid_until: None,
        })
        .collect();
    let mut report = |step: &str, start: Instant| -> Result<(), Box<dyn Error>> {
        let (anonymous, files) = resident()?;
        let millis = start.elapsed().as_secs_f64() * 1e3;
        writeln!(out, "{step:<28} {millis:>9.1} ms   {anonymous:>4} MB of memory, {files:>4} MB of mapped files")?;
        Ok(())
    };
    report("before", Instant::now())?;
    let start = Instant::now();
    let index = Index::open(&dir)?;
    report("open, empty", start)?;
    let start = Instant::now();
    index.sync(brand, 1, &passages)?;
    report("sync all", start)?;
    let start = Instant::now();
    index.sync(brand, 2, &passages)?;
    report("sync again", start)?;
    let mut query = PassageQuery {
        brand,
        text: "word1 word22 word333".into(),
        product: "backup".into(),
        locale: "de-AT".parse()?,
        market: "AT".parse()?,
        now,
        limit: 10,
    };
    let start = Instant::now();
    for number in 0..100 {
        query.text = format!("word{} word{} word{} word4", number, number * 7, number * 31);
        index.search(&query)?;
    }
    report("100 searches", start)?;
    drop(index);
    let start = Instant::now();
    let index = Index::open(&dir)?;
    report("open again", start)?;
    drop(index);
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}

/// Megabytes of memory of our own, and of mapped files, that are resident (Linux).
fn resident() -> Result<(u64, u64), Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kilobytes = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0)
    };
    Ok((kilobytes("RssAnon:") / 1024, kilobytes("RssFile:") / 1024))
}
