use proptest::prelude::*;

use super::{Cache, Table};
use crate::compute::attention::Heads;

const HEADS: Heads = Heads { heads: 1, kv_heads: 1, dim: 2 };

fn cache(blocks: usize) -> Cache {
    Cache::new(HEADS, 1, true, blocks * HEADS.block() * 4, 16)
}

fn prompt(head: u32, length: usize) -> Vec<u32> {
    (0..length as u32).map(|at| if at < 16 { at } else { head * 1000 + at }).collect()
}

/// As a sequence does it: adopts, reserves, computes (not here), remembers.
fn read(cache: &mut Cache, tokens: &[u32]) -> (Table, usize) {
    let mut table = Table::default();
    let held = cache.adopt(&mut table, tokens);
    assert!(cache.reserve(&mut table, tokens.len()));
    cache.remember(&table, tokens);
    (table, held)
}

#[test]
fn a_prompt_finds_what_an_earlier_one_shares_with_it_but_its_last_token() {
    let mut cache = cache(20);
    let (first, held) = read(&mut cache, &prompt(1, 40));
    assert_eq!(held, 0);
    let (same, held) = read(&mut cache, &prompt(1, 40));
    assert_eq!((held, &same.blocks()[..2]), (32, &first.blocks()[..2]));
    let (branch, held) = read(&mut cache, &prompt(2, 40));
    assert_eq!((held, branch.blocks()[0]), (16, first.blocks()[0]));
    let (exact, held) = read(&mut cache, &prompt(1, 32));
    assert_eq!(held, 16, "the last token is read anew, for its states");
    for table in [first, same, branch, exact] {
        cache.release(table);
    }
    assert_eq!(cache.pool().in_use(), 0);
}

#[test]
fn what_was_used_longest_ago_makes_room_and_what_is_in_use_stays() {
    let mut cache = cache(4);
    let (old, _) = read(&mut cache, &prompt(1, 32));
    cache.release(old);
    let (new, _) = read(&mut cache, &prompt(2, 48));
    // Four blocks: the common first, the old second, two of the new.
    assert_eq!((cache.pool().in_use(), cache.available()), (3, 1));
    let mut other = Table::default();
    assert!(cache.reserve(&mut other, 16), "the old second block goes");
    assert!(!cache.reserve(&mut other, 32), "the rest is in use");
    cache.release(other);
    cache.release(new);
    cache.forget();
    assert_eq!((cache.pool().in_use(), cache.pool().idle(), cache.available()), (0, 0, 4));
}

proptest! {
    /// Whatever comes and goes, every block is free, idle or in use, and nothing leaks.
    #[test]
    fn no_block_leaks(steps in prop::collection::vec((0_u32..4, 1_usize..70, prop::bool::ANY), 1..60)) {
        let mut cache = cache(12);
        let mut running: Vec<Table> = Vec::new();
        for (head, length, ends) in steps {
            let tokens = prompt(head, length);
            let mut table = Table::default();
            let held = cache.adopt(&mut table, &tokens);
            prop_assert!(held < tokens.len());
            if cache.reserve(&mut table, tokens.len()) {
                cache.remember(&table, &tokens);
                running.push(table);
            } else {
                cache.release(table);
            }
            if ends && !running.is_empty() {
                cache.release(running.remove(0));
            }
            let distinct: std::collections::HashSet<_> = running.iter().flat_map(|table| table.blocks()).collect();
            prop_assert_eq!(cache.pool().in_use(), distinct.len());
        }
        for table in running {
            cache.release(table);
        }
        cache.forget();
        prop_assert_eq!((cache.pool().in_use(), cache.pool().idle()), (0, 0));
        prop_assert_eq!(cache.available(), 12);
    }
}
