//! Runs of words, lower case and without marks; names are words as they are written.

/// The words of a text.
pub(crate) fn words(text: &str) -> Vec<String> {
    let spaced = text.replace("{{product.name}}", " ʘproduct ").replace("{{partner.display_name}}", " ʘpartner ");
    let parts = spaced.split(|c: char| !(c.is_alphanumeric() || c == '’' || c == 'ʘ'));
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The runs of `n` words of a text, each as one text.
pub(crate) fn grams(text: &str, n: usize) -> Vec<String> {
    words(text).windows(n).map(|window| window.join(" ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grams_are_runs_of_words() {
        assert_eq!(grams("One, two – Three’s four.", 3), ["one two three’s", "two three’s four"]);
        assert_eq!(grams("one", 2), Vec::<String>::new());
        assert_eq!(words("Mit {{product.name}} los"), ["mit", "ʘproduct", "los"]);
    }
}
