//! What each word of a sentence is to its statement.

use super::support::Supports;
use super::words::Word;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Nothing,
    /// Part of a name that is known.
    Name,
    /// A capital that no grammar asks for.
    Entity,
    Number,
    Noun,
    Word,
}

pub(super) fn roles(text: &str, words: &[Word], supports: &Supports<'_>) -> Vec<Role> {
    let long: Vec<&Word> = words.iter().skip(1).filter(|word| word.plain.chars().count() > 3).collect();
    // A heading in title case, or all in capitals, says nothing by its capitals.
    let titled = long.len() >= 2 && long.iter().filter(|word| word.capital).count() * 10 >= long.len() * 6;
    let nouns = supports.lists.language.capital_nouns;
    let role = |(at, word): (usize, &Word)| {
        if word.number.is_some() {
            return Role::Number;
        }
        if word.stop {
            return Role::Nothing;
        }
        let first = at == 0 || opens(text[words[at - 1].range.end..word.range.start].trim_end());
        if word.marked && word.capital && !titled {
            Role::Entity
        } else if word.capital && !first && !titled {
            if nouns { Role::Noun } else { Role::Entity }
        } else {
            Role::Word
        }
    };
    words.iter().enumerate().map(role).collect()
}

/// Whether a capital may follow for grammar's sake.
fn opens(between: &str) -> bool {
    between.ends_with([':', '“', '"', '«', '„', '‚', '‘', '(', '•', '–', '—', '.', '!', '?', '…'])
}
