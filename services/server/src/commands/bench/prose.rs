//! Text of a wanted number of tokens: plain marketing sentences out of a template, the same for the same seed.
//!
//! What it says does not matter to a measurement; that it is English does, for a tokenizer packs English otherwise than
//! noise.

use anyhow::{Result, bail};

const WHO: [&str; 12] = [
    "Your team",
    "The finance office",
    "Every branch",
    "A service desk",
    "The plant manager",
    "Each partner",
    "A growing retailer",
    "The night shift",
    "A school district",
    "The claims department",
    "Our support crew",
    "A regional carrier",
];
const DOES: [&str; 12] = [
    "keeps",
    "shares",
    "protects",
    "moves",
    "reviews",
    "restores",
    "plans",
    "measures",
    "renews",
    "simplifies",
    "connects",
    "audits",
];
const WHAT: [&str; 12] = [
    "its backups",
    "the monthly report",
    "customer records",
    "every contract",
    "the product catalogue",
    "site access",
    "spare parts",
    "the delivery schedule",
    "training material",
    "the shared inbox",
    "field notes",
    "its renewals",
];
const HOW: [&str; 12] = [
    "without extra hardware",
    "from one quiet console",
    "before the working day begins",
    "with far fewer clicks",
    "in the language of the customer",
    "under the rules that already apply",
    "while the network is down",
    "with a clear record of who signed",
    "at a price that is known in advance",
    "across all of its sites",
    "and hears about trouble first",
    "so that nobody has to ask twice",
];

/// An endless run of words in sentences.
struct Words {
    state: u64,
    pending: std::collections::VecDeque<&'static str>,
}

impl Words {
    fn new(seed: u64) -> Self {
        Self { state: seed, pending: std::collections::VecDeque::new() }
    }

    /// SplitMix64 (Steele, Lea, Flood, 2014).
    fn choose(&mut self, from: &[&'static str; 12]) -> &'static str {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        from[((mixed ^ (mixed >> 31)) % 12) as usize]
    }

    fn next(&mut self) -> &'static str {
        while self.pending.is_empty() {
            for part in [&WHO, &DOES, &WHAT, &HOW] {
                let words = self.choose(part);
                self.pending.extend(words.split(' '));
            }
            self.pending.push_back(".");
        }
        self.pending.pop_front().unwrap_or(".")
    }
}

/// `head`, sentences and `tail`, together as many tokens as fit in `tokens` (so at most a word's fewer), as `count`
/// counts them.
///
/// # Errors
/// `head` and `tail` alone are longer, or `count` fails.
pub fn text_of(
    tokens: usize,
    seed: u64,
    (head, tail): (&str, &str),
    count: &dyn Fn(&str) -> Result<usize>,
) -> Result<String> {
    let mut words = Words::new(seed);
    let mut body = String::new();
    // Where the body may be cut: behind each word.
    let mut cuts = vec![0];
    // More than can fit: a word has at least one token, but a full stop may be part of the word's.
    for _ in 0..2 * tokens {
        let word = words.next();
        if !body.is_empty() && word != "." {
            body.push(' ');
        }
        body.push_str(word);
        cuts.push(body.len());
    }
    let text = |cut: usize| format!("{head}{}{tail}", &body[..cut]);
    let least = count(&text(0))?;
    if least > tokens {
        bail!("{tokens} tokens are too few: the fixed words around the sentences alone are {least}");
    }
    let (mut fits, mut longer) = (0, cuts.len());
    while longer - fits > 1 {
        let middle = fits.midpoint(longer);
        if count(&text(cuts[middle]))? <= tokens {
            fits = middle;
        } else {
            longer = middle;
        }
    }
    Ok(text(cuts[fits]))
}

/// Paragraphs of sentences, at least `bytes` long and at most a sentence more.
pub fn bytes_of(bytes: usize, seed: u64) -> String {
    let mut words = Words::new(seed);
    let mut text = String::with_capacity(bytes + 200);
    let mut sentences = 0;
    while text.len() < bytes || sentences == 0 {
        match words.next() {
            "." => {
                sentences += 1;
                text.push_str(if sentences % 5 == 0 { ".\n\n" } else { ". " });
            }
            word => {
                if !text.is_empty() && !text.ends_with(char::is_whitespace) {
                    text.push(' ');
                }
                text.push_str(word);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{bytes_of, text_of};

    fn words(text: &str) -> anyhow::Result<usize> {
        Ok(text.split_whitespace().count())
    }

    #[test]
    fn a_text_has_the_tokens_that_were_asked_for_and_is_the_same_for_the_same_seed() {
        let text = text_of(40, 3, ("Sources:\n", "\nAnswer:\n"), &words).unwrap();
        assert_eq!(words(&text).unwrap(), 40);
        assert!(text.starts_with("Sources:\n") && text.ends_with("\nAnswer:\n"), "{text}");
        assert_eq!(text, text_of(40, 3, ("Sources:\n", "\nAnswer:\n"), &words).unwrap());
        assert_ne!(text, text_of(40, 4, ("Sources:\n", "\nAnswer:\n"), &words).unwrap());
    }

    #[test]
    fn a_text_of_bytes_is_as_long_as_asked_and_has_paragraphs() {
        let text = bytes_of(5_000, 7);
        assert!((5_000..5_200).contains(&text.len()), "{}", text.len());
        assert!(text.contains(".\n\n") && !text.contains("  ") && text == bytes_of(5_000, 7));
    }

    #[test]
    fn too_few_tokens_for_the_fixed_words_are_refused() {
        let error = text_of(1, 0, ("one two ", "three"), &words).unwrap_err().to_string();
        assert!(error.contains("alone are 3"), "{error}");
    }
}
