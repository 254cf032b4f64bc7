//! German: du and Sie.

use countersign_domain::brand::Formality::{Formal, Informal};

use super::words::Words;
use super::{Found, Sign};

const DU: [&str; 10] = ["du", "dich", "dir", "dein", "deine", "deinem", "deinen", "deiner", "deines", "deins"];
const EUCH: [&str; 8] = ["euch", "euer", "eure", "eurem", "euren", "eurer", "eures", "deinerseits"];
/// What no text that says Sie says.
pub(super) const INFORMAL: [&str; 17] = [
    "du", "dich", "dir", "dein", "deine", "deinem", "deinen", "deiner", "deines", "deins", "euch", "euer", "eure",
    "eurem", "euren", "eurer", "eures",
];
const SIE: [&str; 8] = ["Sie", "Ihnen", "Ihr", "Ihre", "Ihrem", "Ihren", "Ihrer", "Ihres"];

/// Names in other languages: `Café du Monde`.
const BEFORE_NAMES: [&str; 16] = [
    "café", "cirque", "tour", "rue", "place", "hôtel", "côte", "crédit", "château", "prix", "musée", "pays", "plat",
    "soupe", "avenue", "coup",
];

/// Forms of the second person plural that follow `ihr`.
const IHR_VERBS: [&str; 39] = [
    "seid",
    "habt",
    "könnt",
    "müsst",
    "wollt",
    "sollt",
    "dürft",
    "werdet",
    "wisst",
    "spart",
    "braucht",
    "findet",
    "bekommt",
    "macht",
    "kommt",
    "geht",
    "seht",
    "lest",
    "nutzt",
    "plant",
    "arbeitet",
    "wart",
    "hattet",
    "könntet",
    "möchtet",
    "erhaltet",
    "verliert",
    "gewinnt",
    "behaltet",
    "verwaltet",
    "sichert",
    "prüft",
    "testet",
    "euch",
    "euer",
    "eure",
    "eurem",
    "euren",
    "eurer",
];

/// Imperatives of one that is called du, and that are nothing else at the beginning of a sentence.
const IMPERATIVES: [&str; 78] = [
    "entdecke",
    "erfahre",
    "teste",
    "spare",
    "melde",
    "starte",
    "probiere",
    "hol",
    "hole",
    "buche",
    "bestelle",
    "frag",
    "sprich",
    "schau",
    "schaue",
    "klicke",
    "klick",
    "lies",
    "finde",
    "wähle",
    "nutze",
    "nimm",
    "gib",
    "sieh",
    "vergiss",
    "verpasse",
    "registriere",
    "abonniere",
    "schütze",
    "profitiere",
    "verbinde",
    "vereinbare",
    "besuche",
    "kontaktiere",
    "erlebe",
    "lerne",
    "mach",
    "mache",
    "komm",
    "bleib",
    "bleibe",
    "denk",
    "denke",
    "sag",
    "ruf",
    "schreib",
    "schreibe",
    "verwalte",
    "prüfe",
    "setze",
    "setz",
    "lass",
    "vertraue",
    "behalte",
    "überzeuge",
    "informiere",
    "kauf",
    "kaufe",
    "verlass",
    "sorge",
    "vermeide",
    "reduziere",
    "verbessere",
    "erstelle",
    "installiere",
    "aktiviere",
    "aktualisiere",
    "automatisiere",
    "sichre",
    "wirf",
    "triff",
    "hilf",
    "sprecht",
    "entdeckt",
    "meldet",
    "fordere",
    "reserviere",
    "zeig",
];

pub(super) fn read(words: &Words<'_>, at: usize) -> Option<Found> {
    let word = &words.0[at];
    let lower = word.lower.as_ref();
    if DU.contains(&lower) {
        let command = lower == "dir" && word.shouted;
        let name =
            lower == "du" && words.before(at).is_some_and(|before| BEFORE_NAMES.contains(&before.lower.as_ref()));
        return (!command && !name).then(|| Found::of(Informal, Sign::Clear));
    }
    if EUCH.contains(&lower) {
        return Some(Found::of(Informal, Sign::Clear));
    }
    let next = words.next(at);
    if lower == "ihr" && (!word.is_capital() || word.initial) {
        let all_of_you = next.is_some_and(|next| IHR_VERBS.contains(&next.text));
        if all_of_you {
            return Some(Found::of(Informal, Sign::Doubtful));
        }
    }
    if SIE.contains(&word.text) {
        if !word.initial {
            return Some(Found::of(Formal, Sign::Clear));
        }
        // `Sie spart`, `Sie ist`: one woman, or one thing.
        let others = word.text == "Sie" && next.is_some_and(|next| !(next.text.ends_with('n') || next.text == "sind"));
        return (!others).then(|| Found::of(Formal, Sign::Doubtful));
    }
    if matches!(lower, "sie" | "ihnen" | "ihre" | "ihren") && word.text.chars().all(char::is_uppercase) && !word.shouted
    {
        return Some(Found::of(Formal, Sign::Doubtful));
    }
    let imperative = word.initial
        && word.is_capital()
        && IMPERATIVES.contains(&lower)
        && !words.after(at).is_some_and(|next| matches!(next.lower.as_ref(), "ich" | "er" | "man" | "wir"));
    imperative.then(|| Found::of(Informal, Sign::Form))
}
