//! The queue and the thread: one OS thread owns the model, everyone else sends requests.
//!
//! The queue is bounded; what a person waits for goes before what runs in the background, and within
//! each, first come, first served. Drafts run one at a time. The thread never waits for a reader.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::draft::{DraftEvent, DraftRequest, DraftSender, Priority};
use crate::error::{DraftError, SubmitError};
use crate::sequence::Runner;

/// A draft in the queue.
#[derive(Debug)]
pub(crate) struct Job {
    pub request: DraftRequest,
    pub prompt: Vec<u32>,
    pub sender: DraftSender,
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
    phase: Phase,
    /// A moving average, for the advice when to come back.
    seconds_per_draft: f64,
}

#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
enum Phase {
    #[default]
    Running,
    Stopped,
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

    /// The next job; waits for one. `None` when the engine stops.
    fn pop(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.phase == Phase::Stopped {
                return None;
            }
            state.drop_cancelled();
            if let Some(job) = state.interactive.pop_front() {
                return Some(job);
            }
            if let Some(job) = state.bulk.pop_front() {
                return Some(job);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends the thread, and with it the draft that is being written, before its next token.
    pub(crate) fn stop(&self) {
        self.lock().phase = Phase::Stopped;
        self.changed.notify_all();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.lock().phase == Phase::Stopped
    }

    fn finished_one(&self, took: Duration) {
        let mut state = self.lock();
        let seconds = took.as_secs_f64();
        state.seconds_per_draft =
            if state.seconds_per_draft == 0.0 { seconds } else { 0.8 * state.seconds_per_draft + 0.2 * seconds };
    }

    fn fail_all(&self) {
        let mut state = self.lock();
        let State { interactive, bulk, .. } = &mut *state;
        for job in interactive.drain(..).chain(bulk.drain(..)) {
            job.sender.send(DraftEvent::Failed(DraftError::Stopped));
        }
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

/// The thread's work, until the queue is stopped.
pub(crate) fn run(queue: &Arc<Queue>, mut runner: Runner) {
    while let Some(job) = queue.pop() {
        let began = Instant::now();
        let stopped = || queue.is_stopped();
        let result = catch_unwind(AssertUnwindSafe(|| runner.run(&job, &stopped))).unwrap_or_else(|_| {
            runner.forget();
            Err(DraftError::Model("the forward stopped with a panic".into()))
        });
        queue.finished_one(began.elapsed());
        match result {
            Ok(output) => {
                tracing::debug!(
                    draft.tokens = output.tokens,
                    draft.forced_tokens = output.forced_tokens,
                    draft.prompt_seconds = output.prompt_seconds,
                    draft.decode_seconds = output.decode_seconds,
                    "draft written"
                );
                job.sender.send(DraftEvent::Finished(output));
            }
            Err(error) => {
                tracing::debug!(%error, "draft not written");
                job.sender.send(DraftEvent::Failed(error));
            }
        }
    }
    queue.fail_all();
}

#[cfg(test)]
mod tests;
