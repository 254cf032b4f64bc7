//! What waits: bounded, what a person waits for first, and within each kind first come, first served.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::draft::{DraftEvent, DraftRequest, DraftSender, Priority};
use crate::embed::{EmbedError, EmbedJob, Embedder, Embeddings};
use crate::error::{DraftError, SubmitError};

/// A draft in the queue.
#[derive(Debug)]
pub(crate) struct Job {
    pub request: DraftRequest,
    pub prompt: Vec<u32>,
    pub sender: DraftSender,
}

/// Texts that wait for their vectors.
#[derive(Debug)]
pub(crate) struct Texts {
    pub job: EmbedJob<Arc<Embedder>>,
    /// Closed where nobody waits any more.
    pub sender: oneshot::Sender<Result<Embeddings, EmbedError>>,
}

/// What the thread and the callers share.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    depth: usize,
}

#[derive(Debug, Default)]
struct State {
    interactive: VecDeque<Job>,
    bulk: VecDeque<Job>,
    texts: VecDeque<Texts>,
    phase: Phase,
    /// A moving average of the time between two finished drafts, for the advice when to come back.
    seconds_per_draft: f64,
}

#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
enum Phase {
    #[default]
    Running,
    Stopped,
}

/// What the thread is to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// There may be something to take.
    Work,
    Stop,
}

impl Queue {
    pub(crate) fn new(depth: usize) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), depth }
    }

    /// No code panics while it holds the lock, so a poisoned one is still sound.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a job in the queue, unless it is full of drafts that someone still waits for.
    pub(crate) fn push(&self, job: Job) -> Result<(), SubmitError> {
        let mut state = self.lock();
        if state.phase == Phase::Stopped {
            return Err(SubmitError::Stopped);
        }
        if state.len() >= self.depth {
            state.drop_cancelled();
        }
        if state.len() >= self.depth {
            let seconds = (state.seconds_per_draft * state.len() as f64 / 2.0).clamp(1.0, 120.0);
            return Err(SubmitError::Overloaded { retry_after: Duration::from_secs(seconds.ceil() as u64) });
        }
        match job.request.priority {
            Priority::Interactive => state.interactive.push_back(job),
            Priority::Bulk => state.bulk.push_back(job),
        }
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Puts texts in the queue, unless it is full of them.
    pub(crate) fn push_texts(&self, texts: Texts) -> Result<(), SubmitError> {
        let mut state = self.lock();
        if state.phase == Phase::Stopped {
            return Err(SubmitError::Stopped);
        }
        state.texts.retain(|texts| !texts.sender.is_closed());
        if state.texts.len() >= self.depth {
            return Err(SubmitError::Overloaded { retry_after: Duration::from_secs(1) });
        }
        state.texts.push_back(texts);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// The next texts that somebody waits for.
    pub(super) fn pop_texts(&self) -> Option<Texts> {
        let mut state = self.lock();
        state.texts.retain(|texts| !texts.sender.is_closed());
        state.texts.pop_front()
    }

    /// Waits until there is something to do, or not at all if `busy`.
    pub(super) fn wait(&self, busy: bool) -> Next {
        let mut state = self.lock();
        loop {
            state.drop_cancelled();
            if state.phase == Phase::Stopped {
                return Next::Stop;
            }
            if busy || state.len() > 0 || !state.texts.is_empty() {
                return Next::Work;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next job of a kind.
    pub(super) fn pop(&self, priority: Priority) -> Option<Job> {
        let mut state = self.lock();
        state.drop_cancelled();
        match priority {
            Priority::Interactive => state.interactive.pop_front(),
            Priority::Bulk => state.bulk.pop_front(),
        }
    }

    /// Ends the thread, and with it the drafts that are being written, before their next token.
    pub(crate) fn stop(&self) {
        self.lock().phase = Phase::Stopped;
        self.changed.notify_all();
    }

    /// One more draft has ended, this long after the last one or after it began.
    pub(super) fn finished_one(&self, took: Duration) {
        let mut state = self.lock();
        let seconds = took.as_secs_f64();
        state.seconds_per_draft =
            if state.seconds_per_draft == 0.0 { seconds } else { 0.8 * state.seconds_per_draft + 0.2 * seconds };
    }

    pub(super) fn fail_all(&self) {
        let mut state = self.lock();
        let State { interactive, bulk, .. } = &mut *state;
        for job in interactive.drain(..).chain(bulk.drain(..)) {
            job.sender.send(DraftEvent::Failed(DraftError::Stopped));
        }
        // Whoever waits for vectors sees the sender go.
        state.texts.clear();
    }
}

impl State {
    fn len(&self) -> usize {
        self.interactive.len() + self.bulk.len()
    }

    /// A reader that called `cancel` and stayed still gets its answer.
    fn drop_cancelled(&mut self) {
        for jobs in [&mut self.interactive, &mut self.bulk] {
            jobs.retain(|job| {
                let cancelled = job.sender.is_cancelled();
                if cancelled {
                    job.sender.send(DraftEvent::Failed(DraftError::Cancelled));
                }
                !cancelled
            });
        }
    }
}
