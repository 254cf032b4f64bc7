//! Patterns as one nondeterministic automaton over sets of characters.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

use super::classes::Sets;
use super::{Pattern, PatternError};

pub(super) type At = u32;

#[derive(Debug)]
pub(super) enum Node {
    /// A character of a set leads on.
    Set(u16, At),
    Any(Vec<At>),
    Look(Look, At),
    Match,
}

/// Nodes of one pattern.
const MOST_NODES: usize = 3_000;
/// A counted repetition of what most characters are in needs a state for each place at which it may have begun.
const MOST_COUNTED: u32 = 8;
/// A set of more characters than this is a broad one.
const BROAD: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Nfa {
    pub nodes: Vec<Node>,
    pub sets: Sets,
    /// Where the patterns begin.
    pub starts: Vec<At>,
}

impl Nfa {
    /// Adds a pattern, or leaves the automaton as it was.
    pub fn add(&mut self, pattern: Pattern<'_>) -> Result<(), PatternError> {
        let syntax = |error: regex_syntax::Error| {
            PatternError::Syntax(error.to_string().lines().last().unwrap_or_default().trim().to_owned())
        };
        let mut parser = ParserBuilder::new().case_insensitive(pattern.ignore_case).build();
        let hir = parser.parse(pattern.pattern).map_err(syntax)?;
        if hir.properties().minimum_len().is_none_or(|least| least == 0) {
            return Err(PatternError::Empty);
        }
        let before = self.nodes.len();
        let built = self.push(Node::Match).and_then(|end| self.compile(&hir, end, before));
        match built {
            Ok(start) => self.starts.push(start),
            Err(_) => self.nodes.truncate(before),
        }
        built.map(|_| ())
    }

    fn push(&mut self, node: Node) -> Result<At, PatternError> {
        let at = At::try_from(self.nodes.len()).map_err(|_| PatternError::Large)?;
        self.nodes.push(node);
        Ok(at)
    }

    fn set(&mut self, class: &ClassUnicode, next: At) -> Result<At, PatternError> {
        let number = self.sets.number(class).ok_or(PatternError::Large)?;
        self.push(Node::Set(number, next))
    }

    /// The node that reads `hir` and goes on at `next`.
    fn compile(&mut self, hir: &Hir, next: At, first: usize) -> Result<At, PatternError> {
        if self.nodes.len() - first > MOST_NODES {
            return Err(PatternError::Large);
        }
        match hir.kind() {
            HirKind::Empty => Ok(next),
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).map_err(|_| PatternError::Bytes)?;
                text.chars().rev().try_fold(next, |next, character| {
                    self.set(&ClassUnicode::new([ClassUnicodeRange::new(character, character)]), next)
                })
            }
            HirKind::Class(Class::Unicode(class)) => self.set(class, next),
            HirKind::Class(Class::Bytes(class)) => {
                let class = class.to_unicode_class().ok_or(PatternError::Bytes)?;
                self.set(&class, next)
            }
            HirKind::Look(Look::StartCRLF | Look::EndCRLF) => Err(PatternError::Bytes),
            HirKind::Look(look) => self.push(Node::Look(*look, next)),
            HirKind::Capture(capture) => self.compile(&capture.sub, next, first),
            HirKind::Concat(parts) => parts.iter().rev().try_fold(next, |next, part| self.compile(part, next, first)),
            HirKind::Alternation(ways) => {
                let ways = ways.iter().map(|way| self.compile(way, next, first)).collect::<Result<_, _>>()?;
                self.push(Node::Any(ways))
            }
            HirKind::Repetition(repetition) => self.repeat(repetition, next, first),
        }
    }

    fn repeat(&mut self, repetition: &Repetition, next: At, first: usize) -> Result<At, PatternError> {
        let Repetition { min, max, ref sub, .. } = *repetition;
        if max.unwrap_or(min) > MOST_COUNTED && is_broad(sub) {
            return Err(PatternError::Large);
        }
        let mut after = match max {
            Some(max) => (min..max).try_fold(next, |after, _| {
                let once = self.compile(sub, after, first)?;
                self.push(Node::Any(vec![once, next]))
            })?,
            None => {
                let again = self.push(Node::Any(vec![next]))?;
                let once = self.compile(sub, again, first)?;
                if let Node::Any(ways) = &mut self.nodes[again as usize] {
                    ways.push(once);
                }
                again
            }
        };
        for _ in 0..min {
            after = self.compile(sub, after, first)?;
        }
        Ok(after)
    }
}

fn is_broad(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) | HirKind::Class(Class::Bytes(_)) => false,
        HirKind::Class(Class::Unicode(class)) => class.ranges().iter().map(|range| range.len()).sum::<usize>() > BROAD,
        HirKind::Repetition(repetition) => is_broad(&repetition.sub),
        HirKind::Capture(capture) => is_broad(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(is_broad),
    }
}
