//! One running draft: its text, its blocks of the cache, and what the model has yet to read.
//!
//! A step of the scheduler asks each sequence what it wants read ([`Sequence::plan`]), runs all of it in
//! one forward, and gives each its logits ([`Sequence::read`]). A sequence never waits for another.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use crate::compute::attention::POSITIONS;
use crate::draft::{DraftEvent, DraftOutput, Priority};
use crate::error::DraftError;
use crate::kv::{Cache, Table};
use crate::lookup::{Lookup, Siblings};
use crate::scheduler::Job;
use crate::text::{Progress, Text};
use crate::token_env::TokenEnvironment;

/// Unread tokens up to which a draft goes on writing: more of them, after a pause, are read like a prompt, piece by piece.
const AT_ONCE: usize = 64;

/// A draft that is being written.
#[derive(Debug)]
pub(crate) struct Sequence {
    text: Text,
    /// The prompt and what has been written.
    tokens: Vec<u32>,
    /// How many of them the cache holds.
    held: usize,
    table: Table,
    lookup: Lookup,
    /// Guesses that are being read behind the tokens.
    guesses: Vec<u32>,
    reused: usize,
    guessed: usize,
    began: Instant,
    prompt_read: Option<Instant>,
}

/// What one step reads of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Of the sequence's tokens.
    pub range: Range<usize>,
    /// Positions at the end whose logits are wanted.
    pub wanted: usize,
}

impl Sequence {
    /// Begins a draft: what the grammar forces first is read with the prompt.
    pub(crate) fn new(job: Arc<Job>, environment: Arc<TokenEnvironment>, now: Instant) -> Result<Self, DraftError> {
        let lookup = Lookup::new(&job.prompt);
        let mut tokens = job.prompt.clone();
        let mut text = Text::new(job, environment);
        text.begin()?;
        tokens.extend_from_slice(text.tokens());
        Ok(Self {
            text,
            tokens,
            held: 0,
            table: Table::default(),
            lookup,
            guesses: Vec::new(),
            reused: 0,
            guessed: 0,
            began: now,
            prompt_read: None,
        })
    }

    pub(crate) fn job(&self) -> &Job {
        self.text.job()
    }

    pub(crate) fn priority(&self) -> Priority {
        self.job().request.priority
    }

    /// Blocks that the whole draft may need.
    pub(crate) fn most_blocks(&self) -> usize {
        (self.job().prompt.len() + self.job().request.max_tokens).div_ceil(POSITIONS)
    }

    /// Blocks that it may still need beside those it has.
    pub(crate) fn blocks_to_come(&self) -> usize {
        self.most_blocks().saturating_sub(self.table.blocks().len())
    }

    /// Whether a step writes a token: the prompt has been read, and so has nearly all that was written.
    pub(crate) fn is_writing(&self) -> bool {
        self.prompt_read.is_some() && self.tokens.len() - self.held <= AT_ONCE
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// Takes over what earlier prompts have in common with this one, as far as it is not read yet.
    pub(crate) fn adopt(&mut self, cache: &mut Cache) {
        if !self.is_writing() && self.held == self.table.capacity() {
            let before = self.held;
            self.held = cache.adopt(&mut self.table, &self.tokens);
            self.reused += self.held - before;
        }
    }

    /// Whether the next tokens to be read are the same as another's that are just being read.
    pub(crate) fn waits_for(&self, other: &Self) -> bool {
        let next = self.tokens.get(..(self.held + POSITIONS).min(self.tokens.len().saturating_sub(1)));
        !self.is_writing() && next.is_some_and(|next| next.len() > self.held && other.tokens.starts_with(next))
    }

    /// What it wants read, at most `most` tokens and `guesses` guesses; `None` when there is no room.
    pub(crate) fn plan(&mut self, most: usize, guesses: usize, siblings: &Siblings, cache: &mut Cache) -> Option<Plan> {
        let unread = self.tokens.len() - self.held;
        let count = unread.min(most);
        let whole = count == unread;
        self.guesses.clear();
        if whole && self.is_writing() {
            let left = self.job().request.max_tokens - self.text.tokens().len();
            self.guesses = self.lookup.guess(&self.tokens, guesses.min(left.saturating_sub(1)), siblings);
        }
        if count == 0 || !cache.reserve(&mut self.table, self.held + count + self.guesses.len()) {
            self.guesses.clear();
            return None;
        }
        let end = self.held + count + self.guesses.len();
        Some(Plan { range: self.held..end, wanted: if whole { 1 + self.guesses.len() } else { 0 } })
    }

    /// The tokens of a plan.
    pub(crate) fn planned(&self, plan: &Plan) -> Vec<u32> {
        let known = plan.range.start..plan.range.end.min(self.tokens.len());
        let mut tokens = self.tokens[known].to_vec();
        tokens.extend_from_slice(&self.guesses);
        tokens
    }

    /// Whether a step that reads all tokens will ask the grammar; it can then be asked beforehand.
    pub(crate) fn prepare(&mut self) {
        self.text.prepare();
    }

    /// Takes the logits of a plan, `[wanted, vocab]`: writes one token, and more where guesses came true.
    pub(crate) fn read(
        &mut self,
        plan: &Plan,
        logits: &[f32],
        vocab: usize,
        cache: &mut Cache,
        now: Instant,
    ) -> Result<Progress, DraftError> {
        self.held = plan.range.end - self.guesses.len();
        if self.held <= self.job().prompt.len() {
            cache.remember(&self.table, &self.tokens[..self.held]);
        }
        if plan.wanted == 0 {
            return Ok(Progress::Going);
        }
        if self.prompt_read.is_none() {
            cache.remember(&self.table, &self.job().prompt);
            self.prompt_read = Some(now);
        }
        let guesses = std::mem::take(&mut self.guesses);
        let mut came_true = 0;
        let mut progress = Progress::Going;
        // The row behind the tokens, and those behind each guess that came true: several at once where the grammar
        // forced what was guessed.
        while let Some(logits) = logits.chunks_exact(vocab).nth(came_true) {
            let before = self.tokens.len();
            let standing;
            (progress, standing) = self.text.take(logits)?;
            let standing = self.job().prompt.len() + standing;
            self.tokens.truncate(standing);
            self.tokens.extend_from_slice(&self.text.tokens()[standing - self.job().prompt.len()..]);
            if standing < before {
                self.held = self.held.min(standing);
                break;
            }
            let new = &self.tokens[standing..];
            let right = new.iter().zip(&guesses[came_true..]).take_while(|(a, b)| a == b).count();
            // What was read as a guess and is right is held; what comes after it is not.
            self.held += right;
            came_true += right;
            if progress == Progress::Complete || right < new.len() {
                break;
            }
        }
        self.guessed += came_true;
        self.lookup.learn(guesses.len(), came_true);
        Ok(progress)
    }

    /// Gives the blocks back; what was written stays, and can be read again.
    pub(crate) fn pause(&mut self, cache: &mut Cache) {
        cache.release(std::mem::take(&mut self.table));
        self.held = 0;
        self.guesses.clear();
    }

    /// The finished draft.
    pub(crate) fn finish(&mut self, siblings: &mut Siblings, now: Instant) -> DraftOutput {
        siblings.add(self.text.tokens());
        let read = self.prompt_read.unwrap_or(now);
        DraftOutput {
            guessed_tokens: self.guessed,
            reused_tokens: self.reused,
            prompt_seconds: read.duration_since(self.began).as_secs_f32(),
            decode_seconds: now.duration_since(read).as_secs_f32(),
            ..self.text.output()
        }
    }

    pub(crate) fn send(&self, event: DraftEvent) {
        self.job().sender.send(event);
    }
}
