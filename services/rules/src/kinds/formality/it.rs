//! Italian: tu and Lei. Voi is said to companies in both registers, and offends in none.

use countersign_domain::brand::Formality::{Formal, Informal};

use super::words::Words;
use super::{Found, Sign};

pub(super) const TU: [&str; 7] = ["tu", "te", "ti", "tuo", "tua", "tuoi", "tue"];
const LEI: [&str; 5] = ["Lei", "Suo", "Sua", "Suoi", "Sue"];

/// Forms of the second person that need no pronoun.
const VERBS: [&str; 40] = [
    "puoi",
    "vuoi",
    "hai",
    "devi",
    "sai",
    "potrai",
    "avrai",
    "vedrai",
    "saprai",
    "dovrai",
    "preferisci",
    "stai",
    "vai",
    "potresti",
    "dovresti",
    "vorresti",
    "troverai",
    "riceverai",
    "otterrai",
    "risparmierai",
    "scoprirai",
    "farai",
    "sarai",
    "perderai",
    "pagherai",
    "conosci",
    "gestisci",
    "proteggi",
    "ottieni",
    "ricevi",
    "scegli",
    "decidi",
    "perdi",
    "scopri",
    "spendi",
    "vendi",
    "chiedi",
    "dici",
    "avresti",
    "saresti",
];

/// What is said to one that is called tu, hung onto an infinitive.
const ENCLITICS: [&str; 33] = [
    "aiutarti",
    "offrirti",
    "darti",
    "inviarti",
    "mostrarti",
    "contattarti",
    "chiamarti",
    "dirti",
    "farti",
    "iscriverti",
    "registrarti",
    "preoccuparti",
    "dimenticarti",
    "concentrarti",
    "unirti",
    "spiegarti",
    "guidarti",
    "avvisarti",
    "collegarti",
    "assicurarti",
    "prepararti",
    "dedicarti",
    "sentirti",
    "metterti",
    "ascoltarti",
    "garantirti",
    "proteggerti",
    "informarti",
    "permetterti",
    "consigliarti",
    "proporti",
    "affidarti",
    "invitarti",
];

/// Imperatives of tu, and of nobody else.
const IMPERATIVES: [&str; 48] = [
    "contattaci",
    "iscriviti",
    "registrati",
    "scrivici",
    "dicci",
    "unisciti",
    "fidati",
    "affidati",
    "assicurati",
    "chiamaci",
    "seguici",
    "visitaci",
    "raccontaci",
    "fai",
    "vai",
    "metti",
    "vieni",
    "inizia",
    "approfitta",
    "scarica",
    "richiedi",
    "prenota",
    "guarda",
    "evita",
    "chiama",
    "riduci",
    "aggiungi",
    "invia",
    "mantieni",
    "segui",
    "pensa",
    "accedi",
    "entra",
    "prova",
    "risparmia",
    "abbonati",
    "chiedici",
    "leggi",
    "dimentica",
    "parla",
    "lascia",
    "crea",
    "rispondi",
    "clicca",
    "compila",
    "confronta",
    "sfrutta",
    "trova",
];
/// And those that a list of what a product does begins with too.
const DOUBTFUL: [&str; 10] = [
    "migliora",
    "recupera",
    "utilizza",
    "usa",
    "pianifica",
    "verifica",
    "controlla",
    "automatizza",
    "semplifica",
    "ottimizza",
];

/// Imperatives of Lei at the beginning of a sentence.
const FORMAL_IMPERATIVES: [&str; 36] = [
    "scopra",
    "richieda",
    "provi",
    "prenoti",
    "scarichi",
    "protegga",
    "chieda",
    "ottenga",
    "scelga",
    "verifichi",
    "approfitti",
    "chiami",
    "scriva",
    "legga",
    "riduca",
    "gestisca",
    "metta",
    "venga",
    "mantenga",
    "aggiunga",
    "acceda",
    "invii",
    "eviti",
    "utilizzi",
    "pensi",
    "dica",
    "risponda",
    "compili",
    "clicchi",
    "confronti",
    "guardi",
    "segua",
    "dimentichi",
    "lasci",
    "trovi",
    "decida",
];
/// And those that follow `Ci` or `Si` there.
const AFTER_CLITIC: [&str; 12] = [
    "contatti", "chiami", "scriva", "iscriva", "registri", "assicuri", "affidi", "unisca", "informi", "segua", "dica",
    "prepari",
];

pub(super) fn read(words: &Words<'_>, at: usize) -> Option<Found> {
    let word = &words.0[at];
    let lower = word.lower.as_ref();
    let next = words.next(at);
    if TU.contains(&lower) {
        let short_name = words.is_short_name(at);
        return (!short_name).then(|| Found::of(Informal, Sign::Clear));
    }
    if LEI.contains(&word.text) {
        let title =
            next.is_some_and(|next| matches!(next.text, "Santità" | "Eccellenza" | "Maestà" | "Altezza" | "Eminenza"));
        let sign = if word.initial { Sign::Doubtful } else { Sign::Clear };
        return (!title).then(|| Found::of(Formal, sign));
    }
    if matches!(word.text, "La" | "Le") && !word.initial {
        // `noi Le offriamo`; what follows an article in a name is a noun.
        let verb = |text: &str| ["iamo", "remo", "rà", "ranno"].iter().any(|end| text.ends_with(end));
        return next.is_some_and(|next| !next.is_capital() && verb(next.text)).then(|| Found::of(Formal, Sign::Clear));
    }
    // `aiutarLa`, `offrendoLe`
    if word.text.len() > 5
        && (word.text.ends_with("rLa")
            || word.text.ends_with("rLe")
            || word.text.ends_with("doLa")
            || word.text.ends_with("doLe"))
    {
        return Some(Found::of(Formal, Sign::Clear));
    }
    let initial = word.initial && word.is_capital();
    if (VERBS.contains(&lower) || ENCLITICS.contains(&lower)) && (!word.is_capital() || initial) {
        return Some(Found::of(Informal, Sign::Form));
    }
    let clitic = words.before(at).is_some_and(|before| before.initial && matches!(before.lower.as_ref(), "ci" | "si"));
    if clitic && AFTER_CLITIC.contains(&lower) {
        return Some(Found::of(Formal, Sign::Form));
    }
    if !initial {
        return None;
    }
    let noun = next.is_some_and(|next| {
        matches!(
            next.lower.as_ref(),
            "di" | "del" | "della" | "dei" | "gratuita" | "gratis" | "completa" | "mensile" | "e" | "su" | "in"
        )
    });
    if IMPERATIVES.contains(&lower) && !(noun && matches!(lower, "prova" | "leggi" | "parla")) {
        return Some(Found::of(Informal, Sign::Form));
    }
    if DOUBTFUL.contains(&lower) && !noun {
        return Some(Found::of(Informal, Sign::DoubtfulForm));
    }
    FORMAL_IMPERATIVES.contains(&lower).then(|| Found::of(Formal, Sign::Form))
}
