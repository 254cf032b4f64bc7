//! What masks cost, on made-up vocabularies as large as real ones. Run it on an idle machine:
//! `cargo test --release -p countersign-engine --lib bounds::tests::figures -- --ignored --nocapture`

use std::sync::Arc;
use std::time::{Duration, Instant};

use toktrie::SimpleVob;

use super::vocabulary;
use crate::bounds::{
    AllowedNumbers, AtMost, Bounds, CompiledBounds, CountedLength, ForbiddenTerms, Unit, Vocabulary, masks::Masks,
};
use crate::random;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 += 1;
        (random::uniform(7, 7, self.0, 0) * sides as f64) as usize
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }

    fn word(&mut self) -> String {
        const SYLLABLES: &[&str] = &[
            "ta", "re", "mi", "son", "der", "ing", "pro", "ver", "ble", "con", "ment", "ur", "ti", "la", "ster",
            "über", "é", "no", "cha", "lis", "qu", "sch", "ea", "ou", "th", "er",
        ];
        (0..1 + self.roll(4)).map(|_| *self.pick(SYLLABLES)).collect()
    }
}

/// Words with a space before them, their beginnings and ends, figures, signs, runs of spaces, and Chinese in parts.
fn made_up(size: usize) -> (Arc<Vocabulary>, Vec<u32>) {
    let mut dice = Dice(0);
    let mut tokens: std::collections::BTreeSet<Vec<u8>> = (2..120).map(|length| vec![b' '; length]).collect();
    for sign in
        ["\",\"", "\":\"", "{{", "}}", "{{claim.", "...", "\\n\\n", "\\n- ", "://", "--------------------------------"]
    {
        tokens.insert(sign.into());
    }
    while tokens.len() < size - 300 {
        let word = dice.word();
        let token = match dice.roll(20) {
            0..12 => format!(" {word}{}", if dice.roll(3) == 0 { dice.word() } else { String::new() }).into_bytes(),
            12..15 => word.into_bytes(),
            15 => word.to_uppercase().into_bytes(),
            16 => format!("{}{}", dice.roll(1000), dice.pick(&["", "%", ".", ","])).into_bytes(),
            kind => {
                let character = |dice: &mut Dice| char::from_u32(0x4E00 + dice.roll(12_000) as u32).unwrap();
                let mut bytes = format!("{}{}", character(&mut dice), character(&mut dice)).into_bytes();
                bytes.truncate(if kind == 17 { 3 } else { 2 + kind % 5 });
                bytes
            }
        };
        tokens.insert(token);
    }
    let tokens: Vec<Vec<u8>> = tokens.into_iter().collect();
    let prose = (0..tokens.len())
        .filter(|&at| tokens[at].len() > 2 && tokens[at].iter().all(|b| b.is_ascii_lowercase() || *b == b' '));
    let prose = prose.map(|at| at as u32 + 256).collect();
    (vocabulary(&tokens), prose)
}

fn terms(count: usize) -> Vec<String> {
    let mut dice = Dice(1 << 40);
    (0..count)
        .map(|at| if at % 3 == 0 { format!("{} {}", dice.word(), dice.word()) } else { dice.word() + &dice.word() })
        .collect()
}

fn references() -> Vec<String> {
    (1..=12).map(|number| format!("{{{{claim.{number}}}}}")).chain(["{{partner.display_name}}".into()]).collect()
}

const SLOTS: [(&str, usize, usize); 3] = [("subject", 30, 50), ("preheader", 40, 90), ("body", 300, 600)];

fn bounds() -> Bounds {
    let (terms, references) = (terms(3000), references());
    let references = || references.iter().map(String::as_str);
    let numbers: Vec<String> = (0..60).map(|at| format!("{}.{}", 7 * at, at % 10)).collect();
    let mut bounds = Bounds::default()
        .in_every_slot(Arc::new(ForbiddenTerms::new(terms.iter().map(String::as_str)).unwrap()))
        .in_every_slot(Arc::new(AllowedNumbers::new(numbers.iter().map(String::as_str), references()).unwrap()))
        .in_every_slot(Arc::new(AtMost::once(references()).unwrap()));
    for (slot, min, max) in SLOTS {
        let length = CountedLength::new(Unit::Graphemes, min, max).unwrap();
        let length = length.with_references(references().map(|reference| (reference, 40))).unwrap();
        bounds = bounds.in_slots([slot], Arc::new(length)).unwrap();
    }
    bounds
}

/// Writes a draft of made-up prose under the masks; the time of each mask.
fn draft(compiled: &CompiledBounds, vocabulary: &Vocabulary, prose: &[u32], seed: u64) -> Vec<Duration> {
    let mut dice = Dice(seed << 20);
    let mut set = compiled.begin();
    let mut times = Vec::new();
    let close = vocabulary.trie.token_id(b"\"").unwrap();
    for (number, (slot, _, _)) in SLOTS.iter().enumerate() {
        assert!(set.take(format!("{}\"{slot}\":\"", if number == 0 { "{" } else { "," }).as_bytes()));

        loop {
            let mut mask = SimpleVob::alloc_ones(vocabulary.size());
            let began = Instant::now();
            set.mask(&mut mask, 600_usize.saturating_sub(times.len()));
            times.push(began.elapsed());
            let token = (0..50).map(|_| *dice.pick(prose)).find(|&token| mask.is_allowed(token));
            let token = match token {
                Some(token) if !(mask.is_allowed(close) && dice.roll(8) == 0) => token,
                _ => {
                    if mask.is_allowed(close) {
                        break assert!(set.take(b"\""));
                    }
                    *dice.pick(&mask.to_list())
                }
            };
            assert!(set.take(vocabulary.bytes(token)));
        }
    }
    times
}

fn shown(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let mean = times.iter().sum::<Duration>() / times.len() as u32;
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    format!("{} masks, mean {mean:.0?}, p50 {:.0?}, p99 {:.0?}, max {:.0?}", times.len(), at(0.5), at(0.99), at(1.0))
}

#[test]
#[ignore = "a benchmark"]
fn walks_drafts_and_memory() {
    for size in [32_000, 150_000] {
        let began = Instant::now();
        let (vocabulary, prose) = made_up(size);
        eprintln!("== {size} tokens, {} nodes, made in {:.0?}", vocabulary.nodes(), began.elapsed());
        let began = Instant::now();
        let compiled = CompiledBounds::new(&bounds(), Arc::clone(&vocabulary)).unwrap();
        eprintln!("compiled in {:.1?}", began.elapsed());
        for masks in compiled.masks() {
            walk(masks, &vocabulary);
        }
        for number in 0..4 {
            eprintln!("draft {number}: {}", shown(draft(&compiled, &vocabulary, &prose, number)));
        }
        let many: Vec<Duration> = (4..40).flat_map(|seed| draft(&compiled, &vocabulary, &prose, seed)).collect();
        eprintln!("36 more: {}", shown(many));
        for figures in compiled.figures() {
            let asked = (figures.hits + figures.misses).max(1);
            eprintln!(
                "{:5.1} % of {asked} found, {} computed over {} nodes each, {} kept, {} kB",
                100.0 * figures.hits as f64 / asked as f64,
                figures.misses,
                figures.nodes / figures.misses.max(1),
                figures.kept,
                figures.bytes / 1000
            );
        }
    }
}

/// Walks at places of a text, none of them kept.
fn walk(masks: &Masks, vocabulary: &Vocabulary) {
    let bound = masks.bound();
    let mut state = bound.start();
    let mut times = Vec::new();
    let mut first = None;
    for byte in b"{\"subject\":\"Contable messon ister liverment, 0.0 and".iter() {
        state = bound.step(state, *byte).unwrap();
        if times.is_empty() && state.frame & 7 != 4 {
            continue;
        }
        let began = Instant::now();
        std::hint::black_box(masks.compute(state));
        let took = began.elapsed();
        if first.is_none() {
            first = Some(took);
        } else {
            times.push(took);
        }
    }
    let kind = format!("{bound:?}");
    let kind = kind.split("bound: ").nth(1).unwrap_or(&kind).split([' ', '{']).next().unwrap_or_default().to_owned();
    // The lengths of the other slots are not read here.
    if let Some(first) = first {
        eprintln!("{kind}: first walk {first:.0?}, then {} ({} tokens)", shown(times), vocabulary.order.len());
    }
}
