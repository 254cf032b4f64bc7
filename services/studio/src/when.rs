//! Times as pages show them.

use countersign_domain::clock::Timestamp;
use serde::Serialize;

/// For `<time datetime="ISO">TEXT</time>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct When {
    pub iso: String,
    pub text: String,
}

impl When {
    pub fn of(time: Timestamp) -> Self {
        let iso = time.rfc3339();
        let text = iso.get(..16).map_or_else(|| iso.clone(), |minute| format!("{} UTC", minute.replace('T', " ")));
        Self { iso, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_minutes_and_machines_read_all_of_it() {
        let when = When::of(Timestamp::parse("2026-11-22T21:14:17.5Z").unwrap());
        assert_eq!((when.iso.as_str(), when.text.as_str()), ("2026-11-22T21:14:17.5Z", "2026-11-22 21:14 UTC"));
    }
}
