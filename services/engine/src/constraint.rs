//! The grammar: compiled once, forked for each draft, asked before each token.
//!
//! A thin layer over llguidance's `Matcher`, so that the rest sees no parser. Grammars are written in
//! llguidance's Lark; how to write fast ones is in facts and in llguidance's docs/syntax.md: make each
//! string one terminal.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use llguidance::api::TopLevelGrammar;
use llguidance::{Matcher, ParserFactory};
use toktrie::{InferenceCapabilities, SimpleVob, TokEnv};

use crate::error::GrammarError;
use crate::token_env::TokenEnvironment;

/// A compiled grammar of one engine. Cheap to clone.
#[derive(Clone)]
pub struct Grammar {
    /// Never advanced, only forked; the lock is for the lexer's caches inside.
    start: Arc<Mutex<Matcher>>,
    environment: Arc<TokenEnvironment>,
}

impl std::fmt::Debug for Grammar {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Grammar").finish_non_exhaustive()
    }
}

/// Compiles grammars for one vocabulary.
pub(crate) struct GrammarCompiler {
    factory: ParserFactory,
    environment: Arc<TokenEnvironment>,
}

impl std::fmt::Debug for GrammarCompiler {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("GrammarCompiler").finish_non_exhaustive()
    }
}

/// Steps that building a grammar's expressions may take, about 50,000 a millisecond, and that one mask may take, about
/// 14,000 a millisecond: a second at worst.
const INITIAL_FUEL: u64 = 20_000_000;
const STEP_FUEL: u64 = 14_000_000;

impl GrammarCompiler {
    pub(crate) fn new(environment: Arc<TokenEnvironment>) -> Result<Self, String> {
        let shared: TokEnv = environment.clone();
        let capabilities = InferenceCapabilities { ff_tokens: true, ..InferenceCapabilities::default() };
        let slices = llguidance::earley::SlicedBiasComputer::general_slices();
        let mut factory =
            caught(|| ParserFactory::new(&shared, capabilities, &slices).map_err(|error| error.to_string()))?;
        factory.quiet();
        // A slot of several pieces, each so long at most, is one large expression: llguidance's own limits are for smaller ones.
        // What is spent is spent once for a state of it, and is kept.
        let limits = factory.limits_mut();
        limits.initial_lexer_fuel = INITIAL_FUEL;
        limits.step_lexer_fuel = STEP_FUEL;
        Ok(Self { factory, environment })
    }

    pub(crate) fn compile(&self, lark: &str) -> Result<Grammar, GrammarError> {
        let grammar = TopLevelGrammar::from_lark(lark.to_owned());
        let start = caught(|| {
            let parser = self.factory.create_parser(grammar).map_err(|error| format!("{error:#}"))?;
            let matcher = Matcher::new(Ok(parser));
            match matcher.get_error() {
                Some(error) => Err(error),
                None => Ok(matcher),
            }
        })
        .map_err(GrammarError)?;
        Ok(Grammar { start: Arc::new(Mutex::new(start)), environment: Arc::clone(&self.environment) })
    }
}

fn caught<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("llguidance stopped with a panic".into()))
}

impl Grammar {
    pub(crate) fn is_for(&self, environment: &Arc<TokenEnvironment>) -> bool {
        Arc::ptr_eq(&self.environment, environment)
    }

    /// A fork at the start, independent of every other.
    pub(crate) fn begin(&self) -> Constraint {
        Constraint { matcher: self.start.lock().unwrap_or_else(PoisonError::into_inner).deep_clone(), taken: 0 }
    }
}

/// The grammar's state in one draft.
pub(crate) struct Constraint {
    matcher: Matcher,
    taken: usize,
}

impl Constraint {
    /// Tokens that may come next; the end token among them where the text may end.
    pub(crate) fn allowed(&mut self) -> Result<SimpleVob, String> {
        self.matcher.compute_mask_or_eos().map_err(|error| error.to_string())
    }

    /// Takes tokens that are allowed.
    pub(crate) fn take(&mut self, tokens: &[u32]) -> Result<(), String> {
        self.matcher.consume_tokens(tokens).map_err(|error| error.to_string())?;
        self.taken += tokens.len();
        Ok(())
    }

    /// Tokens that can only come next, in this order; not yet taken.
    pub(crate) fn forced(&mut self) -> Vec<u32> {
        if self.is_complete() {
            return Vec::new();
        }
        self.matcher.compute_ff_tokens()
    }

    /// Whether the grammar is complete and nothing may follow.
    pub(crate) fn is_complete(&self) -> bool {
        self.matcher.is_stopped() && !self.matcher.is_error()
    }

    /// Tokens taken.
    pub(crate) fn taken(&self) -> usize {
        self.taken
    }

    /// Gives back all but the first `taken` tokens.
    pub(crate) fn return_to(&mut self, taken: usize) -> Result<(), String> {
        let back = self.taken.saturating_sub(taken);
        self.matcher.rollback(back).map_err(|error| error.to_string())?;
        self.taken -= back;
        Ok(())
    }
}
