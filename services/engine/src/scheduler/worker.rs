//! The thread that owns the model: admits drafts, plans steps, runs them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use super::queue::{Job, Next, Queue, Texts};
use crate::draft::{DraftEvent, Priority};
use crate::embed::{EmbedError, EmbedProgress};
use crate::engine::EngineOptions;
use crate::error::DraftError;
use crate::kv::Cache;
use crate::lookup::Siblings;
use crate::model::{Model, Span};
use crate::sequence::{Plan, Sequence};
use crate::text::Progress;
use crate::token_env::TokenEnvironment;

/// Interactive drafts that may run beside a full batch.
const EXTRA_INTERACTIVE: usize = 4;
/// Prompt tokens of bulk drafts that a step reads while a person waits.
const POLITE: usize = 32;
/// Steps of drafts for each one of texts, while both wait: texts come last, but they come.
const STEPS_PER_TEXTS: usize = 8;
/// Rows up to which a step costs hardly more for another one: guesses fill the rest.
const FREE_ROWS: usize = 12;

/// The thread's state.
#[derive(Debug)]
pub(crate) struct Worker {
    model: Model,
    environment: Arc<TokenEnvironment>,
    cache: Cache,
    options: EngineOptions,
    /// In the order in which they were admitted.
    running: Vec<Sequence>,
    /// Bulk drafts that made room for a person's; the first goes on first.
    paused: Vec<Sequence>,
    siblings: Siblings,
    /// Texts that are being embedded.
    texts: Option<Texts>,
    /// Steps of drafts since the last one of texts.
    since_texts: usize,
    last_end: Option<Instant>,
}

impl Worker {
    pub(crate) fn new(model: Model, environment: Arc<TokenEnvironment>, options: EngineOptions) -> Self {
        let cache = model.new_cache(options.cache_bytes);
        Self {
            model,
            environment,
            cache,
            options,
            running: Vec::new(),
            paused: Vec::new(),
            siblings: Siblings::default(),
            texts: None,
            since_texts: 0,
            last_end: None,
        }
    }

    /// One small forward, so that a model that cannot be run is found before anybody waits for it.
    pub(crate) fn try_out(&mut self) -> candle_core::Result<()> {
        let mut table = crate::kv::Table::default();
        self.cache.reserve(&mut table, 1);
        let span = Span { tokens: &[0], start: 0, blocks: table.blocks(), wanted: 1 };
        let logits = self.model.forward(&[span], self.cache.pool_mut());
        self.cache.release(table);
        logits.map(drop)
    }

    /// Works until the queue is stopped.
    pub(crate) fn run(mut self, queue: &Queue) {
        while queue.wait(self.is_busy()) == Next::Work {
            self.drop_cancelled();
            self.admit(queue);
            self.embed(queue);
            let ended = catch_unwind(AssertUnwindSafe(|| self.step())).unwrap_or_else(|_| self.fail_running());
            for _ in 0..ended {
                let now = Instant::now();
                let since = self.last_end.replace(now).map_or(std::time::Duration::ZERO, |last| now - last);
                queue.finished_one(since);
            }
            if self.running.is_empty() {
                self.last_end = None;
            }
        }
        for sequence in self.running.iter().chain(&self.paused) {
            sequence.send(DraftEvent::Failed(DraftError::Stopped));
        }
        queue.fail_all();
    }

    fn is_busy(&self) -> bool {
        !self.running.is_empty() || !self.paused.is_empty() || self.texts.is_some()
    }

    /// One step of texts, if no draft is running or it is their turn.
    fn embed(&mut self, queue: &Queue) {
        self.since_texts += 1;
        if !self.running.is_empty() && self.since_texts < STEPS_PER_TEXTS {
            return;
        }
        let Some(mut texts) = self.texts.take().or_else(|| queue.pop_texts()) else { return };
        self.since_texts = 0;
        if texts.sender.is_closed() {
            return;
        }
        let stepped = catch_unwind(AssertUnwindSafe(|| texts.job.step()))
            .unwrap_or_else(|_| Err(EmbedError::Model("the forward stopped with a panic".into())));
        // A receiver that has gone meanwhile is no error.
        match stepped {
            Ok(EmbedProgress::Left(_)) => self.texts = Some(texts),
            Ok(EmbedProgress::Finished) => drop(texts.sender.send(texts.job.finish())),
            Err(error) => drop(texts.sender.send(Err(error))),
        }
    }

    fn drop_cancelled(&mut self) {
        for list in [&mut self.running, &mut self.paused] {
            list.retain_mut(|sequence| {
                let cancelled = sequence.job().sender.is_cancelled();
                if cancelled {
                    sequence.pause(&mut self.cache);
                    sequence.send(DraftEvent::Failed(DraftError::Cancelled));
                }
                !cancelled
            });
        }
    }

    /// Takes drafts as far as there is room for all that they may need.
    fn admit(&mut self, queue: &Queue) {
        while self.running.len() < self.options.batch + EXTRA_INTERACTIVE
            && let Some(job) = queue.pop(Priority::Interactive)
        {
            self.begin(job);
        }
        while self.running.len() < self.options.batch {
            if !self.paused.is_empty() {
                if !self.fits(&self.paused[0]) {
                    return;
                }
                let sequence = self.paused.remove(0);
                self.running.push(sequence);
                continue;
            }
            // One that does not fit waits as the first of the paused.
            let Some(job) = queue.pop(Priority::Bulk) else { return };
            self.begin(job);
        }
    }

    fn begin(&mut self, job: Job) {
        job.sender.send(DraftEvent::Started { prompt_tokens: job.prompt.len() });
        let job = Arc::new(job);
        match Sequence::new(Arc::clone(&job), Arc::clone(&self.environment), Instant::now()) {
            Err(error) => job.sender.send(DraftEvent::Failed(error)),
            Ok(sequence) => {
                let is_persons = sequence.priority() == Priority::Interactive;
                if is_persons {
                    self.make_room(&sequence);
                }
                match self.fits(&sequence) {
                    true => self.running.push(sequence),
                    // Behind other people's, before all of a kit's.
                    false if is_persons => self.pause_before_kits(sequence),
                    false => self.paused.push(sequence),
                }
            }
        }
    }

    /// Whether all that is running and this one can be finished with the blocks that there are.
    fn fits(&self, sequence: &Sequence) -> bool {
        let to_come: usize = self.running.iter().map(Sequence::blocks_to_come).sum();
        self.running.is_empty() || sequence.most_blocks() + to_come <= self.cache.available()
    }

    /// Pauses the bulk drafts that began last until a person's draft fits.
    fn make_room(&mut self, sequence: &Sequence) {
        while !self.fits(sequence) {
            let Some(at) = self.running.iter().rposition(|running| running.priority() == Priority::Bulk) else {
                return;
            };
            let mut bulk = self.running.remove(at);
            bulk.pause(&mut self.cache);
            self.pause_before_kits(bulk);
        }
    }

    fn pause_before_kits(&mut self, sequence: Sequence) {
        let is_bulk = |paused: &Sequence| paused.priority() == Priority::Bulk;
        let at = self.paused.iter().position(is_bulk).unwrap_or(self.paused.len());
        self.paused.insert(at, sequence);
    }

    /// One forward. Gives how many drafts have ended.
    fn step(&mut self) -> usize {
        let plans = self.plan();
        if plans.is_empty() {
            if self.running.is_empty() {
                return 0;
            }
            // Admission keeps all blocks that a draft may need; were it wrong, waiting would be for ever.
            return self.fail(DraftError::Model("there is no room for its keys and values".into()));
        }
        let tokens: Vec<Vec<u32>> = plans.iter().map(|(at, plan)| self.running[*at].planned(plan)).collect();
        let logits = self.forward(&plans, &tokens);
        let logits = match logits {
            Ok(logits) => logits,
            Err(error) => return self.fail(DraftError::Model(error.to_string())),
        };
        let (vocab, now) = (self.model.shape().vocab, Instant::now());
        let mut rows = 0;
        let mut ended = Vec::new();
        for (at, plan) in &plans {
            let logits = &logits[rows * vocab..(rows + plan.wanted) * vocab];
            rows += plan.wanted;
            match self.running[*at].read(plan, logits, vocab, &mut self.cache, now) {
                Ok(Progress::Going) => {}
                Ok(Progress::Complete) => ended.push((*at, None)),
                Err(error) => ended.push((*at, Some(error))),
            }
        }
        let count = ended.len();
        ended.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        for (at, error) in ended {
            let mut sequence = self.running.remove(at);
            self.end(&mut sequence, error);
        }
        count
    }

    /// What each draft reads in this step: those that are being written first, then prompts, a person's
    /// before a kit's.
    fn plan(&mut self) -> Vec<(usize, Plan)> {
        let Self { running, cache, siblings, options, .. } = self;
        let writing = running.iter().filter(|sequence| sequence.is_writing()).count();
        let waiting = running.iter().any(|sequence| sequence.priority() == Priority::Interactive);
        let guesses = match options.speculate {
            true => (FREE_ROWS.saturating_sub(writing)) / writing.max(1),
            false => 0,
        };
        let mut order: Vec<usize> = (0..running.len()).collect();
        order.sort_by_key(|&at| (!running[at].is_writing(), running[at].priority() == Priority::Bulk, at));
        let mut plans: Vec<(usize, Plan)> = Vec::new();
        let mut room = options.chunk;
        for at in order {
            if running[at].is_writing() {
                let most = if options.fast_forward { usize::MAX } else { 1 };
                plans.extend(running[at].plan(most, guesses, siblings, cache).map(|plan| (at, plan)));
                continue;
            }
            running[at].adopt(cache);
            if plans.iter().any(|(other, _)| running[at].waits_for(&running[*other])) {
                continue;
            }
            if waiting && running[at].priority() == Priority::Bulk {
                room = room.min(POLITE);
            }
            if let Some(plan) = running[at].plan(room, 0, siblings, cache) {
                room -= plan.range.len();
                plans.push((at, plan));
            }
        }
        plans
    }

    /// The forward, and beside it the grammars' answers for what comes next.
    fn forward(&mut self, plans: &[(usize, Plan)], tokens: &[Vec<u32>]) -> candle_core::Result<Vec<f32>> {
        let Self { running, model, cache, .. } = self;
        let tables: Vec<Vec<u32>> = plans.iter().map(|(at, _)| running[*at].table().blocks().to_vec()).collect();
        let spans: Vec<Span<'_>> = plans
            .iter()
            .zip(tokens.iter().zip(&tables))
            .map(|((_, plan), (tokens, blocks))| Span { tokens, start: plan.range.start, blocks, wanted: plan.wanted })
            .collect();
        let asked: Vec<usize> = plans.iter().filter(|(_, plan)| plan.wanted > 0).map(|(at, _)| *at).collect();
        std::thread::scope(|scope| {
            let grammars = (!asked.is_empty()).then(|| {
                scope.spawn(move || {
                    for (at, sequence) in running.iter_mut().enumerate() {
                        if asked.contains(&at) {
                            sequence.prepare();
                        }
                    }
                })
            });
            let logits = model.forward(&spans, cache.pool_mut());
            if let Some(Err(panic)) = grammars.map(std::thread::ScopedJoinHandle::join) {
                std::panic::resume_unwind(panic);
            }
            logits
        })
    }

    fn end(&mut self, sequence: &mut Sequence, error: Option<DraftError>) {
        sequence.pause(&mut self.cache);
        let event = match error {
            None => DraftEvent::Finished(sequence.finish(&mut self.siblings, Instant::now())),
            Some(error) => DraftEvent::Failed(error),
        };
        match &event {
            DraftEvent::Finished(output) => tracing::debug!(
                draft.tokens = output.tokens,
                draft.forced_tokens = output.forced_tokens,
                draft.guessed_tokens = output.guessed_tokens,
                draft.reused_tokens = output.reused_tokens,
                draft.prompt_seconds = output.prompt_seconds,
                draft.decode_seconds = output.decode_seconds,
                "draft written"
            ),
            DraftEvent::Failed(error) => tracing::debug!(%error, "draft not written"),
            DraftEvent::Started { .. } | DraftEvent::Text(_) => {}
        }
        sequence.send(event);
    }

    /// Ends all that is running with an error, and forgets what was computed.
    fn fail(&mut self, error: DraftError) -> usize {
        let running = std::mem::take(&mut self.running);
        let count = running.len();
        for mut sequence in running {
            self.end(&mut sequence, Some(error.clone()));
        }
        for sequence in &mut self.paused {
            sequence.pause(&mut self.cache);
        }
        self.cache.forget();
        count
    }

    fn fail_running(&mut self) -> usize {
        self.fail(DraftError::Model("the forward stopped with a panic".into()))
    }
}

#[cfg(test)]
mod tests;
