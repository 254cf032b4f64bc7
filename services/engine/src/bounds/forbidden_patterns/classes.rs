//! The alphabet of some patterns: characters that none of them tells apart are one class.

use std::collections::HashMap;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// What look-around asks of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Traits {
    pub word: bool,
    pub ascii_word: bool,
    pub line_feed: bool,
}

/// Sets of characters, each known by its number.
#[derive(Debug, Default)]
pub(super) struct Sets {
    numbers: HashMap<Vec<(char, char)>, u16>,
    sets: Vec<Vec<ClassUnicodeRange>>,
}

impl Sets {
    /// `None`: there are too many.
    pub fn number(&mut self, class: &ClassUnicode) -> Option<u16> {
        let ranges = class.ranges().iter().map(|range| (range.start(), range.end())).collect();
        if let Some(&known) = self.numbers.get(&ranges) {
            return Some(known);
        }
        let number = u16::try_from(self.sets.len()).ok()?;
        self.numbers.insert(ranges, number);
        self.sets.push(class.ranges().to_vec());
        Some(number)
    }
}

/// The classes of all sets together.
#[derive(Debug)]
pub(super) struct Alphabet {
    /// First characters of intervals whose characters are alike, in order, and the class of each.
    starts: Vec<u32>,
    of: Vec<u16>,
    ascii: [u16; 128],
    /// By class: the sets that it is in.
    members: Vec<Box<[u64]>>,
    traits: Vec<Traits>,
}

impl Alphabet {
    pub fn new(sets: Sets) -> Self {
        let words = regex_syntax::parse(r"\w").ok().map(|hir| match hir.into_kind() {
            regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => class.ranges().to_vec(),
            _ => Vec::new(),
        });
        let range = |from, to| ClassUnicodeRange::new(from, to);
        let ascii = vec![range('0', '9'), range('A', 'Z'), range('_', '_'), range('a', 'z')];
        let mut all = sets.sets;
        let own = all.len();
        all.extend([words.unwrap_or_default(), ascii, vec![range('\n', '\n')]]);

        let mut starts = vec![0];
        for range in all.iter().flatten() {
            starts.extend([u32::from(range.start()), u32::from(range.end()) + 1]);
        }
        starts.sort_unstable();
        starts.dedup();
        let mut signatures = vec![vec![0_u64; all.len().div_ceil(64)]; starts.len()];
        for (number, set) in all.iter().enumerate() {
            for range in set {
                let first = starts.partition_point(|&start| start < u32::from(range.start()));
                let end = starts.partition_point(|&start| start <= u32::from(range.end()));
                for signature in &mut signatures[first..end] {
                    signature[number / 64] |= 1 << (number % 64);
                }
            }
        }
        let mut known: HashMap<Vec<u64>, u16> = HashMap::new();
        let mut members: Vec<Box<[u64]>> = Vec::new();
        let of: Vec<u16> = signatures
            .into_iter()
            .map(|signature| {
                let next = members.len() as u16;
                *known.entry(signature).or_insert_with_key(|signature| {
                    members.push(signature.clone().into_boxed_slice());
                    next
                })
            })
            .collect();
        let has = |class: &[u64], set: usize| class[set / 64] >> (set % 64) & 1 == 1;
        let traits = members
            .iter()
            .map(|class| Traits {
                word: has(class, own),
                ascii_word: has(class, own + 1),
                line_feed: has(class, own + 2),
            })
            .collect();
        let mut alphabet = Self { starts, of, ascii: [0; 128], members, traits };
        for character in 0..128_u8 {
            alphabet.ascii[usize::from(character)] = alphabet.of[alphabet.interval(char::from(character))];
        }
        alphabet
    }

    /// How many classes there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn class(&self, character: char) -> u16 {
        match self.ascii.get(character as usize) {
            Some(&class) => class,
            None => self.of[self.interval(character)],
        }
    }

    /// The classes of the characters between these two, some of them more than once.
    pub fn between(&self, from: char, to: char) -> &[u16] {
        &self.of[self.interval(from)..=self.interval(to)]
    }

    pub fn is_in(&self, class: u16, set: u16) -> bool {
        self.members[usize::from(class)][usize::from(set) / 64] >> (set % 64) & 1 == 1
    }

    pub fn traits(&self, class: u16) -> Traits {
        self.traits[usize::from(class)]
    }

    fn interval(&self, character: char) -> usize {
        self.starts.partition_point(|&start| start <= u32::from(character)) - 1
    }
}
