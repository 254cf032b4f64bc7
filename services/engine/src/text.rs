//! The text of one draft: at each token it asks the grammar, the sampler and the forbidden terms.
//!
//! Where they leave nothing, it goes back: each sampled token since the text was last *settled* (no
//! forbidden match open, no once-literal begun) can be taken back and another drawn. Text is only given
//! out when settled, so nothing that was given out is ever taken back. Every choice is a function of the
//! request and of the model's logits alone, the way back included.
//!
//! It never sees the model's cache: `crate::sequence` feeds it logits and keeps the cache in step with
//! [`Text::tokens`].

use std::collections::HashSet;
use std::sync::Arc;

use toktrie::SimpleVob;

use crate::constraint::Constraint;
use crate::draft::{DraftEvent, DraftOutput};
use crate::error::DraftError;
use crate::forbidden;
use crate::random;
use crate::sampler;
use crate::scheduler::Job;
use crate::token_env::TokenEnvironment;

/// Tokens taken back in one draft before it counts as stuck.
const MOST_RETURNS: usize = 512;
/// Draws refused at one place before all that would be refused are struck out together.
const PATIENCE: usize = 16;

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
    guard: forbidden::State,
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
    /// Since the text was last settled.
    steps: Vec<Step>,
    returns: usize,
    /// The grammar's answer for the next token, if it has been asked already.
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
                guard: job.request.forbidden.start(),
            },
            steps: Vec::new(),
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
        let guard = self.mark.guard.clone();
        match self.take_forced(guard)? {
            None => Err(self.stuck()),
            Some((forced, guard)) => {
                let progress = self.commit(None, forced, guard);
                self.give_out();
                self.check_length(progress)
            }
        }
    }

    /// Asks the grammar what may come next. It can be done while the model computes.
    pub(crate) fn prepare(&mut self) {
        if self.prepared.is_none() {
            self.prepared = Some(self.constraint.allowed());
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
            self.steps.push(step);
            self.give_out();
        }
        Ok((self.check_length(progress)?, standing))
    }

    /// Chooses a token and takes what it forces. `None`: nothing is left to choose here.
    fn advance(&mut self, step: &mut Step) -> Result<Option<Progress>, DraftError> {
        let allowed = match (step.allowed.take(), self.prepared.take()) {
            (Some(allowed), _) => allowed,
            (None, prepared) => match prepared.unwrap_or_else(|| self.constraint.allowed()) {
                Ok(allowed) => allowed,
                // A grammar that allows nothing is a dead end too.
                Err(error) if self.steps.is_empty() => return Err(DraftError::Grammar(error)),
                Err(_) => return Ok(None),
            },
        };
        let found = self.choose(step, &allowed);
        step.allowed = Some(allowed);
        found
    }

    fn choose(&mut self, step: &mut Step, allowed: &SimpleVob) -> Result<Option<Progress>, DraftError> {
        let (job, logits) = (Arc::clone(&self.job), Arc::clone(&step.logits));
        let request = &job.request;
        let forbidden = &request.forbidden;
        let penalised = sampler::penalised(&logits, &self.tokens, request.sampling.repetition_penalty);
        let mut refused = 0;
        loop {
            let attempt = step.banned.len() as u64;
            let uniform = random::uniform(request.seed, request.stream, self.tokens.len() as u64, attempt);
            let Some(token) = sampler::draw(&penalised, allowed, &step.banned, &request.sampling, uniform) else {
                return Ok(None);
            };
            step.chosen = token;
            if self.environment.ends().contains(&token) {
                if forbidden.may_end(&self.mark.guard) {
                    self.mark.log_probability += sampler::log_probability(&step.logits, token);
                    self.mark.sampled += 1;
                    return Ok(Some(Progress::Complete));
                }
                step.banned.insert(token);
                continue;
            }
            let mut guard = self.mark.guard.clone();
            if !forbidden.push(&mut guard, self.environment.bytes(token)) {
                step.banned.insert(token);
                refused += 1;
                if refused == PATIENCE {
                    self.ban_all_forbidden(step, allowed);
                }
                continue;
            }
            self.constraint.take(&[token]).map_err(DraftError::Grammar)?;
            match self.take_forced(guard)? {
                None => {
                    self.constraint.return_to(self.mark.taken).map_err(DraftError::Grammar)?;
                    step.banned.insert(token);
                }
                Some((forced, guard)) => {
                    self.mark.log_probability += sampler::log_probability(&step.logits, token);
                    return Ok(Some(self.commit(Some(token), forced, guard)));
                }
            }
        }
    }

    /// Strikes out every token that would break a rule at once.
    fn ban_all_forbidden(&self, step: &mut Step, allowed: &SimpleVob) {
        let forbidden = &self.job.request.forbidden;
        allowed.iter_set_entries(|index| {
            let token = index as u32;
            let mut guard = self.mark.guard.clone();
            if !forbidden.push(&mut guard, self.environment.bytes(token)) {
                step.banned.insert(token);
            }
        });
    }

    /// Takes the tokens that the grammar forces now. `None`: they, or the end that they reach, break a
    /// rule.
    fn take_forced(&mut self, mut guard: forbidden::State) -> Result<Option<(Vec<u32>, forbidden::State)>, DraftError> {
        let forbidden = &self.job.request.forbidden;
        let mut forced = self.constraint.forced();
        // A forced end token is the end, not text.
        if let Some(end) = forced.iter().position(|token| self.environment.ends().contains(token)) {
            forced.truncate(end);
        }
        for &token in &forced {
            if !forbidden.push(&mut guard, self.environment.bytes(token)) {
                return Ok(None);
            }
        }
        if !forced.is_empty() {
            self.constraint.take(&forced).map_err(DraftError::Grammar)?;
        }
        if self.constraint.is_complete() && !forbidden.may_end(&guard) {
            return Ok(None);
        }
        Ok(Some((forced, guard)))
    }

    /// Makes a sampled token and what it forced part of the text.
    fn commit(&mut self, sampled: Option<u32>, forced: Vec<u32>, guard: forbidden::State) -> Progress {
        self.mark.sampled += usize::from(sampled.is_some());
        self.mark.forced += forced.len();
        for token in sampled.into_iter().chain(forced) {
            self.bytes.extend_from_slice(self.environment.bytes(token));
            self.tokens.push(token);
        }
        self.mark.guard = guard;
        self.mark.tokens = self.tokens.len();
        self.mark.bytes = self.bytes.len();
        self.mark.taken = self.constraint.taken();
        self.prepared = None;
        if self.constraint.is_complete() { Progress::Complete } else { Progress::Going }
    }

    /// Takes the last step back and bans what it chose.
    fn go_back(&mut self) -> Result<Step, DraftError> {
        let Some(mut step) = self.steps.pop() else {
            return Err(self.stuck());
        };
        self.returns += 1;
        if self.returns > MOST_RETURNS {
            return Err(self.stuck());
        }
        self.mark = step.before.clone();
        self.constraint.return_to(self.mark.taken).map_err(DraftError::Grammar)?;
        self.tokens.truncate(self.mark.tokens);
        self.bytes.truncate(self.mark.bytes);
        self.prepared = None;
        step.banned.insert(step.chosen);
        Ok(step)
    }

    /// Gives out the text up to here if it is settled. From then on there is no way back behind it.
    fn give_out(&mut self) {
        if !self.job.request.forbidden.is_settled(&self.mark.guard) {
            return;
        }
        let new = &self.bytes[self.given_out..];
        let whole = match std::str::from_utf8(new) {
            Ok(_) => new.len(),
            // The rest of a character is in the next token.
            Err(error) if error.error_len().is_none() => return,
            Err(_) => new.len(),
        };
        if whole > 0 {
            self.job.sender.send(DraftEvent::Text(String::from_utf8_lossy(new).into_owned()));
            self.given_out = self.bytes.len();
        }
        self.steps.clear();
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
