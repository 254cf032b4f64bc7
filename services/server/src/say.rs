//! What the command line says: results to standard output, everything else to standard error.

use std::io::Write as _;
use std::process::ExitCode;

/// One line of a result. A reader that has gone away (a closed pipe) ends the program quietly.
pub fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// One line of what a running service tells its starter, on standard output. The service goes on when nobody reads it:
/// `up | head` and a supervisor that closes the pipe must not take it down.
pub fn announce(text: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody to tell is no reason to stop serving.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Something for the person in front of the terminal.
pub fn note(text: &str) {
    // Nobody to tell is no reason to fail.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// An error with its causes, once each.
pub fn fail(error: &anyhow::Error) -> ExitCode {
    let mut text = String::from("error: ");
    let mut last = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if last.is_empty() {
            text.push_str(&cause);
        } else if !last.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        last = cause;
    }
    note(&text);
    ExitCode::FAILURE
}
