//! Packs of many rules with made-up words, a text in which these stand here and there, and the rival: one regular
//! expression for each rule, run one after the other, which is how Vale and its like do it.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use countersign_domain::clock::Timestamp;
use countersign_rules::{BrandTerms, Packs, Place};
use regex::Regex;

use super::super::prose;
use crate::say;

/// Terms of a rule.
const TERMS: usize = 3;
/// Rules of a pack: one has 5,000 files at most.
const PACK: usize = 2_500;
/// Findings that one rule tells of in one text.
const MAX_FINDINGS: usize = 200;
/// Bytes from hit to hit.
const EVERY: usize = 1_000;

/// The terms of rule `at`: two words and a phrase.
pub fn terms(at: usize) -> [String; TERMS] {
    let word = |at: usize| {
        const HEADS: [&str; 16] =
            ["br", "cl", "d", "f", "gr", "h", "kl", "l", "m", "n", "pr", "r", "st", "t", "v", "z"];
        const VOWELS: [&str; 4] = ["a", "e", "i", "o"];
        const TAILS: [&str; 4] = ["n", "r", "l", "x"];
        // An odd factor makes neighbours unlike and no two alike (modulo 2^18: three syllables of 64).
        let mut mixed = at.wrapping_mul(0x2_9F5D).wrapping_add(0x1234) % (1 << 18);
        let mut word = String::new();
        for _ in 0..3 {
            let syllable = mixed % 64;
            mixed /= 64;
            word.push_str(HEADS[syllable / 4]);
            word.push_str(VOWELS[syllable % 4]);
        }
        word.push_str(TAILS[at % 4]);
        word
    };
    [word(TERMS * at), word(TERMS * at + 1), format!("the {} plan", word(TERMS * at + 2))]
}

/// Plain sentences of `bytes` bytes with a term of one of `rules` rules every 1,000.
pub fn text(bytes: usize, rules: usize, seed: u64) -> String {
    let prose = prose::bytes_of(bytes, seed);
    let mut text = String::with_capacity(bytes + bytes / 50);
    let mut rest = prose.as_str();
    let mut number = 0_usize;
    while rest.len() > EVERY {
        let at = rest[EVERY..].find(' ').map_or(rest.len(), |space| EVERY + space);
        text.push_str(&rest[..at]);
        text.push(' ');
        text.push_str(&terms(number.wrapping_mul(7919) % rules)[number % TERMS]);
        rest = &rest[at..];
        number += 1;
    }
    text.push_str(rest);
    text
}

/// `rules` rules of terms, loaded from files as packs are.
pub fn packs(rules: usize) -> Result<Packs> {
    let folder = Folder::make()?;
    for (pack, first) in (0..rules).step_by(PACK).enumerate() {
        let dir = folder.0.join(format!("p{pack}"));
        std::fs::create_dir(&dir)?;
        std::fs::write(dir.join("pack.yaml"), format!("name: p{pack}\nversion: 1\ntitle: Terms\n"))?;
        for rule in first..rules.min(first + PACK) {
            let [one, two, three] = terms(rule);
            let text = format!(
                "id: r{rule}\nkind: existence\nseverity: warn\nmessage: \"“{{match}}” is not used here.\"\nwhy: w\n\
                 params: {{terms: [{one}, {two}, {three}]}}\ntests: {{pass: [fine], fail: [{one}]}}\n"
            );
            std::fs::write(dir.join(format!("r{rule}.yaml")), text)?;
        }
    }
    Ok(Packs::load(&[&folder.0], false)?)
}

/// How many findings the packs have in a plain text.
pub fn findings(packs: &Packs, text: &str) -> usize {
    packs.check_text(text, &Place::unknown(Timestamp::from_micros(0)), &BrandTerms::default()).len()
}

/// The same rules as regular expressions.
pub fn rival(rules: usize) -> Result<Vec<Regex>> {
    let alternation = |rule| Ok(Regex::new(&format!(r"(?i)\b(?:{})\b", terms(rule).join("|")))?);
    (0..rules).map(alternation).collect()
}

/// How many hits they have, of each as many as a rule of ours tells of.
pub fn hits(rival: &[Regex], text: &str) -> usize {
    rival.iter().map(|regex| regex.find_iter(text).count().min(MAX_FINDINGS)).sum()
}

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("countersign-bench-rules-{}", std::process::id()));
        std::fs::create_dir(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            say::note(&format!("{} could not be removed: {error}", self.0.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_terms_are_alike() {
        let all: Vec<String> = (0..10_000).flat_map(terms).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    }

    #[test]
    fn packs_and_rival_find_the_same_hits_of_which_there_is_one_each_thousand_bytes() {
        let text = text(50_000, 20, 3);
        let found = findings(&packs(20).unwrap(), &text);
        assert_eq!(found, hits(&rival(20).unwrap(), &text));
        assert!((45..=50).contains(&found), "{found}");
    }
}
