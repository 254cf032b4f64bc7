//! The text of one draft: at each token it asks the grammar, the bounds and the sampler.
//!
//! Where they leave nothing, it goes back: each of the last sampled tokens, and each since the text was last
//! *settled* (no bound waits for anything that may not come), can be taken back and another drawn. Text is
//! only given out when it cannot be taken back any more. Every choice is a function of the
//! request and of the model's logits alone, the way back included.
//!
//! It never sees the model's cache: `crate::sequence` feeds it logits and keeps the cache in step with
//! [`Text::tokens`].

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use toktrie::SimpleVob;

use crate::bounds::{BoundSet, CompiledBounds};
use crate::constraint::Constraint;
use crate::draft::{DraftEvent, DraftOutput};
use crate::error::DraftError;
use crate::random;
use crate::sampler;
use crate::scheduler::Job;
use crate::token_env::TokenEnvironment;

/// Sampled tokens that can be taken back: far enough to leave a dead end that grammar and bounds make together, near
/// enough that a reader hardly waits. Each keeps its logits.
const WAY_BACK: usize = 8;
/// Tokens taken back in one draft before it counts as stuck.
const MOST_RETURNS: usize = 512;

/// Draws at one place that led nowhere, after which all tokens that do are looked for at once.
const MOST_DEAD: usize = 4;

/// Whether more is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    Going,
    Complete,
}

/// A place where a token is chosen, with all that is needed to come back to it.
struct Step {
    logits: Arc<[f32]>,
    before: Mark,
    allowed: Option<SimpleVob>,
    banned: HashSet<u32>,
    chosen: u32,
}

/// How far a draft has come.
#[derive(Clone)]
struct Mark {
    tokens: usize,
    bytes: usize,
    taken: usize,
    forced: usize,
    sampled: usize,
    log_probability: f64,
    bounds: Option<BoundSet>,
}

/// The draft being written.
pub(crate) struct Text {
    job: Arc<Job>,
    environment: Arc<TokenEnvironment>,
    constraint: Constraint,
    tokens: Vec<u32>,
    bytes: Vec<u8>,
    given_out: usize,
    mark: Mark,
    /// The choices that can be taken back, oldest first.
    steps: VecDeque<Step>,
    /// Bytes up to which the text was settled last.
    settled: usize,
    returns: usize,
    /// What may come next, if it has been asked already.
    prepared: Option<Result<SimpleVob, String>>,
}

impl std::fmt::Debug for Text {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the text itself.
        formatter.debug_struct("Text").field("tokens", &self.tokens.len()).finish_non_exhaustive()
    }
}

impl Text {
    pub(crate) fn new(job: Arc<Job>, environment: Arc<TokenEnvironment>) -> Self {
        Self {
            environment,
            constraint: job.request.grammar.begin(),
            tokens: Vec::new(),
            bytes: Vec::new(),
            given_out: 0,
            mark: Mark {
                tokens: 0,
                bytes: 0,
                taken: 0,
                forced: 0,
                sampled: 0,
                log_probability: 0.0,
                bounds: job.request.bounds.as_ref().map(CompiledBounds::begin),
            },
            steps: VecDeque::new(),
            settled: 0,
            returns: 0,
            prepared: None,
            job,
        }
    }

    pub(crate) fn job(&self) -> &Job {
        &self.job
    }

    /// What has been written, forced tokens included.
    pub(crate) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    fn stuck(&self) -> DraftError {
        DraftError::Stuck { tokens: self.tokens.len() }
    }

    /// Takes what the grammar forces at the very start.
    pub(crate) fn begin(&mut self) -> Result<Progress, DraftError> {
        let Some(progress) = self.take_forced(None)? else {
            return Err(self.stuck());
        };
        self.give_out();
        self.check_length(progress)
    }

    /// Tokens that may still be written.
    fn left(&self) -> usize {
        self.job.request.max_tokens.saturating_sub(self.tokens.len())
    }

    /// What grammar and bounds both allow; dead ends of the bounds may be among it, and are seen when they are drawn.
    fn allowed(&mut self) -> Result<SimpleVob, String> {
        let mut allowed = self.constraint.allowed()?;
        if let Some(bounds) = &self.mark.bounds {
            bounds.mask_refused(&mut allowed, self.left());
        }
        Ok(allowed)
    }

    /// Asks grammar and bounds what may come next. It can be done while the model computes.
    pub(crate) fn prepare(&mut self) {
        if self.prepared.is_none() {
            self.prepared = Some(self.allowed());
        }
    }

    /// Chooses the next token from the logits that follow [`Text::tokens`], and takes what it forces. Gives,
    /// too, how many of the tokens before still stand: fewer where there was only a way back.
    pub(crate) fn take(&mut self, logits: &[f32]) -> Result<(Progress, usize), DraftError> {
        if logits.iter().any(|logit| logit.is_nan()) {
            return Err(DraftError::Model("its logits are not numbers; the weights may be damaged".into()));
        }
        let mut step =
            Step { logits: logits.into(), before: self.mark.clone(), allowed: None, banned: HashSet::new(), chosen: 0 };
        let progress = loop {
            match self.advance(&mut step)? {
                Some(progress) => break progress,
                None => step = self.go_back()?,
            }
        };
        let standing = step.before.tokens;
        if progress == Progress::Going {
            self.steps.push_back(step);
            self.give_out();
        }
        Ok((self.check_length(progress)?, standing))
    }

    /// Chooses a token and takes what it forces. `None`: nothing is left to choose here.
    fn advance(&mut self, step: &mut Step) -> Result<Option<Progress>, DraftError> {
        let allowed = match (step.allowed.take(), self.prepared.take()) {
            (Some(allowed), _) => allowed,
            (None, prepared) => match prepared.unwrap_or_else(|| self.allowed()) {
                Ok(allowed) => allowed,
                // A grammar that allows nothing is a dead end too.
                Err(error) if self.steps.is_empty() => return Err(DraftError::Grammar(error)),
                Err(_) => return Ok(None),
            },
        };
        let mut allowed = allowed;
        let found = self.choose(step, &mut allowed);
        step.allowed = Some(allowed);
        found
    }

    fn choose(&mut self, step: &mut Step, allowed: &mut SimpleVob) -> Result<Option<Progress>, DraftError> {
        let (job, logits) = (Arc::clone(&self.job), Arc::clone(&step.logits));
        let request = &job.request;
        let penalised = sampler::penalised(&logits, &self.tokens, request.sampling.repetition_penalty);
        let mut dead = 0;
        loop {
            let attempt = step.banned.len() as u64;
            let uniform = random::uniform(request.seed, request.stream, self.tokens.len() as u64, attempt);
            let Some(token) = sampler::draw(&penalised, allowed, &step.banned, &request.sampling, uniform) else {
                return Ok(None);
            };
            step.chosen = token;
            let log_probability = sampler::log_probability(&logits, token);
            if self.environment.ends().contains(&token) {
                self.mark.log_probability += log_probability;
                self.mark.sampled += 1;
                return Ok(Some(Progress::Complete));
            }
            self.constraint.take(&[token]).map_err(DraftError::Grammar)?;
            if let Some(progress) = self.take_forced(Some(token))? {
                self.mark.log_probability += log_probability;
                return Ok(Some(progress));
            }
            self.constraint.return_to(self.mark.taken).map_err(DraftError::Grammar)?;
            step.banned.insert(token);
            dead += 1;
            if dead == MOST_DEAD
                && let Some(bounds) = &self.mark.bounds
            {
                bounds.strike(allowed);
            }
        }
    }

    /// Takes the tokens that the grammar forces now, and with them the sampled one. `None`: what is forced, or the end
    /// that it reaches, breaks a bound, or the bounds can no longer be satisfied with the tokens that are left; nothing
    /// of the text has changed.
    fn take_forced(&mut self, sampled: Option<u32>) -> Result<Option<Progress>, DraftError> {
        let mut forced = self.constraint.forced();
        // A forced end token is the end, not text.
        if let Some(end) = forced.iter().position(|token| self.environment.ends().contains(token)) {
            forced.truncate(end);
        }
        let count = usize::from(sampled.is_some()) + forced.len();
        let mut bounds = self.mark.bounds.clone();
        let new: Vec<u8> =
            sampled.iter().chain(&forced).flat_map(|&token| self.environment.bytes(token)).copied().collect();
        if bounds.as_mut().is_some_and(|bounds| !bounds.take(&new)) {
            return Ok(None);
        }
        if !forced.is_empty() {
            self.constraint.take(&forced).map_err(DraftError::Grammar)?;
        }
        let progress = if self.constraint.is_complete() { Progress::Complete } else { Progress::Going };
        let left = self.left().saturating_sub(count);
        let can_go_on = bounds.as_ref().is_none_or(|bounds| match progress {
            Progress::Complete => bounds.may_end(),
            Progress::Going => bounds.is_possible(left) && bounds.is_alive(),
        });
        if !can_go_on {
            return Ok(None);
        }
        self.mark.sampled += usize::from(sampled.is_some());
        self.mark.forced += forced.len();
        self.tokens.extend(sampled.into_iter().chain(forced));
        self.bytes.extend_from_slice(&new);
        self.mark.bounds = bounds;
        self.mark.tokens = self.tokens.len();
        self.mark.bytes = self.bytes.len();
        self.mark.taken = self.constraint.taken();
        self.prepared = None;
        Ok(Some(progress))
    }

    /// Takes the last step back and bans what it chose.
    fn go_back(&mut self) -> Result<Step, DraftError> {
        let Some(mut step) = self.steps.pop_back() else {
            return Err(self.stuck());
        };
        self.returns += 1;
        if self.returns > MOST_RETURNS {
            return Err(self.stuck());
        }
        self.mark = step.before.clone();
        self.settled = self.settled.min(self.mark.bytes);
        self.constraint.return_to(self.mark.taken).map_err(DraftError::Grammar)?;
        self.tokens.truncate(self.mark.tokens);
        self.bytes.truncate(self.mark.bytes);
        self.prepared = None;
        step.banned.insert(step.chosen);
        Ok(step)
    }

    /// Gives up the oldest ways back, and gives out the text before those that stay.
    fn give_out(&mut self) {
        if self.mark.bounds.as_ref().is_none_or(BoundSet::is_settled) {
            self.settled = self.bytes.len();
        }
        // Without bounds there are no dead ends but the grammar's own, which its masks exclude.
        if self.mark.bounds.is_none() {
            self.steps.clear();
        }
        while self.steps.len() > WAY_BACK && self.steps[1].before.bytes <= self.settled {
            self.steps.pop_front();
        }
        let end = self.steps.front().map_or(self.bytes.len(), |step| step.before.bytes);
        let new = &self.bytes[self.given_out.min(end)..end];
        // The rest of a character may be in the next token.
        let whole = match std::str::from_utf8(new) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Ok(_) | Err(_) => new.len(),
        };
        if whole > 0 {
            self.job.sender.send(DraftEvent::Text(String::from_utf8_lossy(&new[..whole]).into_owned()));
            self.given_out += whole;
        }
    }

    fn check_length(&self, progress: Progress) -> Result<Progress, DraftError> {
        let tokens = self.tokens.len();
        if progress == Progress::Going && tokens >= self.job.request.max_tokens {
            return Err(DraftError::Unfinished { tokens });
        }
        Ok(progress)
    }

    /// The finished draft; the times and counts of its prompt are its sequence's.
    pub(crate) fn output(&mut self) -> DraftOutput {
        let rest = String::from_utf8_lossy(&self.bytes[self.given_out..]).into_owned();
        if !rest.is_empty() {
            self.job.sender.send(DraftEvent::Text(rest));
            self.given_out = self.bytes.len();
        }
        let sampled = self.mark.sampled.max(1);
        DraftOutput {
            text: String::from_utf8_lossy(&self.bytes).into_owned(),
            tokens: self.tokens.len(),
            forced_tokens: self.mark.forced,
            guessed_tokens: 0,
            reused_tokens: 0,
            mean_logprob: (self.mark.log_probability / sampled as f64) as f32,
            prompt_seconds: 0.0,
            decode_seconds: 0.0,
        }
    }
}
