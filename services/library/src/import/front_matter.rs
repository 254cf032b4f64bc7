//! The YAML between `---` and `---` at the head of a Markdown file: where its passages may be used.

use serde::Deserialize;

use countersign_domain::clock::Timestamp;
use countersign_domain::place::{Locale, Market};

use super::{ImportError, Scope};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    #[serde(default)]
    product: String,
    locale: Locale,
    #[serde(default)]
    market: Option<Market>,
    #[serde(default)]
    valid_from: Option<Timestamp>,
    #[serde(default)]
    valid_until: Option<Timestamp>,
}

const EXAMPLE: &str = "begin the file with a line `---`, then `locale: de` and, where they apply, product, market, \
                       valid_from and valid_until, then a line `---`";

/// The longest front matter, in lines: five keys need no more.
const MAX_LINES: usize = 50;

/// The scope of a file's passages, and how many lines the front matter takes.
pub fn read(file: &str, text: &str) -> Result<(Scope, usize), ImportError> {
    let mut lines = text.lines();
    if lines.next().map(str::trim_end) != Some("---") {
        return Err(ImportError::new(file, 1, format!("there is no front matter; {EXAMPLE}")));
    }
    let mut yaml = String::new();
    let mut taken = 1;
    loop {
        let line = lines.next().filter(|_| taken <= MAX_LINES);
        let Some(line) = line else {
            return Err(ImportError::new(file, 1, format!("the front matter does not end; {EXAMPLE}")));
        };
        taken += 1;
        if line.trim_end() == "---" {
            break;
        }
        yaml.push_str(line);
        yaml.push('\n');
    }
    let matter: FrontMatter = serde_saphyr::from_str(&yaml).map_err(|error| {
        let line = error.location().and_then(|place| usize::try_from(place.line()).ok()).unwrap_or(0);
        ImportError::new(file, 1 + line, format!("front matter: {}", first_line(&error.to_string())))
    })?;
    let scope = Scope {
        product: matter.product,
        line: 2 + yaml.lines().position(|line| line.starts_with("product")).unwrap_or(0),
        locale: matter.locale,
        market: matter.market,
        valid_from: matter.valid_from,
        valid_until: matter.valid_until,
    };
    match scope.problem() {
        Some(problem) => Err(ImportError::new(file, 1, format!("front matter: {problem}"))),
        None => Ok((scope, taken)),
    }
}

/// The reader's message without its drawing of the file.
fn first_line(message: &str) -> &str {
    message.lines().find(|line| !line.trim().is_empty()).unwrap_or(message).trim()
}
