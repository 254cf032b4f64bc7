//! One file over a line that may be cut: what has come is kept (`FILE.part`), and the rest is asked for (`Range`, RFC 9110
//! section 14).

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use ureq::Body;
use ureq::http::Response;

use super::hub::{Hub, HubError};
use super::listing::Remote;
use crate::models::names::{Commit, Repository};

/// Times that a line may be cut, or a server busy, without one more byte having come.
const TRIES: u32 = 4;
/// Before the second try; doubled for each that follows.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Why a body ended.
enum End {
    /// All of it is here.
    Whole,
    /// The line was cut, or the server stopped early.
    Cut(String),
}

/// Fetches the rest of a file into `part`. `at` is told how many bytes of it are there.
///
/// # Errors
/// The hub refuses or cannot be reached, the line is cut again and again, or what comes is not what was announced. What
/// has come is kept, for the next time.
pub fn fetch(
    hub: &Hub,
    repository: &Repository,
    commit: &Commit,
    remote: &Remote,
    part: &Path,
    mut at: impl FnMut(u64),
) -> Result<()> {
    let shown = part.display();
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(part)
        .with_context(|| format!("{shown} cannot be written"))?;
    let mut have = file.metadata().with_context(|| format!("{shown} cannot be read"))?.len();
    if remote.bytes.is_some_and(|bytes| have > bytes) {
        empty(&file, &mut have).with_context(|| format!("{shown} cannot be written"))?;
    }
    let mut most = have;
    let mut tries = 0;
    loop {
        at(have);
        if remote.bytes.is_some_and(|bytes| have == bytes) {
            break;
        }
        let end = match hub.open(repository, commit, &remote.name, have) {
            Ok(answer) => receive(answer, remote, &mut file, &mut have, &mut at)?,
            Err(error @ HubError::Busy { .. }) => End::Cut(error.to_string()),
            // A line that broke in the middle may come back; one that never was is for the caller to explain.
            Err(error @ HubError::Unreachable { .. }) if have > 0 => End::Cut(error.to_string()),
            Err(error) => return Err(error.into()),
        };
        let End::Cut(reason) = end else { break };
        if have > most {
            (most, tries) = (have, 0);
        }
        tries += 1;
        if tries > TRIES {
            let of = remote.bytes.map_or_else(String::new, |bytes| format!(" of {bytes}"));
            bail!(
                "{} was cut after {have}{of} bytes: {reason}; what has come is kept, the same command goes on from there",
                remote.name
            );
        }
        std::thread::sleep(FIRST_WAIT * 2_u32.pow(tries - 1));
    }
    at(have);
    file.sync_all().with_context(|| format!("{shown} cannot be written to the disk"))
}

fn empty(file: &File, have: &mut u64) -> std::io::Result<()> {
    *have = 0;
    file.set_len(0)
}

/// Appends one answer's body to the file.
fn receive(
    mut answer: Response<Body>,
    remote: &Remote,
    file: &mut File,
    have: &mut u64,
    at: &mut impl FnMut(u64),
) -> Result<End> {
    let name = &remote.name;
    let written = || format!("{name} cannot be written");
    let announced = match answer.status().as_u16() {
        206 => {
            let range = answer.headers().get("content-range").and_then(|range| range.to_str().ok());
            let Some((start, total)) = range.and_then(content_range) else {
                bail!("{name}: the hub sends a part without saying which (Content-Range)");
            };
            if start != *have {
                bail!("{name}: the hub sends bytes from {start} on where those from {have} on were asked for");
            }
            total
        }
        // Past the end: what is here is of another file.
        416 => {
            empty(file, have).with_context(written)?;
            return Ok(End::Cut("the hub has fewer bytes than had come".to_owned()));
        }
        // All of it, also where only the rest was asked for: not every server knows Range.
        _ => {
            empty(file, have).with_context(written)?;
            answer.body().content_length()
        }
    };
    let total = remote.bytes.or(announced);
    if let (Some(total), Some(announced)) = (total, announced)
        && total != announced
    {
        bail!("{name}: the hub lists {total} bytes and sends {announced}");
    }
    let mut body = answer.body_mut().as_reader();
    let mut piece = vec![0; 256 << 10];
    loop {
        let got = match body.read(&mut piece) {
            Ok(0) => break,
            Ok(got) => got,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Ok(End::Cut(error.to_string())),
        };
        if total.is_some_and(|total| *have + got as u64 > total) {
            bail!("{name}: the hub sends more than the {} bytes it announced", total.unwrap_or_default());
        }
        file.write_all(&piece[..got]).with_context(written)?;
        *have += got as u64;
        at(*have);
    }
    match total {
        Some(total) if *have < total => Ok(End::Cut("the hub ended early".to_owned())),
        _ => Ok(End::Whole),
    }
}

/// Where a part starts, and the whole's length where it is known: `bytes 5-9/10`.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-')?.0.trim().parse().ok()?;
    let total = if total == "*" { None } else { Some(total.trim().parse().ok()?) };
    Some((start, total))
}

/// Puts a file that came whole where it belongs.
pub fn keep(part: &Path, whole: &Path) -> Result<()> {
    fs::rename(part, whole).with_context(|| format!("{} cannot be put in its place", whole.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_read_or_refused() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(content_range("bytes 0-9/*"), Some((0, None)));
        for bad in ["", "bytes */10", "items 0-1/2", "bytes 1-2", "bytes -2/3", "bytes 99999999999999999999-1/2"] {
            assert_eq!(content_range(bad), None, "{bad}");
        }
    }
}
