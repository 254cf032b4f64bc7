//! What is wrong with something that was sent: every fault at once, by JSON pointer (RFC 6901).

use std::fmt;

use countersign_web::problem::Problem;

/// Pairs of pointer and what to do.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<(String, String)>);

impl Faults {
    pub fn say(&mut self, pointer: impl Into<String>, detail: impl ToString) {
        self.0.push((pointer.into(), detail.to_string()));
    }

    pub(crate) fn tags<T: std::str::FromStr>(&mut self, pointer: &str, tags: &[String]) -> Vec<T>
    where
        T::Err: fmt::Display,
    {
        if tags.is_empty() {
            self.say(pointer, "name at least one");
        }
        if tags.len() > 100 {
            self.say(pointer, "has more than 100 entries");
            return Vec::new();
        }
        let mut out = Vec::new();
        for (i, tag) in tags.iter().enumerate() {
            match tag.parse() {
                Ok(tag) => out.push(tag),
                Err(error) => self.say(format!("{pointer}/{i}"), error),
            }
        }
        out
    }

    pub(crate) fn into_problem(self, detail: &str) -> Problem {
        self.0.into_iter().fold(Problem::invalid(detail), |problem, (pointer, detail)| problem.fault(pointer, detail))
    }
}

/// One line a fault, for a terminal.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (pointer, detail)) in self.0.iter().enumerate() {
            write!(f, "{}  {pointer}: {detail}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// A short name in URLs, links and files.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    let chars = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    chars && (1..=60).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_one_line_each() {
        let mut faults = Faults::default();
        faults.say("/slug", "is missing");
        faults.say("/tier", "is too long");
        assert_eq!(faults.to_string(), "  /slug: is missing\n  /tier: is too long");
    }
}
