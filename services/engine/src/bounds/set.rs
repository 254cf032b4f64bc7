//! Several bounds in one draft.
//!
//! A mask is the intersection of each bound's own, which are kept by its state, less the tokens that lead into a dead
//! end. Only tokens after which some bound waits for something can do that, and these are few; which of them do is kept
//! by the states of all bounds.

use std::sync::{Arc, PoisonError};

use toktrie::SimpleVob;

use super::State;
use super::compiled::Compiled;
use super::masks::Mask;
use super::token_list::TokenList;

/// Answers about dead ends that are kept; most are empty lists.
const MOST_STRUCK: usize = 4096;
/// With more tokens left than an end needs bytes and these, no token can cost that end: one that needs more bytes anew
/// than this would have to open a slot.
const SPARE_TOKENS: usize = 32;
/// Where an end is not certain, tokens are held against the longest of the vocabulary only with so few left.
const FEW_TOKENS: usize = 4;
/// An end seldom needs so many times more bytes than are certainly needed: with still more tokens left nobody looks.
const MOST_A_BYTE: usize = 8;

/// The state of several bounds in one draft. A clone is a fork.
#[derive(Debug, Clone)]
pub struct BoundSet {
    compiled: Arc<Compiled>,
    states: Box<[State]>,
}

/// A state to come back to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Snapshot(Box<[State]>);

/// Whether the bounds can be satisfied with the tokens that are left; what the grammar wants is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// Byte by byte, in the worst case: there is a text that ends, with no more bytes than tokens.
    Certain,
    /// Tokens of several bytes may do it.
    Possible,
    /// Not with the longest tokens of the vocabulary.
    Impossible,
}

impl BoundSet {
    pub(super) fn new(compiled: Arc<Compiled>) -> Self {
        let states = compiled.masks.iter().map(|masks| masks.bound().start()).collect();
        Self { compiled, states }
    }

    pub(super) fn can_finish(&self) -> bool {
        self.compiled.joint.finish(&self.states).is_some()
    }

    /// Takes from `into` every token that may not come: those that a bound refuses, those after which no text satisfies
    /// the bounds, control tokens, and the end tokens unless the text may end here. `tokens_left` counts the tokens that
    /// may still be written, the next one included and the end token not.
    ///
    /// As long as an end is certain with the tokens that are left ([`finish`](Self::finish)), it stays certain, unless a
    /// token opens a slot that needs more.
    ///
    /// # Panics
    /// When `into` is not of the vocabulary's size.
    pub fn mask(&self, into: &mut SimpleVob, tokens_left: usize) {
        self.mask_refused(into, tokens_left);
        self.strike(into);
    }

    /// As [`mask`](Self::mask), but tokens after which no text satisfies the bounds may be left in: to find them all takes a
    /// search for each token after which a bound waits for something, to see one ([`is_alive`](Self::is_alive)) takes one.
    ///
    /// # Panics
    /// When `into` is not of the vocabulary's size.
    pub fn mask_refused(&self, into: &mut SimpleVob, tokens_left: usize) {
        let compiled = &*self.compiled;
        self.mask_text(into);
        if self.states.is_empty() {
            if tokens_left == 0 {
                into.sub(&compiled.vocabulary.text);
            }
            return;
        }
        let masks = self.masks();
        masks.iter().for_each(|mask| mask.refused.take_from(into));
        // Where counts contend, dead ends are the rule.
        if compiled.joint.is_contended(&self.states) {
            self.struck(&masks).take_from(into);
        }
        self.mask_late(into, tokens_left);
    }

    /// Takes from `into` the tokens that no bound refuses and after which no text satisfies the bounds.
    ///
    /// # Panics
    /// When `into` is not of the vocabulary's size.
    pub fn strike(&self, into: &mut SimpleVob) {
        if !self.states.is_empty() {
            self.struck(&self.masks()).take_from(into);
        }
    }

    fn masks(&self) -> Vec<Arc<Mask>> {
        self.compiled.masks.iter().zip(&self.states).map(|(masks, &state)| masks.mask(state)).collect()
    }

    fn mask_text(&self, into: &mut SimpleVob) {
        let vocabulary = &self.compiled.vocabulary;
        let ends: Vec<u32> = vocabulary
            .trie
            .eos_tokens()
            .iter()
            .copied()
            .filter(|&end| (end as usize) < vocabulary.size() && into.is_allowed(end))
            .collect();
        into.and(&vocabulary.text);
        if self.may_end() {
            ends.into_iter().for_each(|end| into.allow_token(end));
        }
    }

    /// Tokens that no bound refuses and that lead into a dead end.
    fn struck(&self, masks: &[Arc<Mask>]) -> Arc<TokenList> {
        let compiled = &*self.compiled;
        // Where counts contend, it matters how far each has come.
        let is_contended = compiled.joint.is_contended(&self.states);
        let key: Box<[State]> = if is_contended {
            self.states.clone()
        } else {
            compiled.masks.iter().zip(&self.states).map(|(masks, &state)| masks.key(state)).collect()
        };
        let lock = || compiled.struck.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Arc::clone(known);
        }
        let size = compiled.vocabulary.size();
        let mut waiting = SimpleVob::alloc(size);
        if is_contended {
            waiting.or(&compiled.vocabulary.text);
        }
        masks.iter().for_each(|mask| mask.unsettled.add_to(&mut waiting));
        masks.iter().for_each(|mask| mask.refused.take_from(&mut waiting));
        let dead = self.without(&waiting, |states| compiled.joint.is_alive(states));
        let struck = Arc::new(TokenList::new(dead, size));
        let mut kept = lock();
        if kept.len() >= MOST_STRUCK {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&struck));
        struck
    }

    /// Takes out what would cost an end that is certain now.
    fn mask_late(&self, into: &mut SimpleVob, tokens_left: usize) {
        let compiled = &*self.compiled;
        let Some(left) = tokens_left.checked_sub(1) else {
            return into.sub(&compiled.vocabulary.text);
        };
        let is_late = |bytes| tokens_left <= MOST_A_BYTE * bytes + SPARE_TOKENS;
        if !compiled.joint.least(&self.states).is_some_and(is_late) {
            return;
        }
        let is_certain = |states: &[State]| compiled.joint.finish(states).is_some_and(|bytes| bytes <= left);
        let late = match compiled.joint.finish(&self.states) {
            Some(bytes) if bytes <= tokens_left && tokens_left > bytes + SPARE_TOKENS => return,
            Some(bytes) if bytes <= tokens_left => self.without(into, is_certain),
            // The search found a long way, or none: a short one may begin with one of these tokens.
            _ if tokens_left <= SPARE_TOKENS => {
                let late = self.without(into, is_certain);
                let mut text = into.clone();
                text.and(&compiled.vocabulary.text);
                if late.len() < text.num_set() {
                    late
                } else if left <= FEW_TOKENS {
                    let most = left.saturating_mul(compiled.vocabulary.longest());
                    self.without(into, |states| compiled.joint.least(states).is_some_and(|bytes| bytes <= most))
                } else {
                    return;
                }
            }
            _ => return,
        };
        for token in late {
            into.disallow_token(token);
        }
    }

    /// The text tokens among `tokens` whose states after them are not as wanted.
    fn without(&self, tokens: &SimpleVob, wanted: impl Fn(&[State]) -> bool) -> Vec<u32> {
        let vocabulary = &self.compiled.vocabulary;
        let mut places: Vec<u32> = Vec::new();
        tokens.iter_set_entries(|token| places.push(vocabulary.place[token]));
        places.sort_unstable();
        // In the order of their bytes, tokens share what they begin with: the states of each prefix, and what is refused.
        let width = self.states.len();
        let mut stack: Vec<State> = self.states.to_vec();
        let mut before: &[u8] = &[];
        let mut out = Vec::new();
        for &place in places.iter().take_while(|&&place| place != u32::MAX) {
            let token = vocabulary.order[place as usize];
            let bytes = vocabulary.bytes(token);
            let common = before.iter().zip(bytes).take_while(|(a, b)| a == b).count();
            let mut depth = common.min(stack.len() / width - 1);
            stack.truncate((depth + 1) * width);
            while let Some(&byte) = bytes.get(depth) {
                stack.extend_from_within(depth * width..);
                if !self.compiled.joint.step(&mut stack[(depth + 1) * width..], byte) {
                    stack.truncate((depth + 1) * width);
                    break;
                }
                depth += 1;
            }
            // Where a byte was refused, what the next token shares is only known up to there.
            before = &bytes[..depth];
            if depth < bytes.len() || !wanted(&stack[depth * width..]) {
                out.push(token);
            }
        }
        out
    }

    /// Whether these bytes may come next and an end can be reached after them: what a mask says of one token, found by
    /// stepping through it alone.
    #[must_use]
    pub fn allows(&self, bytes: &[u8]) -> bool {
        let joint = &self.compiled.joint;
        let mut states = self.states.clone();
        bytes.iter().all(|&byte| joint.step(&mut states, byte)) && joint.is_alive(&states)
    }

    /// Takes bytes that come next. `false`: a bound refuses them, and nothing was taken.
    #[must_use]
    pub fn take(&mut self, bytes: &[u8]) -> bool {
        let mut states = self.states.clone();
        let taken = bytes.iter().all(|&byte| self.compiled.joint.step(&mut states, byte));
        if taken {
            self.states = states;
        }
        taken
    }

    /// Whether there is a text after which all bounds are satisfied.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.compiled.joint.is_alive(&self.states)
    }

    /// Whether the bounds may be satisfied with so many more tokens: [`finish`](Self::finish) is not `Impossible`.
    #[must_use]
    pub fn is_possible(&self, tokens_left: usize) -> bool {
        let most = tokens_left.saturating_mul(self.compiled.vocabulary.longest());
        self.compiled.joint.least(&self.states).is_some_and(|bytes| bytes <= most)
    }

    /// Whether the text may end here.
    #[must_use]
    pub fn may_end(&self) -> bool {
        self.compiled.joint.least(&self.states) == Some(0)
    }

    /// Whether no bound waits for anything that may not come: what stands can no longer be condemned by its bounds.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.compiled.joint.is_settled(&self.states)
    }

    /// No end is nearer than so many bytes; `None`: there is none.
    #[must_use]
    pub fn bytes_to_finish(&self) -> Option<usize> {
        self.compiled.joint.least(&self.states)
    }

    /// Whether the bounds can be satisfied with so many more tokens. `Impossible` and `Certain` are exact; between them
    /// it depends on which tokens the vocabulary has.
    #[must_use]
    pub fn finish(&self, tokens_left: usize) -> Finish {
        let joint = &self.compiled.joint;
        if !self.is_possible(tokens_left) {
            return Finish::Impossible;
        }
        let is_certain = joint.least(&self.states).is_some_and(|bytes| bytes <= tokens_left)
            && joint.finish(&self.states).is_some_and(|bytes| bytes <= tokens_left);
        if is_certain { Finish::Certain } else { Finish::Possible }
    }

    /// The state, to come back to it.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.states.clone())
    }

    /// As if nothing had been taken since `snapshot`, which must be of these bounds.
    pub fn restore(&mut self, snapshot: &Snapshot) {
        debug_assert_eq!(self.states.len(), snapshot.0.len(), "a snapshot of other bounds");
        self.states.clone_from(&snapshot.0);
    }
}
