//! French: tu and vous.

use countersign_domain::brand::Formality::{Formal, Informal};

use super::words::Words;
use super::{Found, Sign};

/// What no text that says vous says.
pub(super) const INFORMAL: [&str; 6] = ["tu", "te", "toi", "tes", "tien", "tienne"];

/// What stands before `ton` where it is a noun: a sound, a manner.
const BEFORE_TONE: [&str; 30] = [
    "le", "un", "du", "ce", "au", "quel", "même", "bon", "d", "leur", "notre", "votre", "son", "mon", "chaque",
    "aucun", "tout", "demi", "mauvais", "autre", "juste", "l", "nouveau", "premier", "seul", "vrai", "changer",
    "hausser", "baisser", "sans",
];
/// What stands after it there.
const AFTER_TONE: [&str; 30] = [
    "sur",
    "neutre",
    "juste",
    "est",
    "de",
    "du",
    "des",
    "et",
    "qui",
    "plus",
    "d",
    "grave",
    "ferme",
    "direct",
    "amical",
    "formel",
    "à",
    "pour",
    "clair",
    "adapté",
    "employé",
    "utilisé",
    "rassurant",
    "professionnel",
    "sobre",
    "trop",
    "assez",
    "très",
    "ou",
    "dans",
];

/// Imperatives of one that is called tu, and that begin a sentence as nothing else.
const IMPERATIVES: [&str; 50] = [
    "découvre",
    "essaie",
    "essaye",
    "profite",
    "télécharge",
    "inscris",
    "contacte",
    "réserve",
    "lis",
    "rejoins",
    "gagne",
    "choisis",
    "économise",
    "fais",
    "prends",
    "viens",
    "clique",
    "dis",
    "vois",
    "sois",
    "ajoute",
    "crée",
    "laisse",
    "mets",
    "obtiens",
    "prépare",
    "reçois",
    "retrouve",
    "suis",
    "trouve",
    "vérifie",
    "regarde",
    "commence",
    "parle",
    "évite",
    "pense",
    "appelle",
    "écris",
    "connecte",
    "abonne",
    "bénéficie",
    "lance",
    "dors",
    "garde",
    "oublie",
    "installe",
    "apprends",
    "réduis",
    "finis",
    "garantis",
];
/// And those that a list of what a product does begins with too.
const DOUBTFUL: [&str; 14] = [
    "protège",
    "optimise",
    "simplifie",
    "teste",
    "compare",
    "utilise",
    "active",
    "restaure",
    "surveille",
    "planifie",
    "automatise",
    "sécurise",
    "gère",
    "partage",
];

/// Words in -ez that are no verbs, and names that texts begin with.
const NO_VERBS: [&str; 26] = [
    "chez",
    "assez",
    "nez",
    "rez",
    "lez",
    "sanchez",
    "fernandez",
    "gonzalez",
    "rodriguez",
    "lopez",
    "martinez",
    "gomez",
    "perez",
    "hernandez",
    "ramirez",
    "alvarez",
    "vasquez",
    "suez",
    "cortez",
    "nunez",
    "jimenez",
    "gutierrez",
    "dominguez",
    "chavez",
    "mendez",
    "valdez",
];

pub(super) fn read(words: &Words<'_>, at: usize) -> Option<Found> {
    let word = &words.0[at];
    let lower = word.lower.as_ref();
    let before = words.before(at).map(|before| before.lower.as_ref());
    let next = words.next(at);
    let short_name = words.is_short_name(at);
    let informal = |is: bool| (is && !short_name).then(|| Found::of(Informal, Sign::Clear));
    match lower {
        "tu" => {
            let silent = before.is_some_and(|before| {
                matches!(before, "est" | "sont" | "suis" | "était" | "étaient" | "être" | "a" | "ont")
            });
            return informal(!silent);
        }
        "te" | "toi" | "ta" | "tes" | "tienne" | "tiennes" => return informal(true),
        "tien" | "tiens" => {
            return informal(before.is_some_and(|before| matches!(before, "le" | "les" | "du" | "au" | "des")));
        }
        "t" => {
            let elided =
                words.after(at).filter(|next| matches!(next.gap, "'" | "’")).filter(|_| !word.gap.ends_with('-'));
            return elided.map(|next| Found::until(Informal, Sign::Clear, next.range.start));
        }
        "ton" => {
            let tone = before.is_some_and(|before| BEFORE_TONE.contains(&before))
                && word.gap.chars().all(|c| !matches!(c, ',' | ';' | ':'))
                || next.is_none_or(|next| AFTER_TONE.contains(&next.lower.as_ref()));
            return informal(!tone);
        }
        "vous" => {
            let meeting = word.gap.ends_with(['-', '\u{2010}', '\u{2011}'])
                && before.is_some_and(|before| matches!(before, "rendez" | "à" | "z"));
            return (!meeting).then(|| Found::of(Formal, Sign::Clear));
        }
        "votre" | "vos" | "vôtre" | "vôtres" => return Some(Found::of(Formal, Sign::Clear)),
        _ => {}
    }
    if lower.ends_with("ez") {
        let meeting = lower == "rendez" && words.after(at).is_some_and(|next| next.lower == "vous");
        let verb = lower.chars().count() >= 4 && !NO_VERBS.contains(&lower) && (word.initial || !word.is_capital());
        return (verb && !meeting).then(|| Found::of(Formal, Sign::Form));
    }
    if !(word.initial && word.is_capital()) {
        return None;
    }
    // `Réserve de capacité` begins with a noun, `Suis-je` asks.
    let noun = next.is_some_and(|next| matches!(next.lower.as_ref(), "de" | "d" | "du" | "des" | "en"));
    let asks = words.after(at).is_some_and(|next| {
        next.gap.starts_with('-') && matches!(next.lower.as_ref(), "je" | "il" | "elle" | "on" | "t")
    });
    if noun || asks {
        return None;
    }
    if IMPERATIVES.contains(&lower) {
        return Some(Found::of(Informal, Sign::Form));
    }
    DOUBTFUL.contains(&lower).then(|| Found::of(Informal, Sign::DoubtfulForm))
}
