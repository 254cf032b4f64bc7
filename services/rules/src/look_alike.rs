//! Letters that pass for others (Unicode Technical Standard 39).

use unicode_security::mixed_script::AugmentedScriptSet;
use unicode_security::skeleton;

/// Whether letters of several scripts stand in one word, as no language writes: Latin with Cyrillic or Greek ones. Latin
/// beside Chinese, Japanese and Korean letters is usual.
pub(crate) fn mixes_scripts(word: &str) -> bool {
    let mut scripts = AugmentedScriptSet::default();
    for c in word.chars().filter(|c| !c.is_ascii() || c.is_ascii_alphabetic()) {
        let of = if c.is_ascii() { AugmentedScriptSet::for_char('a') } else { AugmentedScriptSet::for_char(c) };
        let east_asian = !of.is_all() && (of.hanb || of.jpan || of.kore);
        if !east_asian {
            scripts.intersect_with(of);
        }
    }
    scripts.is_empty()
}

/// The scripts' names, for messages: `Cyrillic and Latin`.
pub(crate) fn scripts_of(word: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    for c in word.chars().filter(|c| c.is_alphabetic()) {
        let name = AugmentedScriptSet::for_char(c).base.to_string();
        if !names.contains(&name) && names.len() < 4 {
            names.push(name);
        }
    }
    names.sort();
    names.join(" and ")
}

/// Whether a word has no Latin letter and every letter of it looks like one: Cyrillic `сор` is read as cop. A single Greek
/// letter is a symbol.
pub(crate) fn reads_as_latin(word: &str) -> bool {
    let letters = || word.chars().filter(|c| c.is_alphabetic());
    let greek = letters().all(|c| matches!(c, '\u{370}'..='\u{3FF}'));
    let other = |c: char| matches!(c, '\u{370}'..='\u{3FF}' | '\u{400}'..='\u{52F}' | '\u{531}'..='\u{587}' | '\u{13A0}'..='\u{13FF}');
    let least = if greek { 2 } else { 1 };
    letters().all(other)
        && letters().count() >= least
        && letters().all(|c| skeleton(c.encode_utf8(&mut [0; 4])).all(|double| double.is_ascii_alphabetic()))
}

/// Whether a domain in Unicode letters would be read as one in ASCII: a label mixes scripts, or is a word of another
/// script whose every letter has an ASCII double.
pub(crate) fn passes_for_ascii(domain: &str) -> bool {
    let Some((rest, top)) = domain.trim_end_matches('.').rsplit_once('.') else { return false };
    let turkish = matches!(top, "tr" | "az");
    rest.split('.').any(|label| {
        if label.is_ascii() {
            return false;
        }
        if mixes_scripts(label) {
            return true;
        }
        // `æ` is read as itself though its skeleton is `ae`; `ɡ` is read as g.
        let same_length = skeleton(label).count() == label.chars().count();
        let doubles = same_length && skeleton(label).all(|c| c.is_ascii());
        let own = !top.is_ascii() || turkish && label.contains('ı');
        doubles && !own
    })
}

/// What a name looks like, to be compared with what another one does: `fj0rd` and `fjord` are alike.
pub(crate) fn looks(name: &str) -> String {
    skeleton(&name.to_lowercase())
        .flat_map(char::to_lowercase)
        .map(|c| if c == '1' || c == 'i' { 'l' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_no_language_writes_mix_scripts() {
        for word in ["p\u{430}ypal", "micr\u{43E}soft", "Halv\u{430}rd", "\u{391}pple"] {
            assert!(mixes_scripts(word), "{word}");
        }
        for word in
            ["Müller", "クラウドSaaSのテスト", "резервное", "naïve", "Gro\u{308}ße", "5G", "한국IT", "中文ABC", ""]
        {
            assert!(!mixes_scripts(word), "{word}");
        }
    }

    #[test]
    fn domains_that_pass_for_ascii_are_told_from_those_of_other_languages() {
        for domain in ["p\u{430}ypal.com", "\u{430}\u{440}\u{440}\u{4CF}\u{435}.com", "goo\u{261}le.com"] {
            assert!(passes_for_ascii(domain), "{domain}");
        }
        for domain in [
            "münchen.example",
            "cœur.fr",
            "smørrebrød.dk",
            "пример.рф",
            "łódź.pl",
            "ısı.com.tr",
            "日本.jp",
            "fjord.com",
        ] {
            assert!(!passes_for_ascii(domain), "{domain}");
        }
    }

    #[test]
    fn digits_look_like_letters() {
        assert_eq!(looks("fj0rd.example"), looks("fjord.example"));
        assert_eq!(looks("paypa1.com"), looks("paypal.com"));
        assert_ne!(looks("fjord.example"), looks("fiord.example"));
    }
}
