//! Logs go to standard error, quiet unless RUST_LOG asks for more; docs/LOGGING.md names the fields.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// # Errors
/// RUST_LOG cannot be read.
pub fn start(json: bool) -> anyhow::Result<()> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(asked) if !asked.is_empty() => {
            EnvFilter::try_new(&asked).map_err(|error| anyhow::anyhow!("RUST_LOG: {error}"))?
        }
        _ => EnvFilter::new("warn,countersign=info,countersign_server=info"),
    };
    // A line that cannot be written is lost: reporting that to the same closed pipe would panic the thread that logs.
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .log_internal_errors(false);
    if json {
        lines.json().init()
    } else {
        lines.with_target(false).init()
    }
    Ok(())
}
