//! What is known of the five languages: words that say nothing, verbs, greetings, endings, opposites.
//!
//! All words are as [`super::words`] compares them: in lower case, without accents, `ß` as `ss`. One language a file.

mod de;
mod en;
mod es;
mod fr;
mod it;

/// The lists of one language.
#[derive(Debug)]
pub(super) struct Language {
    pub code: &'static str,
    /// Words that carry no statement of their own.
    pub stop: &'static [&'static str],
    pub negations: &'static [&'static str],
    /// The negation of a noun, which a verb's may stand beside: `not without`.
    pub without: &'static str,
    /// Finite verbs that say that a line without a full stop is a sentence.
    pub verbs: &'static [&'static str],
    /// Words that may stand before an imperative: `please`.
    pub before_imperative: &'static [&'static str],
    /// What an invitation begins with.
    pub imperatives: &'static [&'static str],
    /// What greetings, thanks and letters begin with, one to three words.
    pub courtesies: &'static [&'static str],
    /// What sentences about the reader, or a case, begin with.
    pub about_reader: &'static [&'static str],
    /// Before a number: it is the most (`up to`).
    pub at_most: &'static [&'static str],
    /// Before a number: it is less than what is true (`more than`).
    pub more_than: &'static [&'static str],
    /// Verbs of growing, and of shrinking, by their stems.
    pub up: &'static [&'static str],
    pub down: &'static [&'static str],
    /// Comparatives of more, and of less.
    pub more: &'static [&'static str],
    pub less: &'static [&'static str],
    /// What follows a comparative that is compared with something.
    pub than: &'static [&'static str],
    /// What parts a comparative from a number that it only bounds.
    pub of: &'static [&'static str],
    /// Behind which another word makes another statement.
    pub prepositions: &'static [&'static str],
    /// Behind which a noun stands.
    pub determiners: &'static [&'static str],
    /// Words that mean nearly the same, by their stems.
    pub alike: &'static [&'static [&'static str]],
    /// Numbers in words, from two.
    pub numbers: &'static [(&'static str, &'static str)],
    /// Endings, the longest first.
    pub endings: &'static [&'static str],
    /// Words that join clauses.
    pub joints: &'static [&'static str],
    /// Whether every noun has a capital.
    pub capital_nouns: bool,
}

impl Language {
    /// Of a language that is not known: nothing.
    pub(super) fn of(code: &str) -> &'static Self {
        let known = [&en::LANGUAGE, &de::LANGUAGE, &fr::LANGUAGE, &es::LANGUAGE, &it::LANGUAGE];
        known.into_iter().find(|language| language.code == code).unwrap_or(&OTHER)
    }

    pub(super) fn is_known(&self) -> bool {
        !self.code.is_empty()
    }
}

static OTHER: Language = Language {
    code: "",
    stop: &[],
    negations: &[],
    without: "",
    verbs: &[],
    before_imperative: &[],
    imperatives: &[],
    courtesies: &[],
    about_reader: &[],
    at_most: &[],
    more_than: &[],
    up: &[],
    down: &[],
    more: &[],
    less: &[],
    than: &[],
    of: &[],
    prepositions: &[],
    determiners: &[],
    alike: &[],
    numbers: &[],
    endings: &[],
    joints: &[],
    capital_nouns: false,
};

/// Units of measure: words that mean the same, in all languages.
pub(super) const UNITS: [&[&str]; 17] = [
    &[
        "second", "seconds", "sec", "sekunde", "sekunden", "seconde", "secondes", "segundo", "segundos", "secondo",
        "secondi",
    ],
    &["minute", "minutes", "min", "minuten", "minuto", "minutos", "minuti"],
    &["hour", "hours", "h", "stunde", "stunden", "heure", "heures", "hora", "horas", "ora", "ore"],
    &["day", "days", "tag", "tage", "tagen", "jour", "jours", "dia", "dias", "giorno", "giorni"],
    &["week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas", "settimana", "settimane"],
    &["month", "months", "monat", "monate", "monaten", "mois", "mes", "meses", "mese", "mesi"],
    &["year", "years", "jahr", "jahre", "jahren", "an", "ans", "annee", "annees", "ano", "anos", "anno", "anni"],
    &["kb"],
    &["mb"],
    &["gb"],
    &["tb"],
    &[
        "km",
        "kilometre",
        "kilometres",
        "kilometer",
        "kilometers",
        "kilometern",
        "kilometro",
        "kilometros",
        "chilometri",
    ],
    &["kg", "kilo", "kilos", "kilogram", "kilograms", "kilogramm"],
    &["kwh"],
    &["customer", "customers", "kunde", "kunden", "client", "clients", "cliente", "clientes", "clienti"],
    &["server", "servers", "servern", "serveur", "serveurs", "servidor", "servidores"],
    &["country", "countries", "land", "lander", "landern", "pays", "pais", "paises", "paese", "paesi"],
];
