//! Writes one draft: reads the prompt, then token by token asks the grammar, the model, the sampler and
//! the forbidden terms.
//!
//! Where they leave nothing, it goes back: each sampled token since the text was last *settled* (no
//! forbidden match open, no once-literal begun) can be taken back and another drawn. Text is only given
//! out when settled, so nothing that was given out is ever taken back. Every choice is a function of the
//! request alone, the way back included.
//!
//! The prompt is read in chunks that begin at multiples of [`CHUNK`], always; so a position is computed
//! in the same product whether its prefix was just read or kept from the draft before, and the numbers
//! are the same to the bit.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use toktrie::SimpleVob;

use crate::cache::KvCache;
use crate::constraint::Constraint;
use crate::draft::{DraftEvent, DraftOutput};
use crate::error::DraftError;
use crate::forbidden;
use crate::model::Llama;
use crate::random;
use crate::sampler;
use crate::scheduler::Job;
use crate::token_env::TokenEnvironment;

/// Positions of the prompt that are read at once.
pub(crate) const CHUNK: usize = 32;
/// Tokens taken back in one draft before it counts as stuck.
const MOST_RETURNS: usize = 512;
/// Draws refused at one place before all that would be refused are struck out together.
const PATIENCE: usize = 16;

/// The model with the cache of what it read last. One thread owns it.
#[derive(Debug)]
pub(crate) struct Runner {
    model: Llama,
    environment: Arc<TokenEnvironment>,
    cache: KvCache,
    /// The prompt tokens that the cache holds from position 0 on.
    read: Vec<u32>,
}

impl Runner {
    pub(crate) fn new(model: Llama, environment: Arc<TokenEnvironment>) -> candle_core::Result<Self> {
        let cache = model.new_cache()?;
        Ok(Self { model, environment, cache, read: Vec::new() })
    }

    /// One forward of each shape that drafts use, so that candle packs its weights now.
    pub(crate) fn warm_up(&mut self) -> candle_core::Result<()> {
        let chunk = vec![0; CHUNK.min(self.model.positions())];
        for tokens in [&chunk[..], &chunk[..1]] {
            self.forget();
            let states = self.model.forward(tokens, &mut self.cache)?;
            self.model.logits(&states)?;
        }
        self.forget();
        Ok(())
    }

    /// Empties the cache.
    pub(crate) fn forget(&mut self) {
        self.cache.truncate(0);
        self.read.clear();
    }

    /// Writes one draft. `stopped` says that the engine wants to end.
    pub(crate) fn run(&mut self, job: &Job, stopped: &dyn Fn() -> bool) -> Result<DraftOutput, DraftError> {
        let goes_on = || {
            if stopped() {
                Err(DraftError::Stopped)
            } else if job.sender.is_cancelled() {
                Err(DraftError::Cancelled)
            } else {
                Ok(())
            }
        };
        job.sender.send(DraftEvent::Started { prompt_tokens: job.prompt.len() });
        let began = Instant::now();
        let logits = self.read_prompt(&job.prompt, &goes_on)?;
        let prompt_seconds = began.elapsed().as_secs_f32();
        let began = Instant::now();
        let environment = Arc::clone(&self.environment);
        let mut text = Text::new(job, &environment);
        let result = self.write(&mut text, logits, &goes_on);
        // What was written was computed one token at a time: not to be read as someone's prompt.
        self.cache.truncate(self.read.len());
        result?;
        Ok(text.output(prompt_seconds, began.elapsed().as_secs_f32()))
    }

    /// Reads the prompt, but for what the cache already holds, and gives the logits after it.
    pub(crate) fn read_prompt(
        &mut self,
        prompt: &[u32],
        goes_on: &dyn Fn() -> Result<(), DraftError>,
    ) -> Result<Vec<f32>, DraftError> {
        let common = prompt.iter().zip(&self.read).take_while(|(a, b)| a == b).count();
        // At least one token is read anew, for its logits; and only whole chunks are kept.
        let kept = common.min(prompt.len().saturating_sub(1)) / CHUNK * CHUNK;
        self.cache.truncate(kept);
        self.read.truncate(kept);
        let mut states = None;
        for chunk in prompt[kept..].chunks(CHUNK) {
            goes_on()?;
            states = Some(self.forward(chunk)?);
            self.read.extend_from_slice(chunk);
        }
        let states = states.ok_or_else(|| DraftError::Model("the prompt is empty".into()))?;
        self.logits(&states)
    }

    fn forward(&mut self, tokens: &[u32]) -> Result<candle_core::Tensor, DraftError> {
        self.model.forward(tokens, &mut self.cache).map_err(|error| DraftError::Model(error.to_string()))
    }

    fn logits(&self, states: &candle_core::Tensor) -> Result<Vec<f32>, DraftError> {
        let logits = self.model.logits(states).map_err(|error| DraftError::Model(error.to_string()))?;
        if logits.iter().any(|logit| logit.is_nan()) {
            return Err(DraftError::Model("its logits are not numbers; the weights may be damaged".into()));
        }
        Ok(logits)
    }

    fn write(
        &mut self,
        text: &mut Text<'_>,
        mut logits: Vec<f32>,
        goes_on: &dyn Fn() -> Result<(), DraftError>,
    ) -> Result<(), DraftError> {
        match text.begin()? {
            Advance::Complete => return Ok(()),
            Advance::Read(tokens) if tokens.is_empty() => {}
            Advance::Read(tokens) => {
                text.check_length(self.model.positions())?;
                let states = self.forward(&tokens)?;
                logits = self.logits(&states)?;
            }
        }
        text.give_out();
        loop {
            goes_on()?;
            let mut step = text.step(logits, self.cache.len());
            let advance = loop {
                match text.advance(&mut step)? {
                    Some(advance) => break advance,
                    None => {
                        step = text.go_back()?;
                        self.cache.truncate(step.cache_length);
                    }
                }
            };
            let Advance::Read(tokens) = advance else {
                return Ok(());
            };
            text.steps.push(step);
            text.give_out();
            text.check_length(self.model.positions())?;
            let states = self.forward(&tokens)?;
            logits = self.logits(&states)?;
        }
    }
}

/// What a step led to.
enum Advance {
    /// These tokens are new and the model has not read them.
    Read(Vec<u32>),
    /// The draft is whole.
    Complete,
}

/// A place where a token is chosen, with all that is needed to come back to it.
struct Step {
    logits: Vec<f32>,
    cache_length: usize,
    before: Progress,
    allowed: Option<SimpleVob>,
    banned: HashSet<u32>,
    chosen: u32,
}

/// How far a draft has come.
#[derive(Clone)]
struct Progress {
    tokens: usize,
    bytes: usize,
    taken: usize,
    forced: usize,
    sampled: usize,
    log_probability: f64,
    guard: forbidden::State,
}

/// The draft being written.
struct Text<'a> {
    job: &'a Job,
    environment: &'a TokenEnvironment,
    constraint: Constraint,
    tokens: Vec<u32>,
    bytes: Vec<u8>,
    given_out: usize,
    progress: Progress,
    /// Since the text was last settled.
    steps: Vec<Step>,
    returns: usize,
}

impl<'a> Text<'a> {
    fn new(job: &'a Job, environment: &'a TokenEnvironment) -> Self {
        Self {
            job,
            environment,
            constraint: job.request.grammar.begin(),
            tokens: Vec::new(),
            bytes: Vec::new(),
            given_out: 0,
            progress: Progress {
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
        }
    }

    fn stuck(&self) -> DraftError {
        DraftError::Stuck { tokens: self.tokens.len() }
    }

    /// Takes what the grammar forces at the very start.
    fn begin(&mut self) -> Result<Advance, DraftError> {
        let guard = self.progress.guard.clone();
        match self.take_forced(guard)? {
            None => Err(self.stuck()),
            Some((forced, guard)) => Ok(self.commit(None, forced, guard)),
        }
    }

    fn step(&self, logits: Vec<f32>, cache_length: usize) -> Step {
        Step { logits, cache_length, before: self.progress.clone(), allowed: None, banned: HashSet::new(), chosen: 0 }
    }

    /// Chooses a token and takes what it forces. `None`: nothing is left to choose here.
    fn advance(&mut self, step: &mut Step) -> Result<Option<Advance>, DraftError> {
        let allowed = match step.allowed.take() {
            Some(allowed) => allowed,
            // A grammar that allows nothing is a dead end too.
            None => match self.constraint.allowed() {
                Ok(allowed) => allowed,
                Err(error) if self.steps.is_empty() => return Err(DraftError::Grammar(error)),
                Err(_) => return Ok(None),
            },
        };
        let found = self.choose(step, &allowed);
        step.allowed = Some(allowed);
        found
    }

    fn choose(&mut self, step: &mut Step, allowed: &SimpleVob) -> Result<Option<Advance>, DraftError> {
        let request = &self.job.request;
        let forbidden = &request.forbidden;
        let mut penalised = step.logits.clone();
        sampler::penalise(&mut penalised, &self.tokens, request.sampling.repetition_penalty);
        let mut refused = 0;
        loop {
            let attempt = step.banned.len() as u64;
            let uniform = random::uniform(request.seed, request.stream, self.tokens.len() as u64, attempt);
            let Some(token) = sampler::draw(&penalised, allowed, &step.banned, &request.sampling, uniform) else {
                return Ok(None);
            };
            step.chosen = token;
            if self.environment.ends().contains(&token) {
                if forbidden.may_end(&self.progress.guard) {
                    self.progress.log_probability += sampler::log_probability(&step.logits, token);
                    self.progress.sampled += 1;
                    return Ok(Some(Advance::Complete));
                }
                step.banned.insert(token);
                continue;
            }
            let mut guard = self.progress.guard.clone();
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
                    self.constraint.return_to(self.progress.taken).map_err(DraftError::Grammar)?;
                    step.banned.insert(token);
                }
                Some((forced, guard)) => {
                    self.progress.log_probability += sampler::log_probability(&step.logits, token);
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
            let mut guard = self.progress.guard.clone();
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
    fn commit(&mut self, sampled: Option<u32>, forced: Vec<u32>, guard: forbidden::State) -> Advance {
        let mut new: Vec<u32> = sampled.into_iter().collect();
        self.progress.sampled += new.len();
        self.progress.forced += forced.len();
        new.extend(forced);
        for &token in &new {
            self.bytes.extend_from_slice(self.environment.bytes(token));
        }
        self.tokens.extend_from_slice(&new);
        self.progress.guard = guard;
        self.progress.tokens = self.tokens.len();
        self.progress.bytes = self.bytes.len();
        self.progress.taken = self.constraint.taken();
        if self.constraint.is_complete() { Advance::Complete } else { Advance::Read(new) }
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
        self.progress = step.before.clone();
        self.constraint.return_to(self.progress.taken).map_err(DraftError::Grammar)?;
        self.tokens.truncate(self.progress.tokens);
        self.bytes.truncate(self.progress.bytes);
        step.banned.insert(step.chosen);
        Ok(step)
    }

    /// Gives out the text up to here if it is settled. From then on there is no way back behind it.
    fn give_out(&mut self) {
        if !self.job.request.forbidden.is_settled(&self.progress.guard) {
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

    fn check_length(&self, positions: usize) -> Result<(), DraftError> {
        let tokens = self.tokens.len();
        if tokens >= self.job.request.max_tokens || self.job.prompt.len() + tokens > positions {
            return Err(DraftError::Unfinished { tokens });
        }
        Ok(())
    }

    fn output(mut self, prompt_seconds: f32, decode_seconds: f32) -> DraftOutput {
        let rest = String::from_utf8_lossy(&self.bytes[self.given_out..]).into_owned();
        if !rest.is_empty() {
            self.job.sender.send(DraftEvent::Text(rest));
            self.given_out = self.bytes.len();
        }
        let sampled = self.progress.sampled.max(1);
        DraftOutput {
            text: String::from_utf8_lossy(&self.bytes).into_owned(),
            tokens: self.tokens.len(),
            forced_tokens: self.progress.forced,
            mean_logprob: (self.progress.log_probability / sampled as f64) as f32,
            prompt_seconds,
            decode_seconds,
        }
    }
}

#[cfg(test)]
mod tests;
