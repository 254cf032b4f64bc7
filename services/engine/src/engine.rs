//! The engine as its callers see it: load a model, compile grammars, submit drafts.

use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::bounds::{BoundError, Bounds, CompiledBounds, Vocabulary};
use crate::chat::{ChatMessage, ChatTemplate};
use crate::constraint::{Grammar, GrammarCompiler};
use crate::draft::{DraftHandle, DraftRequest, DraftSender};
use crate::embed::{EmbedError, EmbedJob, EmbedKind, Embedder, Embeddings};
use crate::error::{ChatTemplateError, GrammarError, LoadError, SubmitError, TokenizeError};
use crate::load::{self, Loaded, Target};
use crate::scheduler::{Job, Queue, Texts, Worker};
use crate::source::ModelSource;
use crate::token_env::TokenEnvironment;

/// How an engine runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineOptions {
    /// Threads to compute with. candle fixes their number when the process starts, from
    /// `CANDLE_NUM_THREADS` and `RAYON_NUM_THREADS`; a number here is held against it.
    pub threads: Option<usize>,
    /// The longest sequence (prompt and draft) in tokens, if the model allows that many.
    pub context_limit: usize,
    /// Where it computes.
    pub device: Placement,
    /// Drafts that may wait.
    pub queue_depth: usize,
    /// Drafts that are written together.
    pub batch: usize,
    /// The most bytes that keys and values may take, of running drafts and of prompts that are kept; at
    /// least what one sequence of the longest kind needs.
    pub cache_bytes: usize,
    /// Prompt tokens that one step reads; a draft that is being written waits for them.
    pub chunk: usize,
    /// Whether drafts are guessed ahead from their prompt and from each other. Changes the speed only.
    pub speculate: bool,
    /// Whether what the grammar forces is read in one go. Changes the speed only.
    pub fast_forward: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            threads: None,
            context_limit: 4096,
            device: Placement::Cpu,
            queue_depth: 128,
            batch: 48,
            cache_bytes: 1 << 30,
            chunk: 256,
            speculate: true,
            fast_forward: true,
        }
    }
}

/// Where a model computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// On the CPU; the same drafts on every machine and for every batch.
    Cpu,
    /// On an NVIDIA card, by its number from 0; in programs that were built with the feature `cuda`.
    Cuda(usize),
}

impl std::str::FromStr for Placement {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = match text {
            "cpu" => return Ok(Self::Cpu),
            "cuda" => Some(0),
            _ => text.strip_prefix("cuda:").and_then(|number| number.parse().ok()),
        };
        number.map(Self::Cuda).ok_or_else(|| format!("`{text}` is no device: cpu, cuda, or cuda:0, cuda:1 and so on"))
    }
}

impl std::fmt::Display for Placement {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cpu => formatter.write_str("cpu"),
            Self::Cuda(number) => write!(formatter, "cuda:{number}"),
        }
    }
}

impl Placement {
    fn device(self) -> Result<Option<candle_core::Device>, LoadError> {
        match self {
            Self::Cpu => Ok(None),
            Self::Cuda(number) => candle_core::Device::new_cuda(number).map(Some).map_err(|error| {
                let reason = match cfg!(feature = "cuda") {
                    true => error.to_string(),
                    false => "this program was built without CUDA; build it with `--features cuda` where the CUDA \
                              toolkit is"
                        .to_owned(),
                };
                LoadError::Device { device: format!("cuda:{number}"), reason }
            }),
        }
    }
}

/// What is known of the loaded model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// Its own name, or the file's.
    pub name: String,
    /// `sha256:<hex>` of the weights' file, or of the list of several files' digests and names.
    pub digest: String,
    /// The architecture that runs it.
    pub architecture: String,
    /// Number of weights.
    pub parameters: u64,
    /// Rows of the embedding.
    pub vocab_size: usize,
    /// The longest sequence in tokens, as limited by the options.
    pub context_length: usize,
    /// Whether [`Engine::render_chat`] can be used.
    pub chat_template: bool,
}

/// A running model. Cheap to clone; the last clone that is dropped stops it.
#[derive(Debug, Clone)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    info: ModelInfo,
    environment: Arc<TokenEnvironment>,
    chat: Option<ChatTemplate>,
    grammars: GrammarCompiler,
    vocabulary: Arc<Vocabulary>,
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Checks and loads a model, runs it once, and starts the thread that owns it. Takes as long as
    /// reading the files does.
    ///
    /// # Errors
    /// The model cannot be read, is damaged, or is of another architecture.
    pub fn start(source: ModelSource, options: EngineOptions) -> Result<Self, LoadError> {
        let available = candle_core::utils::get_num_threads();
        if let Some(wanted) = options.threads.filter(|&wanted| wanted != available) {
            return Err(LoadError::Threads { wanted, available });
        }
        let (context_limit, cache_bytes) = (options.context_limit, options.cache_bytes);
        let target = Target { context_limit, cache_bytes, device: options.device.device()? };
        let Loaded { model, environment, chat, info } = load::load(&source, &target)?;
        drop(source);
        let invalid = |reason: String| LoadError::invalid(&info.name, reason);
        let grammars = GrammarCompiler::new(Arc::clone(&environment))
            .map_err(|reason| invalid(format!("its vocabulary does not serve for grammars: {reason}")))?;
        let vocabulary = Arc::new(Vocabulary::new(environment.trie()));
        let queue = Arc::new(Queue::new(options.queue_depth));
        let mut worker = Worker::new(model, Arc::clone(&environment), options);
        worker.try_out().map_err(|error| invalid(format!("its first forward failed: {error}")))?;
        let thread = std::thread::Builder::new()
            .name("countersign-engine".into())
            .spawn({
                let queue = Arc::clone(&queue);
                move || worker.run(&queue)
            })
            .map_err(LoadError::Thread)?;
        tracing::info!(
            model.name = info.name,
            model.digest = info.digest,
            model.parameters = info.parameters,
            model.context_tokens = info.context_length,
            "model loaded"
        );
        Ok(Self(Arc::new(Inner { info, environment, chat, grammars, vocabulary, queue, thread: Some(thread) })))
    }

    #[cfg(test)]
    pub(crate) fn environment(&self) -> &Arc<TokenEnvironment> {
        &self.0.environment
    }

    /// What is known of the model.
    #[must_use]
    pub fn info(&self) -> &ModelInfo {
        &self.0.info
    }

    /// The prompt for a chat, by the model's own template, ready for its answer. Control tokens in a
    /// message's content are broken up, so that what a person wrote stays text.
    ///
    /// # Errors
    /// The model has no template, or the template refuses these messages.
    pub fn render_chat(&self, messages: &[ChatMessage]) -> Result<String, ChatTemplateError> {
        self.0.chat.as_ref().ok_or(ChatTemplateError::Missing)?.render(messages)
    }

    /// `text` with the model's control tokens broken up: for what people wrote, before it becomes part
    /// of a prompt.
    #[must_use]
    pub fn as_plain_text(&self, text: &str) -> String {
        crate::chat::without_control_tokens(text, self.0.environment.specials())
    }

    /// How many tokens a prompt has.
    ///
    /// # Errors
    /// The tokenizer refuses the text.
    pub fn count_tokens(&self, text: &str) -> Result<usize, TokenizeError> {
        self.0.environment.encode_prompt(text).map(|tokens| tokens.len())
    }

    /// Compiles a grammar in llguidance's Lark. Compile once and clone for each draft.
    ///
    /// # Errors
    /// llguidance's message.
    pub fn compile_grammar(&self, lark: &str) -> Result<Grammar, GrammarError> {
        self.0.grammars.compile(lark)
    }

    /// Compiles bounds: forbidden terms, counted lengths and what else a draft is bound to beside its grammar. Compile
    /// once and clone for each draft; drafts that share them share their masks.
    ///
    /// # Errors
    /// There are too many, or no text satisfies them together.
    pub fn compile_bounds(&self, bounds: &Bounds) -> Result<CompiledBounds, BoundError> {
        CompiledBounds::new(bounds, Arc::clone(&self.0.vocabulary))
    }

    /// Queues a draft and gives the handle to read it. Tokenizes the prompt here, in the caller's thread.
    ///
    /// # Errors
    /// The queue is full, the engine has stopped, or the request cannot be run.
    pub fn submit(&self, request: DraftRequest) -> Result<DraftHandle, SubmitError> {
        let inner = &*self.0;
        request.sampling.validate()?;
        if request.max_tokens == 0 {
            return Err(SubmitError::NothingToWrite);
        }
        if !request.grammar.is_for(&inner.environment) {
            return Err(SubmitError::ForeignGrammar);
        }
        if request.bounds.as_ref().is_some_and(|bounds| !bounds.is_for(&inner.vocabulary)) {
            return Err(SubmitError::ForeignBounds);
        }
        let prompt = inner.environment.encode_prompt(&request.prompt)?;
        if prompt.is_empty() {
            return Err(SubmitError::EmptyPrompt);
        }
        let limit = inner.info.context_length.saturating_sub(request.max_tokens);
        if prompt.len() > limit {
            return Err(SubmitError::PromptTooLong { tokens: prompt.len(), limit });
        }
        let (sender, handle) = DraftSender::pair();
        inner.queue.push(Job { request, prompt, sender })?;
        Ok(handle)
    }

    /// Queues texts for an embedder, on this engine's thread, behind drafts: a batch of texts runs when no
    /// draft does, or after several of their steps. Tokenizes here, in the caller's thread.
    ///
    /// # Errors
    /// A text cannot be embedded, the queue is full, or the engine has stopped.
    pub fn embed(
        &self,
        embedder: &Arc<Embedder>,
        texts: &[impl AsRef<str>],
        kind: EmbedKind,
    ) -> Result<EmbedHandle, EmbedError> {
        let job = EmbedJob::new(Arc::clone(embedder), texts, kind)?;
        let (sender, receiver) = oneshot::channel();
        self.0.queue.push_texts(Texts { job, sender }).map_err(EmbedError::Refused)?;
        Ok(EmbedHandle(receiver))
    }
}

/// Vectors that are being computed. Dropping it cancels them.
#[derive(Debug)]
pub struct EmbedHandle(oneshot::Receiver<Result<Embeddings, EmbedError>>);

impl EmbedHandle {
    /// Waits for the vectors.
    ///
    /// # Errors
    /// The arithmetic failed, or the engine stopped first.
    pub async fn finish(self) -> Result<Embeddings, EmbedError> {
        self.0.await.unwrap_or(Err(EmbedError::Cancelled))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.stop();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the engine's thread ended with a panic");
        }
    }
}
