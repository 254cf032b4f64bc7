//! How far a pull is: a bar where somebody looks at a terminal, a line a file where not.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::say;

#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    is_seen: bool,
}

impl Progress {
    /// On standard error.
    #[must_use]
    pub fn new() -> Self {
        let is_seen = std::io::stderr().is_terminal();
        let target = if is_seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template(
            "{bar:24} {binary_bytes:>10}/{binary_total_bytes}  {binary_bytes_per_sec}  {eta}  {wide_msg}",
        )
        .unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: ProgressBar::with_draw_target(None, target).with_style(style), is_seen }
    }

    /// A file begins, or is read again to be hashed.
    pub fn begin(&self, doing: &str, bytes: Option<u64>) {
        self.bar.reset();
        self.bar.set_length(bytes.unwrap_or(0));
        self.bar.set_message(doing.to_owned());
    }

    pub fn at(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    pub fn more(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// A file is whole.
    pub fn done(&self, text: &str) {
        if self.is_seen {
            self.bar.suspend(|| say::note(text));
        } else {
            say::note(text);
        }
    }

    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
