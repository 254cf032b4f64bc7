//! What is asked of the engine and what it answers: request, sampling, events, handle.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;

use crate::bounds::CompiledBounds;
use crate::constraint::Grammar;
use crate::error::{DraftError, SubmitError};

/// One draft to be written.
#[derive(Debug, Clone)]
pub struct DraftRequest {
    /// The text to continue, with the model's control tokens in it.
    pub prompt: String,
    /// What the draft must be.
    pub grammar: Grammar,
    /// What it is bound to beside the grammar; see [`crate::Engine::compile_bounds`].
    pub bounds: Option<CompiledBounds>,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// With `stream`, decides every random choice.
    pub seed: u64,
    /// Which draft of that seed this is.
    pub stream: u64,
    /// The most tokens that may be written; a draft that needs more fails as unfinished.
    pub max_tokens: usize,
    /// Who waits for it.
    pub priority: Priority,
}

/// Who waits for a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// A person is looking at the screen.
    Interactive,
    /// A kit in the background.
    Bulk,
}

/// How a token is chosen from the distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// 0 takes the likeliest token (the lowest id of equals); 1 samples the model's own distribution.
    pub temperature: f32,
    /// Keeps the likeliest tokens that together have this probability; 1 keeps all.
    pub top_p: f32,
    /// Drops tokens less likely than this share of the likeliest; 0 drops none.
    pub min_p: f32,
    /// Divides the logits of tokens already written in this draft (not in the prompt); 1 does nothing.
    pub repetition_penalty: f32,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 0.8, top_p: 0.95, min_p: 0.05, repetition_penalty: 1.0 }
    }
}

impl Sampling {
    pub(crate) fn validate(&self) -> Result<(), SubmitError> {
        let wrong = if !(self.temperature >= 0.0 && self.temperature.is_finite()) {
            format!("temperature is {}, but must be 0 or more", self.temperature)
        } else if !(self.top_p > 0.0 && self.top_p <= 1.0) {
            format!("top_p is {}, but must be above 0 and at most 1", self.top_p)
        } else if !(self.min_p >= 0.0 && self.min_p <= 1.0) {
            format!("min_p is {}, but must be from 0 to 1", self.min_p)
        } else if !(self.repetition_penalty > 0.0 && self.repetition_penalty.is_finite()) {
            format!("repetition_penalty is {}, but must be above 0", self.repetition_penalty)
        } else {
            return Ok(());
        };
        Err(SubmitError::Sampling(wrong))
    }
}

/// What happens to a draft, in order; the last is `Finished` or `Failed`.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftEvent {
    /// Its turn has come.
    Started {
        /// Tokens of the prompt.
        prompt_tokens: usize,
    },
    /// More text; never taken back.
    Text(String),
    /// The whole draft.
    Finished(DraftOutput),
    /// Why there is none.
    Failed(DraftError),
}

/// A finished draft.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftOutput {
    /// The text, as the grammar has it.
    pub text: String,
    /// Tokens written, forced ones included, the end token not.
    pub tokens: usize,
    /// How many of them the grammar forced.
    pub forced_tokens: usize,
    /// How many were guessed from the prompt or from other drafts, and came true.
    pub guessed_tokens: usize,
    /// Tokens of the prompt that were computed for an earlier draft.
    pub reused_tokens: usize,
    /// Mean natural logarithm of the model's own probability of the sampled tokens.
    pub mean_logprob: f32,
    /// Seconds spent reading the prompt.
    pub prompt_seconds: f32,
    /// Seconds spent writing.
    pub decode_seconds: f32,
}

/// The reader's end of a draft. Dropping it cancels the draft.
#[derive(Debug)]
pub struct DraftHandle {
    events: mpsc::UnboundedReceiver<DraftEvent>,
    cancelled: Arc<AtomicBool>,
}

impl DraftHandle {
    /// The next event, or `None` after the last.
    pub async fn next(&mut self) -> Option<DraftEvent> {
        self.events.recv().await
    }

    /// The next event that has happened already.
    pub fn try_next(&mut self) -> Option<DraftEvent> {
        self.events.try_recv().ok()
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// Why there is no draft.
    pub async fn finish(mut self) -> Result<DraftOutput, DraftError> {
        while let Some(event) = self.events.recv().await {
            match event {
                DraftEvent::Finished(output) => return Ok(output),
                DraftEvent::Failed(error) => return Err(error),
                DraftEvent::Started { .. } | DraftEvent::Text(_) => {}
            }
        }
        Err(DraftError::Stopped)
    }

    /// Asks for the draft to end; noticed before the next token.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

impl Drop for DraftHandle {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// The engine's end of a draft. Sending never waits: a draft's events are bounded by `max_tokens`.
#[derive(Debug)]
pub(crate) struct DraftSender {
    events: mpsc::UnboundedSender<DraftEvent>,
    cancelled: Arc<AtomicBool>,
}

impl DraftSender {
    pub(crate) fn pair() -> (Self, DraftHandle) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let cancelled = Arc::new(AtomicBool::new(false));
        (Self { events: sender, cancelled: Arc::clone(&cancelled) }, DraftHandle { events: receiver, cancelled })
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub(crate) fn send(&self, event: DraftEvent) {
        if self.events.send(event).is_err() {
            self.cancelled.store(true, Ordering::Relaxed);
        }
    }
}
