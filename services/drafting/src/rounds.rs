//! Rounds of writing: several candidates at once from the engine, each read as data or left out.

use countersign_domain::content::Content;
use countersign_engine::{
    CompiledBounds, DraftError, DraftEvent, DraftHandle, DraftRequest, Engine, Grammar, Priority, SubmitError,
};

use crate::drafter::DraftingError;
use crate::prompt::Settings;
use crate::reply::{self, ReplyError};
use crate::skeleton::Skeleton;
use crate::sources::Sources;

/// What all rounds of one draft share.
#[derive(Debug)]
pub(crate) struct Rounds<'a> {
    pub engine: &'a Engine,
    pub settings: &'a Settings,
    pub grammar: Grammar,
    pub bounds: CompiledBounds,
    pub skeleton: &'a Skeleton,
    pub sources: &'a Sources,
    pub seed: u64,
    pub priority: Priority,
}

/// A candidate with the mean natural logarithm of its tokens' probabilities.
pub(crate) type Written = (Content, f32);

impl Rounds<'_> {
    /// The candidates of a round (from 0), in the order of their streams, so that the same round is the same list.
    /// `watch` gets the first candidate of the first round as it is written.
    pub async fn write(
        &self,
        round: u64,
        prompt: &str,
        watch: &(impl Fn(String) + Send),
    ) -> Result<Vec<Written>, DraftingError> {
        let handles = self.submit(round, prompt)?;
        let mut written = Vec::new();
        for (i, handle) in handles.into_iter().enumerate() {
            written.extend(self.read(handle, (i == 0 && round == 0).then_some(watch)).await?);
        }
        Ok(written)
    }

    fn submit(&self, round: u64, prompt: &str) -> Result<Vec<DraftHandle>, DraftingError> {
        let count = u64::from(self.settings.candidates);
        let mut handles = Vec::new();
        for candidate in 0..count {
            let request = DraftRequest {
                prompt: prompt.to_owned(),
                grammar: self.grammar.clone(),
                bounds: Some(self.bounds.clone()),
                sampling: self.settings.sampling(),
                seed: self.seed,
                stream: round * count + candidate,
                max_tokens: self.settings.max_tokens,
                priority: self.priority,
            };
            handles.push(self.engine.submit(request).map_err(|error| match error {
                SubmitError::Overloaded { .. } | SubmitError::Stopped => DraftingError::Busy(error),
                other => DraftingError::Impossible(format!("this brief cannot be given to the model: {other}")),
            })?);
        }
        Ok(handles)
    }

    async fn read(
        &self,
        mut handle: DraftHandle,
        watch: Option<&(impl Fn(String) + Send)>,
    ) -> Result<Option<Written>, DraftingError> {
        let mut text = String::new();
        while let Some(event) = handle.next().await {
            match (event, watch) {
                (DraftEvent::Text(more), Some(watch)) => {
                    text.push_str(&more);
                    watch(reply::so_far(&text, self.sources));
                }
                (DraftEvent::Finished(output), _) => {
                    return Ok(reply::read(&output.text, self.skeleton, self.sources)
                        .map_err(|error| log_refused(&error))
                        .ok()
                        .map(|content| (content, output.mean_logprob)));
                }
                (DraftEvent::Failed(error @ (DraftError::Stopped | DraftError::Cancelled)), _) => {
                    return Err(error.into());
                }
                // One candidate that got stuck or ran long is one candidate fewer.
                (DraftEvent::Failed(error), _) => {
                    tracing::debug!(error = %error, "draft.candidate.failed");
                    return Ok(None);
                }
                (DraftEvent::Started { .. } | DraftEvent::Text(_), _) => {}
            }
        }
        Err(DraftError::Stopped.into())
    }
}

fn log_refused(error: &ReplyError) {
    // The error names slots and references, never the draft's text.
    match error {
        ReplyError::Json(_) => tracing::debug!("draft.candidate.unreadable"),
        ReplyError::Slots { .. } | ReplyError::Reference { .. } => {
            tracing::debug!(error = %error, "draft.candidate.refused")
        }
    }
}
