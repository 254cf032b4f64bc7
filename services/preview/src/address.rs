//! Addresses with a query, percent-encoded whatever somebody typed.

/// A path and the pairs of its query; pairs without a value are left out.
#[derive(Debug, Clone)]
pub struct Address {
    text: String,
    started: bool,
}

impl Address {
    /// The path alone, as it is.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self { text: path.to_owned(), started: false }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.text.push(if self.started { '&' } else { '?' });
            self.started = true;
            self.text.push_str(name);
            self.text.push('=');
            self.text.push_str(&encoded(value));
        }
        self
    }

    #[must_use]
    pub fn with_all(self, pairs: &[(String, String)]) -> Self {
        pairs.iter().fold(self, |address, (name, value)| address.with(name, value))
    }

    #[must_use]
    pub fn text(self) -> String {
        self.text
    }
}

/// RFC 3986: everything but the unreserved characters.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_and_empty_ones_left_out() {
        let address = Address::new("/a").with("for", "partner=x&y").with("layout", "").with("format", "<é>").text();
        assert_eq!(address, "/a?for=partner%3Dx%26y&format=%3C%C3%A9%3E");
    }
}
