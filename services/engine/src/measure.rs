//! The model without the scheduler, for benchmarks: how fast prompts are read and tokens written.
//!
//! What is read is random, and nothing is sampled: the time of sampling and of grammars is in a kit's.

use std::time::{Duration, Instant};

use crate::engine::ModelInfo;
use crate::error::LoadError;
use crate::kv::{Cache, Table};
use crate::load::Target;
use crate::model::{Model, Span};
use crate::random::uniform;
use crate::source::ModelSource;

/// A loaded model to be measured.
#[derive(Debug)]
pub struct Bench {
    model: Model,
    cache: Cache,
    chunk: usize,
}

impl Bench {
    /// Loads a model. Sequences may be `context_limit` tokens long, if the model allows it; prompts are
    /// read `chunk` tokens at a time; keys and values may take `cache_bytes`.
    ///
    /// # Errors
    /// The model cannot be read, is damaged, or is of another architecture.
    pub fn load(
        source: &ModelSource,
        context_limit: usize,
        chunk: usize,
        cache_bytes: usize,
    ) -> Result<(Self, ModelInfo), LoadError> {
        let loaded = crate::load::load(source, &Target::up_to(context_limit))?;
        let cache = loaded.model.new_cache(cache_bytes);
        Ok((Self { model: loaded.model, cache, chunk: chunk.max(1) }, loaded.info))
    }

    /// The time to read a prompt of so many tokens.
    ///
    /// # Errors
    /// It does not fit.
    pub fn prefill(&mut self, tokens: usize) -> Result<Duration, String> {
        let mut table = Table::default();
        let began = Instant::now();
        let result = self.read(&mut table, tokens);
        let took = began.elapsed();
        self.cache.release(table);
        result.map(|()| took)
    }

    /// The time of `steps` steps, each of which reads one token of each of `sequences` sequences that are
    /// `context` tokens long when it begins.
    ///
    /// # Errors
    /// They do not fit.
    pub fn decode(&mut self, sequences: usize, context: usize, steps: usize) -> Result<Duration, String> {
        let mut tables: Vec<Table> = (0..sequences).map(|_| Table::default()).collect();
        let result = self.decode_in(&mut tables, context, steps);
        for table in tables {
            self.cache.release(table);
        }
        result
    }

    fn decode_in(&mut self, tables: &mut [Table], context: usize, steps: usize) -> Result<Duration, String> {
        for table in &mut *tables {
            self.read(table, context)?;
            if !self.cache.reserve(table, context + steps) {
                return Err("the cache is too small for these sequences".into());
            }
        }
        let began = Instant::now();
        for step in 0..steps {
            let tokens: Vec<u32> = (0..tables.len()).map(|at| self.token(step * tables.len() + at)).collect();
            let spans: Vec<Span<'_>> = tables
                .iter()
                .zip(tokens.chunks(1))
                .map(|(table, tokens)| Span { tokens, start: context + step, blocks: table.blocks(), wanted: 1 })
                .collect();
            self.model.forward(&spans, self.cache.pool_mut()).map_err(|error| error.to_string())?;
        }
        Ok(began.elapsed())
    }

    fn read(&mut self, table: &mut Table, tokens: usize) -> Result<(), String> {
        if !self.cache.reserve(table, tokens) {
            return Err("the cache is too small for these sequences".into());
        }
        let all: Vec<u32> = (0..tokens).map(|at| self.token(at)).collect();
        for (at, chunk) in all.chunks(self.chunk).enumerate() {
            let start = at * self.chunk;
            let wanted = usize::from(start + chunk.len() == tokens);
            let span = Span { tokens: chunk, start, blocks: table.blocks(), wanted };
            self.model.forward(&[span], self.cache.pool_mut()).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn token(&self, at: usize) -> u32 {
        (uniform(1, 2, at as u64, 0) * self.model.shape().vocab as f64) as u32
    }
}

/// Bytes of memory that this process has resident, and the most that it had, as the kernel counts them.
#[must_use]
pub fn resident_bytes() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
    };
    Some((of("VmRSS:")?, of("VmHWM:")?))
}
