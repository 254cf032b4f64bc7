//! Why a bound cannot be made.

/// Why a bound cannot be made; the sentence says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BoundError {
    #[error("the least length {min} is more than the most, {max}; lower it or raise the limit")]
    LengthEmpty { min: usize, max: usize },
    #[error("a length of {given} is more than the {most} that can be counted; lower the limit")]
    LengthHuge { given: usize, most: usize },
    #[error(
        "`{0}` is no reference that can be counted: it must be printable ASCII, begin with {{{{ and end with }}}}, \
         without a brace in between"
    )]
    Reference(String),
    #[error(
        "`{0}` is no number that can be kept apart in a text: it must begin with a letter or digit and hold a digit"
    )]
    Number(String),
    #[error(
        "{given} literals with these counts need {bits} bits of state, {most} are there; bind them in several bounds"
    )]
    TooManyLiterals { given: usize, bits: usize, most: usize },
    #[error("the terms together make an automaton of more than {most} states; use fewer or shorter terms")]
    TooManyTerms { most: usize },
    #[error("a range of characters from U+{from:04X} to U+{to:04X} is empty; turn it round or leave it out")]
    RangeEmpty { from: u32, to: u32 },
    #[error("no way is given in which the text may {0}; name at least one, none of them empty")]
    NothingRequired(&'static str),
    #[error("{given} bounds are more than the {most} that one draft can carry; join bounds of the same kind")]
    TooManyBounds { given: usize, most: usize },
    #[error(
        "no text satisfies the bounds of {place} together, as far as {tried} states show; look for a length, a required \
         text and forbidden terms that contradict each other"
    )]
    Unsatisfiable { place: String, tried: usize },
}
