//! Words that state a figure or a date, which free text must not: a multiplier, a magnitude, a weekday or a month is as
//! much a claim in letters as it is in digits.
//!
//! `may` and `march` are left out, since English writes them as verbs and the decoder compares without case; so are small
//! numbers (`one`, `zwei`), which are also articles and pronouns. To add a language, add its words here.

/// The words that no free text of `language` may hold.
pub(crate) fn of_language(language: &str) -> impl Iterator<Item = &'static str> {
    let words = match language {
        "en" => ENGLISH,
        "de" => GERMAN,
        _ => "",
    };
    words.split(", ").filter(|word| !word.is_empty())
}

/// Shares and magnitudes, multipliers, days and months.
const ENGLISH: &str = "\
    percent, per cent, percentage, dozen, dozens, hundred, hundreds, thousand, thousands, million, millions, \
    billion, billions, trillion, trillions, \
    twice, thrice, double, doubles, doubled, doubling, triple, triples, tripled, tripling, quadruple, \
    quadrupled, halve, halves, halved, halving, twofold, threefold, tenfold, hundredfold, times faster, \
    times more, times less, times as, \
    monday, mondays, tuesday, wednesday, thursday, friday, fridays, saturday, sunday, january, february, \
    april, june, july, august, september, october, november, december";

/// The same, as German inflects them.
const GERMAN: &str = "\
    prozent, prozente, prozentual, promille, dutzend, dutzende, dutzenden, hundert, hunderte, hunderten, \
    tausend, tausende, tausenden, million, millionen, milliarde, milliarden, billion, billionen, prozentpunkt, \
    prozentpunkte, \
    doppelt, doppelte, doppelten, doppelter, doppeltes, doppeltem, verdoppeln, verdoppelt, verdoppelte, \
    verdoppelten, dreifach, dreifache, dreifachen, verdreifachen, verdreifacht, vierfach, zehnfach, zehnfache, \
    hundertfach, vervielfachen, vervielfacht, halbieren, halbiert, halbierte, halbierten, zweimal, dreimal, \
    zehnmal, hundertmal, tausendmal, mal schneller, mal mehr, mal weniger, mal so, zweifach, zweifache, \
    montag, montags, dienstag, dienstags, mittwoch, mittwochs, donnerstag, donnerstags, freitag, freitags, \
    samstag, samstags, sonnabend, sonnabends, sonntag, sonntags, montagmorgen, freitagnachmittag, \
    freitagabend, januar, jänner, februar, feber, märz, april, mai, juni, juli, august, september, oktober, \
    november, dezember";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_bars_its_own_and_each_word_once() {
        let has = |language: &str, word: &str| of_language(language).any(|known| known == word);
        for (language, word) in
            [("en", "hundreds"), ("en", "times faster"), ("en", "friday"), ("de", "verdoppelt"), ("de", "mai")]
        {
            assert!(has(language, word), "{word}");
        }
        assert!(!has("en", "may") && !has("en", "march") && !has("en", "one") && of_language("fr").next().is_none());
        for language in ["en", "de"] {
            let words: std::collections::BTreeSet<_> = of_language(language).collect();
            assert_eq!(words.len(), of_language(language).count(), "{language}");
            assert!(words.iter().all(|word| word.trim() == *word), "{words:?}");
        }
    }
}
